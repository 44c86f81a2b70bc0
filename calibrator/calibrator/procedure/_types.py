"""What a procedure is made of: points, sections, observations, references, results."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Literal, Protocol, runtime_checkable

from calibrator.procedure._text import Text

if TYPE_CHECKING:
    from calibrator.procedure._facade import Bench
    from calibrator.procedure._results import Evaluation

__all__ = [
    "CLASS",
    "Contribution",
    "FigureRule",
    "Foresees",
    "Manner",
    "Point",
    "PointLimits",
    "PointObservations",
    "PointReferences",
    "Procedure",
    "ProcedureInfo",
    "Proof",
    "Reading",
    "Regulation",
    "RegulationItem",
    "Resume",
    "Rounded",
    "RuleOffer",
    "Section",
    "Text",
]

CLASS = "class"
"""The key of limits that hold whatever interval is asked: those of an accuracy class."""
Resume = Literal["reading", "point", "cycle", "section", "never"]
Expect = Literal["read", "not-read", "below", "hold"]


@dataclass(frozen=True, slots=True)
class Rounded:
    """To which step an edition of a regulation has an error written, and which of the two is judged."""

    step: Decimal  # in the point's unit
    judged: Literal["raw", "rounded"]
    status: str  # status vocabulary of calibrator_drivers.accuracy; "checked" where a person has checked it
    source: str


@dataclass(frozen=True, slots=True)
class PointLimits:
    """The UUT's limits at a point for one interval, decimals in the point's unit, with status and source.

    The limits are closed; one of them is None where the error is limited on one side only, and both are where
    the table leaves them to the edition of the regulation in force (`limits = { class = "edition" }`).
    """

    interval: str  # "24h", "90d", "1y"
    lower: Decimal | None
    upper: Decimal | None
    status: str  # status vocabulary of calibrator_drivers.accuracy
    source: str
    confirmed: str = ""  # person, document, page and date of a confirmation (METROLOGY 9)
    edition: str = ""  # id of the edition of a regulation that gave the limits; "" where the table did
    rounding: Rounded | None = None  # where the job is judged as an edition has it

    @property
    def half(self) -> Decimal | None:
        """Half the tolerance, T of a ratio T/U; None where there is a limit on one side only."""
        if self.lower is None or self.upper is None:
            return None
        return (self.upper - self.lower) / 2


@dataclass(frozen=True, slots=True)
class Point:
    """One point of a table: what is applied, on which range, and how far the error may go."""

    id: str  # unique in the procedure and table, such as "dcv:10V:+10V"
    section: str
    function: str  # "dcv", "res4w", "dci"
    nominal: Decimal
    range: Decimal  # the UUT's nominal range
    unit: str  # "V", "ohm", "A"
    limits: Mapping[str, PointLimits]  # by interval
    standard: str  # role name that realises the value: "source", or an artefact such as "short", "open"
    settings: Mapping[str, str | int | float | bool] = field(default_factory=dict)  # nplc, readings, settle
    supporting: bool = False  # measured for other points of its section; has no limits and no result
    measured_with: str = ""  # id of the point in whose step its readings are taken; "" has its own step

    def limits_at(self, interval: str) -> PointLimits | None:
        """Return the limits for an interval, else those of the class, which hold for every interval."""
        return self.limits.get(interval) or self.limits.get(CLASS)


@dataclass(frozen=True, slots=True)
class FigureRule:
    """Where the references take one figure of the budgets from (`[[figures]]` of `procedure.toml`).

    `origin` is "accuracy" (limit of the accuracy table of a part's instrument), "resolution" (half a digit of
    it), "wiring" (a figure of the bench file's wiring), "emf" (what an EMF, the `key`, adds to a resistance
    that a part measures by a current one way; no contribution where that is reversed) or "settings" (estimate
    and half-width in the point's settings `<key>` and `<key>_half_width`, with the status and source of the
    point's limits).
    """

    kind: str  # of the contribution
    origin: Literal["accuracy", "resolution", "wiring", "emf", "settings"]
    part: str = ""  # role name in the procedure, for accuracy and resolution
    function: str = ""  # of the accuracy table; "" is the point's
    key: str = ""  # of the wiring's figures, or of the settings; "" is the kind
    at: str = ""  # the setting that holds the value at which the table is asked; "" is the nominal value
    unit: str = ""  # of a figure from the settings
    sections: tuple[str, ...] = ()  # empty: all
    factor: float = 1.0  # on estimate and half-width
    interval: str = ""  # of the accuracy table; "" follows from the certificate's date
    on_range: str = ""  # the setting that holds the range it is on; "" is the lowest that holds the value
    option: str = ""  # the setting that holds the table's option, such as a type; "" is what the bench states
    over: tuple[str, ...] = ()  # the settings whose product is the time that is averaged over, in s


@dataclass(frozen=True, slots=True)
class Proof:
    """The harmless level that proves a connection before anything larger (METROLOGY 3).

    `expect`: "read" must read the value that the source applies within the tolerance; "not-read" must not
    (no lead may be where it would be seen); "below" must read less than the value, with no source; "hold" is
    a leak test: the line, shut in at the value for `hold_s`, may change by no more than the tolerance.
    """

    function: str
    value: Decimal
    range: Decimal
    unit: str
    tolerance: float = 0.01  # relative to the value
    settings: Mapping[str, str | int | float | bool] = field(default_factory=dict)  # as those of a point
    expect: Expect = "read"
    part: str = "uut"  # that reads
    indicates: Decimal | None = None  # what it must read where that is another quantity, such as 4.16 mA


@dataclass(frozen=True, slots=True)
class Manner:
    """What an edition of a regulation has to know of the unit, to be held against a section or to decide it.

    Values are decimals in the unit of the section's points.
    """

    regulation: str  # "jjg-52"; the head's `regulations` say in which edition
    low: Decimal  # ends of the unit's range
    high: Decimal
    accuracy_class: str = ""
    interval: Decimal = Decimal(0)  # the scale interval, e of a balance
    resolution: Decimal = Decimal(0)
    marks: tuple[Decimal, ...] = ()  # numbered marks of the scale
    items: Mapping[str, str] = field(default_factory=dict)  # item of the MPE by the points' setting `table`
    own_item: str = "indication"  # item of the points that `items` does not name
    at: Decimal | None = None  # what the formula is taken at where that is not the nominal, as a load
    interval_setting: str = ""  # the points' setting that holds their own scale interval, of partial ranges
    series: tuple[str, ...] = ()  # how the section is measured: up, down, once; empty: not said
    preloads: int | None = None  # None: not said
    repeats: int | None = None

    def item(self, point: Point) -> str:
        """Return which item of the permissible errors a point is of; `own_item` unless `items` says."""
        return self.items.get(str(point.settings.get("table", "")), self.own_item)

    def argument(self, point: Point) -> Decimal:
        """Return the value at which the formula of the permissible errors is taken."""
        return point.nominal if self.at is None else self.at

    def interval_at(self, point: Point) -> Decimal:
        """Return the scale interval at a point: that of its partial range, else the unit's."""
        own = point.settings.get(self.interval_setting)
        return self.interval if own is None else Decimal(str(own))


@dataclass(frozen=True, slots=True)
class Section:
    """Points measured with one wiring, in order."""

    id: str
    title: Text
    wiring: str  # names a wiring of the bench file
    prompt: Text  # what the operator is asked to connect
    points: tuple[Point, ...]
    proof: Proof | None  # None where nothing is energised (a short, open terminals)
    resume: Resume = "point"
    lead_checks: tuple[Proof, ...] = ()  # what the proof by itself cannot tell apart, looked at after it
    order: Literal["table", "random"] = "table"  # in which its points are measured
    tables: Mapping[str, Text] = field(default_factory=dict)  # of a document, by the points' setting `table`
    required: bool = False  # measured whatever sections a job names, such as a checklist (METROLOGY 7)
    manner: Manner | None = None  # by which edition it can be judged
    on_request: bool = False  # measured where a job names it: another manner of what is there already


@dataclass(frozen=True, slots=True)
class RuleOffer:
    """A decision rule that a maker's guide offers for units that are not adjusted (METROLOGY 12)."""

    rule: str
    models: tuple[str, ...]  # accuracy table ids of the units that it is for
    source: str
    status: str  # how well the ground of it is known: status vocabulary of calibrator_drivers.accuracy


@dataclass(frozen=True, slots=True)
class RegulationItem:
    """One item of a verification regulation (检定项目): measured in sections, or answered by a person."""

    id: str
    title: Text
    sections: tuple[str, ...] = ()  # empty: the answer to the prompt `item:<id>` decides


@dataclass(frozen=True, slots=True)
class Regulation:
    """A verification regulation (检定规程) in one edition."""

    number: str  # with its year, such as "JJG 124-2005"
    title: Text
    status: str  # how well this edition is known: status vocabulary of calibrator_drivers.accuracy
    source: str
    in_force: date
    superseded: date | None
    validity_months: int
    items: tuple[RegulationItem, ...]


@dataclass(frozen=True, slots=True)
class ProcedureInfo:
    """The head of `procedure.toml`."""

    id: str
    version: str
    title: Text
    document: str  # the document that the points and limits come from
    document_status: str
    roles: Mapping[
        str, tuple[str, ...]
    ]  # name in the procedure -> role names, e.g. {"source": (...), "uut": (...)}
    rule: str  # default decision rule
    resume: Resume
    temperature_c: tuple[float, float]
    humidity_rh: tuple[float, float]
    warm_up_s: float
    content_hash: str  # sha256 over script and tables
    truth: str = ""  # which simulated quantity is the measurand's truth (METROLOGY 26)
    budget_kind: Literal["model", "guideline"] = "model"
    not_tested: tuple[Text, ...] = ()  # what the procedure never tests, for the document (METROLOGY 22)
    heads: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)  # of models, in place of these
    rule_offers: tuple[RuleOffer, ...] = ()
    regulation: Regulation | None = None  # of a procedure that verifies (检定)
    regulations: tuple[str, ...] = ()  # ids in `calibrator.regulations`: the edition in force on the day
    figures: tuple[FigureRule, ...] = ()  # empty: the figures of direct voltage, current and resistance
    simulated_bench: str = ""  # TOML text of `bench.toml` in the folder: the bench of `--sim`
    adjustment: Text | None = None  # what may be adjusted between as-found and as-left; None: nothing
    simulated_benches: Mapping[str, str] = field(default_factory=dict)  # of `bench-NAME.toml`, by NAME

    def of(self, model: str) -> ProcedureInfo:
        """Return the head as it is for a UUT model: title, document, budget, adjustment, not tested."""
        return replace(self, **self.heads[model]) if model in self.heads else self


