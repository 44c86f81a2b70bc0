"""Every effect of the catalogue, alone on a bench: switched off, of a size, and of twice that size."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from calibrator_sim import SIMULATOR
from calibrator_sim._effects import CATALOGUE

OFF = dict.fromkeys((effect.name for effect in CATALOGUE), 0.0)
NUMBER = re.compile(r"[-+]?\d+\.?\d*(?:[eE][-+]?\d+)?")
SAID = re.compile(r"(\w+)([:?!]) (.*)")
Steps = tuple[str | float, ...]  # "NAME: message", "NAME? query", "NAME! HART command", a wiring, or seconds


@dataclass(frozen=True, slots=True)
class Scene:
    """A bench, and what is done on it until something is read."""

    bench: Callable[[], dict[str, Any]]
    steps: Steps
    scale: float = 1.0  # where an effect of natural size lies below the last digit
    also: tuple[str, ...] = ()  # effects that it needs to be seen by


def _default(**simulation: Any) -> Callable[[], dict[str, Any]]:
    def bench() -> dict[str, Any]:
        found = tomllib.loads(SIMULATOR.default_bench())
        found["simulation"] = {"seed": 2, "units": {"meter": {"on_for_s": 60}}, **simulation}
        return found

    return bench


def _one(
    simulation: dict[str, Any], wirings: dict[str, Any] | None = None, **models: str
) -> Callable[[], Any]:
    def bench() -> dict[str, Any]:
        return {
            "name": "b",
            "instruments": {
                name: {"model": model, "serial": f"SIM{name}"}
                | ({"options": ["CM2"]} if name == "pace" else {})
                for name, model in models.items()
            },
            "wirings": wirings or {},
            "simulation": {"seed": 2, **simulation},
        }

    return bench


def _volts(output: str, configure: str, *then: str | float) -> Steps:
    return (
        "volts",
        f"calibrator: {output};OPER",
        "calibrator? *OPC?",
        f"meter: {configure}",
        *then,
        "meter? READ?",
    )


def _wired(**figures: Any) -> Callable[[], dict[str, Any]]:
    """Return the built-in bench whose leads have other figures."""

    def bench() -> dict[str, Any]:
        found = _default()()
        for wiring in found["wirings"].values():
            wiring.update(figures)
        return found

    return bench


def _stated(model: str = "keysight_34401a", **node: Any) -> Callable[[], Any]:
    """Return one meter that sees what a node states."""
    figures = {"domain": "electrical", "joins": ["dmm"], **node}
    return _one({"nodes": {"n": figures}, "units": {"dmm": {"shunt_heating_ppm_per_w": 200}}}, dmm=model)


def _loop() -> dict[str, Any]:
    line = {"domain": "pressure", "joins": ["pace", "sender"]}
    loop = {"domain": "electrical", "joins": ["sender", "dmm"], "terminals": "aux-current"}
    made: dict[str, Any] = _one(
        {"nodes": {"line": line, "loop": loop}},
        pace="druck_pace5000", sender="transmitter_4_20ma", dmm="keysight_34401a",
    )()  # fmt: skip
    return made


def _pulses() -> dict[str, Any]:
    line = {"domain": "power", "joins": ["meter"]}
    output = {"domain": "electrical", "joins": ["meter", "counter"], "terminals": "normal-input"}
    nodes, units = {"line": line, "output": output}, {"meter": {"pulse_jitter_s": 0.5}}
    made: dict[str, Any] = _one(
        {"nodes": nodes, "units": units}, meter="eastron_sdm630", counter="keysight_53230a"
    )()
    return made


def _on_line(*more: str, **node: Any) -> Callable[[], Any]:
    line = {"domain": "pressure", "joins": ["pace", "gauge"], **node}
    return _one({"nodes": {"line": line}}, pace="druck_pace5000", gauge=more[0] if more else "additel_681")


def _probe(kind: str = "pt100", **more: Any) -> Callable[[], Any]:
    probes = {
        "daq:101": {"serial": "SIMA", "kind": kind, **more},
        "daq:102": {"serial": "SIMB", "kind": kind},
    }
    well = {"domain": "thermal", "joins": ["well", *probes], "probes": probes}
    return _one({"nodes": {"well": well}}, well="fluke_9142", daq="fluke_1586a")


def _aged() -> dict[str, Any]:
    probes = {"daq:101": {"serial": "SIMA", "kind": "K", "ordered_k": 3.0}}
    well = {"domain": "thermal", "joins": ["daq:101"], "probes": probes, "temperature_c": 400.0}
    made: dict[str, Any] = _one({"nodes": {"well": well}}, daq="fluke_1586a")()
    return made


def _pan(**weight: Any) -> Callable[[], Any]:
    lying = {"serial": "SIMW", "nominal_g": 100, "density": 7950, **weight}
    wirings = {
        "on": {"to": "balance", "weights": [lying]},
        "right": {"to": "balance", "weights": [lying], "position": "right"},
        "empty": {"to": "balance", "weights": []},
    }
    return _one({"wiring": "empty"}, wirings, balance="mettler_xs205du")


def _load(**node: Any) -> Callable[[], Any]:
    line = {"domain": "power", "joins": ["wt"], **node}
    return _one({"nodes": {"line": line}}, wt="yokogawa_wt310")


FILL = ("pace: :UNIT:PRES KPA", "pace: :SOUR:PRES:SLEW 50", "pace: :OUTP:STAT 1", "pace: :SOUR:PRES 300")
HOT = ("well: SOUR:SPO 100", "well: OUTP:STAT 1", 7200.0)
PT100 = ("daq: CONF:TEMP:FRTD PT100_385,(@101)", "daq? READ?")
TC = ("daq: CONF:TEMP:TC K,(@101)", "daq? READ?")
GAUGE = "gauge? 255:R:MRMD:1"
DC10 = "CONF:VOLT:DC 10;:VOLT:NPLC 10;:INP:IMP:AUTO ON"
OHMS = ("calibrator: OUT 100 OHM;OPER", "calibrator? *OPC?")
QUICK = "dmm: CONF:CURR 0.1;:CURR:NPLC 0.02;:TRIG:DEL 0"
COUNT = ("counter: CONF:TOT:CONT", "counter: INP:COUP DC;:INP:IMP 1E6;:INP:LEV 2.5", "counter: INIT")
POWER = (5.0, "wt? :NUM:FORM ASC;:NUM:NORM:ITEM1 P,1;:NUM:NORM:NUM 1;:NUM:NORM:VAL?")

SCENES: dict[str, Scene] = {
    "standard_error": Scene(_default(), _volts("OUT 10 V", DC10)),
    "unit_error": Scene(_default(), _volts("OUT 10 V", DC10)),
    "emf": Scene(_default(), _volts("OUT 0.1 V", "CONF:VOLT:DC 0.1")),
    "leads": Scene(
        _default(),
        (
            "ohms4w",
            *OHMS,
            "meter: CONF:RES 100",
            "meter? READ?",
        ),
    ),
    "leakage": Scene(
        _default(),
        (
            "ohms4w-normal",
            "calibrator: OUT 100 MOHM;OPER",
            "calibrator? *OPC?",
            "meter: CONF:FRES 1E8",
            "meter? READ?",
        ),
    ),
    "loading": Scene(_default(), _volts("OUT 100 MV", "CONF:VOLT:DC 0.1"), also=("source_resistance",)),
    "source_resistance": Scene(_default(), _volts("OUT 100 MV", "CONF:VOLT:DC 0.1"), also=("loading",)),
    "noise": Scene(_default(), _volts("OUT 10 V", DC10)),
    "hum": Scene(_default(), _volts("OUT 1 V", "CONF:VOLT:DC 1;:VOLT:NPLC 0.02")),
    "quantisation": Scene(
        _default(), _volts("OUT 1 V", "CONF:VOLT:DC 1;:VOLT:NPLC 0.02"), also=("standard_error",)
    ),
    "settling": Scene(
        _default(), ("volts", f"meter: {DC10};:TRIG:DEL 0", "calibrator: OUT 10 V;OPER", "meter? READ?")
    ),
    "warm_up": Scene(_default(), _volts("OUT 10 V", DC10)),
    "drift": Scene(_default(), _volts("OUT 10 V", DC10, 3e7)),
    "temperature": Scene(_default(environment={"temperature_c": 30.0}), _volts("OUT 10 V", DC10)),
    "autozero": Scene(_default(), _volts("OUT 1 V", "CONF:VOLT:DC 1;:ZERO:AUTO OFF")),
    "flicker": Scene(_default(), _volts("OUT 10 V", "CONF:VOLT:DC 10;:VOLT:NPLC 100"), 2.0, also=("noise",)),
    "contact": Scene(
        _wired(contact_ohm=0.005),
        ("ohms4w", *OHMS, "meter: CONF:RES 100", "meter? READ?"),
    ),
    "common_mode": Scene(_wired(common_mode_v=100.0), _volts("OUT 1 V", "CONF:VOLT:DC 1")),
    "johnson": Scene(
        _stated(terminals="normal-input", voltage_v=0.0, source_ohm=1e6),
        ("dmm: CONF:VOLT:DC 0.1", "dmm? READ?"),
        20.0,
    ),
    "absorption": Scene(
        _wired(absorption=0.001),
        (
            "calibrator: OUT 100 MOHM;OPER",
            "calibrator? *OPC?",
            "ohms4w",
            "meter: CONF:RES 1E8;:RES:NPLC 1;:TRIG:DEL 0",
            "meter? READ?",
        ),
    ),
    "shunt_heating": Scene(
        _stated(terminals="aux-current", current_a=1.0), ("dmm: CONF:CURR 1", "dmm? READ?")
    ),
    "capacitance": Scene(_default(), _volts("OUT 1 V, 100 KHZ", "CONF:VOLT:AC 1"), 100.0, also=("leads",)),
    "open_input": Scene(_default(), ("meter: CONF:VOLT:DC 1", "meter? READ?")),
    "keying": Scene(
        _one(
            {
                "nodes": {
                    "n": {
                        "domain": "electrical",
                        "joins": ["dmm"],
                        "terminals": "normal-input",
                        "voltage_v": 1.234,
                    }
                }
            },
            dmm="fluke_87v",
        ),
        ("dmm? DIAL DC volts, range 6 V", *["dmm? LOOK V"] * 40),
        10.0,
    ),
    "crest": Scene(
        _one(
            {
                "nodes": {
                    "n": {
                        "domain": "electrical",
                        "joins": ["dmm"],
                        "terminals": "normal-input",
                        "voltage_v": 1.0,
                        "frequency_hz": 1e4,
                        "crest": 3.0,
                    }
                }
            },
            dmm="keysight_34401a",
        ),
        ("dmm: CONF:VOLT:AC 1", "dmm? READ?"),
    ),
    "parallax": Scene(_on_line("pointer_gauge"), (*FILL, 60.0, *["gauge? LOOK bar"] * 8), 20.0),
    "friction": Scene(_on_line("pointer_gauge"), (*FILL, 60.0, "gauge? LOOK bar"), 20.0),
    "line_leak": Scene(_on_line(leak_per_min=0.001), (*FILL, 60.0, "pace: :OUTP:STAT 0", 60.0, GAUGE)),
    "adiabatic": Scene(_on_line(), (*FILL, 7.0, "pace: :OUTP:STAT 0", 60.0, GAUGE)),
    "head": Scene(_on_line(heights_m={"gauge": 1.0}), (*FILL, 60.0, GAUGE)),
    "hysteresis": Scene(_on_line(), (*FILL, 60.0, "pace: :SOUR:PRES 150", 60.0, GAUGE), 10.0),
    "creep": Scene(_on_line(), (*FILL, 60.0, GAUGE), 10.0),
    "barometer": Scene(_one({}, room="vaisala_ptu300"), (7200.0, "room? SEND")),
    "gradient": Scene(_probe(height_mm=40.0), (*HOT, *PT100)),
    "block_load": Scene(_probe(), (*HOT, *PT100)),
    "immersion": Scene(_probe(depth_mm=50.0), (*HOT, *PT100)),
    "self_heating": Scene(_probe(), (*HOT, *PT100)),
    "inhomogeneity": Scene(_probe("K"), (*HOT, *TC), 5.0),
    "cold_junction": Scene(_probe("K"), (*HOT, *TC), 5.0),
    "ordering": Scene(_aged, TC),
    "eccentricity": Scene(_pan(), ("right", 60.0, "balance? SI"), 20.0),
    "linearity": Scene(_pan(), ("on", 60.0, "balance? SI"), 20.0),
    "buoyancy": Scene(_pan(), ("on", 60.0, "balance? SI"), 20.0),
    "convection": Scene(_pan(warmer_k=2.0), ("on", 60.0, "balance? SI"), 20.0),
    "evaporation": Scene(_pan(evaporates_mg_min=0.5), ("on", 60.0, "balance? SI")),
    "static": Scene(_pan(charge_mg=1.0), ("on", 60.0, "balance? SI")),
    "draft": Scene(_pan(), ("on", 60.0, "balance? WS 1", 5.0, "balance? SI")),
    "zero_drift": Scene(_pan(), ("on", 1800.0, "balance? SI"), 5.0),
    "load_variation": Scene(_load(variation=0.02), POWER),
    "phase": Scene(_load(power_factor=0.5), POWER),
    "jitter": Scene(_pulses, (*COUNT, *(0.37, "counter? TOT:DATA?") * 60)),
    "hart_ripple": Scene(_loop, (QUICK, "sender! 0", "dmm? READ?")),
}


def _numbers(scene: Scene, effects: dict[str, float]) -> list[float]:
    """Return every number that the instruments reply."""
    text = scene.bench()
    text["simulation"]["effects"] = OFF | dict.fromkeys(scene.also, 1.0) | effects
    found: list[float] = []
    opened: Any = SIMULATOR.open_in_process(text)
    with opened as bench:
        pipes = {name: make() for name, make in bench.pipes.items()}
        for step in scene.steps:
            said = SAID.fullmatch(step) if isinstance(step, str) else None
            if isinstance(step, float):
                bench.clock.sleep(step)
            elif said is None:
                bench.connect(step)
            else:
                name, mark, message = said.groups()
                if mark == "!":
                    bench._network.devices[name].hart().command(int(message), b"")
                    continue
                pipe = pipes[name]
                assert pipe is not None
                reply = pipe.feed(message.encode() + b"\r\n").decode("latin-1")
                assert bool(reply) == (mark == "?"), f"{step}: {reply!r}"
                found += [float(number) for number in NUMBER.findall(reply)]
    return found


def test_every_effect_has_its_scene() -> None:
    assert set(SCENES) == {effect.name for effect in CATALOGUE}


@pytest.mark.parametrize("effect", list(SCENES))
def test_an_effect_alone_is_switched_off_and_scaled(effect: str) -> None:
    scene = SCENES[effect]
    off, on, twice = (_numbers(scene, {effect: scale * scene.scale}) for scale in (0.0, 1.0, 2.0))
    assert off
    assert off == _numbers(scene, {effect: 0.0})
    assert off != on, off
    assert on != twice, on
