"""A gauge on the line of a controller: loop, head, curve, its serial protocol."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from calibrator_drivers import open_instrument
from calibrator_drivers.additel import AdditelADT681
from calibrator_sim import SIMULATOR, SimBench


def bench_of(effects: dict[str, float] | None = None, height_m: float = 0.0) -> dict[str, Any]:
    return {
        "name": "gauge",
        "instruments": {
            "pace": {"model": "druck_pace5000", "serial": "SIMPACE01", "options": ["CM2"]},
            "gauge": {"model": "additel_681", "serial": "SIMADT01"},
        },
        "simulation": {
            "seed": 5,
            "effects": effects or {},
            "nodes": {
                "line": {"domain": "pressure", "joins": ["pace", "gauge"], "heights_m": {"gauge": height_m}}
            },
        },
    }


@pytest.fixture
def joined(client_class: Any) -> Iterator[Any]:
    opened: list[Any] = []

    def opener(**keywords: Any) -> tuple[SimBench, Any, Any]:
        bench = SIMULATOR.open(bench_of(**keywords))
        pace = client_class(bench.resources["pace"])
        gauge = client_class(bench.resources["gauge"])
        opened.extend((pace, gauge, bench))
        for text in (
            ":UNIT:PRES KPA",
            ":SOUR:PRES:SLEW:MODE LIN",
            ":SOUR:PRES:SLEW 20",
            ":SOUR:PRES:SLEW:OVER 0",
        ):
            pace.write(text)
        pace.write(":OUTP:STAT 1")
        return bench, pace, gauge

    yield opener
    for each in opened:
        each.close()


def at(bench: SimBench, pace: Any, gauge: Any, kilopascal: float) -> float:
    pace.write(f":SOUR:PRES {kilopascal}")
    bench.clock.sleep(120.0)
    return float(gauge.query("255:R:MRMD:1").split(":")[3]) * 1e3


def test_its_protocol(joined: Any) -> None:
    bench, _, gauge = joined()
    assert gauge.query("255:R:OTYPE:1").rstrip("\r") == "255:F:OTYPE:ADT681"
    assert gauge.query("255:R:MRMD:1").rstrip("\r").endswith(":kPa")
    assert gauge.query("001:R:FRED:1").rstrip("\r") == "001:E:1018"
    assert gauge.query("255:X:MRMD:1").rstrip("\r") == "255:E:1020"
    assert gauge.query("255:W:UNIT:furlong").rstrip("\r") == "255:E:1024"
    assert gauge.query("255:W:UNIT:bar").rstrip("\r") == "255:F:UNIT:OK"
    assert gauge.query("255:R:MRMD:1").rstrip("\r").endswith(":bar")
    gauge.write("007:R:MRMD:1")  # another gauge's address
    assert gauge.silent()
    bench.clock.sleep(1.0)


def test_up_and_down_differ_by_its_loop_and_nothing_else(joined: Any) -> None:
    quiet = {"noise": 0.0, "creep": 0.0, "quantisation": 0.0, "standard_error": 0.0, "barometer": 0.0}
    bench, pace, gauge = joined(effects=quiet)
    gauge.write("255:W:UNIT:Pa")
    gauge.read()
    up = at(bench, pace, gauge, 350.0) / 1e3
    at(bench, pace, gauge, 700.0)
    down = at(bench, pace, gauge, 350.0) / 1e3
    assert 50.0 < down - up < 2.0 * 500.0 / 3.0 + 10.0  # half the loop is up to a third of 500 Pa
    bench, pace, gauge = joined(effects={**quiet, "hysteresis": 0.0})
    gauge.write("255:W:UNIT:Pa")
    gauge.read()
    up = at(bench, pace, gauge, 350.0) / 1e3
    at(bench, pace, gauge, 700.0)
    assert at(bench, pace, gauge, 350.0) / 1e3 == pytest.approx(up, abs=10.0)


def test_a_gauge_that_hangs_higher_reads_less(joined: Any) -> None:
    bench, pace, _ = joined(effects={"noise": 0.0}, height_m=1.0)
    pace.write(":SOUR:PRES 700")
    bench.clock.sleep(120.0)
    truth = bench.truth("line")
    assert truth["gauge_pressure_pa"] - truth["gauge_gauge_pressure_pa"] == pytest.approx(78.0, abs=1.0)


def test_the_driver_reads_what_the_curve_says() -> None:
    with SIMULATOR.open(bench_of(effects={"hysteresis": 0.0, "creep": 0.0, "noise": 0.0})) as bench:
        gauge = open_instrument("additel_681", bench.resources["gauge"], clock=bench.clock)
        assert isinstance(gauge, AdditelADT681)
        assert gauge.identify().model == "ADT681"
        gauge.configure_pressure(1e6, absolute=False)
        found = gauge.read()
        expected = bench.true_error("gauge", "pressure_gauge", 1e6, 0.0)
        assert found.value == pytest.approx(expected, abs=5.001)
        gauge.close()
