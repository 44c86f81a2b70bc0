"""Keysight 53131A and 53230A (HP, Agilent) counters: frequency, and edges totalled, at channel 1.

Functions, arming, trigger level and `READ?` of the 53131A were seen in public scripts, also a total over a
set time; how a total goes on until it is stopped, the reference and everything of the 53230A are remembered,
as each command's line says.
"""

from __future__ import annotations

from typing import ClassVar

from calibrator_drivers._safety import mismatch
from calibrator_drivers._scpi_meter import ScpiMeter, indication_of
from calibrator_drivers.commands import Reading, action, choice, reading, setting
from calibrator_drivers.dialect import KEYSIGHT
from calibrator_drivers.roles import Indication

__all__ = ["Keysight53131A", "Keysight53230A"]

_OVERHEAD_S = 0.3
_SAME_LEVEL_V = 0.006  # it is set in steps of 5 mV (remembered)
_REFERENCE = {"internal": "INT", "external": "EXT"}
_IMPEDANCE = {50.0: "50", 1e6: "1E6"}


class _Counter(ScpiMeter):
    """What the counters have in common: input, time base, and edges so far."""

    MAKERS: ClassVar[tuple[str, ...]] = KEYSIGHT
    ROLES: ClassVar[tuple[str, ...]] = ("MeasureFrequency",)
    edges: ClassVar[Reading[str]]

    # fmt: off
    coupling = action("INP1:COUP AC", "no direct part at the input", "S-MEM", "mem-H")
    impedance = choice("INP1:IMP {}", _IMPEDANCE, "input impedance (ohm)", "S-MEM", "mem-H")
    reference = choice("ROSC:SOUR {}", _REFERENCE, "time base in use", "S-MEM", "mem-H")
    reference_used = reading("ROSC:SOUR?", str.strip, "time base in use", "S-MEM", "mem-H")
    # fmt: on

    def total(self) -> Indication:
        """Return the number of edges, also while the gate is open."""
        asked = type(self).edges.header
        return indication_of(self.session, self.edges(), unit="1", asked=asked, overload=self.OVERLOAD)

    def use_reference(self, *, external: bool) -> None:
        """Choose the time base and read back that it is in use.

        Raises:
            InstrumentReportedError: the counter refuses it, such as without a signal at its input.
            ReadbackError: it uses the other one.
        """
        self.reference("external" if external else "internal")
        self.check("ROSC:SOUR")
        if self.external_reference() != external:
            raise mismatch(
                self.session,
                "time base",
                *(("external", "internal") if external else ("internal", "external")),
                outcome="a frequency would be told by the other one",
                way_out="Look at the signal at the reference input, then choose again.",
            )

    def external_reference(self) -> bool:
        """Say whether the external reference is in use."""
        return self.reference_used().upper().startswith("EXT")


