"""Every pressure controller of the bench with its driver, from staging to vent; and their own words."""

from __future__ import annotations

from typing import Any

import pytest

from calibrator_drivers import InstrumentReportedError, OutOfLimits, ReadbackError, open_instrument
from calibrator_sim import SIMULATOR, BenchFileError


def bench_of(model: str) -> dict[str, Any]:
    return {
        "name": "controllers",
        "instruments": {"source": {"model": model, "serial": "SIMC0001"}},
        "simulation": {"seed": 3, "nodes": {"line": {"domain": "pressure", "joins": ["source"]}}},
    }


@pytest.mark.parametrize("model", ["druck_pace5000", "fluke_6270a", "mensor_cpc6050"])
def test_a_pressure_is_controlled_held_and_vented(model: str) -> None:
    with SIMULATOR.open(bench_of(model)) as bench:
        source: Any = open_instrument(model, bench.resources["source"], clock=bench.clock)
        assert source.identify().serial == "SIMC0001"
        source.reset()
        source.set_limits(pressure_pa=600e3)
        source.set_slew(20e3)
        source.stage_pressure(500e3)
        source.operate()
        source.wait_settled(300.0)
        assert source.read().value == pytest.approx(500e3, abs=100.0)
        assert source.state().operating
        source.standby()
        assert bench.truth("line")["gauge_pressure_pa"] > 490e3
        guard: Any = open_instrument(model, bench.resources["source"], clock=bench.clock)
        before = bench.clock.monotonic_ns()
        guard.make_safe()
        assert (bench.clock.monotonic_ns() - before) / 1e9 > 480e3 / 20e3
        assert abs(bench.truth("line")["gauge_pressure_pa"]) < 1000.0
        held = bench.snapshot()
        bench.restore(held)
        guard.close()
        source.close()


@pytest.mark.parametrize("model", ["druck_pace5000", "fluke_6270a", "mensor_cpc6050"])
def test_an_absolute_pressure_is_held_above_the_air_and_made_safe(model: str) -> None:
    """The barometer stands within 10 Pa of the air, which moves by up to 0.5 hPa an hour."""
    bench_file = bench_of(model)
    bench_file["instruments"]["source"]["options"] = ["barometer"]
    with SIMULATOR.open(bench_file) as bench:
        source: Any = open_instrument(model, bench.resources["source"], clock=bench.clock)
        source.reset()
        source.configure_pressure(source.state().range_high + 100e3, absolute=True)
        air = bench.truth("line")["air_pressure_pa"]
        assert source.read().value == pytest.approx(air, abs=500.0)
        source.set_slew(20e3)
        source.stage_pressure(450e3)
        source.operate()
        source.wait_settled(300.0)
        assert source.state().function == "pressure_abs"
        first = bench.truth("line")
        bench.clock.sleep(4 * 3600.0)
        later = bench.truth("line")
        for truth in (first, later):
            assert truth["absolute_pressure_pa"] == pytest.approx(450e3, abs=500.0)
        moved = later["air_pressure_pa"] - first["air_pressure_pa"]
        assert abs(moved) > 20.0
        fell = first["gauge_pressure_pa"] - later["gauge_pressure_pa"]
        assert fell == pytest.approx(moved, abs=25.0)  # less the noise of the control
        assert source.read().value == pytest.approx(450e3, abs=500.0)
        source.make_safe()
        assert abs(bench.truth("line")["gauge_pressure_pa"]) < 1000.0
        source.close()


def test_a_gauge_pressure_is_not_controlled_on_an_absolute_range(client_class: Any) -> None:
    with SIMULATOR.open(bench_of("druck_pace5000")) as bench:
        client = client_class(bench.resources["source"])
        source: Any = open_instrument("druck_pace5000", bench.resources["source"], clock=bench.clock)
        client.write(f':SENS:PRES:RANG "{source.range_in_use() / 1e5 + 1:g}bara"')
        assert client.query(":SYST:ERR?") == ':SYST:ERR 0,"No error"'
        source.set_slew(20e3)
        source.stage_pressure(300e3)
        with pytest.raises(ReadbackError, match="gauge"):
            source.operate()
        assert not source.is_controlling()
        client.close()
        source.close()