@dataclass(frozen=True, slots=True)
class Reading:
    """One recorded reading."""

    raw: str
    value: float  # in `unit`
    at: datetime
    seq: int  # of the event in the run's stream
    unit: str = ""  # "" is the point's
    monotonic_ns: int = 0  # of the run's clock
    applied: float | None = None  # what the source read back at that moment


@dataclass(frozen=True, slots=True)
class PointObservations:
    """What was recorded at one point, in its version that counts."""

    point: str
    version: int  # 1 for the first measurement of the point
    applied: float | None  # value read back from the source; None for an artefact
    readings: tuple[Reading, ...]  # of the unit under test
    temperature_c: float | None
    humidity_rh: float | None
    parts: Mapping[str, tuple[Reading, ...]] = field(default_factory=dict)  # of the other parts, by name
    answers: Mapping[str, str] = field(default_factory=dict)  # what a person answered to `Bench.ask`, by key


@dataclass(frozen=True, slots=True)
class Contribution:
    """One figure that a budget takes from outside the readings, fixed and recorded before the run.

    `kind` names what it is (such as "standard", "emf", "leads", "leakage", "loading", "resolution"),
    `half_width` is in `unit`, `k` is 0 where not stated, `treat_as` is "normal_k" or "limit_rectangular".
    `shared` names the physical cause, so that points which share it are correlated
    (METROLOGY 17): the same text, the same error.
    """

    kind: str
    estimate: float
    half_width: float
    unit: str
    k: float
    treat_as: str
    status: str
    source: str
    shared: str = ""
    confirmed: str = ""  # person, document, page and date of a confirmation (METROLOGY 9)


