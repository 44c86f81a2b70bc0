"""QCoDeS's driver reads the simulated 34401A."""

from __future__ import annotations

import json
import sys

from qcodes.instrument_drivers.agilent import Agilent34401A


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
    print("QCoDeS Agilent34401A over a socket")


if __name__ == "__main__":
    main()
