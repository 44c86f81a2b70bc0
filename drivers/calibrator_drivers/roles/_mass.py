"""Roles of the mass domain (MII: Measure.Mass.Conventional)."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from ._core import Indication, Meter

__all__ = ["NAMES", "MeasureMass"]

NAMES: tuple[str, ...] = ("MeasureMass",)


@runtime_checkable
class MeasureMass(Meter, Protocol):
    """Weighs; `read` waits for a stable value, values are in g, as balances show them."""

    def read_now(self) -> tuple[Indication, bool]:
        """Return the present value, and whether the instrument calls it stable."""
        ...

    def zero(self) -> None:
        """Set zero, with the pan as it is.

        Raises `InstrumentReportedError` where the instrument refuses.
        """
        ...

    def tare(self) -> None:
        """Set the present load as tare.

        Raises `InstrumentReportedError` where the instrument refuses.
        """
        ...