@dataclass(frozen=True, slots=True)
class PointReferences:
    """The dated references of one point."""

    point: Point
    limits: PointLimits
    standard_asset: str
    standard_title: str
    contributions: tuple[Contribution, ...]

    def contribution(self, kind: str) -> Contribution | None:
        """Return the contribution of that kind, None where there is none."""
        return next((c for c in self.contributions if c.kind == kind), None)


@runtime_checkable
class Foresees(Protocol):
    """A procedure that says what its parts will read, so that a plan can state the U to be expected."""

    def expected_readings(self, point: Point) -> Mapping[str, float]:
        """Return the reading of each part at a point ("uut" included), in the part's unit."""
        ...


class Procedure(Protocol):
    """A procedure: what is measured and how. `evaluate` is pure."""

    @property
    def info(self) -> ProcedureInfo:
        """The head of `procedure.toml`."""
        ...

    def models(self) -> tuple[str, ...]:
        """UUT models (accuracy table ids) that have a point table here."""
        ...

    def sections(self, model: str) -> tuple[Section, ...]:
        """The sections of a UUT model, in order."""
        ...

    def measure(self, bench: Bench, point: Point) -> None:
        """Measure one point; touches the world only through `bench`."""
        ...

    def evaluate(
        self,
        section: Section,
        observations: Sequence[PointObservations],
        references: Mapping[str, PointReferences],
    ) -> tuple[Evaluation, ...]:
        """Evaluate the observed points of a section; no I/O, no clock.

        A `PointEvaluation` for each point that has a number, and the curves and sets of parameters that the
        section gives; a curve is left out while points that it needs are missing.
        """
        ...