@pytest.mark.parametrize(
    ("model", "register", "bit"),
    [("druck_pace5000", ":STAT:OPER:PRES", 4), ("fluke_6270a", "STAT:OPER", 16)],
)
def test_what_was_reached_stays_in_the_operation_register(
    client_class: Any, model: str, register: str, bit: int
) -> None:
    def number(reply: str) -> int:
        return int(reply.rsplit(maxsplit=1)[-1])

    with SIMULATOR.open(bench_of(model)) as bench:
        client = client_class(bench.resources["source"])
        source: Any = open_instrument(model, bench.resources["source"], clock=bench.clock)
        client.write(f"{register}:ENAB {bit}")
        source.set_slew(20e3)
        source.stage_pressure(100e3)
        source.operate()
        assert not number(client.query(f"{register}:COND?")) & bit
        assert not number(client.query("*STB?")) & 128
        source.wait_settled(300.0)
        assert number(client.query("*STB?")) & 128
        source.standby()
        assert not number(client.query(f"{register}:COND?")) & bit
        assert number(client.query(f"{register}:EVEN?")) & bit
        assert not number(client.query(f"{register}:EVEN?")) & bit
        assert not number(client.query("*STB?")) & 128
        client.close()
        source.close()


def test_words_of_the_6270a(client_class: Any) -> None:
    with SIMULATOR.open(bench_of("fluke_6270a")) as bench:
        client = client_class(bench.resources["source"])
        assert client.query("*IDN?") == "FLUKE,6270A,SIMC0001,1.05"
        assert client.query("outp:pres:mode measure;:OUTP:PRES:MODE?") == "MEAS"
        assert client.query("outp:mode control;:OUTP:MODE?;:outp:mode measure") == "CONT"
        assert client.query("SENS:PRES:MOD 1;:SENS:PRES:MOD?") == "1"
        assert client.query("SENS:PRES:MOD 2;:SYST:ERR?") == '-224,"Illegal parameter value"'
        assert client.query("SENS:PRES:MOD1:NAME?") == "PM200-BG700K"
        assert client.query("SENS:PRES:MODE ABS;:SYST:ERR?") == '-221,"Settings conflict"'
        assert client.query("SOUR:PRES 1E6;:SYST:ERR?") == '-222,"Data out of range"'
        assert float(client.query("MEAS:PRES:UNC?")) > 0.0
        client.close()


def test_words_of_the_cpc6050(client_class: Any) -> None:
    with SIMULATOR.open(bench_of("mensor_cpc6050")) as bench:
        client = client_class(bench.resources["source"])
        assert client.query("*IDN?").rstrip("\r") == " MENSOR,CPC6050,SIMC0001,1.02.07"
        client.write("Units 22")
        client.write("Setpt 5000")
        assert client.query("Setpt?").startswith("E")
        assert client.query("ERR?").rstrip("\r") == "E 05 - Value out of range"
        assert client.query("err?").rstrip("\r") == " No Errors"
        assert client.query("Mode?").rstrip("\r") == " Standby"
        client.close()
        source: Any = open_instrument("mensor_cpc6050", bench.resources["source"], clock=bench.clock)
        with pytest.raises(InstrumentReportedError, match="out of range"):
            source.configure_pressure(1e6, absolute=True)
        source.set_limits(pressure_pa=100e3)
        source._highest_pa = None  # the instrument's own limit holds by itself
        with pytest.raises(InstrumentReportedError, match="out of range"):
            source.stage_pressure(200e3)
        source.close()