class Keysight53131A(_Counter):
    """A 53131A behind a session; it does not tell its serial number."""

    MODEL_ID: ClassVar[str] = "keysight_53131a"
    MODELS: ClassVar[tuple[str, ...]] = ("53131A",)

    # fmt: off
    frequency = action("FUNC 'FREQ 1'", "frequency at channel 1", "S-3458A-TECKIT", "seen")
    start_at_once = action("FREQ:ARM:STAR:SOUR IMM", "a gate opens at once", "S-3458A-TECKIT", "seen")
    stop_by_time = action("FREQ:ARM:STOP:SOUR TIM", "a gate closes by time", "S-3458A-TECKIT", "seen")
    gate = setting("FREQ:ARM:STOP:TIM {}", "s", 1e-3, 1000.0, "gate time", "S-3458A-TECKIT", "seen")
    single = action("INIT:CONT OFF", "measures when asked", "S-MEM", "mem-H")
    level_auto = action("EVEN1:LEV:AUTO ON", "triggers at the middle of the signal", "S-MEM", "mem-H")
    total_edges = action("FUNC 'TOT 1'", "totals edges at channel 1", "S-53131A-PY", "seen")
    total_at_once = action("TOT:ARM:STAR:SOUR IMM", "a total begins at once", "S-53131A-PY", "seen")
    total_on = action("TOT:ARM:STOP:SOUR IMM", "totals edges until it is stopped", "S-MEM", "mem-M")
    direct = action("INP1:COUP DC", "slow pulses pass the input", "S-53131A-PY", "seen")
    level_fixed = action("EVEN1:LEV:AUTO OFF", "the level is the one that is set", "S-53131A-PY", "seen")
    level = setting("EVEN1:LEV {}", "V", -5.0, 5.0, "an edge is a rise through it", "S-53131A-PY", "seen")
    level_now = reading("EVEN1:LEV?", float, "level of an edge (V)", "S-MEM", "mem-H")
    begin_total = action("INIT:CONT ON", "opens the gate", "S-MEM", "mem-M")
    edges = reading("DATA?", str.strip, "edges so far", "S-MEM", "mem-M")
    # fmt: on

    def start_total(self, *, level_v: float) -> None:
        """Total edges at channel 1 from now on; an edge is a rise through `level_v`.

        Raises:
            ReadbackError: the counter keeps another level, by which it would count other edges.
        """
        self.single()
        self.total_edges()
        self.total_at_once()
        self.total_on()
        self.direct()
        self.impedance(1e6)
        self.level_fixed()
        self.level(level_v)
        self.check("TOT:ARM")
        if not abs((held_v := self.level_now()) - level_v) <= _SAME_LEVEL_V:
            raise mismatch(
                self.session,
                "level of an edge",
                f"{level_v:g} V",
                f"{held_v:g} V",
                outcome="nothing is totalled",
                way_out="Take the counter out of local control, then start the total again.",
            )
        self.begin_total()

    def stop_total(self) -> None:
        """Close the gate; the total stays to be read."""
        self.single()
        self.check("INIT:CONT OFF")

    def configure_frequency(self, expected_hz: float, *, gate_s: float, amplitude_v: float) -> None:
        """Fix the gate time (s); the input has 1 Mohm, lets no direct part in and finds its own level."""
        del expected_hz, amplitude_v
        self.single()
        self.frequency()
        self.start_at_once()
        self.stop_by_time()
        self.gate(gate_s)
        self.coupling()
        self.impedance(1e6)
        self.level_auto()
        self.gated("Hz", gate_s + _OVERHEAD_S, "FREQ:ARM")


class Keysight53230A(_Counter):
    """A 53230A behind a session."""

    MODEL_ID: ClassVar[str] = "keysight_53230a"
    MODELS: ClassVar[tuple[str, ...]] = ("53230A",)

    # fmt: off
    expected = setting("CONF:FREQ {}", "Hz", 1e-3, 350e6, "frequency at channel 1", "S-MEM", "mem-H")
    gate_by_time = action("FREQ:GATE:SOUR TIME", "a gate closes by time", "S-MEM", "mem-H")
    gate = setting("FREQ:GATE:TIME {}", "s", 1e-4, 1000.0, "gate time", "S-MEM", "mem-H")
    plain = action("FREQ:MODE RCON", "reciprocal counting, no averaging of its own", "S-MEM", "mem-M")
    direct = action("INP1:COUP DC", "slow pulses pass the input", "S-MEM", "mem-H")
    level = setting("INP1:LEV {}", "V", -5.0, 5.0, "an edge is a rise through this level", "S-MEM", "mem-M")
    total_edges = action("CONF:TOT:CONT", "totals edges until it is stopped", "S-MEM", "mem-M")
    begin_total = action("INIT", "opens the gate", "S-MEM", "mem-H")
    end_total = action("ABOR", "closes the gate", "S-MEM", "mem-H")
    edges = reading("TOT:DATA?", str.strip, "edges so far", "S-MEM", "mem-M")
    # fmt: on

    def configure_frequency(self, expected_hz: float, *, gate_s: float, amplitude_v: float) -> None:
        """Fix expected frequency (Hz) and gate (s); the input has 1 Mohm and lets no direct part in."""
        del amplitude_v
        self.expected(expected_hz)
        self.gate_by_time()
        self.gate(gate_s)
        self.plain()
        self.coupling()
        self.impedance(1e6)
        self.gated("Hz", gate_s + _OVERHEAD_S, "CONF:FREQ")

    def start_total(self, *, level_v: float) -> None:
        """Total edges at channel 1 from now on; an edge is a rise through `level_v`."""
        self.total_edges()
        self.direct()
        self.impedance(1e6)
        self.level(level_v)
        self.check("CONF:TOT")
        self.begin_total()

    def stop_total(self) -> None:
        """Close the gate; the total stays to be read."""
        self.end_total()
        self.check("ABOR")
