"""The opened bench: sessions, clock, simulator; every instrument by its name in the bench file."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from calibrator._errors import CalibratorError, ConfigurationError, RefusedError
from calibrator.bench import SimulatedBench, find_simulator
from calibrator.engine._safety import Place
from calibrator.engine._traffic import EngineTraffic
from calibrator.standards import BenchFile, BenchInstrument
from calibrator_drivers import ConnectFailed, DriversError
from calibrator_drivers.clock import Clock, RealClock
from calibrator_drivers.registry import driver_class, open_instrument
from calibrator_drivers.roles import Identity, Instrument, same_serial
from calibrator_drivers.transport import self_contained
from calibrator_drivers.typed import Question, open_typed

__all__ = ["EnvironmentNow", "Found", "Station", "is_source", "roles_of"]

_TYPED = "TYPED::"  # begins the resource of an instrument that a person reads


@dataclass(frozen=True, slots=True)
class EnvironmentNow:
    """Temperature and humidity at a moment, and where they come from."""

    temperature_c: float | None
    humidity_rh: float | None
    sensor: str
    how: str  # measured, typed, simulated


@dataclass(frozen=True, slots=True)
class Found:
    """Who answered at an address."""

    instrument: BenchInstrument
    resource: str
    identity: Identity

    @property
    def serial(self) -> str:
        """The serial that the instrument tells, else that of the bench file (a 34401A tells 0)."""
        told = self.identity.serial.strip()
        return told if told.strip("0") else self.instrument.serial


def is_source(roles: Iterable[str]) -> bool:
    """Say whether an instrument of these roles has an output that can be energised, of any quantity."""
    return any(role.startswith("Source") for role in roles)


def roles_of(bench: BenchFile) -> dict[str, tuple[str, ...]]:
    """Return the roles of each model on a bench; raises `ConfigurationError` where no driver is installed."""
    found = {}
    for instrument in bench.instruments.values():
        if instrument.artefact:
            continue
        try:
            found[instrument.model] = driver_class(instrument.model).ROLES
        except DriversError as error:
            raise ConfigurationError(
                error.what,
                where=f"{bench.path}, key instruments.{instrument.name}.model",
                way_out=error.way_out,
                code=error.code,
            ) from error
    return found


class Station:
    """An opened bench; satisfies `Reach`. Opening changes no setting of any instrument."""

    def __init__(
        self,
        bench: BenchFile,
        roles: Mapping[str, tuple[str, ...]],
        simulated: SimulatedBench | None,
        traffic: EngineTraffic | None,
    ) -> None:
        self.bench = bench
        self.simulated = simulated
        self.clock: Clock = RealClock() if simulated is None else simulated.clock
        self.traffic = traffic
        self.ask: Callable[[Question], str] | None = None  # puts the questions of typed instruments
        self._roles = roles
        self._open: dict[str, Instrument] = {}

    @classmethod
    def open(cls, bench: BenchFile, *, seed: int | None = None, traffic: Path | None = None) -> Station:
        """Open the simulated bench where the file asks for one; sessions follow when first used.

        Raises:
            ConfigurationError: the simulator cannot take the bench file, no driver is installed.
            RefusedError: the traffic log cannot be written.
        """
        roles = roles_of(bench)
        simulated = _simulate(bench, seed) if bench.in_process else None
        clock: Clock = RealClock() if simulated is None else simulated.clock
        try:
            log = None if traffic is None else EngineTraffic(traffic, clock)
        except OSError as error:
            if simulated is not None:
                simulated.close()
            raise RefusedError(
                f"the traffic log cannot be written: {error.strerror or error}",
                where=str(traffic),
                way_out="Make room on the disk or choose another home with --home.",
                code="traffic",
            ) from error
        return cls(bench, roles, simulated, log)

    @property
    def virtual(self) -> bool:
        """Whether time is virtual: the bench lives in this process."""
        return self.simulated is not None

    def instruments(self) -> tuple[BenchInstrument, ...]:
        """Return everything that can be spoken to."""
        return tuple(item for item in self.bench.instruments.values() if not item.artefact)

    def places(self) -> tuple[Place, ...]:
        """Return the places of all sources."""
        return tuple(
            self.place(item.name) for item in self.instruments() if is_source(self._roles[item.model])
        )

    def place(self, name: str) -> Place:
        """Return where an instrument is."""
        item = self.bench.instruments[name]
        return Place(name, item.asset, item.model, self._resource(item), item.serial)

    def driver(self, name: str) -> Instrument:
        """Return the driver, opening a session where there is none; raises `DriversError`."""
        if name not in self._open:
            item = self.bench.instruments[name]
            if (item.resource or "").upper().startswith(_TYPED):
                self._open[name] = self._read_by_a_person(item)
                return self._open[name]
            self._open[name] = open_instrument(
                item.model,
                self._resource(item),
                clock=self.clock,
                traffic=self.traffic,
                timeout_s=item.timeout_s,
                name=name,
                bus=item.bus or "",
                policy=self.bench.buses.get(item.bus or ""),
            )
        return self._open[name]

    def _read_by_a_person(self, item: BenchInstrument) -> Instrument:
        if self.ask is None:
            raise ConnectFailed(
                f"{item.name} is read by a person, and nobody is there to be asked",
                instrument=item.name,
                resource=item.resource or "",
                way_out="Run the job at a terminal.",
            )
        return open_typed(item.model, self.ask, clock=self.clock, traffic=self.traffic, name=item.name)

    def reopen(self, name: str) -> Instrument:
        """Return the driver on a new session; an output is never changed by that (METROLOGY 6)."""
        former = self._open.pop(name, None)
        if former is not None:
            former.close()
        return self.driver(name)

    def look_for_errors(self) -> None:
        """Look for the errors of settings that a bus's policy left for later; raises `DriversError`."""
        for name, driver in self._open.items():
            rules = self.bench.buses.get(self.bench.instruments[name].bus or "")
            if rules is not None and rules.error_checks != "each":
                driver.check_errors()

    def identify(self) -> tuple[Found, ...]:
        """Ask every instrument who it is and compare with the bench file.

        Raises:
            RefusedError: nothing answers, or another instrument or serial does.
        """
        return tuple(self._identify(item) for item in self.instruments())

    def _identify(self, item: BenchInstrument) -> Found:
        place = f"{self.bench.path}, instruments.{item.name}, {self._resource(item)}"
        try:
            identity = self.driver(item.name).identify()
        except DriversError as error:
            raise RefusedError(error.what, where=place, way_out=error.way_out, code=error.code) from error
        found = Found(item, self._resource(item), identity)
        if item.serial and not same_serial(found.serial, item.serial):
            raise RefusedError(
                f"the {item.model} that answers has the serial {found.serial!r}, not {item.serial!r}",
                where=place,
                way_out="Connect the instrument of the bench file, or correct asset and serial there.",
                code="wrong-serial",
            )
        return found

    def imitated(self, found: Iterable[Found]) -> bool:
        """Say whether every source is simulated: in this process, or by the serial that it tells itself."""
        sources = {place.name for place in self.places()}
        told = (item.identity.serial.strip() for item in found if item.instrument.name in sources)
        return self.virtual or all(serial.startswith("SIM") for serial in told)

    def environment(self) -> EnvironmentNow:
        """Return the surroundings as the bench shows them now."""
        if self.simulated is not None:
            now = self.simulated.environment()
            return EnvironmentNow(now["temperature_c"], now["humidity_rh"], "simulated sensor", "simulated")
        typed = self.bench.environment
        return EnvironmentNow(typed.temperature_c, typed.humidity_rh, "", "typed")

    def now(self) -> datetime:
        """Return the time on the bench's clock."""
        return self.clock.now()

    def connect(self, wiring: str) -> None:
        """Do what the person did who was asked; only a bench in this process needs it."""
        if self.simulated is not None:
            self.simulated.connect(wiring)

    def keep_connected(self, wiring: str) -> None:
        """Connect a wiring again that a restored snapshot does not have: a person has changed the leads."""
        if self.simulated is not None and self.simulated.wiring != wiring:
            self.simulated.connect(wiring)

    def snapshot(self) -> str | None:
        """Return the simulated bench's state, None on any other."""
        return None if self.simulated is None else self.simulated.snapshot()

    def restore(self, snapshot: str | None) -> None:
        """Go back to a snapshot; nothing on a bench that has none."""
        if self.simulated is not None and snapshot is not None:
            self.simulated.restore(snapshot)

    def close(self) -> tuple[str, int] | None:
        """Close sessions, simulator and log; return the log's hash and length. Never changes an output."""
        for name in tuple(self._open):
            try:
                self._open.pop(name).close()
            except DriversError:
                continue  # the line is gone already
        if self.simulated is not None:
            self.simulated.close()
        return None if self.traffic is None else self.traffic.close()

    def _resource(self, item: BenchInstrument) -> str:
        if self.simulated is not None:
            return self.simulated.resources[item.name]
        # The guard opens it on its own, so it must say all in one string.
        return self_contained(item.resource or "", item.bus or "")


def _simulate(bench: BenchFile, seed: int | None) -> SimulatedBench:
    try:
        return find_simulator().open(bench.raw, seed=seed)
    except CalibratorError:
        raise
    except Exception as error:  # a plug-in's own errors, of which this room knows no classes
        key = str(getattr(error, "where", "")) or "simulation"
        named = key.partition(".")[0] in bench.raw
        raise ConfigurationError(
            getattr(error, "what", str(error)),
            where=bench.place_of(key) if named else f"{bench.path}, {key}",
            way_out=getattr(error, "way_out", "Correct the bench file."),
            code=getattr(error, "code", "bench-file"),
        ) from error
