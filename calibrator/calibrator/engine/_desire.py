"""What every way into a run is given."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from calibrator._home import Home
from calibrator.engine._setting import Setting, setting_of
from calibrator.engine._station import Station
from calibrator.engine._stop import StopSignal
from calibrator.engine._types import Job, Operator, Progress

if TYPE_CHECKING:
    from calibrator.record import Event

__all__ = ["Desire"]


@dataclass(frozen=True, slots=True)
class Desire:
    """Who is there, where it is recorded, and for proofs how job and bench are opened otherwise."""

    home: Home
    operator: Operator | None
    answers: Path | None
    interactive: bool
    listeners: Sequence[Callable[[Event], None]]
    progress: Callable[[Progress], None] | None
    stop: StopSignal
    prepare: Callable[[Job, Home], Setting] = setting_of
    open_station: Callable[..., Station] = Station.open
