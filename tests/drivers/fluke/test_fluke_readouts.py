"""The exact exchange with thermometer readouts, and a well whose probes they read on the bench."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pytest

from calibrator_drivers import (
    InstrumentReportedError,
    OutOfLimits,
    ReadbackError,
    UnexpectedReply,
    WrongIdentity,
    open_instrument,
)
from calibrator_drivers.fluke import Fluke1502A, Fluke1529, Fluke1586A
from calibrator_drivers.roles import MeasureTemperature
from calibrator_sim import SIMULATOR

Protocol = Callable[..., Any]
NONE = ("SYST:ERR?", '+0,"No error"')


def test_fill_their_role(expected_protocol: Protocol, step_clock: Any) -> None:
    with expected_protocol([]) as session:
        for model in (Fluke1502A, Fluke1529, Fluke1586A):
            readout = model(session, step_clock)
            assert isinstance(readout, MeasureTemperature)
            readout.close()


def test_a_1529_reads_the_channel_that_was_chosen(expected_protocol: Protocol, step_clock: Any) -> None:
    exchanges = [
        ("*IDN?", "HART,1529,A12345,1.10"),
        ("*CLS", None),
        ("UNIT:TEMP C", None),
        NONE,
        ("READ? 1", "25.587"),
        ("READ? 3", "-38.8344"),
        ("READ? 3", "-----"),
        ("READ? 3", "warm"),
    ]
    with expected_protocol(exchanges) as session:
        readout = Fluke1529(session, step_clock)
        assert readout.identify().serial == "A12345"
        readout.reset()
        assert readout.self_test() == (True, "25.587")
        readout.configure_temperature(3, probe="pt100")
        found = readout.read()
        assert (found.value, found.unit) == (-38.8344, "degC")
        opened = readout.read()
        assert opened.overload
        assert math.isnan(opened.value)
        with pytest.raises(UnexpectedReply):
            readout.read()
        with pytest.raises(OutOfLimits):
            readout.configure_temperature(5, probe="pt100")


def test_a_1502a_reads_its_probe_at_either_current(expected_protocol: Protocol, step_clock: Any) -> None:
    exchanges = [
        ("*IDN?", "HART,1502A,A12345,1.03"),
        ("DU=H", None),
        ("U=C", None),
        ("FI=0", None),
        ("CU=1", None),
        ("CU", "cu: 1.0"),
        ("FETC?", "25.587"),
        ("CU=.5", None),
        ("CU", "0.5"),
        ("FETC?", "-----"),
        ("FETC?", "warm"),
        ("CU=.5", None),
        ("CU", "cu: 1.0"),
    ]
    with expected_protocol(exchanges) as session:
        readout = Fluke1502A(session, step_clock)
        assert readout.identify().serial == "A12345"
        readout.reset()
        readout.configure_temperature(1, probe="pt100")
        assert readout.self_test() == (True, "25.587")
        readout.choose_current(5e-4)
        assert readout.read().overload
        with pytest.raises(UnexpectedReply):
            readout.read()
        with pytest.raises(ReadbackError, match=r"1 mA.*nothing is measured"):
            readout.choose_current(5e-4)
        for refused in (lambda: readout.choose_current(2e-3), lambda: _as_couple(readout)):
            with pytest.raises(OutOfLimits):
                refused()


def _as_couple(readout: Fluke1502A) -> None:
    readout.configure_temperature(1, probe="K")


def test_a_1502a_shows_on_the_bench_what_its_current_heats() -> None:
    probes = {"tweener:1": {"serial": "SIMPRT09", "kind": "pt100"}}
    node = {"domain": "thermal", "joins": ["tweener:1"], "temperature_c": 100.0, "probes": probes}
    instruments = {"tweener": {"model": "fluke_1502a", "serial": "SIM1502A9"}}
    effects = {"noise": 0.0, "standard_error": 0.0}
    simulation = {"seed": 3, "nodes": {"bath": node}, "effects": effects}
    with SIMULATOR.open(
        {"name": "two currents", "instruments": instruments, "simulation": simulation}
    ) as bench:
        readout: Any = open_instrument("fluke_1502a", bench.resources["tweener"], clock=bench.clock)
        assert readout.identify().model == "1502A"
        readout.reset()
        shown = []
        for current_a in (1e-3, 5e-4):
            readout.choose_current(current_a)
            shown.append(readout.read().value)
        heated = 20.0 * 1e-6 * 138.5055  # 20 K/W and R(100 degC)
        assert shown[0] - shown[1] == pytest.approx(0.75 * heated, abs=0.0011)
        assert shown[0] > shown[1]
        readout.close()


def test_a_1586a_is_configured_by_channel_and_probe(expected_protocol: Protocol, step_clock: Any) -> None:
    exchanges = [
        ("*IDN?", "FLUKE,1586A,12345678,1.0"),
        ("*CLS", None),
        ("*RST", None),
        ("UNIT:TEMP C", None),
        NONE,
        ("CONF:TEMP:FRTD PT100_385,(@102)", None),
        ("ROUT:SCAN (@102)", None),
        NONE,
        ("READ?", "+1.00012345E+02"),
        ("CONF:TEMP:TC K,(@101)", None),
        ("ROUT:SCAN (@101)", None),
        NONE,
        ("READ?", "+9.90000000E+37"),
        ("CONF:TEMP:TC S,(@103)", None),
        ("ROUT:SCAN (@103)", None),
        ("SYST:ERR?", '-224,"Illegal parameter value"'),
        NONE,
    ]
    with expected_protocol(exchanges) as session:
        readout = Fluke1586A(session, step_clock)
        assert readout.identify().serial == "12345678"
        readout.reset()
        readout.configure_temperature(102, probe="pt100")
        assert readout.read().value == pytest.approx(100.012345)
        readout.configure_temperature(101, probe="K")
        assert readout.read().overload
        with pytest.raises(InstrumentReportedError):
            readout.configure_temperature(103, probe="S")
        with pytest.raises(OutOfLimits):
            readout.configure_temperature(101, probe="Q")
    with expected_protocol([("*IDN?", "FLUKE,1594A,1,1")]) as session, pytest.raises(WrongIdentity):
        Fluke1586A(session, step_clock).identify()


BENCH: dict[str, Any] = {
    "name": "comparison in a well",
    "instruments": {
        "well": {"model": "fluke_9142", "serial": "SIM914201"},
        "chub": {"model": "fluke_1529", "serial": "SIM152901"},
        "daq": {"model": "fluke_1586a", "serial": "SIM158601"},
    },
    "simulation": {
        "seed": 8,
        "nodes": {
            "block": {
                "domain": "thermal",
                "joins": ["well", "chub:1", "chub:2", "daq:101", "daq:102"],
                "probes": {
                    "chub:1": {"serial": "SIMPRT01", "kind": "pt100"},
                    "chub:2": {"serial": "SIMPRT02", "kind": "pt100", "height_mm": 40, "bore": 1},
                    "daq:101": {"serial": "SIMTC01", "kind": "K", "bore": 2},
                    "daq:102": {"serial": "SIMPRT03", "kind": "pt100", "depth_mm": 60, "bore": 3},
                },
            }
        },
    },
}


def test_probes_in_a_well_on_the_bench() -> None:
    with SIMULATOR.open(BENCH) as bench:
        well: Any = open_instrument("fluke_9142", bench.resources["well"], clock=bench.clock)
        chub: Any = open_instrument("fluke_1529", bench.resources["chub"], clock=bench.clock)
        daq: Any = open_instrument("fluke_1586a", bench.resources["daq"], clock=bench.clock)
        assert chub.identify().model == "1529"
        assert daq.identify().model == "1586A"
        daq.reset()
        well.set_stability(0.02)
        well.stage_temperature(150.0)
        well.operate()
        well.wait_settled(7200.0)
        bench.clock.sleep(600.0)
        chub.configure_temperature(1, probe="pt100")
        bottom = chub.read().value
        truth = bench.truth("block")
        assert bottom == pytest.approx(truth["chub_1_c"], abs=0.2)  # an uncharacterised class A probe
        assert truth["chub_1_c"] == pytest.approx(truth["block_c"], abs=0.12)  # its stem, and the load
        assert truth["chub_2_c"] != pytest.approx(truth["chub_1_c"], abs=1e-4)  # 40 mm higher, other boring
        daq.configure_temperature(101, probe="K")
        assert daq.read().value == pytest.approx(truth["daq_101_c"], abs=1.5)
        daq.configure_temperature(102, probe="pt100")
        shallow = daq.read().value
        assert truth["block_c"] - truth["daq_102_c"] > 5.0  # 60 mm is not deep enough
        assert shallow == pytest.approx(truth["daq_102_c"], abs=0.3)
        chub.configure_temperature(4, probe="pt100")
        assert chub.read().overload
        well.make_safe()
        for each in (well, chub, daq):
            each.close()
