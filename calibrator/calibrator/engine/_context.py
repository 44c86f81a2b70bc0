"""What every step of a run works with."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from calibrator.bench import PlannedStage
from calibrator.engine._broker import Broker
from calibrator.engine._chorus import Chorus
from calibrator.engine._chronicle import Chronicle
from calibrator.engine._desk import WorkDesk
from calibrator.engine._levels import SLOW, levels, looking_ranges, staged_at
from calibrator.engine._safety import Looks, Quantity, no_looks, quantity_of
from calibrator.engine._session_check import phase_of, standards_on
from calibrator.engine._setting import Setting
from calibrator.engine._spot import Spot
from calibrator.engine._station import Station
from calibrator.engine._steps import Step
from calibrator.engine._stop import StopSignal
from calibrator.engine._types import Operator
from calibrator.evaluation import Collector
from calibrator.procedure import Point, PointReferences, Section
from calibrator.standards import BenchInstrument, Wiring
from calibrator_drivers.accuracy import AccuracyTable, load_table
from calibrator_drivers.registry import driver_class

__all__ = ["Context", "looking_meter", "looks_of"]

ABOVE_C = 10.0  # that a block may overshoot before it switches itself off


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
    wired: str = ""  # the wiring that is connected within it
    unproved: tuple[str, bool] = ("", False)  # section whose leads nobody proved since a break; its hazard
    results: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    collector: Collector = field(default_factory=Collector)
    others: tuple[Context, ...] = ()  # of the units that are measured at once with this one
    steps: tuple[Mapping[str, Any], tuple[Step, ...]] | None = None  # repeats asked for, and the steps then

    @property
    def interval(self) -> str:
        """The UUT's column."""
        return self.setting.interval

    def emit(self, kind: str, body: Mapping[str, Any]) -> None:
        """Commit one event of the run."""
        self.chronicle.emit(kind, body)

    @contextmanager
    def own(self) -> Iterator[None]:
        """Write what comes within to this unit's run only."""
        if isinstance(self.chronicle, Chorus):
            with self.chronicle.only(0):
                yield
        else:
            yield

    @property
    def each(self) -> tuple[Context, ...]:
        """The contexts of all units that are measured at once, this one first."""
        return (self, *self.others)

    def point(self, point_id: str) -> Point:
        """Return a point of the job by id."""
        return next(
            point for section in self.setting.measured for point in section.points if point.id == point_id
        )

    def sources_of(self, section: Section) -> tuple[str, ...]:
        """Return the names of the instruments that the points of a section energise."""
        bench = self.station.bench
        if phase_of(section):
            staged = any(staged_at(point, {}) for point in section.points)  # an oscillator is no source
            return tuple(name for name in (bench.wirings[section.wiring].source,) if name and staged)
        found: dict[str, None] = {}
        for point in section.points:
            stages = staged_at(point, self.setting.actions)
            for wiring in self._wirings(section, point):
                names = (wiring.part(stage.part) for stage in stages)
                found |= dict.fromkeys(name for name in names if name)
        return tuple(found)

    def assets_of(self, section: Section) -> frozenset[str]:
        """Return the assets that realise the values of a section."""
        bench = self.station.bench
        if phase_of(section):
            wired, function = bench.wirings[section.wiring], section.points[0].function
            check = "" if bench.session_check is None else bench.session_check.meter
            return frozenset(bench.instruments[name].asset for name in standards_on(wired, function, check))
        named = {self.references[point.id].standard_asset for point in section.points}
        parts = {
            bench.instruments[name].asset
            for point in section.points
            for wiring in self._wirings(section, point)
            for name in wiring.instruments()
            if name != self.setting.uut.name
        }
        return frozenset(named | parts)

    def _wirings(self, section: Section, point: Point) -> list[Wiring]:
        """Return the wirings of a point: that of its section, and those that it asks for itself."""
        planned = self.setting.actions.get(point.id)
        names = [section.wiring, *(planned.connects if planned is not None else ())]
        return [self.station.bench.wirings[name] for name in dict.fromkeys(names)]

    def meter_of(self, section: Section) -> str:
        """Return the name of the meter on a section's leads; in a session check what reads that standard."""
        if phase_of(section):
            return self.station.bench.wirings[section.wiring].part("uut") or ""
        return looking_meter(self.setting, self.station.bench.wirings[section.wiring])

    def spot(self, section: Section, name: str, point: Point | None, wiring: str = "") -> Spot:
        """Return where the desk works: the parts of the section's wiring, or of another one within it."""
        wired = self.station.bench.wirings[wiring or section.wiring]
        unit = point.unit if point is not None else section.proof.unit if section.proof else ""
        reads = wired.unit(self.setting.uut.name)
        uut = self.meter_of(section) if phase_of(section) else reads.reader
        own = {} if phase_of(section) else reads.parts
        parts = {"source": wired.source or "", **wired.parts, **own, "uut": uut}
        channels = {} if reads.channel is None else {"uut": reads.channel}
        # the guard looks with the unit under test, which is not on the leads of a session check
        seen: Quantity = "none" if phase_of(section) else self._quantity(section)
        return Spot(
            name,
            section.id,
            parts,
            seen,
            self.ceilings(section, wired),
            unit,
            {**wired.channels, **channels},
            wired.name,
            point.standard if point is not None else "source",
            wired.slew_pa_per_s,
            bool(phase_of(section)),
        )

    def looks(self) -> Looks:
        """Return how the meter can see the sources with the leads as they are now."""
        if self.section is None:
            return looks_of(self.setting, "none")
        name = self.meter_of(self.section)
        if not name:
            return no_looks()
        quantity = self._quantity(self.section)
        if not phase_of(self.section) and name == self.setting.uut.name:
            return looks_of(self.setting, quantity)
        meter = self.station.bench.instruments[name]
        return _looks(meter, load_table(meter.model), quantity)

    def ceilings(self, section: Section, wiring: Wiring | None = None) -> dict[str, float]:
        """Return the largest magnitudes in a section by unit: its own maximum, and what its leads bear.

        Volts and amperes that the section does not need are held at the harmless level of a proof
        (METROLOGY 3, 5); a pressure or temperature that it does not need has no entry.
        """
        bears = (wiring or self.station.bench.wirings[section.wiring]).bears()
        found = {level.unit: level.limit for level in levels().proof.values() if level.unit in ("V", "A")}
        for stage in (stage for point in section.points for stage in self._allowed(section, point)):
            if stage.unit in found or stage.unit in SLOW:
                found[stage.unit] = max(found.get(stage.unit, 0.0), abs(float(stage.value)))
        return {
            unit: value if most is None else min(value, most)
            for (unit, value), most in ((item, bears[item[0]]) for item in found.items())
        }

    def cut_out(self, section: Section) -> float:
        """Return where a block switches itself off: what its wiring bears, else a little above the points."""
        most = self.station.bench.wirings[section.wiring].max_temperature_c
        return self.ceilings(section).get("degC", 0.0) + ABOVE_C if most is None else most

    def slew(self, section: Section) -> float:
        """Return the rate of every change of pressure: what the wiring allows, else a twentieth a second."""
        stated = self.station.bench.wirings[section.wiring].slew_pa_per_s
        return self.ceilings(section).get("Pa", 0.0) / 20.0 if stated is None else stated

    def _allowed(self, section: Section, point: Point) -> Sequence[PlannedStage]:
        """Return the levels that a point may reach.

        Those of its table where the source realises it, whatever its procedure would programme.
        """
        planned = self._stages(section, point)
        if any(stage.unit in SLOW for stage in planned) or point.measured_with:
            return planned  # a loop current or a voltage that a pressure or temperature makes
        if point.standard == "source" and point.unit in ("V", "A"):
            return staged_at(point, {})
        return planned

    def _stages(self, section: Section, point: Point) -> Sequence[PlannedStage]:
        return staged_at(point, {} if phase_of(section) else self.setting.actions)

    def _quantity(self, section: Section) -> Quantity:
        functions = [stage.function for point in section.points for stage in self._stages(section, point)]
        return quantity_of(functions)


def looking_meter(setting: Setting, wiring: Wiring | None = None) -> str:
    """Return the name of the meter that can look at volts and amperes on the leads, "" where there is none.

    The unit under test where it is one, else a part of the wiring.
    """
    bench = setting.bench
    names = [setting.uut.name]
    for wired in (wiring,) if wiring is not None else bench.wirings.values():
        names += wired.instruments()
    for name in dict.fromkeys(names):
        item = bench.instruments[name]
        if not item.artefact and "MeasureVoltageDC" in driver_class(item.model).ROLES:
            return name
    return ""


def looks_of(setting: Setting, quantity: Quantity) -> Looks:
    """Return the meter and its highest ranges for a look at the terminals."""
    name = looking_meter(setting)
    if not name:
        return no_looks()
    meter = setting.bench.instruments[name]
    table = setting.uut_table if name == setting.uut.name else load_table(meter.model)
    return _looks(meter, table, quantity)


def _looks(meter: BenchInstrument, table: AccuracyTable, quantity: Quantity) -> Looks:
    return Looks(meter.name, quantity, *looking_ranges(table), meter.serial)
