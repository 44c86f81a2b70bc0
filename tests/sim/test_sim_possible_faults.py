"""Every fault of the script strikes each model that can have it, and is refused for every other."""

from __future__ import annotations

from typing import Any

import pytest

from calibrator_drivers.hart import open_hart
from calibrator_drivers.modbus import open_modbus
from calibrator_drivers.transport import open_session
from calibrator_sim import SIMULATOR
from calibrator_sim._config import parse_bench
from calibrator_sim._errors import BenchFileError
from calibrator_sim._fault_script import KINDS
from calibrator_sim.instruments import CATALOGUE

_VOLTS = {"domain": "electrical", "voltage_v": 5.0, "terminals": "normal-input"}
_HERTZ = {"domain": "electrical", "voltage_v": 1.0, "frequency_hz": 1e6}
_THERMAL = {"domain": "thermal"}
_PRESSURE = {"domain": "pressure", "pressure_pa": 2e5}
_POWER = {
    "domain": "power", "voltage_v": 230.0, "current_a": 1.0, "power_factor": 1.0, "variation": 0.01,
}  # fmt: skip
# Model -> node, what is sent first, what is asked.
_READINGS: dict[str, tuple[dict[str, Any], list[str], str]] = {
    "keysight_34401a": (_VOLTS, ["CONF:VOLT:DC 10"], "READ?"),
    "keysight_34465a": (_VOLTS, ["CONF:VOLT:DC 10"], "READ?"),
    "fluke_8846a": (_VOLTS, ["CONF:VOLT:DC 10"], "READ?"),
    "fluke_8588a": (_VOLTS, ["CONF:VOLT:DC"], "READ?"),
    "keithley_2000": (_VOLTS, ["CONF:VOLT:DC"], "READ?"),
    "keysight_3458a": (_VOLTS, ["DCV 10", "TARM HOLD"], "TARM SGL"),
    "keithley_2450": (
        {"domain": "electrical"},
        ["SENS:FUNC 'VOLT'", "SOUR:FUNC VOLT", "SOUR:VOLT 2", "OUTP ON"],
        "MEAS:VOLT?",
    ),
    "keysight_53131a": (_HERTZ, [], "MEAS:FREQ?"),
    "keysight_53230a": (_HERTZ, [], "MEAS:FREQ?"),
    "fluke_9142": (_THERMAL, ["SOUR:SPT 100", "OUTP:STAT 1"], "SOUR:SENS:DATA?"),
    "fluke_7341": (_THERMAL, ["so=on", "s=50"], "t"),
    "fluke_1502a": ({"domain": "thermal", "joins": ["one:1"], "temperature_c": 50.0}, [], "FETC?"),
    "fluke_1529": ({"domain": "thermal", "joins": ["one:1"], "temperature_c": 50.0}, [], "READ? 1"),
    "yokogawa_wt310": (_POWER, [":NUM:FORM ASC", ":NUM:NORM:NUM 1", ":NUM:NORM:ITEM1 P,1"], ":NUM:NORM:VAL?"),
    "additel_681": (_PRESSURE, [], "255:R:MRMD:1"),
    "druck_pace5000": ({"domain": "pressure"}, ["SOUR:PRES 100", "OUTP:STAT ON"], "SENS:PRES?"),
    "eastron_sdm630": (_POWER, [], "input 12 2"),
    "transmitter_4_20ma": (_PRESSURE, [], "3"),
}
_IDENTITIES = {
    **dict.fromkeys(_READINGS, "*IDN?"),
    "keysight_3458a": "ID?",
    "fluke_7341": "*ver",
    "additel_681": "255:R:OTYPE:1",
    "mettler_xs205du": "I4",
    "sartorius_quintix224": "\x1bx1_",
    "vaisala_ptu300": "VERS",
    "pointer_gauge": "WHO",
    "eastron_sdm630": "holding 0xFC00 2",
    "transmitter_4_20ma": "0",
}


def _ask(session: Any, text: str) -> str:
    if not hasattr(session, "query"):
        if hasattr(session, "command"):
            return str(session.command(int(text)).data.hex())
        table, address, count = text.split()
        return str(session.read(table, int(address, 0), int(count)))
    return str(session.query(text, timeout_s=30.0))


