"""What the simulated Truevolt meters have beyond a 34401A."""

from __future__ import annotations

import pytest

STILL = {"noise": 0, "hum": 0, "quantisation": 0, "settling": 0, "emf": 0}


@pytest.fixture
def truevolt(open_bench, connect):
    def opener(model="keysight_34465a", **simulation):
        bench = open_bench(
            instruments={"meter": {"model": model, "serial": "SIM0042"}},
            simulation={"units": {"meter": {}}, "effects": STILL, **simulation},
        )
        bench.connect("volts")
        calibrator = connect(bench, "calibrator")
        calibrator.write("OUT 5 V;OPER")
        calibrator.query("*OPC?")
        return bench, connect(bench, "meter")

    return opener


def test_the_null_of_a_function_is_taken_off_its_readings_only(truevolt):
    _, meter = truevolt()
    meter.write("CONF:VOLT:DC 10")
    plain = float(meter.query("READ?"))
    meter.write("VOLT:DC:NULL:VAL 1.5;:VOLT:NULL ON")
    assert float(meter.query("READ?")) == pytest.approx(plain - 1.5, abs=1e-6)
    assert meter.query("VOLT:NULL?;:VOLT:NULL:VAL?") == "1;+1.50000000E+00"
    meter.write("VOLT:NULL:VAL:AUTO ON")
    assert float(meter.query("READ?")) == pytest.approx(0.0, abs=1e-6)
    assert float(meter.query("VOLT:NULL:VAL?")) == pytest.approx(plain, abs=1e-6)
    meter.write("VOLT:NULL OFF")
    assert float(meter.query("READ?")) == pytest.approx(plain, abs=1e-6)
    assert meter.query("SYST:ERR?") == '+0,"No error"'


def test_self_calibration_takes_the_room_s_temperature_away(truevolt):
    bench, meter = truevolt(
        units={"meter": {"on_for_s": 1e6}}, environment={"temperature_c": 30.0, "ripple_c": 0.0}
    )
    meter.write("CONF:VOLT:DC 10")
    warm = bench.true_error("meter", "dcv", 10.0, 5.0)
    begun = bench.clock.monotonic_ns()
    assert meter.query("ACAL:ALL?") == "+0"
    assert (bench.clock.monotonic_ns() - begun) / 1e9 == pytest.approx(14.0, abs=0.1)
    calibrated = bench.true_error("meter", "dcv", 10.0, 5.0)
    assert calibrated != warm
    held = bench.snapshot()
    assert meter.query("*RST;:SYST:TEMP?").startswith("+4")
    bench.restore(held)
    assert bench.true_error("meter", "dcv", 10.0, 5.0) == pytest.approx(calibrated, rel=1e-9)


def test_a_34461a_has_neither_aperture_nor_self_calibration(truevolt):
    _, meter = truevolt("keysight_34461a")
    meter.write("VOLT:DC:APER 0.1")
    assert meter.query("SYST:ERR?").startswith("-113")
    assert meter.query("*IDN?").startswith("Keysight Technologies,34461A,SIM0042,A.")


def test_readings_are_taken_out_of_memory(truevolt):
    _, meter = truevolt()
    meter.write("CONF:VOLT:DC 10;:VOLT:DC:APER 0.02;:SAMP:COUN 3;:INIT")
    assert meter.query("*OPC?") == "1"
    assert meter.query("DATA:POIN?") == "+3"
    first = meter.query("DATA:REM? 1")
    assert float(first) == pytest.approx(5.0, rel=1e-3)
    rest = meter.query("R?")
    assert rest.startswith("#231")
    assert len(rest.split(",")) == 2
    assert meter.query("DATA:POIN?") == "+0"
    meter.write("DATA:REM? 1")
    assert meter.query("SYST:ERR?").startswith("-222")


@pytest.mark.parametrize(("model", "step"), [("keysight_34461a", 1e-7), ("keysight_34470a", 1e-8)])
def test_a_7_5_digit_meter_is_finer(truevolt, model, step):
    _, meter = truevolt(model, effects={**STILL, "quantisation": 1})
    meter.write("CONF:VOLT:DC 10;:VOLT:NPLC 100")
    reading = float(meter.query("READ?"))
    assert reading / step == pytest.approx(round(reading / step), abs=0.02)


def test_what_public_drivers_ask_is_answered(truevolt):
    _, meter = truevolt()
    for asked in (
        "SENSe:FUNCtion?",
        "SYSTem:LFRequency?",
        "SENSe:VOLTage:DC:NPLC?",
        "SENSe:VOLTage:DC:RANGe?",
        "SENSe:VOLTage:DC:RESolution?",
        "SENSe:VOLT:RANGe:AUTO?",
        "SENSe:VOLT:ZERO:AUTO?",
        "SENSe:VOLT:APERture:ENABled?",
        "SENSe:VOLT:APERture?",
        "TRIGger:COUNt?",
        "TRIGger:DELay?",
        "TRIGger:DELay:AUTO?",
        "TRIGger:SLOPe?",
        "TRIGger:SOURce?",
        "SAMPle:COUNt?",
        "SAMPle:SOURce?",
        "SAMPle:TIMer?",
        "SAMPle:TIMer? MIN",
        "DISPlay:STATe?",
        "DISPLAY:TEXT?",
        "SYST:LIC:CAT?",
        "*OPT?",
    ):
        assert meter.query(asked) != ""
    meter.write("SENSe:VOLTage:DC:RANGe:AUTO ONCE")
    assert meter.query("SENSe:VOLTage:DC:RANGe?;:SENSe:VOLTage:DC:RANGe:AUTO?") == "+1.00000000E+01;0"
    meter.write('DISPLAY:TEXT "HELLO";:ABORt')
    assert meter.query("SYST:ERR?") == '+0,"No error"'
