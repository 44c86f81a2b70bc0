"""Keysight 33220A and 33500B (Agilent) function generators: a sine of known frequency or voltage.

Amplitudes are told for an open output (`OUTP:LOAD INF`): into 50 ohm they are half. `APPL` is never sent: it
switches the output on. Load, unit, range and output were seen in a public script, the 33500B's limits of
volts in two public programs; the rest is remembered. No command for an own limit is known of the 33220A.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar, Final

from calibrator_drivers._errors import ReadbackError
from calibrator_drivers._safety import Switch, finite_limit, held_within, mismatch, stays_on, sure
from calibrator_drivers._source import SwitchedSource
from calibrator_drivers.clock import Clock
from calibrator_drivers.commands import action, choice, flag, reading, setting
from calibrator_drivers.dialect import KEYSIGHT
from calibrator_drivers.roles import SourceState
from calibrator_drivers.transport import Session

__all__ = ["Keysight33220A", "Keysight33500B"]

_SAME = 1e-6
_SETTLED_S = 0.5
_OPEN_OHM = 9e37
_MOST_PEAK_V = 10.0  # that its own limit can be set to, open
_SAME_PEAK_V = 1e-3
_KEPT: Final = {"restores": True}  # may be sent again with the output off after a lost connection
_SWITCH = {True: "ON", False: "OFF"}
_TWO_OUTPUTS = ("33510B", "33512B", "33520B", "33522B")
_FIXED = ("CW", "FIX")
_REFERENCE = {"internal": "INT", "external": "EXT"}


@dataclass(frozen=True, slots=True)
class _Staged:
    function: str
    frequency_hz: float
    voltage_v: float


class Keysight33220A(SwitchedSource[_Staged]):
    """A 33220A behind a session; fills the roles of a source of frequency and of sine volts."""

    MODEL_ID: ClassVar[str] = "keysight_33220a"
    MODELS: ClassVar[tuple[str, ...]] = ("33220A",)
    MAKERS: ClassVar[tuple[str, ...]] = KEYSIGHT
    ROLES: ClassVar[tuple[str, ...]] = ("SourceFrequency", "SourceVoltageAC")

    VARIED: ClassVar[tuple[str, ...]] = (
        "burst",
        "sweep",
        "amplitude_modulation",
        "frequency_modulation",
        "phase_modulation",
        "frequency_shift_keying",
        "pulse_width_modulation",
    )

    # fmt: off
    load = action("OUTP:LOAD INF", "amplitudes are those of an open output", "S-KALLAB", "seen")
    unit = action("VOLT:UNIT VRMS", "amplitudes in rms", "S-KALLAB", "seen")
    sine = action("FUNC SIN", "sine", "S-MEM", "mem-H")
    frequency = setting("FREQ {}", "Hz", 1e-6, 20e6, "frequency", "S-MEM", "mem-H")
    voltage = setting("VOLT {}", "V", 0.0036, 7.07, "amplitude", "S-MEM", "mem-H")
    offset = setting("VOLT:OFFS {}", "V", -10.0, 10.0, "direct part", "S-MEM", "mem-H")
    ranging = choice("VOLT:RANG:AUTO {}", _SWITCH, "attenuators follow the amplitude", "S-KALLAB", "seen")
    output = choice("OUTP {}", _SWITCH, "the output", "S-KALLAB", "seen")
    reset_all = action("*RST", "reset state, output off", "S-MEM", "mem-H")
    clear_status = action("*CLS", "empties the error queue", "S-MEM", "mem-H")
    identity = reading("*IDN?", str, "identity", "S-MEM", "mem-H")
    self_test_result = reading("*TST?", str, "self-test, 0 passes", "S-MEM", "mem-H")
    shape_now = reading("FUNC?", str.strip, "waveform", "S-MEM", "mem-H")
    frequency_now = reading("FREQ?", float, "frequency", "S-MEM", "mem-H")
    voltage_now = reading("VOLT?", float, "amplitude", "S-MEM", "mem-H")
    unit_now = reading("VOLT:UNIT?", str.strip, "unit of amplitudes", "S-MEM", "mem-H")
    offset_now = reading("VOLT:OFFS?", float, "direct part", "S-MEM", "mem-H")
    load_now = reading("OUTP:LOAD?", float, "load that amplitudes are told for", "S-MEM", "mem-H")
    operating = reading("OUTP?", flag, "whether the output is on", "S-MEM", "mem-H")
    ranging_now = reading("VOLT:RANG:AUTO?", flag, "whether attenuators follow", "S-MEM", "mem-H")
    burst_now = reading("BURS:STAT?", flag, "whether it sends bursts", "S-MEM", "mem-H")
    sweep_now = reading("SWE:STAT?", flag, "whether it sweeps", "S-MEM", "mem-H")
    amplitude_modulation_now = reading("AM:STAT?", flag, "amplitude modulation", "S-MEM", "mem-H")
    frequency_modulation_now = reading("FM:STAT?", flag, "frequency modulation", "S-MEM", "mem-H")
    phase_modulation_now = reading("PM:STAT?", flag, "phase modulation", "S-MEM", "mem-H")
    frequency_shift_keying_now = reading("FSK:STAT?", flag, "frequency-shift keying", "S-MEM", "mem-H")
    pulse_width_modulation_now = reading("PWM:STAT?", flag, "pulse-width modulation", "S-MEM", "mem-H")
    complete = reading("*OPC?", str.strip, "1 when done", "S-MEM", "mem-H")
    # fmt: on

    def __init__(self, session: Session, clock: Clock) -> None:
        super().__init__(session, clock)
        self._highest_v: float | None = None

    def reset(self) -> None:
        """Go to the reset state with the output off, and forget old errors."""
        self._staged = None
        self.clear_status()
        self.reset_all()
        self._check("*RST")

    def stage_frequency(self, frequency_hz: float, *, amplitude_v: float) -> None:
        """Programme a sine of `frequency_hz` and `amplitude_v` rms, open circuit, with the output off."""
        self._stage("freq", frequency_hz, amplitude_v)

    def stage_voltage_ac(self, voltage_v: float, *, frequency_hz: float) -> None:
        """Programme a sine of `voltage_v` rms, open circuit, with the output off.

        Raises:
            OutOfLimits: above the limit of `set_limits`; nothing was sent.
        """
        self._stage("acv", frequency_hz, voltage_v)

    def state(self) -> SourceState:
        """Read the output back; the value is what was staged as: hertz or volts."""
        hertz, volts = self.frequency_now(), self.voltage_now()
        function = self._staged.function if self._staged is not None else "freq"
        value, unit = (hertz, "Hz") if function == "freq" else (volts, "V")
        return SourceState(function, value, unit, hertz, None, self.operating(), True)

    def wait_settled(self, timeout_s: float) -> None:
        """Wait until the instrument has done what it was told."""
        self.complete(timeout_s=timeout_s)
        self._clock.sleep(_SETTLED_S)

    def set_limits(self, *, voltage_v: float | None = None, current_a: float | None = None) -> None:
        """Hold the section's maximum (V rms) in the driver: no limit of the instrument's own is known.

        Raises:
            OutOfLimits: it is no finite number.
        """
        del current_a
        if voltage_v is not None:
            self._highest_v = abs(finite_limit(self.session, voltage_v, "V"))
            self._limits_changed()

    def _hold(self, staged: _Staged) -> None:
        if self._highest_v is not None:
            held_within(
                self.session,
                staged.voltage_v,
                (0.0, self._highest_v),
                "V",
                command="VOLT {}",
                whose="the section's limit",
            )

    def _stage(self, function: str, frequency_hz: float, voltage_v: float) -> None:
        staged = _Staged(function, frequency_hz, voltage_v)
        self._hold(staged)
        self._begin_staging()
        self.load()
        self.unit()
        self.sine()
        self.ranging(True)
        self.frequency(frequency_hz)
        self.offset(0.0)  # before the amplitude: with an offset that stands, the sum may be refused
        self.voltage(voltage_v)
        self._end_staging(staged, "VOLT")

    def _compare(self, staged: _Staged) -> None:
        shape, unit = self.shape_now(), self.unit_now()
        if shape != "SIN":
            raise self._mismatch("function", "SIN", shape)
        if unit != "VRMS":
            raise self._mismatch("unit", "VRMS", unit)
        hertz, volts = self.frequency_now(), self.voltage_now()
        if not abs(hertz - staged.frequency_hz) <= _SAME * staged.frequency_hz:
            raise self._mismatch("frequency", f"{staged.frequency_hz:.9g} Hz", f"{hertz:.9g} Hz")
        if not abs(volts - staged.voltage_v) <= 1e-3 * staged.voltage_v:
            raise self._mismatch("value", f"{staged.voltage_v:.6g} V", f"{volts:.6g} V")
        offset, load = self.offset_now(), self.load_now()
        if offset != 0.0:
            raise self._mismatch("offset", "0 V", f"{offset:g} V")
        if not load >= _OPEN_OHM:
            raise self._mismatch("load", "open", f"{load:g} ohm")
        if not self.ranging_now():
            raise self._mismatch("range", "automatic", "held")
        self._see_unmodulated()

    def _see_unmodulated(self) -> None:
        """Raise `ReadbackError` where bursts, a sweep or a modulation make another signal of the sine."""
        for name in self.VARIED:
            if getattr(self, f"{name}_now")():
                raise self._mismatch(name.replace("_", " "), "off", "on")

    @property
    def _switch(self) -> Switch:
        return Switch(
            self.session,
            lambda: self.output(True),
            lambda: self.output(False),
            self.operating,
            lambda: self._check("OUTP ON"),
        )


class Keysight33500B(Keysight33220A):
    """A generator of the 33500B family (33509B to 33522B) behind a session; channel 1."""

    MODEL_ID: ClassVar[str] = "keysight_33500b"
    MODELS: ClassVar[tuple[str, ...]] = tuple(f"335{n}B" for n in ("09", 10, 11, 12, 19, 20, 21, 22))

    VARIED: ClassVar[tuple[str, ...]] = (*Keysight33220A.VARIED, "phase_shift_keying", "sum")

    # fmt: off
    highest = setting("SOUR1:VOLT:LIM:HIGH {}", "V", 0.0, 10.0, "peak limit", "S-33522B-CPP", "seen", **_KEPT)
    lowest = setting("SOUR1:VOLT:LIM:LOW {}", "V", -10.0, 0.0, "peak limit", "S-33522B-CPP", "seen", **_KEPT)
    limited = choice("SOUR1:VOLT:LIM:STAT {}", _SWITCH, "its own limits", "S-33522B-CPP", "seen", **_KEPT)
    highest_now = reading("SOUR1:VOLT:LIM:HIGH?", float, "peak limit", "S-33500B-PY", "seen")
    lowest_now = reading("SOUR1:VOLT:LIM:LOW?", float, "peak limit", "S-33500B-PY", "seen")
    limited_now = reading("SOUR1:VOLT:LIM:STAT?", flag, "its own limits", "S-33500B-PY", "seen")
    ranging_now = reading("VOLT:RANG:AUTO?", flag, "whether attenuators follow", "S-33522B-M", "seen")
    phase_shift_keying_now = reading("BPSK:STAT?", flag, "phase-shift keying", "S-MEM", "mem-H")
    sum_now = reading("SUM:STAT?", flag, "whether a second waveform is added", "S-MEM", "mem-H")
    mode_now = reading("FREQ:MODE?", str.strip, "fixed, of a list or a sweep", "S-MEM", "mem-H")
    combined_now = reading("COMB:FEED?", str.strip, "the output that is added", "S-MEM", "mem-M")
    reference = choice("ROSC:SOUR {}", _REFERENCE, "time base in use", "S-MEM", "mem-H")
    reference_used = reading("ROSC:SOUR?", str.strip, "time base in use", "S-MEM", "mem-H")
    second_output = choice("OUTP2 {}", _SWITCH, "the second output", "S-MEM", "mem-H")
    second_operating = reading("OUTP2?", flag, "whether the second output is on", "S-MEM", "mem-H")
    # fmt: on

    def set_limits(self, *, voltage_v: float | None = None, current_a: float | None = None) -> None:
        """Hold the section's maximum (V rms) in the driver and, as peaks of a sine, in the instrument.

        The output goes off and the amplitude to its least: a limit below what is programmed is refused.
        What was staged is forgotten.

        Raises:
            OutOfLimits: it is no finite number.
            ReadbackError: the instrument keeps other limits, or does not heed them.
        """
        super().set_limits(voltage_v=voltage_v, current_a=current_a)
        if voltage_v is None:
            return
        self._begin_staging()
        self.limited(False)
        self._quiet()
        peak_v = self._peak_v()
        self.highest(peak_v)
        self.lowest(-peak_v)
        self.limited(True)
        self._check("VOLT:LIM")
        self._see_limits()

    def _quiet(self) -> None:
        """Programme the least sine: what is programmed may be more than the limit that follows."""
        self.load()
        self.unit()
        self.sine()
        self.offset(0.0)
        self.voltage(type(self).voltage.low)

    def _peak_v(self) -> float:
        """Return the peak of a sine at the section's maximum, in the instrument's steps, upwards."""
        return min(_MOST_PEAK_V, math.ceil((self._highest_v or 0.0) * math.sqrt(2.0) * 1e3 - 1e-6) / 1e3)

    def _see_limits(self) -> None:
        if self._highest_v is None:
            return
        peak_v = self._peak_v()
        for name, wanted, found in (
            ("highest volts", peak_v, self.highest_now()),
            ("lowest volts", -peak_v, self.lowest_now()),
        ):
            if not abs(found - wanted) <= _SAME_PEAK_V:
                raise self._not_held(name, f"{wanted:g} V", f"{found:g} V")
        if not self.limited_now():
            raise self._not_held("limits", "on", "off")

    def _not_held(self, name: str, wanted: str, found: str) -> ReadbackError:
        return mismatch(
            self.session,
            name,
            wanted,
            found,
            outcome="the instrument does not hold the section's maximum",
            way_out="Take the instrument out of local control, then start again.",
        )

    def _compare(self, staged: _Staged) -> None:
        super()._compare(staged)
        mode = self.mode_now()
        if mode not in _FIXED:
            raise self._mismatch("frequency mode", "CW", mode)
        if self.identify().model.upper() in _TWO_OUTPUTS:
            combined = self.combined_now()
            if combined != "NONE":
                raise self._mismatch("output that is added", "NONE", combined)
        self._see_limits()

    def use_reference(self, *, external: bool) -> None:
        """Choose the time base.

        Raises:
            InstrumentReportedError: the generator refuses it, such as without a signal at its input.
        """
        self.reference("external" if external else "internal")
        self._check("ROSC:SOUR")

    def _to_rest(self) -> None:
        """Switch both outputs off: nobody asked this driver for the second, but somebody may be at it."""
        sure(
            self.session,
            lambda: self.output(False),
            lambda: self.second_output(False),  # a model with one output reports -114, which is forgotten
            self._forget_errors,
            self._switch.see_off,
            self._see_second_off,
        )

    def _see_second_off(self) -> None:
        if self.identify().model.upper() in _TWO_OUTPUTS and self.second_operating():
            raise stays_on(self.session, "second output", "off", "on")

    def external_reference(self) -> bool:
        """Say whether the external reference is in use."""
        return self.reference_used().upper().startswith("EXT")
