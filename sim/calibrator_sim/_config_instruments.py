"""The instruments of a bench file and how their true errors are drawn."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from calibrator_drivers.accuracy import AccuracyError, AccuracyTable, load_table
from calibrator_sim._address import TRANSPORTS, Address, parse_address
from calibrator_sim._config_types import InstrumentConfig, UnitConfig
from calibrator_sim._errors import BenchFileError, closest
from calibrator_sim._points import parse_named
from calibrator_sim._read import Table
from calibrator_sim.instruments._catalogue import CATALOGUE

__all__ = ["ERRORS", "POPULATIONS", "parse_instruments", "parse_units"]

ERRORS = ("drawn", "inside", "outside", "limit", "none")
# standard: z times the limit at the point, as a calibrator that is one (METROLOGY 26)
# transfer: as two-term, and each connection has an error of its own within the row "transfer"
POPULATIONS = ("two-term", "uniform", "normal", "standard", "transfer")
_LEFT = 0.05  # of the limits: what an adjustment of zero and span leaves
_UNIT_KEYS = (
    *("error", "population", "width", "outside", "z", "interval", "on_for_s", "treat_as"),
    *("shunt_heating_ppm_per_w", "pulse_jitter_s", "hysteresis_g"),
)


def parse_instruments(table: Table, assets: Table, transports: Table) -> dict[str, InstrumentConfig]:
    """Take `[instruments]`, in the file's order, and `[simulation.transports]`."""
    transports.allow(table.values)
    chosen = {name: transports.choice(name, "", ("", *TRANSPORTS)) for name in table.values}
    found = {name: _instrument(name, table.table(name), assets, chosen[name]) for name in table.values}
    _unlike(found, table)
    return found


def _unlike(instruments: Mapping[str, InstrumentConfig], table: Table) -> None:
    """Refuse two instruments with one serial: errors are drawn by it, and two would err alike."""
    holders: dict[str, str] = {}
    for name, config in instruments.items():
        first = holders.setdefault(config.serial, name) if config.entry.home or config.entry.silent else name
        if first != name:
            raise BenchFileError(
                f'"{first}" and "{name}" have the same serial {config.serial}',
                where=table.table(name).at("serial"),
                way_out=f"Give each instrument its own, such as {config.serial}B.",
                code="twice",
            )


def _instrument(name: str, entry: Table, assets: Table, transport: str) -> InstrumentConfig:
    model = entry.text("model")
    passive = entry.values.get("artefact") is True and model not in CATALOGUE
    if model not in CATALOGUE and not passive:
        raise BenchFileError(
            f'The simulator has no model "{model}"',
            where=entry.at("model"),
            way_out=closest(model, CATALOGUE),
            code="unknown-model",
        )
    serial = entry.text("serial")
    if not passive and (CATALOGUE[model].home or CATALOGUE[model].silent) and not serial.startswith("SIM"):
        raise BenchFileError(
            f'The serial "{serial}" of a simulated instrument does not begin with SIM',
            where=entry.at("serial"),
            way_out=f"Write a serial such as SIM{serial or '0001'}: live and simulated never mix.",
            code="serial-not-simulated",
        )
    degrees = entry.values.get("zeroed_temperature_c")
    return InstrumentConfig(
        name,
        model,
        serial,
        entry.time("zeroed_at"),
        None if degrees is None else entry.number("zeroed_temperature_c", 23.0),
        _calibrated_at(assets.table(entry.text("asset"))),
        _address(entry, transport),
        entry.texts("options"),
    )


def _calibrated_at(asset: Table) -> float | None:
    certificate = asset.table("certificate")
    known = "temperature_c" in certificate.values
    return certificate.number("temperature_c", 23.0) if known else None


