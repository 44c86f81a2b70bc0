"""QCoDeS's driver reads the simulated 34401A."""

from __future__ import annotations

import json
import sys

from qcodes.instrument_drivers.agilent import Agilent34401A
from qcodes.instrument_drivers.Keithley import Keithley2000
from qcodes.instrument_drivers.Keysight import (
    Keysight33512B,
    Keysight34461A,
    Keysight34465A,
    Keysight34470A,
)

TRUEVOLTS = {"34461A": Keysight34461A, "34465A": Keysight34465A, "34470A": Keysight34470A}


def check_truevolt(name: str, entry: dict[str, str]) -> None:
    model = entry["model"].removeprefix("keysight_").upper()
    meter = TRUEVOLTS[model](name, entry["resource"], visalib="@py", timeout=60)
    assert meter.get_idn()["model"] == model, meter.get_idn()
    meter.reset()
    meter.sense_function("DC Voltage")
    assert meter.sense_function() == "DC Voltage"
    meter.autorange("OFF")
    meter.range(10)
    assert meter.range() == 10
    meter.NPLC(1)
    assert meter.NPLC() == 1
    meter.autozero("ON")
    meter.trigger.source("IMM")
    meter.trigger.count(1)
    meter.trigger.delay(0)
    meter.sample.count(3)
    assert meter.sample.count() == 3
    readings = meter.read()
    assert len(readings) == 3, readings
    assert all(abs(reading - 5.0) < 1e-3 for reading in readings), readings
    meter.sample.count(1)
    assert abs(meter.volt() - 5.0) < 1e-3
    meter.init_measurement()
    assert len(meter.fetch()) == 1
    meter.display.text("QCODES")
    assert meter.display.text().strip('"') == "QCODES"
    meter.display.clear()
    assert meter.error()[0] == 0, meter.error()
    meter.close()
    print(f"QCoDeS Keysight{model} over VXI-11")


def check_keithley(resource: str) -> None:
    meter = Keithley2000("keithley", resource, reset=True, visalib="@py", terminator="\n", timeout=60)
    assert meter.get_idn()["model"].endswith("2000"), meter.get_idn()
    for name, value in (
        ("mode", "dc voltage"),
        ("nplc", 1),
        ("range", 10),
        ("auto_range_enabled", False),
        ("digits", 6),
        ("averaging_type", "repeat"),
        ("averaging_count", 5),
        ("averaging_enabled", False),
        ("display_enabled", True),
        ("trigger_continuous", True),
        ("trigger_count", 1),
        ("trigger_delay", 0),
        ("trigger_source", "immediate"),
        ("trigger_timer", 0.5),
    ):
        meter.parameters[name](value)
        assert meter.parameters[name]() == value, (name, meter.parameters[name]())
    assert abs(meter.amplitude() - 5.0) < 0.01, meter.amplitude()
    meter.mode("ac voltage")
    meter.nplc(1)
    assert meter.nplc() == 1
    assert meter.ask("SYST:ERR?").startswith("+0"), meter.ask("SYST:ERR?")
    meter.close()
    print("QCoDeS Keithley2000 over a socket")


def check_generator(resource: str) -> None:
    unit = Keysight33512B("generator", resource, visalib="@py", terminator="\n", timeout=60)
    assert unit.num_channels == 2
    for number in (1, 2):
        channel = unit.submodules[f"ch{number}"]
        for name, value in (
            ("function_type", "RAMP"),
            ("frequency", 1000.0 * number),
            ("amplitude_unit", "VPP"),
            ("amplitude", 1.0 * number),
            ("offset", 0.1),
            ("ramp_symmetry", 40.0),
            ("function_type", "PULS"),
            ("pulse_width", 1e-4),
            ("burst_mode", "N Cycle"),
            ("burst_ncycles", 7),
            ("burst_phase", 90.0),
            ("burst_int_period", 0.5),
            ("burst_polarity", "INV"),
            ("burst_state", "ON"),
            ("trigger_source", "BUS"),
            ("trigger_slope", "NEG"),
            ("trigger_count", 3),
            ("trigger_delay", 0.01),
            ("trigger_timer", 0.5),
            ("output_polarity", "NORM"),
            ("output", "ON"),
        ):
            if name in channel.parameters:
                channel.parameters[name](value)
                assert channel.parameters[name]() == value, (name, channel.parameters[name]())
    assert unit.submodules["ch1"].frequency() == 1000.0
    unit.force_trigger()
    assert unit.error()[0] == 0, unit.error()
    unit.close()
    print("QCoDeS Keysight33512B, both channels")


def main() -> None:
    served = json.loads(sys.argv[1])
    [socket] = served["socket"]
    meter = Agilent34401A("meter", socket["resource"], visalib="@py", terminator="\n", timeout=60)
    assert meter.get_idn()["model"] == "34401A", meter.get_idn()
    meter.reset()
    meter.NPLC(1)
    assert meter.NPLC() == 1
    meter.range_auto("off")
    meter.range(10)
    assert meter.range() == 10
    meter.resolution(1e-5)
    assert abs(meter.resolution() - 1e-5) < 1e-9
    meter.init_measurement()
    assert abs(float(meter.fetch()) - 5.0) < 1e-3
    assert abs(meter.volt() - 5.0) < 1e-3, meter.volt()
    meter.display_text("QCODES")
    assert meter.display_text().strip(chr(34)) == "QCODES"
    assert meter.terminals() == "FRON"
    meter.close()
    for number, entry in enumerate(served["truevolt"]):
        check_truevolt(f"truevolt{number}", entry)
    print("QCoDeS Agilent34401A over a socket")
    check_keithley(served["keithley"][0]["resource"])
    check_generator(served["generator"][0]["resource"])


if __name__ == "__main__":
    main()
