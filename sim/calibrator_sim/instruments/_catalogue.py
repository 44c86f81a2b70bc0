"""Every model that the simulator has: one line each, its home loaded when the first one is built.

A laboratory's own model that speaks as one of these does (entry-point group `calibrator.models`) is simulated
by that one's twin, with its own accuracy table.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib import import_module
from importlib.metadata import entry_points
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from calibrator_sim.instruments._device import Device

__all__ = ["CATALOGUE", "Entry", "device_class", "find_model", "model_names"]

# What a kind is on the nodes of each domain. A "source" sets the node's quantity: one a node.
_PARTS: Mapping[str, Mapping[str, str]] = {
    "calibrator": {"electrical": "source"},
    "meter": {"electrical": "meter"},
    "pressure": {"pressure": "source"},
    "heat": {"thermal": "source"},
    "thermometer": {"thermal": "meter"},
    "balance": {"mass": "meter"},
    "power": {"power": "meter"},
    "gauge": {"pressure": "meter"},
    "artefact": {"electrical": "short"},
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One model.

    Args:
        model_id: as in bench files and accuracy tables, such as `fluke_5522a`.
        short: as on its front panel, such as `5522A`.
        kind: what it is on a bench, such as `calibrator` or `meter`.
        serial_prefix: begins the serials of single served models.
        home: `module:Class` of its device; empty for what has no address.
        parts: pairs of domain and what it is there (`source`, `meter`, `short`, …); empty: as its kind.
        standard: whether its error is drawn as that of a standard (else as a unit's, inside its limits).
        twin: of a laboratory's own model, the one of ours that imitates it.
        silent: `module:Class` of what acts on the bench and has no address.
        loaded: whether a resistance that its node states is the load of this source, not a second source.
    """

    model_id: str
    short: str
    kind: str
    serial_prefix: str
    home: str
    parts: tuple[tuple[str, str], ...] = ()
    standard: bool = True
    twin: str = ""
    silent: str = ""
    loaded: bool = False

    def part(self, domain: str) -> str:
        """Return what the model is on a node of a domain; empty where it has no terminal there."""
        return self._parts.get(domain, "")

    @property
    def domains(self) -> tuple[str, ...]:
        """The domains in which the model has terminals."""
        return tuple(self._parts)

    @property
    def _parts(self) -> Mapping[str, str]:
        return dict(self.parts) or _PARTS.get(self.kind, {})


