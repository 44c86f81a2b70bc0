"""What the engine does for the façade."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from decimal import Decimal
from typing import Any, Protocol

from calibrator.procedure import Text
from calibrator_drivers.clock import Clock
from calibrator_drivers.roles import Instrument

__all__ = ["Desk"]


class Desk(Protocol):
    """What the engine does for the façade."""

    @property
    def clock(self) -> Clock:
        """The run's clock."""
        ...

    @property
    def applied(self) -> float | None:
        """What the source reads back while it is energised."""
        ...

    def applied_in(self, unit: str) -> tuple[float | None, str]:
        """Return what is applied in a unit, with the unit; None and "" where nothing is."""
        ...

    def driver(self, part: str) -> Instrument:
        """Return the instrument that fills a role; raises `RunError` (code `no-part`)."""
        ...

    def place(self, part: str) -> tuple[str, str]:
        """Return that instrument's name on the bench and its asset; raises as `driver`."""
        ...

    @property
    def units(self) -> range:
        """The units under test that are measured at once, by number."""
        ...

    def units_of(self, part: str) -> range:
        """Return the units that each have an instrument of their own for a part; one where they share it."""
        ...

    def unit(self, number: int) -> AbstractContextManager[None]:
        """Let "uut" be one of the units; what is recorded within is of its run only."""
        ...

    def key(self, part: str) -> str:
        """Return what tells a part apart from the same part of another unit."""
        ...

    def channel(self, part: str) -> int | None:
        """Return the channel of a readout that a part is, None where the wiring names none."""
        ...

    def emit(self, kind: str, body: Mapping[str, Any]) -> None:
        """Commit one event of the run."""
        ...

    def check(self) -> None:
        """Raise `InterruptedRun` when a stop is wanted; called between exchanges."""
        ...

    def pause(self, seconds: float, doing: str) -> None:
        """Wait in the run's time, checking for a stop."""
        ...

    def tell(self, doing: str, *, value: float | None = None, done: float = 0.0, total: float = 0.0) -> None:
        """Show progress; never recorded."""
        ...

    def stage(
        self, function: str, value: Decimal, unit: str, *, part: str = "source", **settings: float
    ) -> None:
        """Programme a part with the output off."""
        ...

    def energised(self, *, timeout_s: float | None = None) -> AbstractContextManager[None]:
        """Energise what was staged."""
        ...

    def act(self, part: str, action: str) -> None:
        """Let a part do one of its role's actions."""
        ...

    def connect(self, wiring: str) -> None:
        """Have another wiring connected."""
        ...

    def ask(self, prompt: str, text: Text, *, number: bool, simulated: str) -> str:
        """Put a question to the person."""
        ...
