"""An instrument as a bench file names it, and whose it is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from calibrator.standards._table import Table

__all__ = ["BenchInstrument", "Customer", "parse_customer"]


@dataclass(frozen=True, slots=True)
class Customer:
    """Whose a unit under test is (ISO/IEC 17025:2017, 7.8.2.1 e); `own`: said to be the laboratory's."""

    name: str
    address: str
    own: bool = False

    def as_body(self) -> dict[str, str | bool]:
        """Return what the record holds: name, address, and `own` only where it is."""
        named: dict[str, str | bool] = {"name": self.name, "address": self.address}
        return {**named, "own": True} if self.own else named


@dataclass(frozen=True, slots=True)
class BenchInstrument:
    """An instrument of a bench, or an artefact, which has no address."""

    name: str
    asset: str
    model: str  # accuracy table and driver, such as "fluke_5522a"
    serial: str  # "" where the file does not say
    resource: str | None  # VISA address; None for an artefact, and where the simulator says it
    bus: str | None  # instruments that share one have one lock and worker
    options: tuple[str, ...]  # installed hardware options
    uut: bool
    artefact: bool  # connected by a wiring and never spoken to
    timeout_s: float
    zeroed_at: datetime | None  # last zero calibration, UTC
    zeroed_temperature_c: float | None
    customer: Customer | None = None  # of the unit under test; None for the laboratory's own
    acal_at: datetime | None = None  # last self-calibration, UTC
    acal_temperature_c: float | None = None


def parse_customer(table: Table) -> Customer | None:
    """Take the table `customer` in a table, None where there is none."""
    if not table.has("customer"):
        return None
    inner = table.table("customer")
    inner.allow("name", "address", "own")
    if inner.flag("own"):
        if inner.has("name"):
            way_out = "Name the customer, or write customer = { own = true } alone."
            raise inner.error(
                "own", "An instrument of the laboratory has no customer", way_out, "own-customer"
            )
        return Customer("", "", own=True)
    return Customer(inner.text("name"), inner.text("address", "").strip())
