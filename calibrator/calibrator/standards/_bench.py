"""The bench file: one schema for live and simulated benches."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from calibrator.procedure._toml import dotted
from calibrator.standards._asset import AssetFile, parse_bench_asset
from calibrator.standards._bench_parts import (
    Environment,
    Interlock,
    Wiring,
    parse_environment,
    parse_interlock,
    parse_wiring,
)
from calibrator.standards._buses import parse_buses
from calibrator.standards._instrument import BenchInstrument, parse_customer
from calibrator.standards._lines import place_of
from calibrator.standards._session_check import SessionCheck, parse_session_check
from calibrator.standards._table import Table, read_text
from calibrator_drivers.transport import Policy

__all__ = ["BenchFile", "load_bench"]

_TOP = (
    "name",
    "note",
    "instruments",
    "wirings",
    "environment",
    "interlock",
    "session_check",
    "assets",
    "simulation",
    "buses",
)
_INSTRUMENT = (
    "asset",
    "model",
    "serial",
    "resource",
    "bus",
    "options",
    "uut",
    "timeout_s",
    "zeroed_at",
    "zeroed_temperature_c",
    "acal_at",
    "acal_temperature_c",
    "artefact",
    "customer",
)


@dataclass(frozen=True, slots=True)
class BenchFile:
    """A bench as its file says."""

    name: str
    path: str  # of the file, or a name for a bench that is not in a file
    sha256: str
    text: str
    raw: Mapping[str, Any]  # the parsed file, for the simulator
    instruments: Mapping[str, BenchInstrument]
    wirings: Mapping[str, Wiring]
    interlock: Interlock | None
    environment: Environment
    simulated: bool  # METROLOGY 8: a [simulation] table, or one serial that begins with SIM
    assets: Mapping[str, AssetFile]  # by asset id; on simulated benches only
    session_check: SessionCheck | None = None  # None: the bench has no check standard
    buses: Mapping[str, Policy] = field(default_factory=dict)  # of those with rules of their own

    @property
    def in_process(self) -> bool:
        """Whether the simulator opens this bench in the process: [simulation] and no address."""
        addressed = any(instrument.resource for instrument in self.instruments.values())
        return "simulation" in self.raw and not addressed

    def place(self, *path: str) -> str:
        """Return file, line and key for a message; of a key that is missing, the table around it."""
        return place_of(self.text, self.path, path)

    def place_of(self, dotted: str) -> str:
        """Return file, line and key of a key that a simulator names, such as `simulation.faults[0].kind`."""
        return place_of(self.text, self.path, dotted)


def load_bench(source: Path | str, name: str | None = None, *, registered: bool = True) -> BenchFile:
    """Take a bench file, or the TOML text of one; `name` is what messages call it.

    `registered` False takes instruments without an asset and leads without ratings too: of a bench that is
    only served.

    Raises:
        ConfigurationError: with file, line and key, and the way out.
    """
    text = read_text(source, "bench file") if isinstance(source, Path) else source
    called = name or (str(source) if isinstance(source, Path) else "the bench")
    top = Table.parse(text, called)
    top.allow(*_TOP)
    artefacts = _artefacts(top)
    tables = dict(top.named("instruments"))
    if not tables:
        way_out = "Add an [instruments.NAME] table for each instrument."
        raise top.error("instruments", "The bench has no instruments", way_out, "no-instruments")
    _check_keys(tables, ("asset", "model") if registered else ("model",))
    instruments = {
        key: _instrument(key, table, artefacts, None if registered else key) for key, table in tables.items()
    }
    simulated = top.has("simulation") or any(i.serial.startswith("SIM") for i in instruments.values())
    _check_addresses(top, instruments)
    _check_twice(top, instruments)
    _check_serials(top, instruments)
    wirings = {
        key: parse_wiring(key, table, instruments, rated=registered) for key, table in top.named("wirings")
    }
    return BenchFile(
        top.text("name", called),
        called,
        hashlib.sha256(text.encode("utf-8")).hexdigest(),
        text,
        tomllib.loads(text),
        instruments,
        wirings,
        parse_interlock(top),
        parse_environment(top, instruments),
        simulated,
        _assets(top, instruments, simulated),
        parse_session_check(top, wirings),
        parse_buses(top, {item.bus for item in instruments.values() if item.bus is not None}),
    )


def _artefacts(top: Table) -> frozenset[str]:
    """Return what is never spoken to: what a wiring connects as an artefact, or the instrument says it is."""
    named = {table.text("artefact", "") for _, table in top.named("wirings")}
    said = {name for name, table in top.named("instruments") if table.flag("artefact")}
    return frozenset((named | said) - {""})


def _instrument(
    name: str, table: Table, artefacts: frozenset[str], asset: str | None = None
) -> BenchInstrument:
    table.allow(*_INSTRUMENT)
    resource = table.text("resource") if table.has("resource") else None
    if resource is not None and "::" not in resource:
        way_out = 'Write one such as "TCPIP0::192.168.1.20::5025::SOCKET" or "GPIB0::22::INSTR".'
        raise table.error("resource", f'"{resource}" is no VISA address', way_out, "bad-resource")
    if resource is not None and name in artefacts:
        what = f'"{name}" has an address, but a wiring connects it as an artefact'
        raise table.error(
            "resource", what, "Take the address away, or the wiring's artefact key.", "bad-resource"
        )
    return BenchInstrument(
        name,
        table.text("asset", asset),
        table.text("model"),
        table.text("serial", ""),
        resource,
        table.text("bus") if table.has("bus") else None,
        table.texts("options"),
        table.flag("uut"),
        name in artefacts,
        table.number("timeout_s", 5.0, above=0.0),
        table.moment("zeroed_at"),
        table.optional_number("zeroed_temperature_c", low=-50.0, high=100.0),
        parse_customer(table),
        table.moment("acal_at"),
        table.optional_number("acal_temperature_c", low=-50.0, high=100.0),
    )


def _check_keys(tables: Mapping[str, Table], wanted: tuple[str, ...]) -> None:
    """Name every key that instruments lack, so that one look at the file mends them all."""
    lacking = [(table, key) for table in tables.values() for key in wanted if not table.has(key)]
    if len(lacking) < 2:
        return  # the one is told where it is read
    table, key = lacking[0]
    names = ", ".join(dotted((*each.path, its)) for each, its in lacking)
    raise table.error(key, f"{len(lacking)} keys are missing: {names}", "Add each of them.", "missing-key")


def _check_addresses(top: Table, instruments: Mapping[str, BenchInstrument]) -> None:
    """Without a simulator, or beside an instrument that has one, every instrument needs an address."""
    spoken_to = [instrument for instrument in instruments.values() if not instrument.artefact]
    if top.has("simulation") and not any(instrument.resource for instrument in spoken_to):
        return
    lacking = [instrument.name for instrument in spoken_to if instrument.resource is None]
    if lacking:
        names = ", ".join(f'"{name}"' for name in lacking)
        what = f"The instrument {names} has no address"
        if len(lacking) > 1:
            what = f"{len(lacking)} instruments have no address: {names}"
        raise top.table("instruments").error(
            lacking[0],
            what,
            'Add resource = "TCPIP0::…", or connect it by artefact = … in a wiring.',
            "no-resource",
        )


def _check_twice(top: Table, instruments: Mapping[str, BenchInstrument]) -> None:
    """One thing stands on the bench once."""
    for key in ("asset", "resource"):
        seen: dict[str, str] = {}
        for name, instrument in instruments.items():
            value = getattr(instrument, key)
            if value is not None and value in seen:
                raise (
                    top.table("instruments")
                    .table(name)
                    .error(
                        key,
                        f'"{name}" and "{seen[value]}" have the same {key} {value}',
                        "Give each its own.",
                        "twice",
                    )
                )
            seen[value] = name


def _check_serials(top: Table, instruments: Mapping[str, BenchInstrument]) -> None:
    """Simulated units bear serials that begin with SIM (METROLOGY 8)."""
    if not top.has("simulation"):
        return
    for name, instrument in instruments.items():
        if instrument.serial and not instrument.serial.startswith("SIM"):
            raise (
                top.table("instruments")
                .table(name)
                .error(
                    "serial",
                    f'The serial "{instrument.serial}" of a simulated instrument does not begin with SIM',
                    "Live and simulated never mix: write SIM before it, or take [simulation] away.",
                    "serial-not-simulated",
                )
            )


def _assets(top: Table, instruments: Mapping[str, BenchInstrument], simulated: bool) -> dict[str, AssetFile]:
    if top.has("assets") and not simulated:
        way_out = "Take [assets] away and record each with `calibrator standards add FILE.toml`."
        raise top.error(
            "assets", "A live bench cannot carry its own certificates", way_out, "assets-on-live-bench"
        )
    by_asset = {instrument.asset: instrument for instrument in instruments.values()}
    return {name: parse_bench_asset(name, table, by_asset.get(name)) for name, table in top.named("assets")}
