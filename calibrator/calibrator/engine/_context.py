"""What every step of a run works with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from calibrator.engine._broker import Broker
from calibrator.engine._chronicle import Chronicle
from calibrator.engine._desk import Spot, WorkDesk
from calibrator.engine._levels import levels
from calibrator.engine._safety import Looks, Quantity, quantity_of
from calibrator.engine._session_check import phase_of
from calibrator.engine._setting import Setting
from calibrator.engine._station import Station
from calibrator.engine._stop import StopSignal
from calibrator.engine._types import Operator
from calibrator.procedure import Point, PointReferences, Section
from calibrator.standards import BenchInstrument
from calibrator_drivers.accuracy import AccuracyTable, load_table

__all__ = ["Context", "looks_of"]


@dataclass(slots=True)
class Context:
    """One run at work: setting, fixed references, opened bench, record, operator."""

    setting: Setting
    references: Mapping[str, PointReferences]
    chronicle: Chronicle
    station: Station
    desk: WorkDesk
    broker: Broker
    operator: Operator
    stop: StopSignal
    section: Section | None = None  # whose leads are on, as far as the record knows
    results: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    monte_carlo: bool = True  # False in a proof: no clause-8 verdicts and no joint statement, which cost most

    @property
    def interval(self) -> str:
        """The UUT's column."""
        return self.setting.interval

    def emit(self, kind: str, body: Mapping[str, Any]) -> None:
        """Commit one event of the run."""
        self.chronicle.emit(kind, body)

    def point(self, point_id: str) -> Point:
        """Return a point of the job by id."""
        return next(
            point for section in self.setting.measured for point in section.points if point.id == point_id
        )

    def source_of(self, section: Section) -> str:
        """Return the name of the instrument that feeds a section, "" where none does."""
        if phase_of(section):
            return self.station.bench.wirings[section.wiring].source or ""
        assets = {
            self.references[point.id].standard_asset for point in section.points if point.standard == "source"
        }
        names = [item.name for item in self.station.instruments() if item.asset in assets]
        return names[0] if names else ""

    def assets_of(self, section: Section) -> frozenset[str]:
        """Return the assets that realise the values of a section."""
        if phase_of(section):
            return frozenset({self.station.bench.instruments[self.source_of(section)].asset})
        return frozenset(self.references[point.id].standard_asset for point in section.points)

    def meter_of(self, section: Section) -> str:
        """Return the name of the meter on a section's leads: the check standard's in a session check."""
        check = self.station.bench.session_check
        return check.meter if check is not None and phase_of(section) else self.setting.uut.name

    def spot(self, section: Section, name: str, point: Point | None) -> Spot:
        """Return where the desk works: a point's own standard, or that of the section for its proof."""
        source = self.source_of(section)
        if point is not None and point.standard != "source":
            source = ""
        unit = point.unit if point is not None else section.proof.unit if section.proof else ""
        # the guard looks with the unit under test, which is not on the leads of a session check
        seen: Quantity = "none" if phase_of(section) else self._quantity(section)
        return Spot(
            name, section.id, source, seen, self.ceilings(section), unit, meter=self.meter_of(section)
        )

    def looks(self) -> Looks:
        """Return how the meter can see the sources with the leads as they are now."""
        quantity: Quantity = "none" if self.section is None else self._quantity(self.section)
        if self.section is None or not phase_of(self.section):
            return looks_of(self.setting, quantity)
        meter = self.station.bench.instruments[self.meter_of(self.section)]
        return _looks(meter, load_table(meter.model), quantity)

    def ceilings(self, section: Section) -> dict[str, float]:
        """Return the largest volts and amperes in a section: its own maximum, and what its leads bear.

        A quantity that the section does not need is held at the harmless level of a proof (METROLOGY 3, 5).
        """
        wiring = self.station.bench.wirings[section.wiring]
        bears = {"V": wiring.max_voltage_v, "A": wiring.max_current_a}
        found = {level.unit: level.limit for level in levels().proof.values() if level.unit in bears}
        for point in section.points:
            if point.standard == "source" and point.unit in found:
                found[point.unit] = max(found[point.unit], abs(float(point.nominal)))
        return {
            unit: value if most is None else min(value, most)
            for (unit, value), most in ((item, bears[item[0]]) for item in found.items())
        }

    def _quantity(self, section: Section) -> Quantity:
        sourced = any(point.standard == "source" for point in section.points)
        return quantity_of((point.function for point in section.points), sourced=sourced)


def looks_of(setting: Setting, quantity: Quantity) -> Looks:
    """Return the meter and its highest ranges for a look at the terminals."""
    return _looks(setting.uut, setting.uut_table, quantity)


def _looks(meter: BenchInstrument, table: AccuracyTable, quantity: Quantity) -> Looks:
    functions = table.functions()
    return Looks(
        meter.name,
        quantity,
        max(table.ranges("dcv")) if "dcv" in functions else 1000.0,
        max(table.ranges("dci")) if "dci" in functions else 1.0,
        meter.serial,
    )
