"""QCoDeS's driver reads the simulated 34401A."""

from __future__ import annotations

import json
import sys

from qcodes.instrument_drivers.agilent import Agilent34401A
from qcodes.instrument_drivers.Keysight import Keysight34461A, Keysight34465A, Keysight34470A

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


if __name__ == "__main__":
    main()
