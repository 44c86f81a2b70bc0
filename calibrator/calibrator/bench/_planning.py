"""The façade that only plans: it notes what a point would do and how long it takes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from decimal import Decimal

from calibrator.bench._drivers import unit_of
from calibrator.procedure import MeterHandle, Point, SourceHandle

__all__ = ["PlannedActions", "PlanningBench"]

# Estimates for plans and progress, never for results.
_LINE_HZ = 50.0
_EXCHANGE_S = 0.05
_SETTLED_S = 1.0


@dataclass(slots=True)
class PlannedActions:
    """What `measure` asked for at one point; `wires` are those of the source."""

    duration_s: float = 0.0
    staged: Decimal | None = None
    wires: int = 2
    nplc: float = 1.0
    readings: int = 0
    energised: bool = False


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

    def energised(self) -> AbstractContextManager[None]:
        """Note that the point would be energised."""
        return self._energised()

    @contextmanager
    def _energised(self) -> Iterator[None]:
        self.actions.energised = True
        self.actions.duration_s += _SETTLED_S
        yield

    def settle(self, *, minimum_s: float, window: float, samples: int = 3, timeout_s: float = 120.0) -> None:
        """Add the least time that settling takes."""
        del window, timeout_s
        self.actions.duration_s += minimum_s + samples * self._reading_s()

    def read(self, count: int, *, discard: int = 0) -> None:
        """Add the time of the readings."""
        self.actions.readings += count
        self.actions.duration_s += (count + discard) * self._reading_s()

    def wait(self, seconds: float) -> None:
        """Add the time."""
        self.actions.duration_s += seconds

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
        unit_of(function, unit)
        self._actions.staged = value
        self._actions.wires = wires
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
        self._actions.nplc = nplc
        self._actions.duration_s += _EXCHANGE_S
