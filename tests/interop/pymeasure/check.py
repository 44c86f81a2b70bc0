"""PyMeasure's drivers read the simulated 34401A over a socket, HiSLIP and a Prologix gateway."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Collection
from inspect import getattr_static

from pymeasure.adapters import PrologixAdapter, VISAAdapter
from pymeasure.instruments.agilent import Agilent33220A, Agilent33500, Agilent34410A
from pymeasure.instruments.fluke import Fluke7341
from pymeasure.instruments.hp import HP34401A
from pymeasure.instruments.keithley import Keithley2000, Keithley2450
from pyvisa import VisaIOError


def exercise(meter: HP34401A, expected: float, function: str) -> None:
    assert "34401A" in meter.id, meter.id
    meter.clear()
    meter.reset()
    meter.function_ = function
    assert meter.function_ == function
    meter.range_ = 10 if function == "DCV" else 1000
    assert meter.autorange is False
    meter.autorange = True
    meter.nplc = 1
    assert meter.nplc == 1
    meter.nplc = "MIN"
    assert meter.nplc == 0.02
    meter.autozero_enabled = False
    assert meter.autozero_enabled is False
    meter.trigger_count = 3
    meter.sample_count = 2
    meter.trigger_delay = "MIN"
    readings = meter.reading
    assert len(readings) == 6, readings
    assert all(abs(reading - expected) < 0.01 * expected for reading in readings), readings
    meter.display_enabled = True
    meter.displayed_text = "CALIBRATOR"
    assert meter.displayed_text == "CALIBRATOR"
    meter.beep()
    assert meter.scpi_version == 1991.0, meter.scpi_version
    assert meter.self_test_result in (True, 0), meter.self_test_result
    meter.remote_control_enabled = True
    meter.init_trigger()
    assert len(meter.stored_reading) == 6
    # No 34401A has *OPT? or a query of SYSTem:REMote; FREQ and PER alone have gates; a self-test forgets.
    besides = {"options", "remote_control_enabled", "remote_lock_enabled", "gate_time", "stored_reading"}
    every(meter, besides)
    assert meter.check_errors() == []
    meter.write("NONSENSE")
    assert meter.check_errors()[0][0] == -113


def bath(resource: str) -> None:
    """The 7341 on a serial line, at its speed."""
    seven = Fluke7341(resource, visa_library="@py", read_termination="\r\n")
    seven.write("du=h")  # it echoes from the factory, and PyMeasure expects one that does not
    assert seven.read() == "du=h"
    time.sleep(1.0)
    seven.adapter.flush_read_buffer()
    assert seven.id.startswith("Fluke,7341"), seven.id
    seven.unit = "c"
    seven.set_point = 30
    assert seven.set_point == 30
    assert 10 < seven.temperature < 40, seven.temperature
    print("PyMeasure Fluke7341 on a serial line")


def truevolt(resource: str) -> None:
    """A 34461A by the driver of its predecessor."""
    meter = Agilent34410A(resource, visa_library="@py", timeout=60_000)
    assert abs(meter.voltage_dc - 5.0) < 0.01, meter.voltage_dc
    assert abs(meter.current_dc) < 1e-3
    every(meter)
    print("PyMeasure Agilent34410A on a 34461A over HiSLIP")


def keithley(resource: str) -> None:
    meter = Keithley2000(resource, visa_library="@py", timeout=60_000, **ENDS)
    assert "MODEL 2000" in meter.id, meter.id
    meter.mode = "voltage"
    assert meter.mode == "voltage", meter.mode
    meter.voltage_range = 10
    assert meter.voltage_range == 10
    meter.voltage_nplc = 1
    assert abs(meter.voltage - 5.0) < 0.01, meter.voltage
    meter.voltage_digits = 7
    assert meter.voltage_digits == 7
    meter.acquire_reference()
    meter.enable_reference()
    assert abs(meter.voltage) < 0.001, meter.voltage
    assert abs(meter.voltage_reference - 5.0) < 0.01
    meter.voltage_reference = 1.0
    assert abs(meter.voltage - 4.0) < 0.01
    meter.disable_reference()
    meter.enable_filter(type="repeat", count=5)
    meter.disable_filter()
    for name in ("voltage_ac", "current_ac"):
        for part, value in (("nplc", 1.0), ("bandwidth", 30), ("digits", 6), ("reference", 0.5)):
            setattr(meter, f"{name}_{part}", value)
            assert getattr(meter, f"{name}_{part}") == value, (name, part)
    meter.frequency_threshold = 1.0
    meter.frequency_digits = 6
    meter.trigger_delay = 0.01
    assert meter.trigger_delay == 0.01
    meter.trigger_delay = 0
    meter.config_buffer(10)
    assert meter.buffer_points == 10
    meter.start_buffer()
    meter.wait_for_buffer()
    assert len(meter.buffer_data) == 10
    assert all(abs(value - 5.0) < 0.01 for value in meter.buffer_data), meter.buffer_data
    meter.reset_buffer()
    meter.disable_buffer()
    meter.beep_state = "disabled"
    assert meter.beep_state == "disabled"
    meter.beep(440, 0.1)
    meter.remote()
    meter.local()
    errors = meter.check_errors()
    assert errors == [], errors
    every(meter, {"buffer_data", "temperature_digits", "temperature_nplc", "temperature_reference"})
    meter.reset()  # it sends ":*CLS", which no grammar has
    assert [code for code, _ in meter.check_errors()] == [-102]
    print("PyMeasure Keithley2000 over a socket")


# Sent to "SCPI 2400", the emulation that the driver's own text asks for; the instrument's SCPI answers a
# statistic with one number, and TRACe:DATA? wants to know which readings.
SCPI_2400 = {
    "buffer_data",
    *(f"{a}_{b}" for a in ("mean", "max", "min", "std") for b in ("voltage", "current", "resistance")),
}


def source_meter(resource: str) -> None:
    """A 2450 with 1 kohm on it."""
    unit = Keithley2450(resource, visa_library="@py", timeout=60_000, **ENDS)
    assert "MODEL 2450" in unit.id, unit.id
    unit.reset()
    unit.apply_voltage(20, 0.1)
    each(unit, source_voltage=2.0, compliance_current=0.05, source_voltage_range=20.0)
    each(unit, source_voltage_delay=0.01, source_voltage_delay_auto=True, voltage_output_off_state="HIMP")
    unit.enable_source()
    assert unit.source_enabled is True
    unit.measure_current(nplc=1, current=0.01, auto_range=False)
    each(unit, current_range=0.01, current_nplc=0.1, current_filter_type="MOV", current_filter_count=5)
    unit.current_filter_state = "ON"
    assert unit.current_filter_state == 1
    assert abs(unit.current - 2e-3) < 1e-5, unit.current
    unit.compliance_current = 1e-3
    assert abs(unit.current - 1e-3) < 1e-5, unit.current  # held back
    unit.measure_voltage()
    each(unit, voltage_nplc=1.0, voltage_filter_type="REP", voltage_filter_count=7)
    assert abs(unit.voltage - 1.0) < 1e-2, unit.voltage
    unit.disable_source()
    unit.apply_current(1e-3, 10.0)
    each(unit, source_current=1e-3, compliance_voltage=5.0, source_current_delay=0.02)
    each(unit, source_current_delay_auto=True, current_output_off_state="ZERO", buffer_points=200)
    unit.enable_source()
    assert abs(unit.voltage - 1.0) < 1e-2, unit.voltage
    unit.measure_resistance(resistance=2000, auto_range=False)
    unit.write(":TRAC:CLE")
    each(unit, wires=4, resistance_nplc=0.5, resistance_range=2000.0)
    assert abs(unit.resistance / 1000 - 1.0) < 0.01, unit.resistance
    assert abs(unit.means / 1000 - 1.0) < 0.01, unit.means
    assert unit.minimums <= unit.means <= unit.maximums
    unit.use_rear_terminals()
    unit.use_front_terminals()
    unit.beep(440, 0.1)
    assert unit.check_errors() == []
    unit.shutdown()
    every(unit, SCPI_2400)
    print("PyMeasure Keithley2450 over a socket")


def every(unit: object, besides: Collection[str] = ()) -> None:
    """Read every property of a driver; none may fail or leave an error in the instrument."""
    names = [name for name in dir(type(unit)) if isinstance(getattr_static(type(unit), name), property)]
    assert len(names) > len(besides) + 5, names
    for name in names:
        if name not in {*besides, "error", "next_error"}:
            try:
                getattr(unit, name)
            except LookupError:  # one that can only be set
                continue
            except VisaIOError as error:
                raise AssertionError(name) from error
            errors = unit.check_errors()
            assert not errors, (name, errors)


def generator(driver: type, resource: str) -> None:
    unit = driver(resource, visa_library="@py", timeout=60_000, **ENDS)
    unit.shape = "SIN"
    unit.frequency = 1234.5
    unit.amplitude = 2.5
    unit.offset = 0.1
    assert (unit.shape, unit.frequency, unit.amplitude, unit.offset) == ("SIN", 1234.5, 2.5, 0.1)
    unit.amplitude_unit = "VRMS"
    assert unit.amplitude_unit == "VRMS"
    unit.output = True
    assert unit.output in (True, 1)
    unit.amplitude_unit = "VPP"
    each(unit, voltage_high=2.0, voltage_low=-1.0)
    assert (unit.amplitude, unit.offset) == (3.0, 0.5)
    each(unit, shape="SQU", square_dutycycle=30.0, ramp_symmetry=80.0)
    each(unit, shape="PULS", pulse_period=1e-3, pulse_hold="WIDT", pulse_width=2e-4, pulse_transition=5e-8)
    assert unit.pulse_dutycycle == 20.0
    each(unit, pulse_dutycycle=40.0, burst_state=True, burst_mode="TRIG", burst_ncycles=10)
    if driver is Agilent33220A:
        each(unit, trigger_source="BUS", trigger_state=True, beeper_state=False)
        unit.remote_local_state = "REM"
        unit.trigger()
        unit.wait_for_trigger(timeout=60)
    else:
        each(unit, burst_period=0.5, phase=90.0)
        second = unit.ch_2
        each(second, shape="TRI", frequency=777.0, amplitude=1.5, offset=-0.2, output=True, burst_state=True)
        each(second, pulse_period=1e-2, voltage_high=0.5)
        assert (unit.shape, unit.frequency) == ("PULS", 1000.0)
    unit.burst_state = False
    unit.beep()
    # Arbitrary waveforms are not held.
    every(unit, {"arb_advance", "arb_file", "arb_filter", "arb_srate"} if driver is Agilent33500 else ())
    errors = unit.check_errors()
    assert not errors, errors
    print(f"PyMeasure {driver.__name__} over a socket")


def each(unit: object, **settings: object) -> None:
    """Set and read back."""
    for name, value in settings.items():
        setattr(unit, name, value)
        assert getattr(unit, name) == value, (name, getattr(unit, name))


ENDS = {"read_termination": "\n", "write_termination": "\n"}


def main() -> None:
    served = json.loads(sys.argv[1])
    [socket] = served["socket"]
    exercise(HP34401A(socket["resource"], visa_library="@py", timeout=60_000, **ENDS), 5.0, "DCV")
    print("PyMeasure HP34401A over a socket")
    [hislip] = served["hislip"]
    exercise(HP34401A(hislip["resource"], visa_library="@py", timeout=60_000), 100.0, "R2W")
    print("PyMeasure HP34401A over HiSLIP")
    [gpib] = served["gpib"]
    _, host, port, _ = gpib["bus"].split("::")
    address = int(gpib["resource"].split("::")[1])
    raw = VISAAdapter(f"TCPIP0::{host}::{port}::SOCKET", visa_library="@py", timeout=60_000, **ENDS)
    adapter = PrologixAdapter(raw, address=address, gpib_read_timeout=3000, eoi=True)
    meter = HP34401A(adapter)
    assert "34401A" in meter.id
    meter.function_ = "DCV"
    meter.nplc = 0.2
    assert abs(meter.reading - 5.0) < 0.01
    meter.write("*CLS;*ESE 1;*SRE 32;*OPC")
    adapter.write("++spoll")
    print("PyMeasure's PrologixAdapter")
    if "bath" in served:
        bath(served["bath"][0]["resource"])
    truevolt(served["truevolt"][0]["resource"])
    keithley(served["keithley"][0]["resource"])
    source_meter(served["source"][0]["resource"])
    for driver, entry in zip((Agilent33220A, Agilent33500), served["generators"], strict=True):
        generator(driver, entry["resource"])


if __name__ == "__main__":
    main()