_INSTRUMENTS = "calibrator_sim.instruments"
_POINTER = f"{_INSTRUMENTS}.pointer_gauge:PointerGauge"
_SCALE = f"{_INSTRUMENTS}.class_iii_scale:ClassIIIScale"
_GRADES = {1: "kjntesr", 2: "kjntesrb", 3: "ktb"}
_COUPLES = tuple(f"tc_{kind}_class_{grade}" for grade, kinds in _GRADES.items() for kind in kinds)
_PT100 = tuple(f"pt100_{kind}" for kind in ("class_a", "class_b", "its90", "zero_current"))
_PROBES = (*_PT100, "standard_prt", *_COUPLES)
_OURS: Mapping[str, Entry] = {
    entry.model_id: entry
    for entry in (
        Entry(
            "fluke_5522a",
            "5522A",
            "calibrator",
            "SIM55220",
            f"{_INSTRUMENTS}.fluke_5522a:Fluke5522A",
            parts=(("electrical", "source"), ("power", "source")),
        ),
        Entry(
            "fluke_5520a",
            "5520A",
            "calibrator",
            "SIM55200",
            f"{_INSTRUMENTS}.fluke_5522a:Fluke5520A",
            parts=(("electrical", "source"), ("power", "source")),
        ),
        Entry(
            "keysight_34401a",
            "34401A",
            "meter",
            "SIM34401",
            f"{_INSTRUMENTS}.keysight_34401a:Keysight34401A",
            standard=False,
        ),
        Entry(
            "druck_pace5000",
            "PACE5000",
            "pressure",
            "SIMPACE",
            f"{_INSTRUMENTS}.druck_pace5000:DruckPACE5000",
        ),
        Entry(
            "druck_pace6000",
            "PACE6000",
            "pressure",
            "SIMPACE6",
            f"{_INSTRUMENTS}.druck_pace5000:DruckPACE6000",
        ),
        Entry(
            "additel_681",
            "ADT681",
            "gauge",
            "SIMADT",
            f"{_INSTRUMENTS}.additel_681:AdditelADT681",
            standard=False,
        ),
        Entry("fluke_9142", "9142", "heat", "SIM9142", f"{_INSTRUMENTS}.fluke_914x:Fluke914x"),
        Entry("fluke_9143", "9143", "heat", "SIM9143", f"{_INSTRUMENTS}.fluke_914x:Fluke914x"),
        Entry("fluke_9144", "9144", "heat", "SIM9144", f"{_INSTRUMENTS}.fluke_914x:Fluke914x"),
        Entry("fluke_7341", "7341", "heat", "SIM7341", f"{_INSTRUMENTS}.fluke_7341:Fluke7341"),
        Entry(
            "keysight_34461a",
            "34461A",
            "meter",
            "SIM34461",
            f"{_INSTRUMENTS}.keysight_truevolt:Keysight34461A",
            standard=False,
        ),
        Entry(
            "keysight_34465a",
            "34465A",
            "meter",
            "SIM34465",
            f"{_INSTRUMENTS}.keysight_truevolt:Keysight34465A",
            standard=False,
        ),
        Entry(
            "keysight_34470a",
            "34470A",
            "meter",
            "SIM34470",
            f"{_INSTRUMENTS}.keysight_truevolt:Keysight34470A",
            standard=False,
        ),
        Entry(
            "transmitter_4_20ma",
            "transmitter",
            "transmitter",
            "SIMTX",
            f"{_INSTRUMENTS}.transmitter_4_20ma:Transmitter",
            parts=(("electrical", "source"), ("pressure", "meter")),
            standard=False,
        ),
        Entry(
            "pt100_transmitter",
            "TT",
            "transmitter",
            "SIMTT",
            "",
            parts=(("electrical", "source"), ("thermal", "meter")),
            standard=False,
            silent=f"{_INSTRUMENTS}.temperature_transmitter:TemperatureTransmitter",
        ),
        Entry("fluke_1502a", "1502A", "thermometer", "SIM1502A", f"{_INSTRUMENTS}.fluke_1502a:Fluke1502A"),
        Entry("fluke_1529", "1529", "thermometer", "SIM1529", f"{_INSTRUMENTS}.fluke_1529:Fluke1529"),
        Entry("fluke_1586a", "1586A", "thermometer", "SIM1586", f"{_INSTRUMENTS}.fluke_1586a:Fluke1586A"),
        Entry("keysight_3458a", "3458A", "meter", "SIM3458A", f"{_INSTRUMENTS}.keysight_3458a:Keysight3458A"),
        Entry(
            "mettler_xs205du",
            "XS205DU",
            "balance",
            "SIMMT",
            f"{_INSTRUMENTS}.mettler_xs205du:MettlerXS205DU",
            standard=False,
        ),
        Entry(
            "sartorius_quintix224",
            "QUINTIX224",
            "balance",
            "SIMSB",
            f"{_INSTRUMENTS}.sartorius_quintix224:SartoriusQuintix224",
            standard=False,
        ),
        Entry("class_iii_scale_15kg", "15 kg class III", "balance", "SIMSCALE", _SCALE, standard=False),
        Entry("class_iii_scale_6_15kg", "6/15 kg class III", "balance", "SIMSCALE", _SCALE, standard=False),
        Entry(
            "fluke_87v",
            "87V",
            "meter",
            "SIM87V",
            f"{_INSTRUMENTS}.fluke_handheld:Fluke87V",
            standard=False,
        ),
        Entry(
            "fluke_179",
            "179",
            "meter",
            "SIM179",
            f"{_INSTRUMENTS}.fluke_handheld:Fluke179",
            standard=False,
        ),
        Entry("pointer_gauge", "POINTER", "gauge", "SIMPOINTER", _POINTER, standard=False),
        Entry("pointer_gauge_10bar", "POINTER10", "gauge", "SIMPOINTER", _POINTER, standard=False),
        Entry(
            "precision_gauge_10bar",
            "precision gauge 10 bar",
            "gauge",
            "SIMPRECISION",
            _POINTER,
            standard=False,
        ),
        Entry(
            "hydraulic_gauge_10bar",
            "hydraulic gauge 10 bar",
            "gauge",
            "SIMHYDRAULIC",
            _POINTER,
            standard=False,
        ),
        Entry("yokogawa_wt310", "WT310", "power", "SIMWT", f"{_INSTRUMENTS}.yokogawa_wt310:YokogawaWT310"),
        Entry(
            "eastron_sdm630",
            "SDM630",
            "power",
            "SIM630",
            f"{_INSTRUMENTS}.eastron_sdm630:EastronSDM630",
            parts=(("power", "meter"), ("electrical", "source")),
            standard=False,
        ),
        # What has a pulse output and no interface.
        Entry(
            "pulse_meter_class_05s",
            "pulse meter class 0.5S",
            "power",
            "SIMMETER05",
            "",
            parts=(("power", "meter"), ("electrical", "source")),
            standard=False,
            silent=f"{_INSTRUMENTS}.pulse_meter:PulseMeterClass05S",
        ),
        Entry(
            "pulse_meter_class_2",
            "pulse meter class 2",
            "power",
            "SIMMETER2",
            "",
            parts=(("power", "meter"), ("electrical", "source")),
            standard=False,
            silent=f"{_INSTRUMENTS}.pulse_meter:PulseMeterClass2",
        ),
        Entry("fluke_6270a", "6270A", "pressure", "SIM6270", f"{_INSTRUMENTS}.fluke_6270a:Fluke6270A"),
        Entry(
            "mensor_cpc6050", "CPC6050", "pressure", "SIMCPC", f"{_INSTRUMENTS}.mensor_cpc6050:MensorCPC6050"
        ),
        Entry("vaisala_ptu300", "PTU300", "room", "SIMPTU", f"{_INSTRUMENTS}.vaisala_ptu300:VaisalaPTU300"),
        Entry(
            "keysight_53131a",
            "53131A",
            "counter",
            "SIM53131",
            f"{_INSTRUMENTS}.keysight_counter:Keysight53131A",
            parts=(("electrical", "meter"), ("frequency", "meter")),
            standard=False,
        ),
        Entry(
            "keysight_53230a",
            "53230A",
            "counter",
            "SIM53230",
            f"{_INSTRUMENTS}.keysight_counter:Keysight53230A",
            parts=(("electrical", "meter"), ("frequency", "meter")),
            standard=False,
        ),
        Entry(
            "keysight_33220a",
            "33220A",
            "generator",
            "SIM33220",
            f"{_INSTRUMENTS}.keysight_generator:Keysight33220A",
            parts=(("electrical", "source"), ("frequency", "meter")),
        ),
        Entry(
            "keysight_33500b",
            "33500B",
            "generator",
            "SIM33500",
            f"{_INSTRUMENTS}.keysight_generator:Keysight33500B",
            parts=(("electrical", "source"), ("frequency", "meter")),
        ),
        Entry(
            "gpsdo",
            "58503B",
            "reference",
            "SIM58503",
            f"{_INSTRUMENTS}.gpsdo:Gpsdo",
            parts=(("frequency", "source"), ("electrical", "source")),
        ),
        Entry("fluke_5730a", "5730A", "calibrator", "SIM57300", f"{_INSTRUMENTS}.fluke_5730a:Fluke5730A"),
        *(
            Entry(
                model, short, "meter", f"SIM{short[:4]}", f"{_INSTRUMENTS}.scpi_meters:{home}", standard=False
            )
            for model, short, home in (
                ("fluke_8588a", "8588A", "Fluke8588A"),
                ("fluke_8846a", "8846A", "Fluke8846A"),
                ("keithley_2000", "2000", "Keithley2000"),
            )
        ),
        Entry(
            "keithley_2450",
            "2450",
            "calibrator",
            "SIM2450",
            f"{_INSTRUMENTS}.keithley_2450:Keithley2450",
            loaded=True,
        ),
        Entry("copper_short", "short", "artefact", "SIMSHORT", ""),
        # What a readout reads and nobody speaks to; where it is put, its node says.
        *(Entry(model, model, "probe", "SIMPROBE", "", standard=False) for model in _PROBES),
    )
}