def _told(model: str, kind: str, node: dict[str, Any], first: list[str], asked: str, at_s: float) -> str:
    simulation: dict[str, Any] = {"seed": 1, "effects": {"noise": 100.0}}  # to be seen when it is stuck
    if node:
        simulation["nodes"] = {"node": {"joins": ["one"], **node}}
    simulation["faults"] = [
        {"kind": kind, "instrument": "one", "at_s": at_s, "for_s": 1e9, "ppm": 1e5, "text": "X,Y,Z,1"}
    ]
    instruments = {"one": {"model": model, "serial": "SIM0001"}}
    with SIMULATOR.open({"instruments": instruments, "simulation": simulation}) as bench:
        resource = bench.resources["one"]
        how: Any = {"MODBUS": open_modbus, "HART": open_hart}.get(resource.partition("::")[0], open_session)
        session = how(resource, timeout_s=30.0)
        try:
            for line in first:
                session.write(line)
            bench.clock.sleep(600.0)
            _ask(session, asked)
            bench.clock.sleep(1000.0)
            return _ask(session, asked)
        finally:
            session.close()


@pytest.mark.slow
@pytest.mark.parametrize("model", _READINGS)
def test_a_fault_of_readings_has_its_effect(model: str) -> None:
    plain = _told(model, "drift", *_READINGS[model], 1e9)
    told = {kind: _told(model, kind, *_READINGS[model], 1000.0) for kind in ("stuck", "over-range", "drift")}
    assert [kind for kind, reading in told.items() if reading == plain] == []


@pytest.mark.parametrize("model", _IDENTITIES)
def test_another_identity_is_told_whatever_the_language(model: str) -> None:
    asked = _IDENTITIES[model]
    assert _told(model, "identity", {}, [], asked, 0.0) != _told(model, "identity", {}, [], asked, 1e9)


def _refused(model: str) -> set[str]:
    found = set()
    for kind in KINDS:
        faults = [{"kind": kind, "instrument": "one"}]
        bench = {
            "instruments": {"one": {"model": model, "serial": "SIM0001"}},
            "simulation": {"seed": 1, "faults": faults},
        }
        try:
            parse_bench(bench)
        except BenchFileError as error:
            if "cannot strike" in str(error) and error.where == "simulation.faults[0].kind":
                found.add(kind)
    return found


def test_what_cannot_strike_is_refused_with_its_place() -> None:
    every = set(KINDS) - {"wrong-wiring"}
    assert _refused("copper_short") == _refused("pt100_class_a") == every
    assert _refused("pt100_transmitter") == _refused("pulse_meter_class_2") == every - {"drift"}
    assert _refused("keysight_34401a") == {"trip", "lost-srq"}  # a raw socket carries no service request
    assert _refused("fluke_5522a") == {"stuck", "over-range", "lost-srq"}
    assert _refused("keithley_2450") == {"lost-srq"}
    assert _refused("mettler_xs205du") == {"trip", "lost-srq", "queue-overflow"}
    for model, entry in CATALOGUE.items():
        assert ("trip" in _refused(model)) == (entry.kind not in _TRIPPING and model not in _ALSO_TRIP), model


_TRIPPING = ("calibrator", "pressure", "heat")
_ALSO_TRIP = ("keithley_2450", "keysight_33220a", "keysight_33500b")


def test_a_refused_modbus_connection_is_closed_at_once() -> None:
    instruments = {"one": {"model": "eastron_sdm630", "serial": "SIM0001"}}
    faults = [{"kind": "refused", "instrument": "one", "count": 1}]
    bench = {"instruments": instruments, "simulation": {"seed": 1, "faults": faults}}
    with SIMULATOR.open(bench) as running:
        first = open_modbus(running.resources["one"], timeout_s=30.0)
        with pytest.raises(ConnectionError):
            first.read("input", 0, 2)
        first.reopen()
        assert len(first.read("input", 0, 2)) == 2
        first.close()


@pytest.mark.parametrize(("model", "unit"), [("druck_pace5000", "BAR")])
def test_a_controller_that_drifts_regulates_to_what_its_sensor_says(model: str, unit: str) -> None:
    faults = [{"kind": "drift", "instrument": "one", "at_s": 0.0, "for_s": 1e9, "ppm": 1e5}]
    nodes = {"line": {"domain": "pressure", "joins": ["one"]}}
    bench = {
        "instruments": {"one": {"model": model, "serial": "SIM0001"}},
        "simulation": {"seed": 1, "nodes": nodes, "faults": faults},
    }
    with SIMULATOR.open(bench) as running:
        session = open_session(running.resources["one"], timeout_s=30.0)
        for line in (f"UNIT:PRES {unit}", "SOUR:PRES 1", "OUTP:STAT ON"):
            session.write(line)
        running.clock.sleep(600.0)
        told = float(session.query("SENS:PRES?").split()[-1])
        assert told == pytest.approx(1.0, abs=0.01)
        assert running.truth("line")["gauge_pressure_pa"] == pytest.approx(1e5 / 1.1, rel=0.01)
        session.close()
