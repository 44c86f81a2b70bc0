"""What a 2450 really gives and what it reads of it."""

from __future__ import annotations

import math

from calibrator_sim._units import StandardUnit
from calibrator_sim.instruments._device import World
from calibrator_sim.instruments._upset import Upset
from calibrator_sim.instruments.keithley_2450._circuit import Load, Point, solve
from calibrator_sim.instruments.keithley_2450._settings import RANGES, TEST_A, Measured, Settings
from calibrator_sim.nodes import electrical

__all__ = ["OVER", "OVERLOAD", "UNITS", "Physics"]

OVER = 1.05
OVERLOAD = 9.9e37
UNITS = {"VOLT": "V", "CURR": "A", "RES": "ohm"}
_SOURCED = {"VOLT": "dcv", "CURR": "dci"}
_MEASURED = {"VOLT": "dcv_measure", "CURR": "dci_measure"}
_NOISE = 1e-6  # of range at one cycle (memory_medium)
_SECOND = 1_000_000_000


class Physics:
    """The true circuit around the terminals that are in use."""

    def __init__(self, name: str, unit: StandardUnit, settings: Settings, world: World) -> None:
        self._name = name
        self._unit = unit
        self._settings = settings
        self._world = world
        self.upset: Upset[float] = Upset(name, world)

    def point(self) -> Point:
        """Return where the circuit stands with the output on."""
        settings = self._settings
        if settings.sense == "RES":
            return self._ohms_point(self.resistance_range())
        source = settings.sources[settings.source]
        error = self._unit.error(_SOURCED[settings.source], source.level, range_high=self.source_range())
        limit = source.limit if settings.source == "VOLT" else min(source.limit, self.protection_v())
        level = (source.level + error) * (1.0 + self._drift())
        if settings.source == "VOLT":  # also where the protection was set below a level that stands
            level = max(-self.protection_v(), min(level, self.protection_v()))
        return solve(settings.source, level, limit, self._load(), remote=self._measured.four_wires)

    def protection_v(self) -> float:
        """Return the voltage that is never exceeded; infinite where none is chosen."""
        chosen = self._settings.protection
        return math.inf if chosen == "NONE" else float(chosen.removeprefix("PROT"))

    def source_range(self, name: str = "") -> float:
        """Return the range of a source function: the lowest that holds its level, or the one that is set."""
        source = self._settings.sources[name or self._settings.source]
        if not source.auto:
            return source.range_high
        return lowest(RANGES[name or self._settings.source], abs(source.level))

    def resistance_range(self) -> float:
        """Return the range of resistance in use; its current flows whatever level is programmed."""
        measured = self._settings.senses["RES"]
        if not measured.auto:
            return measured.range_high
        for range_high in RANGES["RES"]:
            found = self._ohms_point(range_high)
            if not found.held and abs(self._seen(found, "VOLT")) <= OVER * range_high * abs(found.amperes):
                return max(range_high, measured.lowest)
        return RANGES["RES"][-1]

    def sense_range(self, name: str) -> float:
        """Return the range of a measured function, which is the source's where both are the same."""
        settings = self._settings
        if name == settings.source and settings.sense != "RES":
            return self.source_range()
        measured = settings.senses[name]
        if not measured.auto:
            return measured.range_high
        if name == "RES":
            return self.resistance_range() if settings.output else measured.range_high
        value = self._seen(self.point(), name) if settings.output else 0.0
        return max(lowest(RANGES[name], abs(value)), measured.lowest)

    def duration_ns(self) -> int:
        """Return how long one reading takes: signal, and with autozero zero and reference as well."""
        measured = self._measured
        cycles = measured.nplc * (3.0 if measured.autozero else 1.0)
        if measured.averaging and measured.kind == "REP":
            cycles *= measured.count
        return round(cycles / self._world.line_frequency_hz * _SECOND)

    def read(self, name: str, ns: int) -> float:
        """Return an indication of the function at a moment; it is an overload where no range holds it."""
        value = self.upset.shown(self._read(name, ns))
        return OVERLOAD if self.upset.beyond() else value

    def _drift(self) -> float:
        return self._world.drift(self._name, self._world.time_ns())

    def _read(self, name: str, ns: int) -> float:
        if name == "RES":
            amperes = self._indication("CURR", ns, TEST_A[self.resistance_range()])
            volts = self._indication("VOLT", ns, None)
            return volts / amperes if 0.0 < abs(amperes) < OVERLOAD and abs(volts) < OVERLOAD else OVERLOAD
        return self._indication(name, ns, None)

    def sourced(self, ns: int) -> tuple[float, str]:
        """Return what a reading says of the source: measured where it is read back, else as programmed."""
        settings = self._settings
        source = settings.sources[settings.source]
        if source.read_back and settings.output:
            return self._indication(settings.source, ns, None), UNITS[settings.source]
        level = TEST_A[self.resistance_range()] if settings.sense == "RES" else source.level
        return level, UNITS[settings.source]

    @property
    def _measured(self) -> Measured:
        return self._settings.senses[self._settings.sense]

    def _ohms_point(self, range_high: float) -> Point:
        amperes = TEST_A[range_high]
        amperes += self._unit.error("dci", amperes)
        limit = min(self._settings.sources["CURR"].limit, self.protection_v())
        return solve("CURR", amperes, limit, self._load(), remote=self._measured.four_wires)

    def _indication(self, name: str, ns: int, range_high: float | None) -> float:
        """Return volts or amperes as they are shown at a moment."""
        settings, measured = self._settings, self._measured
        value = self._seen(self.point(), name) if settings.output else 0.0
        if settings.sense == "RES":
            range_high = range_high or lowest(RANGES[name], abs(value))
        range_high = range_high or self.sense_range(name)
        if abs(value) > OVER * range_high:
            return OVERLOAD
        error = self._unit.error(_MEASURED[name], value, range_high=range_high)
        drawn = self._world.draws.normal("noise", self._name, name, ns)
        averaged = measured.nplc * (measured.count if measured.averaging else 1)
        noise = self._world.effects.noise * _NOISE * range_high / math.sqrt(averaged)
        return (value + error) * (1.0 + self._world.drift(self._name, ns)) + noise * drawn

    def _seen(self, point: Point, name: str) -> float:
        """Return what the circuit gives to the meter: at the sense leads where these are used."""
        if name == "CURR":
            return point.amperes
        remote = self._measured.four_wires and self._load().sensed
        return point.load_v if remote else point.terminal_v

    def _load(self) -> Load:
        """Return what is on the terminals in use; the bench's leads are on those at the front."""
        if self._settings.rear:
            return Load()
        connection, ohms = electrical.of(self._world).load_ohm(self._name)
        return Load(
            ohms, connection.leads_ohm, connection.emf_v, connection.terminals == "normal-input-sense"
        )


def lowest(ranges: tuple[float, ...], value: float) -> float:
    """Return the lowest range that holds a value, the highest where none does."""
    return next((high for high in ranges if value <= high * OVER), ranges[-1])