def _address(entry: Table, transport: str) -> Address:
    """Return where an instrument is served: by its resource, else by the transport that is chosen for it."""
    resource = entry.text("resource")
    if not resource:
        return Address(transport)
    address = parse_address(resource)
    if address is None:
        raise BenchFileError(
            f'The simulator cannot serve "{resource}"',
            where=entry.at("resource"),
            way_out='Write an address such as "TCPIP0::127.0.0.1::5501::SOCKET", or leave it out.',
            code="bad-value",
        )
    return address


def parse_units(
    table: Table, instruments: Mapping[str, InstrumentConfig], adjusted: Collection[str] = ()
) -> dict[str, UnitConfig]:
    """Take `[simulation.units]`; an instrument without an entry is drawn as its kind usually is.

    Those that were `adjusted` since are as `[simulation.units.NAME.adjusted]` says: what it names has
    changed, such as the width of the population, and the draws are those of the same serial. Where it is not
    there, the adjustment left a twentieth of the limits.
    """
    drawn = {
        name: config
        for name, config in instruments.items()
        if config.entry.home or config.entry.silent or config.entry.kind == "probe"
    }
    for name in table.values:
        if name not in drawn:
            raise BenchFileError(
                f'There is no instrument "{name}" whose error could be drawn',
                where=table.at(name),
                way_out=closest(name, drawn),
                code="unknown-instrument",
            )
    return {name: _unit_now(table.table(name), config, name in adjusted) for name, config in drawn.items()}


def _unit_now(entry: Table, config: InstrumentConfig, adjusted: bool) -> UnitConfig:
    if "adjusted" not in entry.values:
        return _well_adjusted(_unit(entry, config)) if adjusted else _unit(entry, config)
    own = {key: value for key, value in entry.values.items() if key != "adjusted"}
    before = _unit(Table(own, entry.key), config)
    changed = entry.table("adjusted")
    changed.allow(_UNIT_KEYS)
    after = _unit(Table({**own, **changed.values}, changed.key), config)
    return after if adjusted else before


def _well_adjusted(found: UnitConfig) -> UnitConfig:
    """Return a unit after an adjustment of zero and span that a person did as the maker orders."""
    if found.error == "none":
        return found
    width = min(_LEFT, found.width)
    return replace(found, error="inside", width=width, outside=(), z=None if found.z is None else 0.0)


def _unit(entry: Table, config: InstrumentConfig) -> UnitConfig:
    entry.allow(_UNIT_KEYS)
    table = _table(config.model)
    error = entry.choice("error", "drawn" if config.entry.standard else "inside", ERRORS)
    z = entry.values.get("z")
    return UnitConfig(
        error=error,
        population=entry.choice("population", "two-term", POPULATIONS),
        width=entry.number("width", 1.5 if error == "drawn" else 0.5, low=0.0),
        outside=tuple(parse_named(text, table, entry.at("outside")) for text in entry.texts("outside"))
        if table
        else (),
        z=None if z is None else entry.number("z", 0.0),
        interval=_interval(entry, table),
        on_for_s=entry.number("on_for_s", 7200.0, low=0.0),
        treat_as=entry.choice("treat_as", "", ("", "normal_k", "limit_rectangular")),
        shunt_heating_ppm_per_w=entry.number("shunt_heating_ppm_per_w", 0.0, low=0.0),
        pulse_jitter_s=entry.number("pulse_jitter_s", 0.0, low=0.0),
        hysteresis_g=entry.number("hysteresis_g", 0.0, low=0.0),
    )


def _interval(entry: Table, table: AccuracyTable | None) -> str:
    """Return the interval of the specification: one year where the table has it, else its first."""
    if table is None:
        return entry.text("interval", "1y")
    known = [interval for function in table.functions() for interval in table.intervals(function)]
    return entry.choice("interval", "1y" if "1y" in known or not known else known[0], set(known))


def _table(model: str) -> AccuracyTable | None:
    """Return the model's accuracy table; None where nobody has written one."""
    try:
        return load_table(model)
    except AccuracyError:
        return None
