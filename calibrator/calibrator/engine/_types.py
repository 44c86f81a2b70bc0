"""What goes into the engine and comes out of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal, Protocol, runtime_checkable

from calibrator.procedure import Text

PromptKind = Literal["connect", "hazard", "warm-up", "typed", "confirm", "review", "item"]
How = Literal["typed", "file", "simulated operator"]


@dataclass(frozen=True, slots=True)
class Deviation:
    """A check that a named person lets pass; it is recorded with the run."""

    code: str  # the refusal's code, such as "certificate-expired"
    reason: str
    by: str


@dataclass(frozen=True, slots=True)
class Job:
    """What is to be done; `uut` is a model ("34401A"), an accuracy table id or an asset id of the bench."""

    procedure: str
    uut: str
    bench: Path | None = None
    sim: bool = False
    seed: int | None = None
    sections: tuple[str, ...] | None = None  # None: all
    interval: str = "1y"
    rule: str | None = None  # None: the procedure's
    coverage: str = ""  # "95 %" or "k = 2": which U is stated; "": as lab.toml has it
    answers: Path | None = None
    interactive: bool = True
    person: str = ""
    deviations: tuple[Deviation, ...] = ()
    adjusted: bool | None = None  # whether the unit is adjusted at this interval; None: not said
    further: tuple[str, ...] = ()  # units that are measured at once with `uut`, of the same model
    after: str = ""  # the as-found run of a unit that was adjusted since; "" finds the unit as it is
    adjustment: str = ""  # what was adjusted
    because: str = ""  # why
    adjustments: tuple[tuple[str, str], ...] = ()  # asset and what, of units that were not adjusted alike
    left_after: bool = False  # an as-left pass follows this as-found one


@dataclass(frozen=True, slots=True)
class Hazard:
    """The highest level that an acknowledgement releases."""

    function: str
    value: Decimal  # magnitude, in `unit`
    unit: str
    threshold: float  # the level above which it is a hazard, in `unit`


@dataclass(frozen=True, slots=True)
class Prompt:
    """What a person is asked. `id` is stable: answers files name it.

    Ids: `warm-up`, `connect:<section>`, `hazard:<section>`, `item:<id>` (of a regulation: "pass" or "fail"),
    `adjustment` (what was adjusted since as-found), `adjusted:<asset>` and `because` (what was
    adjusted between two passes, and why), `wire:<wiring>` (another wiring within a section),
    `ask:<point>:<key>` (a procedure's own question).
    """

    id: str
    kind: PromptKind
    text: Text
    wiring: str | None = None  # of the bench file, for kind "connect"
    hazard: Hazard | None = None
    simulated: str = "yes"  # what the operator of a simulated bench answers


@dataclass(frozen=True, slots=True)
class Answer:
    """What was answered, by whom and how. "no", "n", "stop", "refuse" and an empty answer refuse the prompt.

    `wiring` is what was connected where that is known to be another than asked (simulated operators).
    """

    value: str
    by: str = ""
    how: How = "typed"
    wiring: str | None = None

    @property
    def refused(self) -> bool:
        """Say whether the person refused."""
        return self.value.strip().lower() in {"", "no", "n", "stop", "refuse"}


@dataclass(frozen=True, slots=True)
class ReviewFlag:
    """A point that deserves a look before the leads come off."""

    point: str
    why: str  # failed, marginal, noisy, unsettled, jump


@dataclass(frozen=True, slots=True)
class Review:
    """What is shown before the leads of a section come off; `attempt` is 2 after a repeat."""

    section: str
    attempt: int
    flags: tuple[ReviewFlag, ...]
    points: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ReviewDecision:
    """Which points are measured again, why, and who says so; an empty `repeat` goes on."""

    repeat: tuple[str, ...] = ()
    reason: str = ""
    by: str = ""


class Operator(Protocol):
    """Whoever answers prompts. Called on the main thread, one call at a time."""

    def ask(self, prompt: Prompt) -> Answer:
        """Put a prompt; return the answer."""
        ...

    def review(self, review: Review) -> ReviewDecision:
        """Show the flagged points; return what to repeat."""
        ...


@runtime_checkable
class Scripted(Protocol):
    """An operator whose answers stand beforehand; no person is present."""

    def missing(self, prompts: Sequence[Prompt]) -> tuple[str, ...]:
        """Return the ids of the prompts that it has no answer for."""
        ...

    def releases(self, prompts: Sequence[Prompt]) -> tuple[str, ...]:
        """Return the ids of hazard prompts that it would acknowledge without a person present."""
        ...


@dataclass(frozen=True, slots=True)
class Progress:
    """What happens now, for a screen; never recorded. Times in seconds of the run's clock."""

    doing: str  # "wait", "settle", "read", "warm-up", "self-test", "proof"
    point: str | None = None
    value: float | None = None
    unit: str = ""
    done: float = 0.0
    total: float = 0.0


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why something may not be used or done: a stable code, a sentence with the way out, and the place.

    `place` is file, line and key, or the option; `points` the points that it stands against.
    """

    code: str
    reason: str
    place: str = ""
    asset: str = ""
    points: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PlannedPoint:
    """One point of a plan; `expected_U` in `unit` at p = 95 %."""

    id: str
    section: str
    function: str
    nominal: Decimal
    range: Decimal
    unit: str
    role: str  # "" for an artefact
    standard: str  # asset chosen, "" where none
    title: str
    refused: tuple[Refusal, ...]  # why other assets may not
    expected_U: float | None  # noqa: N815 - the trade's symbol
    tur: float | None  # T / U95 (METROLOGY 13)
    tar: float | None  # ratio of the two specifications
    limit: Decimal | None  # half the tolerance; None also where one side alone is limited
    status: str  # weakest of the figures
    duration_s: float
    lower: Decimal | None = None
    upper: Decimal | None = None
    notes: tuple[str, ...] = ()  # raised-to-cmc: the expected U is the laboratory's CMC; outside-scope


@dataclass(frozen=True, slots=True)
class PlannedOffer:
    """A rule that the maker's guide offers for the unit, beside the job's: at how many points it differs.

    `tighter` and `wider` count points by the acceptance zone that may be expected of it.
    """

    rule: str
    source: str
    status: str
    decides: bool  # it is the job's own rule
    tighter: int = 0
    wider: int = 0


@dataclass(frozen=True, slots=True)
class PlannedCheck:
    """The check of the standard at the beginning and end of the session (METROLOGY 24)."""

    asset: str
    title: str
    standards: tuple[str, ...]  # assets that it checks
    points: tuple[PlannedCheckPoint, ...]


@dataclass(frozen=True, slots=True)
class PlannedCheckPoint:
    """One point of the session check with its control limits, None where there are none yet."""

    id: str
    unit: str
    reference: float | None
    limit: float | None
    basis: str  # stated, history, collecting
    source: str


@dataclass(frozen=True, slots=True)
class Plan:
    """A dry run: what would be done, with what, and whether it may be."""

    procedure: str
    title: Text
    uut: str  # accuracy table id
    bench: str
    mode: str  # live or simulated
    points: tuple[PlannedPoint, ...]
    prompts: tuple[Prompt, ...]
    duration_s: float
    refused: tuple[Refusal, ...]  # empty: the job may start
    session_check: PlannedCheck | None = None  # None: the bench has no check standard
    rule: str = ""
    adjusted: bool | None = None
    rule_offers: tuple[PlannedOffer, ...] = ()
    regulations: tuple[Mapping[str, Any], ...] = ()  # editions that are followed, as in `run.opened`


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a run ended. `duration_s` is in the run's clock (simulated time on a virtual bench)."""

    run: str
    exit_code: int
    verdict: str  # "" where none was reached
    duration_s: float
    wall_s: float
    message: str
    mode: str = ""
    code: str = ""  # what ended it; "" when completed, or "session-provisional", or "as-left-open"
    further: tuple[Outcome, ...] = ()  # of the units that were measured at once with the first


@dataclass(frozen=True, slots=True)
class SafeSource:
    """One source after it was made safe: what it reports, what the meter reads, whether that confirms it."""

    asset: str
    reported: str  # "standby", "operate", or why it does not tell
    indicated: float | None
    unit: str
    confirmed: bool
    note: str = ""
    kind: str = "electrical"  # what it leaves where it is not safe: see `_advice`


@dataclass(frozen=True, slots=True)
class SafeReport:
    """What `make_safe` did."""

    sources: tuple[SafeSource, ...]
    confirmed: bool
    exit_code: int  # 0 or 7
    runs: tuple[str, ...] = field(default=())  # runs that had left something energised
    message: str = ""
