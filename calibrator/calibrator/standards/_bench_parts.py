"""The parts of a bench file beside its instruments: wirings, environment, interlock."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date

from calibrator.procedure import Text
from calibrator.standards._table import Table, nearest
from calibrator_drivers.accuracy import Status

__all__ = [
    "SIMULATED_KEYS",
    "STATUSES",
    "Environment",
    "Figure",
    "Interlock",
    "LeadFigures",
    "Wiring",
    "parse_environment",
    "parse_interlock",
    "parse_wiring",
]

STATUSES = tuple(str(status) for status in Status)
# What only the simulator reads of a wiring: the node that it makes.
SIMULATED_KEYS = (
    *("domain", "leads", "medium", "leak_per_min", "heights_m", "probes", "weights", "position"),
    *("voltage_v", "current_a", "power_factor", "frequency_hz", "variation", "antenna"),
    *("capacitance_f", "contact_ohm", "common_mode_v", "absorption"),
)


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure of the bench: estimate and half-width in the unit of its key, with status and source."""

    value: float
    half_width: float
    status: str  # vocabulary of calibrator_drivers.accuracy.Status
    source: str
    unit: str = ""  # of a figure that has no unit in its key
    k: float = 0.0  # coverage factor of a half-width that is an expanded uncertainty; 0: a limit
    averaging_s: float = 0.0  # the averaging time that it holds for and beyond; 0: not stated


@dataclass(frozen=True, slots=True)
class LeadFigures:
    """What the leads of a wiring do to a measurement; None where the bench file does not say."""

    resistance_ohm: Figure | None  # of each lead
    emf_v: Figure | None  # thermal, of the whole loop
    insulation_ohm: Figure | None  # between the leads


@dataclass(frozen=True, slots=True)
class Unit:
    """What reads a unit under test, on which channel, and what else on the bench is its own."""

    reader: str  # name of an instrument: the unit itself, or a readout
    channel: int | None
    figures: Mapping[str, Figure] = field(default_factory=dict)  # its own, in place of the wiring's
    parts: Mapping[str, str] = field(default_factory=dict)  # role of the procedure -> instrument


@dataclass(frozen=True, slots=True)
class Wiring:
    """A way in which the leads may be connected."""

    name: str
    title: Text
    source: str | None  # name of the instrument that feeds ("from")
    meter: str | None  # name of the instrument that is fed ("to")
    artefact: str | None  # name of the artefact that is connected instead
    terminals: str
    max_voltage_v: float | None  # of the leads (METROLOGY 5); always there where a source feeds
    max_current_a: float | None
    leads: LeadFigures
    picture: str | None = None  # file that the prompt shows, beside the bench file
    parts: Mapping[str, str] = field(default_factory=dict)  # role of the procedure -> instrument
    channels: Mapping[str, int] = field(default_factory=dict)  # of parts that are one of a readout's
    figures: Mapping[str, Figure] = field(default_factory=dict)  # by key, for the budgets
    max_pressure_pa: float | None = None  # of the weakest part of the line, gauge
    max_temperature_c: float | None = None  # of the weakest part in the block or bath
    slew_pa_per_s: float | None = None  # the fastest that the weakest part of the line may be taken
    units: Mapping[str, Unit] = field(default_factory=dict)  # further units under test that it connects

    def part(self, name: str) -> str | None:
        """Return the instrument that fills a role; `from` is the source and `to` the unit under test."""
        return self.parts.get(name) or {"source": self.source, "uut": self.meter}.get(name)

    def unit(self, name: str) -> Unit:
        """Return what reads a unit under test: itself, or a readout on one of its channels."""
        if name in self.units:
            return self.units[name]
        return Unit(self.part("uut") or name, self.channels.get("uut"))

    def figure(self, key: str, unit: str) -> Figure | None:
        """Return a figure of a unit under test, such as its own height: else that of the whole wiring."""
        own = self.units[unit].figures if unit in self.units else {}
        return own.get(key) or self.figures.get(key)

    def instruments(self) -> tuple[str, ...]:
        """Return the names of all instruments and artefacts that the wiring connects."""
        readers = (name for unit in self.units.values() for name in (unit.reader, *unit.parts.values()))
        named = (self.source, self.meter, self.artefact, *self.parts.values(), *self.units, *readers)
        return tuple(dict.fromkeys(name for name in named if name))

    def bears(self) -> dict[str, float | None]:
        """Return the largest magnitude that it bears, by unit; None where the file does not say."""
        return {
            "V": self.max_voltage_v,
            "A": self.max_current_a,
            "Pa": self.max_pressure_pa,
            "degC": self.max_temperature_c,
        }


@dataclass(frozen=True, slots=True)
class Environment:
    """Where temperature and humidity come from: typed in the file, or a sensor of the bench."""

    temperature_c: float | None
    humidity_rh: float | None
    sensor: str | None  # name of an instrument


@dataclass(frozen=True, slots=True)
class Interlock:
    """The declaration that the bench is interlocked, so that a file may release hazards (METROLOGY 4)."""

    by: str
    until: date  # in force to the end of that day in the laboratory's time zone


