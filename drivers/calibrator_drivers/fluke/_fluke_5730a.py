"""Fluke 5730A calibrator: direct voltage, for which there is an accuracy table.

Output, sense and guard were seen in public scripts of the 57xx; replies are remembered as those of the 55xx.
Its prefixes differ from the 55xx: values are sent in plain volts.
"""

from __future__ import annotations

from typing import ClassVar

from calibrator_drivers.commands import choice, pair, reading, setting

from ._calibrator import FlukeCalibrator, Staged
from ._replies import parse_limits

__all__ = ["Fluke5730A"]

_SWITCH = {True: "ON", False: "OFF"}


class Fluke5730A(FlukeCalibrator):
    """A 5730A behind a session; fills the role of a source of direct volts."""

    MODEL_ID: ClassVar[str] = "fluke_5730a"
    MODELS: ClassVar[tuple[str, ...]] = ("5730A",)
    ROLES: ClassVar[tuple[str, ...]] = ("SourceVoltageDC",)

    # fmt: off
    out_voltage = setting("OUT {} V, 0 HZ", "V", -1100.0, 1100.0, "direct voltage", "S-3458A-TECKIT", "seen")
    limit_voltage = pair("LIMIT {} V, {} V", "V", 1100.0, "voltage limits", "S-MEM", "mem-M")
    external_sense = choice("EXTSENSE {}", _SWITCH, "sensing at the load", "S-3458A-TECKIT", "seen")
    external_guard = choice("EXTGUARD {}", _SWITCH, "guard tied outside", "S-3458A-TECKIT", "seen")
    entry_limits = reading("LIMIT?", parse_limits, "limits: high, low V; high, low A", "S-MEM", "mem-M")
    # fmt: on

    def stage_voltage_dc(self, voltage_v: float) -> None:
        """Programme a direct voltage (V), sensed at its own terminals, with the output in standby."""
        self.refuse_outside(voltage_v, "V")
        self.begin_staging()
        self.external_sense(False)
        self.external_guard(False)
        self.out_voltage(voltage_v)
        self.end_staging(Staged("DCV", voltage_v, "V"))