@pytest.mark.parametrize("model", ["druck_pace5000", "fluke_6270a", "mensor_cpc6050", "fluke_9142"])
def test_a_full_error_queue_keeps_nobody_from_making_safe(model: str) -> None:
    bench_file = bench_of(model)
    if model == "fluke_9142":
        bench_file["simulation"]["nodes"] = {"block": {"domain": "thermal", "joins": ["source"]}}
    bench_file["simulation"]["faults"] = [
        {"kind": "queue-overflow", "instrument": "source", "at_s": 100.0, "count": 1000}
    ]
    with SIMULATOR.open(bench_file) as bench:
        source: Any = open_instrument(model, bench.resources["source"], clock=bench.clock)
        if model == "fluke_9142":
            source.stage_temperature(100.0)
        else:
            source.set_slew(20e3)
            source.stage_pressure(500e3)
        source.operate()
        bench.clock.sleep(200.0)
        source.make_safe()
        assert not source.state().operating
        source.close()


TWO_LINES: dict[str, Any] = {
    "name": "two lines",
    "instruments": {
        "pace": {"model": "druck_pace6000", "serial": "SIMPACE601"},
        "gauge": {"model": "additel_681", "serial": "SIMADT01"},
    },
    "simulation": {
        "seed": 3,
        "nodes": {
            "low": {"domain": "pressure", "joins": ["pace"]},
            "high": {"domain": "pressure", "joins": ["pace:2", "gauge"]},
        },
    },
}


def test_a_pace6000_has_two_lines_and_both_are_made_safe(client_class: Any) -> None:
    with SIMULATOR.open(TWO_LINES) as bench:
        pace: Any = open_instrument("druck_pace6000", bench.resources["pace"], clock=bench.clock)
        gauge: Any = open_instrument("additel_681", bench.resources["gauge"], clock=bench.clock)
        assert pace.identify().model.startswith("PACE6000")
        assert pace.channel(1) is pace
        with pytest.raises(OutOfLimits, match="not 3"):
            pace.channel(3)
        second = pace.channel(2)
        for line, pascal in ((pace, 100e3), (second, 100e3), (second, 400e3)):
            errors = [bench.truth(name)["pace_error_pa"] for name in ("low", "high")]
            line.set_slew(20e3)
            line.stage_pressure(pascal)
            line.operate()
            line.wait_settled(300.0)
        assert bench.truth("low")["gauge_pressure_pa"] == pytest.approx(100e3, abs=400.0)
        assert bench.truth("high")["gauge_pressure_pa"] == pytest.approx(400e3, abs=400.0)
        assert errors[0] != pytest.approx(errors[1], rel=1e-3)  # at 100 kPa: each module errs by itself
        assert gauge.read().value == pytest.approx(400e3, abs=1e3)
        held = bench.snapshot()
        pace.standby()
        assert second.is_controlling()
        bench.restore(held)
        assert pace.is_controlling()
        client = client_class(bench.resources["pace"])
        assert client.query(":SOUR2:PRES?").startswith(":SOUR2:PRES")
        assert client.query(":SOUR1:PRES?").startswith(":SOUR:PRES")
        assert client.query(":INST:LIM5?").startswith(':INST:LIM "7.00barg"')
        assert client.query(":INST:LIM2?;:SYST:ERR?").startswith(":SYST:ERR -114")
        assert client.query(":SOUR3:PRES?;:SYST:ERR?").startswith(":SYST:ERR -11")
        client.close()
        pace.make_safe()
        for line in ("low", "high"):
            assert abs(bench.truth(line)["gauge_pressure_pa"]) < 1000.0
        gauge.close()
        pace.close()


def test_two_channels_of_one_controller_are_two_sources() -> None:
    nodes = {"line": {"domain": "pressure", "joins": ["pace:1", "pace:2"]}}
    with pytest.raises(BenchFileError, match="two sources"):
        SIMULATOR.open({**TWO_LINES, "simulation": {"seed": 3, "nodes": nodes}})
