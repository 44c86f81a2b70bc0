"""QCoDeS's driver reads the simulated 34401A."""

from __future__ import annotations

import json
import sys
from collections.abc import Collection

from qcodes.instrument import InstrumentBase, VisaInstrument
from qcodes.instrument_drivers.agilent import Agilent34401A
from qcodes.instrument_drivers.Keithley import Keithley2000, Keithley2450
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
    if model != "34461A":  # the driver takes time traces of these two alone
        meter.NPLC(0.02)
        meter.timetrace_npts(3)
        meter.timetrace_dt(0.05)
        trace = meter.timetrace()
        assert len(trace) == 3, trace
        assert all(abs(reading - 5.0) < 1e-2 for reading in trace), trace
    every(meter, {"timetrace"})
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
    every(meter)
    meter.close()
    print("QCoDeS Keithley2000 over a socket")


def every(instrument: VisaInstrument, besides: Collection[str] = ()) -> None:
    """Read every parameter of a driver and its modules; none may fail or leave an error in the instrument."""
    modules = [instrument, *(each for each in instrument.submodules.values() if hasattr(each, "parameters"))]
    for module in modules:
        for name, parameter in module.parameters.items():
            if parameter.gettable and name not in besides:
                parameter()
                answer = instrument.ask("SYST:ERR?")
                assert answer.startswith(("0", "+0")), (module.full_name, name, answer)


def check_source_meter(resource: str) -> None:
    """A 2450 with 1 kohm on it: each parameter set and read, ohms, a sweep and a buffer."""
    unit = Keithley2450("smu", resource, visalib="@py", timeout=60)
    assert unit.get_idn()["model"] == "2450", unit.get_idn()
    unit.reset()
    for function, level, top in (("voltage", 2.0, 20.0), ("current", 1e-3, 1e-2)):
        unit.sense_function("voltage")
        unit.source_function(function)
        each(unit.source, range=top, auto_range=False, limit=0.01 if function == "voltage" else 10.0)
        each(unit.source, **{function: level}, auto_delay=False, delay=0.001, user_number=2, user_delay=0.5)
        each(unit.source, auto_range=True, read_back_enabled=True, block_during_ramp=True)
        unit.output_enabled(True)
        assert unit.source.limit_tripped() is False
        for sensed, expected in (("voltage", 2.0 if function == "voltage" else 1.0), ("current", None)):
            unit.sense_function(sensed)
            each(unit.sense, four_wire_measurement=True, nplc=0.1, auto_zero_enabled=False, count=3)
            each(unit.sense, user_number=5, user_delay=0.25, auto_range=True)
            reading = unit.sense.parameters[sensed]()
            assert abs(reading / (expected or (2e-3 if function == "voltage" else 1e-3)) - 1.0) < 0.01, (
                reading
            )
            unit.sense.auto_zero_once()
        unit.output_enabled(False)
    unit.sense_function("resistance")
    each(unit.sense, four_wire_measurement=True, nplc=1, auto_range=False, range=2000.0)
    unit.output_enabled(True)
    assert abs(unit.sense.resistance() / 1000.0 - 1.0) < 0.01, unit.sense.resistance()
    unit.reset()
    unit.source_function("voltage")
    unit.source.limit(0.1)
    with unit.buffer("mine", 100) as held:
        held.elements(["time", "measurement", "source_value", "measurement_unit"])
        unit.source.sweep_setup(0.0, 2.0, 5, buffer_name="mine")
        swept = unit.sense.sweep()
        assert all(abs(a - e) < 1e-5 for a, e in zip(swept, (0, 5e-4, 1e-3, 1.5e-3, 2e-3), strict=True)), (
            swept
        )
        assert len(unit.sense.sweep.get_selected()) == 20
        unit.source.voltage(1.0)
        unit.output_enabled(True)
        held.trigger_start()
        assert held.number_of_readings() == 1
        assert held.get_last_reading().endswith("Amp DC"), held.get_last_reading()
        held.size(50)
        assert held.size() == 50
    assert unit.line_frequency() == "50", unit.line_frequency()
    unit.terminals("rear")
    assert unit.terminals() == "REAR"
    unit.abort()
    unit.clear_event_register()
    unit.clear_event_log()
    assert unit.ask("SYST:ERR?").startswith("0,"), unit.ask("SYST:ERR?")
    unit.close()
    print("QCoDeS Keithley2450 over a socket")


def each(module: InstrumentBase, **settings: object) -> None:
    """Set and read back; a parameter without a parser reads text."""
    for name, value in settings.items():
        module.parameters[name](value)
        seen = module.parameters[name]()
        seen = float(seen) if isinstance(seen, str) else seen
        assert seen == value, (module.name, name, seen, value)


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
    every(unit)
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
    every(meter, {"fetch"})  # READ? keeps nothing to fetch
    meter.close()
    for number, entry in enumerate(served["truevolt"]):
        check_truevolt(f"truevolt{number}", entry)
    print("QCoDeS Agilent34401A over a socket")
    check_keithley(served["keithley"][0]["resource"])
    check_source_meter(served["source"][0]["resource"])
    check_generator(served["generator"][0]["resource"])


if __name__ == "__main__":
    main()
