"""A live bench and an asset file as texts, and a record in memory."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from calibrator.record import Record

BENCH = """\
name = "Bench 1"

[instruments.calibrator]
asset = "CAL-01"
model = "fluke_5522a"
serial = "5522017"
resource = "GPIB0::4::INSTR"
zeroed_at = 2026-11-23T07:00:00+01:00

[instruments.meter]
asset = "DMM-07"
model = "keysight_34401a"
resource = "TCPIP0::192.0.2.20::1234::SOCKET"
uut = true

[instruments.short]
asset = "SHORT-02"
model = "copper_short"

[wirings.short]
title = "Copper short"
artefact = "short"
to = "meter"

[wirings.volts]
title = { en = "NORMAL to HI and LO", zh = "NORMAL 接 HI、LO" }
from = "calibrator"
to = "meter"
terminals = "normal-input"
max_voltage_v = 1000
max_current_a = 3
lead_resistance_ohm = { value = 0.05, half_width = 0.02, source = "measured", status = "checked" }
emf_v = { half_width = 1e-6, source = "copper on copper", status = "checked" }
insulation_ohm = { value = 1e12, source = "PTFE", status = "checked" }

[environment]
temperature_c = 23.1
humidity_rh = 44

[interlock]
by = "Li Wei"
until = 2027-01-31
"""

ASSET = """\
asset = "CAL-01"
model = "fluke_5522a"
manufacturer = "Fluke"
serial = "5522017"
role = "standard"

[certificate]
number = "E-2026-0411"
issued = 2026-05-07
due = 2027-05-07
laboratory = "Example Calibration Centre"
accreditation = "D-K-00000-01-00"
traceability = "PTB"
kind = "specification conformity"
functions = ["dcv", "dci"]
temperature_c = 23.0
"""


class StillClock:
    """A clock that stands."""

    def now(self) -> datetime:
        return datetime(2026, 11, 23, 8, tzinfo=UTC)

    def monotonic_ns(self) -> int:
        return 0

    def sleep(self, seconds: float) -> None:
        return None


@pytest.fixture
def bench_text() -> str:
    return BENCH


@pytest.fixture
def asset_text() -> str:
    return ASSET


@pytest.fixture
def record() -> Iterator[Record]:
    with Record.open(None, clock=StillClock()) as opened:
        yield opened