class _Catalogue(Mapping[str, Entry]):
    """Our models, and behind them those that are simulated by the twin of one of ours."""

    def __getitem__(self, model: str) -> Entry:
        entry = _OURS.get(model)
        if entry is not None:
            return entry
        twin = _twins(tuple(sys.path), tuple(sys.meta_path)).get(model)
        if twin is None:
            raise KeyError(model)
        return replace(_OURS[twin], model_id=model, twin=twin)

    def __iter__(self) -> Iterator[str]:
        return iter(_OURS)

    def __len__(self) -> int:
        return len(_OURS)


@lru_cache(maxsize=2)  # every package is read for it; what is plugged in changes one of the two
def _twins(path: tuple[str, ...], finders: tuple[object, ...]) -> dict[str, str]:
    """Return the models of other packages with ours that stands in for each, by where Python looks now."""
    del path, finders
    points = entry_points(group="calibrator.models")
    return {point.name: point.value for point in reversed(tuple(points)) if point.value in _OURS}


CATALOGUE: Mapping[str, Entry] = _Catalogue()


def find_model(name: str) -> Entry | None:
    """Return the model of that id or short name, in any case."""
    for entry in CATALOGUE.values():
        if entry.home and name.casefold() in (entry.model_id, entry.short.casefold()):
            return entry
    alike = CATALOGUE.get(name)
    return alike if alike is not None and alike.home else None


def model_names() -> tuple[str, ...]:
    """Return ids and short names of every model that can be served."""
    served = [entry for entry in CATALOGUE.values() if entry.home]
    return (*(entry.model_id for entry in served), *(entry.short for entry in served))


def device_class(model: str) -> type[Device]:
    """Return the class of a model's device, imported now."""
    entry = CATALOGUE[model]
    module, _, name = (entry.home or entry.silent).partition(":")
    return cast("type[Device]", getattr(import_module(module), name))
