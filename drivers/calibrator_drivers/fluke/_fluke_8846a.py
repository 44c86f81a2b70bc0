"""Fluke 8846A multimeter: volts and amperes, direct and sine, ohms, frequency.

Its commands are the 34401A's with wider ranges; that they are is remembered with medium confidence. LAN, raw
socket 3490 (seen in a public note), RS-232, GPIB.
"""

from __future__ import annotations

from typing import ClassVar

from calibrator_drivers.commands import choice
from calibrator_drivers.dialect import FLUKE
from calibrator_drivers.keysight import Keysight34401A

__all__ = ["Fluke8846A"]

_VOLT_AC = {0.1: "0.1", 1.0: "1", 10.0: "10", 100.0: "100", 1000.0: "1000"}
_OHM = {10.0**n: f"1E{n}" for n in range(1, 10)}
_AMP = {
    1e-4: "1E-4", 1e-3: "1E-3", 0.01: "0.01", 0.1: "0.1", 0.4: "0.4", 1.0: "1", 3.0: "3", 10.0: "10",
}  # fmt: skip


class Fluke8846A(Keysight34401A):
    """An 8846A behind a session; it tells its serial."""

    MODEL_ID: ClassVar[str] = "fluke_8846a"
    MODELS: ClassVar[tuple[str, ...]] = ("8846A",)
    MAKERS: ClassVar[tuple[str, ...]] = FLUKE

    # fmt: off
    volts_ac = choice("CONF:VOLT:AC {}", _VOLT_AC, "sine voltage on a range (V)", "S-MEM", "mem-M")
    amperes = choice("CONF:CURR:DC {}", _AMP, "direct current on a range (A)", "S-MEM", "mem-M")
    amperes_ac = choice("CONF:CURR:AC {}", _AMP, "sine current on a range (A)", "S-MEM", "mem-M")
    ohms_2w = choice("CONF:RES {}", _OHM, "2-wire resistance on a range (ohm)", "S-MEM", "mem-M")
    ohms_4w = choice("CONF:FRES {}", _OHM, "4-wire resistance on a range (ohm)", "S-MEM", "mem-M")
    frequency_volts = choice("FREQ:VOLT:RANG {}", _VOLT_AC, "range of what is counted", "S-MEM", "mem-M")
    period_volts = choice("PER:VOLT:RANG {}", _VOLT_AC, "range of what is counted", "S-MEM", "mem-M")
    # fmt: on
