"""What public programs ask of a WT310 besides its readings: updates, averages, hold, timer, ranges."""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterator
from typing import Any

import pytest

from calibrator_sim import SIMULATOR, SimBench

BENCH: dict[str, Any] = {
    "name": "power",
    "instruments": {"wt": {"model": "yokogawa_wt310", "serial": "SIMWT01"}},
    "simulation": {
        "seed": 11,
        "effects": {"load_variation": 0.0},
        "nodes": {"line": {"domain": "power", "joins": ["wt"]}},
    },
}


@pytest.fixture
def bench() -> Iterator[SimBench]:
    with SIMULATOR.open(BENCH) as bench:
        yield bench


@pytest.fixture
def client(bench: SimBench, client_class: Any) -> Iterator[Any]:
    client = client_class(bench.resources["wt"])
    client.write(
        ":COMM:HEAD OFF;:NUM:NORM:NUM 1;:NUM:NORM:ITEM1 P,1;:RATE 1;:INP:VOLT:RANG 300;:INP:CURR:RANG 5"
    )
    yield client
    assert client.query(":STAT:ERR?") == '0,"No error"'
    client.close()


def test_an_update_is_an_event_once_and_can_be_waited_for(bench: SimBench, client: Any) -> None:
    assert int(client.query(":STAT:EESR?")) == 0  # its filter lets nothing through
    client.write(":STATUS:FILTER1 FALL")
    client.query(":STATUS:EESR?")
    assert int(client.query(":STATUS:EESR?")) & 1 == 0
    before = bench.clock.monotonic_ns()
    assert client.query(":COMM:WAIT? 1") == "1"
    waited = (bench.clock.monotonic_ns() - before) / 1e9
    assert 0.5 < waited <= 1.0 + 0.02
    assert int(client.query(":STATUS:EESR?")) & 1 == 1
    assert int(client.query(":STATUS:EESR?")) & 1 == 0


def test_an_average_is_quieter_and_hold_keeps_the_display(bench: SimBench, client: Any) -> None:
    def scatter() -> float:
        found = []
        for _ in range(60):
            bench.clock.sleep(1.0)
            found.append(float(client.query(":NUM:NORM:VAL?")))
        return statistics.stdev(found)

    # Five digits of 1150 W hide 50 ppm of noise, so the noise is made larger than a digit.
    client.write("*RST;:COMM:HEAD OFF;:NUM:NORM:NUM 1;:NUM:NORM:ITEM1 P,1;:RATE 1")
    single = scatter()
    client.write(":MEAS:AVER:TYPE LIN;COUN 64;STAT ON")
    assert client.query(":MEAS:AVER:COUN?;TYPE?;STAT?") == "64;LIN;1"
    assert scatter() < 0.5 * single
    client.write(":MEAS:AVER:STAT OFF;:HOLD ON")
    shown = client.query(":NUM:NORM:VAL?")
    for _ in range(5):
        bench.clock.sleep(1.0)
        assert client.query(":NUM:NORM:VAL?") == shown
    assert client.query(":HOLD?") == "1"
    client.write(":HOLD OFF")
    assert {client.query(":NUM:NORM:VAL?") for _ in range(20) if not bench.clock.sleep(1.0)} != {shown}


def test_a_timer_ends_an_integration_by_itself(bench: SimBench, client: Any) -> None:
    client.write(":INTEG:MODE NORM;TIM 0,30,0")
    assert client.query(":INTEG:TIM?;MODE?") == "0,30,0;NORM"
    client.write(":NUM:NORM:NUM 3;:NUM:NORM:ITEM1 WH,1;ITEM2 AH,1;ITEM3 TIME,1;:STAT:FILT2 FALL;:STAT:EESR?")
    client.read()
    client.write(":INTEG:STAR")
    assert int(client.query(":STAT:COND?")) & 2
    assert int(client.query(":STAT:EESR?")) & 2 == 0
    bench.clock.sleep(3600.0)
    assert client.query(":INTEG:STAT?") == "TIM"
    assert int(client.query(":STAT:EESR?")) & 2
    energy, charge, seconds = (float(each) for each in client.query(":NUM:NORM:VAL?").split(","))
    assert energy == pytest.approx(1150.0 / 2, rel=3e-3)
    assert charge == pytest.approx(5.0 / 2, rel=3e-3)
    assert seconds == pytest.approx(1800.0)


def test_a_continuous_integration_begins_anew(bench: SimBench, client: Any) -> None:
    client.write(":INTEG:MODE CONT;TIM 0,10,0;STAR;:NUM:NORM:ITEM1 TIME,1")
    bench.clock.sleep(1500.0)
    assert float(client.query(":NUM:NORM:VAL?")) == pytest.approx(300.0, abs=1.0)
    assert client.query(":INTEG:STAT?") == "STAR"


def test_ranges_are_checked_and_told(bench: SimBench, client: Any) -> None:
    assert client.query(":INP:CRAN?") == "0"
    client.write(":NUM:NORM:NUM 4;:NUM:NORM:ITEM1 UPPEAK;ITEM2 IMPEAK;ITEM3 URANGE;ITEM4 IRANGE")
    assert client.query(":NUM:NORM:ITEM3?;ITEM9?") == "URANGE,1;NONE"
    bench.clock.sleep(2.0)
    peak, trough, volts, amperes = (float(each) for each in client.query(":NUM:NORM:VAL?").split(","))
    assert peak == pytest.approx(230.0 * math.sqrt(2.0), rel=3e-3)
    assert trough == pytest.approx(-5.0 * math.sqrt(2.0), rel=3e-3)
    assert (volts, amperes) == (300.0, 5.0)
    client.write(":INP:VOLT:RANG 150")
    assert client.query(":INPUT:CRANGE?") == "1"
    client.write(":INP:CURR:RANG 2")
    assert client.query(":INPUT:CRANGE?") == "3"
    client.write(":INP:FILT:LINE ON;FREQ ON")
    assert client.query(":INP:FILT:LINE?;FREQ?;:INP:FILT?;:INP:SYNC?;WIR?") == "1;1;1;VOLT;P1W2"


def test_what_is_no_setting_is_refused(client: Any) -> None:
    for text, error in (
        (":MEAS:AVER:COUN 7", "-222"),
        (":INTEG:TIM 0,60,0", "-222"),
        (":STAT:FILT17 FALL", "-114"),
        (":COMM:WAIT MAX", "-148"),
    ):
        client.write(text)
        assert client.query(":STAT:ERR?").startswith(f"{error},"), text
