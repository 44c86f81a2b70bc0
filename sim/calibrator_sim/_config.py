"""From a parsed bench file to what the simulator needs of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from calibrator_sim._config_instruments import ERRORS, POPULATIONS, parse_instruments, parse_units
from calibrator_sim._config_nodes import parse_nodes, parse_wirings
from calibrator_sim._config_types import (
    BenchConfig,
    InstrumentConfig,
    Member,
    NodeConfig,
    RoomConfig,
    UnitConfig,
)
from calibrator_sim._effects import Effects
from calibrator_sim._errors import BenchFileError, closest
from calibrator_sim._fault_script import parse_faults
from calibrator_sim._read import Table
from calibrator_sim.nodes.electrical import TERMINALS

__all__ = [
    "ERRORS",
    "POPULATIONS",
    "TERMINALS",
    "BenchConfig",
    "InstrumentConfig",
    "Member",
    "NodeConfig",
    "RoomConfig",
    "UnitConfig",
    "parse_bench",
]

_SIMULATION_KEYS = (
    "seed",
    "start",
    "wiring",
    "effects",
    "units",
    "adjusted",
    "environment",
    "faults",
    "line_frequency_hz",
    "nodes",
    "transports",
)
_DEFAULT_START = datetime(2026, 11, 23, 8, tzinfo=UTC)


def parse_bench(bench: Mapping[str, Any], *, seed: int | None = None) -> BenchConfig:
    """Take a parsed bench file; `seed` overrides the file's.

    Raises:
        BenchFileError: with the key and the way out.
    """
    top = Table(bench, "")
    simulation = top.table("simulation")
    simulation.allow(_SIMULATION_KEYS)
    instruments = parse_instruments(
        top.table("instruments"), top.table("assets"), simulation.table("transports")
    )
    wirings = parse_wirings(top.table("wirings"), instruments, simulation.table("nodes"))
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
        units=parse_units(simulation.table("units"), instruments, simulation.texts("adjusted")),
        effects=Effects.parse(simulation.table("effects").values),
        room=_room(simulation.table("environment"), top.table("environment")),
        faults=parse_faults(simulation, instruments, wirings),
        wiring=first,
        line_frequency_hz=simulation.number("line_frequency_hz", 50.0, low=45.0, high=65.0),
        nodes=parse_nodes(simulation.table("nodes"), instruments, wirings),
    )


def _seed(simulation: Table, seed: int | None) -> int:
    value = simulation.values.get("seed") if seed is None else seed
    if value is None:
        raise BenchFileError(
            "The simulated bench has no seed",
            where="simulation.seed",
            way_out="Write seed = 1 under [simulation].",
            code="seed-missing",
        )
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise simulation.bad("seed", "a whole number from 0 on", value)
    return value


def _room(table: Table, typed: Table) -> RoomConfig:
    table.allow(("temperature_c", "humidity_rh", "ripple_c", "ripple_period_s", "pressure_pa"))
    default = RoomConfig()
    return RoomConfig(
        table.number(
            "temperature_c", typed.number("temperature_c", default.temperature_c), low=-50.0, high=100.0
        ),
        table.number("humidity_rh", typed.number("humidity_rh", default.humidity_rh), low=0.0, high=100.0),
        table.number("ripple_c", default.ripple_c, low=0.0),
        table.number("ripple_period_s", default.ripple_period_s, low=1.0),
        table.number("pressure_pa", default.pressure_pa, low=30_000.0, high=120_000.0),
    )