def parse_wiring(name: str, table: Table, instruments: Collection[str], *, rated: bool = True) -> Wiring:
    """Take one `[wirings.NAME]` table; `rated` False does not ask what its leads bear."""
    table.allow(
        "title",
        "from",
        "to",
        "artefact",
        "terminals",
        "max_voltage_v",
        "max_current_a",
        "lead_resistance_ohm",
        "emf_v",
        "insulation_ohm",
        "picture",
        "parts",
        "channels",
        "figures",
        "max_pressure_pa",
        "max_temperature_c",
        "slew_pa_per_s",
        "units",
        *SIMULATED_KEYS,
    )
    source = _instrument(table, "from", instruments)
    fed = (
        rated and source is not None and not (table.has("max_pressure_pa") or table.has("max_temperature_c"))
    )
    return Wiring(
        name,
        table.bilingual("title", name),
        source,
        _instrument(table, "to", instruments),
        _instrument(table, "artefact", instruments),
        table.text("terminals", ""),
        table.number("max_voltage_v", above=0.0) if fed or table.has("max_voltage_v") else None,
        table.number("max_current_a", above=0.0) if fed or table.has("max_current_a") else None,
        LeadFigures(
            _figure(table, "lead_resistance_ohm"),
            _figure(table, "emf_v"),
            _figure(table, "insulation_ohm"),
        ),
        table.text("picture") if table.has("picture") else None,
        _parts(table, instruments),
        _channels(table),
        {key: _own_figure(item) for key, item in table.table("figures").named_here()},
        table.number("max_pressure_pa", above=0.0) if table.has("max_pressure_pa") else None,
        table.number("max_temperature_c", above=-273.15) if table.has("max_temperature_c") else None,
        table.number("slew_pa_per_s", above=0.0) if table.has("slew_pa_per_s") else None,
        _units(table, instruments),
    )


def _parts(table: Table, instruments: Collection[str]) -> dict[str, str]:
    parts = table.table("parts")
    return {key: _instrument(parts, key, instruments) or "" for key in parts.values}


def _units(table: Table, instruments: Collection[str]) -> dict[str, Unit]:
    """Take `[wirings.NAME.units.NAME]`: reader, channel, figures and parts of its own; nothing is needed."""
    units, found = table.table("units"), {}
    for name in units.values:
        if name not in instruments:
            what = f'There is no instrument "{name}" on this bench'
            raise units.error(name, what, nearest(name, instruments), "unknown-instrument")
        entry = units.table(name)
        entry.allow("reader", "channel", "figures", "parts")
        channel = int(entry.decimal("channel", low=0, high=10_000)) if entry.has("channel") else None
        figures = {key: _own_figure(item) for key, item in entry.table("figures").named_here()}
        reader = _instrument(entry, "reader", instruments) or name
        found[name] = Unit(reader, channel, figures, _parts(entry, instruments))
    return found


def _channels(table: Table) -> dict[str, int]:
    channels = table.table("channels")
    found = {key: channels.decimal(key, low=0, high=10_000) for key in channels.values}
    return {key: int(value) for key, value in found.items()}


def _own_figure(table: Table) -> Figure:
    """Take a figure of `[wirings.NAME.figures.KEY]`, with its unit."""
    table.allow("value", "half_width", "k", "unit", "averaging_s", "status", "source")
    return Figure(
        table.number("value", 0.0),
        table.number("half_width", low=0.0),
        table.choice("status", STATUSES),
        table.text("source"),
        table.text("unit"),
        table.number("k", above=0.0) if table.has("k") else 0.0,
        table.number("averaging_s", above=0.0) if table.has("averaging_s") else 0.0,
    )


def _instrument(table: Table, key: str, instruments: Collection[str]) -> str | None:
    if not table.has(key):
        return None
    name = table.text(key)
    if name not in instruments:
        what = f'There is no instrument "{name}" on this bench'
        raise table.error(key, what, nearest(name, instruments), "unknown-instrument")
    return name


def _figure(table: Table, key: str) -> Figure | None:
    """Take a figure: a table of value, half_width, status and source."""
    if not table.has(key):
        return None
    if not isinstance(table.values[key], dict):
        way_out = f'Write {key} = {{ value = …, half_width = …, status = "seen", source = "…" }}.'
        raise table.error(key, f'"{key}" does not say where its figure comes from', way_out, "wrong-type")
    figure = table.table(key)
    figure.allow("value", "half_width", "status", "source")
    insulation = key == "insulation_ohm"
    if insulation:
        value = figure.number("value", above=0.0)
    else:
        value = figure.number("value", 0.0, low=0.0 if key.endswith("_ohm") else -1e3)
    half_width = figure.number("half_width", 0.0 if insulation else None, low=0.0)
    return Figure(value, half_width, figure.choice("status", STATUSES), figure.text("source"))


def parse_environment(top: Table, instruments: Collection[str]) -> Environment:
    """Take `[environment]`; both figures and sensor may be missing."""
    table = top.table("environment")
    table.allow("temperature_c", "humidity_rh", "sensor")
    return Environment(
        table.optional_number("temperature_c", low=-50.0, high=100.0),
        table.optional_number("humidity_rh", low=0.0, high=100.0),
        _instrument(table, "sensor", instruments),
    )


def parse_interlock(top: Table) -> Interlock | None:
    """Take `[interlock]`, None where the bench has none."""
    if not top.has("interlock"):
        return None
    table = top.table("interlock")
    table.allow("by", "until")
    return Interlock(table.text("by"), table.day("until"))
