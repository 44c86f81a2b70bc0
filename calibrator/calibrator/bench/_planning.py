"""The façade that only plans: it notes what a point would do and how long it takes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from decimal import Decimal

from calibrator.bench._drivers import unit_of
from calibrator.procedure import MeterHandle, PartHandle, Point, SourceHandle, Text

__all__ = ["PlannedActions", "PlannedQuestion", "PlannedStage", "PlanningBench"]

# Estimates for plans and progress, never for results.
_LINE_HZ = 50.0
_EXCHANGE_S = 0.05
_SETTLED_S = {"pressure": 30.0, "temperature": 1800.0}  # 1 s for any other


@dataclass(frozen=True, slots=True)
class PlannedStage:
    """A level that a point programmes on a part."""

    part: str
    function: str
    value: Decimal
    unit: str


@dataclass(frozen=True, slots=True)
class PlannedQuestion:
    """A question that a point puts to the person."""

    key: str
    text: Text
    number: bool
    simulated: str


@dataclass(slots=True)
class PlannedActions:
    """What `measure` asked for at one point; `wires` are those of the source, `readings` of the unit."""

    duration_s: float = 0.0
    staged: Decimal | None = None
    wires: int = 2
    nplc: float = 1.0
    readings: int = 0
    energised: bool = False
    stages: list[PlannedStage] = field(default_factory=list)
    connects: list[str] = field(default_factory=list)  # wirings
    questions: list[PlannedQuestion] = field(default_factory=list)
    parts: set[str] = field(default_factory=set)
    taken: Counter[str] = field(default_factory=Counter)  # readings that count, by part
    functions: dict[str, str] = field(default_factory=dict)  # what each part was configured to


class PlanningBench:
    """Runs `measure` without instruments; raises `RunError` for what the live façade refuses too.

    Example:
        >>> from calibrator.procedure import Point
        >>> bench = PlanningBench(Point("p", "s", "dcv", Decimal(1), Decimal(1), "V", {}, "source"))
        >>> bench.read(5, discard=1)
        >>> bench.actions.readings
        5
    """

    def __init__(self, point: Point) -> None:
        self.point = point
        self.actions = PlannedActions()

    @property
    def source(self) -> SourceHandle:
        """A source that notes what would be staged."""
        return _Source(self.actions)

    @property
    def uut(self) -> MeterHandle:
        """A meter that notes how long it integrates."""
        return _Meter(self.actions)

    def part(self, name: str) -> PartHandle:
        """Return a part that notes what is asked of it."""
        self.actions.parts.add(name)
        return _Part(self.actions, name)

    def connect(self, wiring: str) -> None:
        """Note the wiring."""
        self.actions.connects.append(wiring)

    def ask(self, key: str, text: Text, *, number: bool = False, simulated: str = "yes") -> str:
        """Note the question; answer as the operator of a simulated bench would."""
        self.actions.questions.append(PlannedQuestion(key, text, number, simulated))
        return simulated

    def look(self, part: str = "uut") -> float:
        """Return what the point's settings expect of the part (`expected_<part>`), else the nominal value."""
        self._take(part)
        return float(self.point.settings.get(f"expected_{part}", self.point.nominal))

    def prove(self, expected: float, *, tolerance: float = 0.01, part: str = "uut") -> None:
        """Note a reading that only proves the leads."""
        del expected, tolerance
        self._take(part)

    def decide(self, what: str, **inputs: float | str | bool) -> None:
        """Note nothing."""

    def energised(self, *, timeout_s: float | None = None) -> AbstractContextManager[None]:
        """Note that the point would be energised."""
        del timeout_s
        return self._energised()

    @contextmanager
    def _energised(self) -> Iterator[None]:
        self.actions.energised = True
        settled = [_SETTLED_S.get(stage.function, 1.0) for stage in self.actions.stages]
        self.actions.duration_s += max(settled, default=1.0)
        yield

    def settle(
        self,
        *,
        minimum_s: float,
        window: float,
        samples: int = 3,
        timeout_s: float = 120.0,
        part: str = "uut",
        every_s: float = 0.0,
    ) -> None:
        """Add the least time that settling takes."""
        del window, timeout_s
        self.actions.parts.add(part)
        self.actions.duration_s += minimum_s + samples * max(self._reading_s(), every_s)

    def read(
        self, count: int, *, discard: int = 0, parts: Sequence[str] = ("uut",), every_s: float = 0.0
    ) -> None:
        """Add the time of the readings."""
        for part in parts:
            self.actions.taken[part] += count
            self.actions.parts.add(part)
        self.actions.readings += count * list(parts).count("uut")
        self.actions.duration_s += (count + discard) * max(len(parts) * self._reading_s(), every_s)

    def wait(self, seconds: float) -> None:
        """Add the time."""
        self.actions.duration_s += seconds

    def _take(self, part: str) -> None:
        self.actions.parts.add(part)
        self.actions.duration_s += self._reading_s()

    def _reading_s(self) -> float:
        # autozero doubles the integration
        return 2 * self.actions.nplc / _LINE_HZ + _EXCHANGE_S


class _Source:
    def __init__(self, actions: PlannedActions) -> None:
        self._actions = actions

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
        del frequency_hz, amplitude_v
        _stage(self._actions, "source", function, value, unit)
        self._actions.wires = wires


def _stage(actions: PlannedActions, part: str, function: str, value: Decimal, unit: str) -> None:
    unit_of(function, unit)
    actions.staged = value
    actions.stages.append(PlannedStage(part, function, value, unit))
    actions.duration_s += _EXCHANGE_S


class _Part:
    def __init__(self, actions: PlannedActions, name: str) -> None:
        self._actions = actions
        self._name = name

    def stage(self, function: str, value: Decimal, unit: str, **settings: float) -> None:
        if "wires" in settings:
            self._actions.wires = int(settings["wires"])
        _stage(self._actions, self._name, function, value, unit)

    def configure(self, function: str, **settings: float | str | bool) -> None:
        unit_of(function)
        self._actions.nplc = float(settings.get("nplc", self._actions.nplc))
        self._actions.functions[self._name] = function
        self._actions.duration_s += _EXCHANGE_S

    def act(self, action: str) -> None:
        del action
        self._actions.duration_s += _EXCHANGE_S


class _Meter:
    def __init__(self, actions: PlannedActions) -> None:
        self._actions = actions

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
        del range_, wires, high_impedance, frequency_hz, gate_s, amplitude_v
        unit_of(function, unit)
        self._actions.functions["uut"] = function
        self._actions.nplc = nplc
        self._actions.duration_s += _EXCHANGE_S
