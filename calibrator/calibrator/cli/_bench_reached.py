"""The addresses of a bench's instruments; a simulated bench is open as long as they are asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

from calibrator.cli._failures import place_error
from calibrator_drivers.clock import Clock, RealClock

if TYPE_CHECKING:
    from calibrator.standards import BenchFile

__all__ = ["reached"]


@contextmanager
def reached(found: BenchFile) -> Iterator[tuple[Mapping[str, str], Clock]]:
    """Give each instrument's address and the clock; a simulated bench without any is opened meanwhile."""
    written = {name: item.resource for name, item in found.instruments.items() if item.resource}
    if not found.in_process:
        yield written, RealClock()
        return
    from calibrator.bench import find_simulator

    try:
        opened = find_simulator().open(found.raw)
    except Exception as error:  # a plug-in's own errors, of which this room knows no classes
        place_error(error, found)
        raise
    try:
        yield opened.resources, opened.clock
    finally:
        opened.close()
