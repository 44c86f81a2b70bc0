"""What the simulator takes from a bench file: instruments, wirings, units, effects, faults."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from calibrator_drivers.accuracy import load_table
from calibrator_sim._effects import Effects
from calibrator_sim._errors import BenchFileError, closest
from calibrator_sim._fault_script import Fault, parse_faults
from calibrator_sim._points import Named, parse_named
from calibrator_sim._read import Table

__all__ = ["BenchConfig", "InstrumentConfig", "RoomConfig", "UnitConfig", "WiringConfig", "parse_bench"]

MODELS = {"fluke_5522a": "calibrator", "keysight_34401a": "meter", "copper_short": "artefact"}
TERMINALS = (
    "open",
    "short-input-sense",
    "normal-input",
    "normal-input-sense",
    "normal-input-aux-sense",
    "aux-current",
)
ERRORS = ("drawn", "inside", "outside", "limit", "none")
POPULATIONS = ("two-term", "uniform", "normal")
_SIMULATION_KEYS = (
    "seed",
    "start",
    "wiring",
    "effects",
    "units",
    "environment",
    "faults",
    "line_frequency_hz",
)
_UNIT_KEYS = ("error", "population", "width", "outside", "z", "interval", "on_for_s", "treat_as")
_SOCKET = re.compile(r"TCPIP\d*::[^:]+::(\d{1,5})::SOCKET", re.IGNORECASE)
_LAST_PORT = 65535
_DEFAULT_START = datetime(2026, 11, 23, 8, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class InstrumentConfig:
    """An instrument of the bench file."""

    name: str
    model: str
    serial: str
    zeroed_at: datetime | None = None
    zeroed_temperature_c: float | None = None
    calibrated_at_c: float | None = None  # temperature of its certificate
    port: int = 0  # of the address in the file, kept when the bench is served; 0: any free one

    @property
    def kind(self) -> str:
        """What it is on the bench: calibrator, meter or artefact."""
        return MODELS[self.model]


@dataclass(frozen=True, slots=True)
class WiringConfig:
    """A wiring of the bench file with the figures from which its true values are drawn."""

    name: str
    terminals: str
    source: str  # name of the instrument that feeds, "" for none
    meter: str  # name of the instrument that is fed
    lead_ohm: tuple[float, float] = (0.05, 0.05)  # estimate and half-width of one lead
    emf_v: tuple[float, float] = (0.0, 1.0e-6)
    insulation_ohm: float = 1.0e12


@dataclass(frozen=True, slots=True)
class UnitConfig:
    """How the true error of an instrument is drawn."""

    error: str
    population: str = "two-term"
    width: float = 0.5
    outside: tuple[Named, ...] = ()
    z: float | None = None
    interval: str = "1y"
    on_for_s: float = 7200.0
    treat_as: str = ""  # overrides the row's: "normal_k" or "limit_rectangular"


@dataclass(frozen=True, slots=True)
class RoomConfig:
    """The true conditions of the room."""

    temperature_c: float = 23.0
    humidity_rh: float = 45.0
    ripple_c: float = 0.03
    ripple_period_s: float = 1800.0


@dataclass(frozen=True, slots=True)
class BenchConfig:
    """Everything the simulator needs to know of a bench."""

    name: str
    seed: int
    start: datetime
    instruments: Mapping[str, InstrumentConfig]
    wirings: Mapping[str, WiringConfig]
    units: Mapping[str, UnitConfig]
    effects: Effects = field(default_factory=Effects)
    room: RoomConfig = field(default_factory=RoomConfig)
    faults: tuple[Fault, ...] = ()
    wiring: str = ""
    line_frequency_hz: float = 50.0


def parse_bench(bench: Mapping[str, Any], *, seed: int | None = None) -> BenchConfig:
    """Take a parsed bench file; `seed` overrides the file's.

    Raises:
        BenchFileError: with the key and the way out.
    """
    top = Table(bench, "")
    simulation = top.table("simulation")
    simulation.allow(_SIMULATION_KEYS)
    instruments = _instruments(top.table("instruments"), top.table("assets"))
    wirings = _wirings(top.table("wirings"), instruments)
    first = simulation.text("wiring")
    if first and first not in wirings:
        raise BenchFileError(
            f'The bench begins with the wiring "{first}", which it does not have',
            where="simulation.wiring",
            way_out=closest(first, wirings),
            code="unknown-wiring",
        )
    return BenchConfig(
        name=top.text("name", "bench"),
        seed=_seed(simulation, seed),
        start=simulation.time("start") or _DEFAULT_START,
        instruments=instruments,
        wirings=wirings,
        units=_units(simulation.table("units"), instruments),
        effects=Effects.parse(simulation.table("effects").values),
        room=_room(simulation.table("environment"), top.table("environment")),
        faults=parse_faults(simulation, instruments, wirings),
        wiring=first,
        line_frequency_hz=simulation.number("line_frequency_hz", 50.0, low=45.0, high=65.0),
    )


def _seed(simulation: Table, seed: int | None) -> int:
    value = simulation.values.get("seed") if seed is None else seed
    if value is None:
        raise BenchFileError(
            "The simulated bench has no seed",
            where="simulation.seed",
            way_out="Write seed = 1 under [simulation], or give one with --seed.",
            code="seed-missing",
        )
    if isinstance(value, bool) or not isinstance(value, int):
        raise simulation.bad("seed", "a whole number", value)
    return value


def _instruments(table: Table, assets: Table) -> dict[str, InstrumentConfig]:
    found: dict[str, InstrumentConfig] = {}
    for name in table.values:
        entry = table.table(name)
        model = entry.text("model")
        if model not in MODELS:
            raise BenchFileError(
                f'The simulator has no model "{model}"',
                where=entry.at("model"),
                way_out=closest(model, MODELS),
                code="unknown-model",
            )
        serial = entry.text("serial")
        if MODELS[model] != "artefact" and not serial.startswith("SIM"):
            raise BenchFileError(
                f'The serial "{serial}" of a simulated instrument does not begin with SIM',
                where=entry.at("serial"),
                way_out=f"Write a serial such as SIM{serial or '0001'}: live and simulated never mix.",
                code="serial-not-simulated",
            )
        degrees = entry.values.get("zeroed_temperature_c")
        found[name] = InstrumentConfig(
            name,
            model,
            serial,
            entry.time("zeroed_at"),
            None if degrees is None else entry.number("zeroed_temperature_c", 23.0),
            _calibrated_at(assets.table(entry.text("asset"))),
            _port(entry),
        )
    return found


def _calibrated_at(asset: Table) -> float | None:
    certificate = asset.table("certificate")
    known = "temperature_c" in certificate.values
    return certificate.number("temperature_c", 23.0) if known else None


def _port(entry: Table) -> int:
    """Return the port of a raw socket address."""
    resource = entry.text("resource")
    if not resource:
        return 0
    match = _SOCKET.fullmatch(resource)
    if match is None or int(match.group(1)) > _LAST_PORT:
        raise BenchFileError(
            f'The simulator serves raw TCP only, not "{resource}"',
            where=entry.at("resource"),
            way_out='Write an address such as "TCPIP0::127.0.0.1::5501::SOCKET", or leave it out.',
            code="bad-value",
        )
    return int(match.group(1))


def _wirings(table: Table, instruments: Mapping[str, InstrumentConfig]) -> dict[str, WiringConfig]:
    return {name: _wiring(name, table.table(name), instruments) for name in table.values}


def _wiring(name: str, entry: Table, instruments: Mapping[str, InstrumentConfig]) -> WiringConfig:
    default = "short-input-sense" if "artefact" in entry.values else "open"
    terminals = entry.choice("terminals", default, TERMINALS)
    for key in ("from", "to", "artefact"):
        if key in entry.values and entry.text(key) not in instruments:
            raise BenchFileError(
                f'The wiring "{name}" names "{entry.text(key)}", which the bench does not have',
                where=entry.at(key),
                way_out=closest(entry.text(key), instruments),
                code="unknown-instrument",
            )
    source = entry.text("from")
    fed = terminals not in ("open", "short-input-sense")
    meters = [other.name for other in instruments.values() if other.kind == "meter"]
    meter = entry.text("to", meters[0] if len(meters) == 1 else "")
    wanted = [("to", meter, "meter")] + ([("from", source, "calibrator")] if fed else [])
    for key, end, kind in wanted:
        if end not in instruments or instruments[end].kind != kind:
            raise BenchFileError(
                f'The wiring "{name}" needs a {kind} here, not "{end}"',
                where=entry.at(key),
                way_out=f'Write {key} = "NAME" with the name of a {kind} of the bench.',
                code="unknown-instrument",
            )
    insulation, _ = entry.figure("insulation_ohm", 1.0e12, 0.0)
    if insulation <= 0.0:
        raise entry.bad("insulation_ohm", "a resistance above 0 ohm", insulation)
    return WiringConfig(
        name,
        terminals,
        source if fed else "",
        meter,
        entry.figure("lead_resistance_ohm", 0.05, 0.05),
        entry.figure("emf_v", 0.0, 1.0e-6),
        insulation,
    )


def _units(table: Table, instruments: Mapping[str, InstrumentConfig]) -> dict[str, UnitConfig]:
    for name in table.values:
        if name not in instruments or instruments[name].kind == "artefact":
            raise BenchFileError(
                f'There is no instrument "{name}" whose error could be drawn',
                where=table.at(name),
                way_out=closest(name, [i.name for i in instruments.values() if i.kind != "artefact"]),
                code="unknown-instrument",
            )
    return {
        name: _unit(table.table(name), config)
        for name, config in instruments.items()
        if config.kind != "artefact"
    }


def _unit(entry: Table, config: InstrumentConfig) -> UnitConfig:
    entry.allow(_UNIT_KEYS)
    source, table = config.kind == "calibrator", load_table(config.model)
    intervals = {interval for function in table.functions() for interval in table.intervals(function)}
    error = entry.choice("error", "drawn" if source else "inside", ERRORS)
    z = entry.values.get("z")
    return UnitConfig(
        error=error,
        population=entry.choice("population", "two-term", POPULATIONS),
        width=entry.number("width", 1.5 if error == "drawn" else 0.5, low=0.0),
        outside=tuple(parse_named(text, table, entry.at("outside")) for text in entry.texts("outside")),
        z=None if z is None else entry.number("z", 0.0),
        interval=entry.choice("interval", "1y", intervals),
        on_for_s=entry.number("on_for_s", 7200.0, low=0.0),
        treat_as=entry.choice("treat_as", "", ("", "normal_k", "limit_rectangular")),
    )


def _room(table: Table, typed: Table) -> RoomConfig:
    table.allow(("temperature_c", "humidity_rh", "ripple_c", "ripple_period_s"))
    default = RoomConfig()
    return RoomConfig(
        table.number(
            "temperature_c", typed.number("temperature_c", default.temperature_c), low=-50.0, high=100.0
        ),
        table.number("humidity_rh", typed.number("humidity_rh", default.humidity_rh), low=0.0, high=100.0),
        table.number("ripple_c", default.ripple_c, low=0.0),
        table.number("ripple_period_s", default.ripple_period_s, low=1.0),
    )
