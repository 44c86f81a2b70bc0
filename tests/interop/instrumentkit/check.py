"""InstrumentKit's generic multimeter reads the simulated 34401A over TCP and a serial line."""

from __future__ import annotations

import json
import sys

import instruments as ik


def exercise(meter: ik.generic_scpi.SCPIMultimeter) -> None:
    assert "34401A" in meter.name, meter.name
    meter.reset()
    meter.clear()
    meter.mode = meter.Mode.voltage_dc
    # Reading `mode` back fails here as on the real meter: the driver does not expect the quotes of CONF?.
    assert meter.query("CONF?").startswith('"VOLT ')
    reading = float(meter.measure(meter.Mode.voltage_dc))
    assert abs(reading - 5.0) < 1e-3, reading
    meter.trigger_mode = meter.TriggerMode.immediate
    assert meter.trigger_mode == meter.TriggerMode.immediate
    meter.sample_count = 2
    assert meter.sample_count == 2
    meter.trigger_count = meter.TriggerCount.minimum
    # Not read back by the driver: the 34401A answers in exponents, since INFinite is 9.9E37.
    assert float(meter.query("TRIG:COUN?")) == 1.0
    assert meter.op_complete
    # `check_error_queue` asks SYST:ERR:CODE:NEXT?, which a 34401A (SCPI-1991) does not have.
    assert meter.query("SYST:ERR?").startswith("+0")


def main() -> None:
    served = json.loads(sys.argv[1])
    [socket] = served["socket"]
    _, host, port, _ = socket["resource"].split("::")
    exercise(ik.generic_scpi.SCPIMultimeter.open_tcpip(host, int(port)))
    print("InstrumentKit SCPIMultimeter over TCP")
    # Not usable today: its GPIB-ETHERNET communicator gives a quantity to `settimeout`, and `open_visa`
    # imports `visa`, a name that PyVISA gave up.
    if "serial" in served:
        [serial] = served["serial"]
        path = serial["resource"].removeprefix("ASRL").removesuffix("::INSTR")
        meter = ik.generic_scpi.SCPIMultimeter.open_serial(path, 9600, timeout=60, write_timeout=60)
        meter.sendcmd("SYST:REM")  # the driver does not know RS-232's local state
        exercise(meter)
        print("InstrumentKit SCPIMultimeter on a serial line")


if __name__ == "__main__":
    main()
