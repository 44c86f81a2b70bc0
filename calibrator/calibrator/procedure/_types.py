"""What a procedure is made of: points, sections, observations, references, results."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Literal, Protocol

if TYPE_CHECKING:
    from calibrator.procedure._results import Evaluation

__all__ = [
    "Bench",
    "Contribution",
    "MeterHandle",
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
    "RuleOffer",
    "Section",
    "SourceHandle",
    "Text",
]

Resume = Literal["reading", "point", "cycle", "section", "never"]
Expect = Literal["read", "not-read", "below"]


@dataclass(frozen=True, slots=True)
class Text:
    """A text for people, in English and Chinese."""

    en: str
    zh: str


@dataclass(frozen=True, slots=True)
class PointLimits:
    """The UUT's limits at a point for one interval, decimals in the point's unit, with status and source.

    The limits are closed; one of them is None where the error is limited on one side only.
    """

    interval: str  # "24h", "90d", "1y"
    lower: Decimal | None
    upper: Decimal | None
    status: str  # status vocabulary of calibrator_drivers.accuracy
    source: str
    confirmed: str = ""  # person, document, page and date of a confirmation (METROLOGY 9)

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


@dataclass(frozen=True, slots=True)
class Proof:
    """The harmless level that proves a connection before anything larger (METROLOGY 3).

    `expect`: "read" must read the value that the source applies within the tolerance; "not-read" must not
    (no lead may be where it would be seen); "below" must read less than the value, with no source.
    """

    function: str
    value: Decimal
    range: Decimal
    unit: str
    tolerance: float = 0.01  # relative to the value
    settings: Mapping[str, str | int | float | bool] = field(default_factory=dict)  # as those of a point
    expect: Expect = "read"


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
    rule_offers: tuple[RuleOffer, ...] = ()
    regulation: Regulation | None = None  # of a procedure that verifies (检定)


@dataclass(frozen=True, slots=True)
class Reading:
    """One recorded reading."""

    raw: str
    value: float  # in the point's unit
    at: datetime
    seq: int  # of the event in the run's stream


@dataclass(frozen=True, slots=True)
class PointObservations:
    """What was recorded at one point, in its version that counts."""

    point: str
    version: int  # 1 for the first measurement of the point
    applied: float | None  # value read back from the source; None for an artefact
    readings: tuple[Reading, ...]
    temperature_c: float | None
    humidity_rh: float | None


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


class SourceHandle(Protocol):
    """The procedure's view of a source: what is asked is recorded, limited and read back."""

    def stage(
        self,
        function: str,
        value: Decimal,
        unit: str,
        *,
        wires: int = 2,
        frequency_hz: float = 0.0,
        amplitude_v: float = 1.0,
    ) -> None:
        """Programme a value with the output in standby.

        `frequency_hz` is that of an alternating value (rms), `amplitude_v` (rms) that of a frequency.
        """
        ...


class MeterHandle(Protocol):
    """The procedure's view of a meter."""

    def configure(
        self,
        function: str,
        range_: Decimal,
        unit: str,
        *,
        nplc: float,
        wires: int = 2,
        high_impedance: bool = True,
        frequency_hz: float = 0.0,
        gate_s: float = 1.0,
        amplitude_v: float = 1.0,
    ) -> None:
        """Fix function, range and integration time.

        `frequency_hz` is that of an alternating signal; the range of a frequency is the expected value, and
        `gate_s` and `amplitude_v` (rms) belong to it.
        """
        ...


class Bench(Protocol):
    """What `measure` sees; one real engine stands behind it, or one that only plans."""

    @property
    def source(self) -> SourceHandle:
        """The standard that fills the procedure's source role at this point."""
        ...

    @property
    def uut(self) -> MeterHandle:
        """The unit under test."""
        ...

    def energised(self) -> AbstractContextManager[None]:
        """Energise what was staged; on every way out the output goes to standby."""
        ...

    def settle(self, *, minimum_s: float, window: float, samples: int = 3, timeout_s: float = 120.0) -> None:
        """Wait until `samples` successive readings of the UUT lie within `window` (in the point's unit).

        Raises `RunError` with code `not-settled` after `timeout_s`. The samples are one recorded block.
        """
        ...

    def read(self, count: int, *, discard: int = 0) -> None:
        """Record `count` readings of the UUT after `discard` recorded and discarded ones."""
        ...

    def wait(self, seconds: float) -> None:
        """Wait in engine time, with progress."""
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
