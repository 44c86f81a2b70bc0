"""Keithley 2450 source-measure unit: direct volts and amperes, sourced and measured at the same terminals.

Its SCPI commands were seen in two public drivers; protection and common commands are remembered with high
confidence. The command set must be SCPI (`*LANG?`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from calibrator_drivers._errors import InstrumentError, ReadbackError
from calibrator_drivers._safety import Switch, finite_limit, held_within, mismatch, stays_on, sure
from calibrator_drivers._scpi_meter import LINE_HZ, MARGIN_S, indication_of
from calibrator_drivers._source import SwitchedSource
from calibrator_drivers.clock import Clock
from calibrator_drivers.commands import action, choice, flag, reading, setting
from calibrator_drivers.dialect import KEITHLEY
from calibrator_drivers.roles import Indication, SourceState
from calibrator_drivers.transport import Session

__all__ = ["Keithley2450"]

_OVERLOAD = 9.9e37
_SAME = 1e-5
_SETTLED_S = 0.5
_EXCHANGE_S = 0.05
_SOURCES = {"dcv": "VOLT", "dci": "CURR"}
_SENSES = {"V": '"VOLT"', "A": '"CURR"'}
_SWITCH = {True: "ON", False: "OFF"}
# Protection steps of the output (V).
_PROTECTION = {2.0: "PROT2", 5.0: "PROT5", 10.0: "PROT10", 20.0: "PROT20", 40.0: "PROT40", 60.0: "PROT60",
               80.0: "PROT80", 100.0: "PROT100", 120.0: "PROT120", 140.0: "PROT140", 160.0: "PROT160",
               180.0: "PROT180", 1e9: "NONE"}  # fmt: skip
_LEAST_V, _MOST_V, _LEAST_A, _MOST_A = 0.02, 210.0, 1e-9, 1.05  # that its own limits can be set to
_SAME_LIMIT = 1e-3  # coarser than the reply prints it
_NOT_HELD = "the instrument does not hold the section's maximum"


def _step(voltage_v: float) -> float:
    """Return the lowest step of the protection that lets a voltage pass."""
    return next(step for step in _PROTECTION if voltage_v <= step)


def _within(value: float, least: float, most: float) -> float:
    return min(max(value, least), most)


@dataclass(frozen=True, slots=True)
class _Staged:
    function: str
    value: float
    unit: str


class Keithley2450(SwitchedSource[_Staged]):
    """A 2450 behind a session; fills the roles of a source and of a meter of direct volts and amperes."""

    MODEL_ID: ClassVar[str] = "keithley_2450"
    MODELS: ClassVar[tuple[str, ...]] = ("MODEL 2450",)
    MAKERS: ClassVar[tuple[str, ...]] = KEITHLEY
    ROLES: ClassVar[tuple[str, ...]] = (
        "SourceVoltageDC",
        "SourceCurrentDC",
        "MeasureVoltageDC",
        "MeasureCurrentDC",
    )

    # fmt: off
    source = choice("SOUR:FUNC {}", _SOURCES, "what is sourced", "S-2450-PY", "seen")
    out_voltage = setting("SOUR:VOLT {}", "V", -210.0, 210.0, "direct voltage", "S-2450-PY", "seen")
    out_current = setting("SOUR:CURR {}", "A", -1.05, 1.05, "direct current", "S-2450-PY", "seen")
    most_current = setting("SOUR:VOLT:ILIM {}", "A", _LEAST_A, _MOST_A, "most current", "S-2450-PY", "seen")
    most_voltage = setting("SOUR:CURR:VLIM {}", "V", _LEAST_V, _MOST_V, "most voltage", "S-2450-PY", "seen")
    protection = choice("SOUR:VOLT:PROT {}", _PROTECTION, "volts that are never exceeded", "S-MEM", "mem-H")
    protection_now = reading("SOUR:VOLT:PROT?", str.strip, "volts that are never exceeded", "S-MEM", "mem-H")
    most_voltage_now = reading("SOUR:CURR:VLIM?", float, "most voltage", "S-2450-PY", "seen")
    most_current_now = reading("SOUR:VOLT:ILIM?", float, "most current", "S-2450-PY", "seen")
    sense = choice("SENS:FUNC {}", _SENSES, "what is measured", "S-2450-PY", "seen")
    volts = setting("SENS:VOLT:RANG {}", "V", 0.02, 200.0, "range of volts", "S-2450-PY", "seen")
    amperes = setting("SENS:CURR:RANG {}", "A", 1e-8, 1.0, "range of amperes", "S-2450-PY", "seen")
    volts_nplc = setting("SENS:VOLT:NPLC {}", "PLC", 0.01, 10.0, "integration time", "S-2450-PY", "seen")
    amperes_nplc = setting("SENS:CURR:NPLC {}", "PLC", 0.01, 10.0, "integration time", "S-2450-PY", "seen")
    output = choice("OUTP {}", _SWITCH, "the output", "S-2450-PY", "seen")
    reset_all = action("*RST", "reset state, output off", "S-2450-PY", "seen")
    clear_status = action("*CLS", "empties the error queue", "S-MEM", "mem-H")
    language = reading("*LANG?", str.strip, "command set in use", "S-2450-PY", "seen")
    identity = reading("*IDN?", str, "identity", "S-2450-PY", "seen")
    self_test_result = reading("*TST?", str, "self-test, 0 passes", "S-MEM", "mem-H")
    source_now = reading("SOUR:FUNC?", str.strip, "what is sourced", "S-2450-PY", "seen")
    voltage_now = reading("SOUR:VOLT?", float, "programmed volts", "S-2450-PY", "seen")
    current_now = reading("SOUR:CURR?", float, "programmed amperes", "S-2450-PY", "seen")
    voltage_range = reading("SOUR:VOLT:RANG?", float, "range of sourced volts", "S-2450-PY", "seen")
    current_range = reading("SOUR:CURR:RANG?", float, "range of sourced amperes", "S-2450-PY", "seen")
    operating = reading("OUTP?", flag, "whether the output is on", "S-2450-PY", "seen")
    limited_current = reading("SOUR:VOLT:ILIM:TRIP?", flag, "at the most current", "S-2450-PY", "seen")
    limited_voltage = reading("SOUR:CURR:VLIM:TRIP?", flag, "at the most voltage", "S-2450-PY", "seen")
    indication = reading("READ?", str, "triggers one reading and returns it", "S-2450-PY", "seen")
    # fmt: on

    def __init__(self, session: Session, clock: Clock) -> None:
        super().__init__(session, clock)
        self._highest_v: float | None = None
        self._highest_a: float | None = None
        self._unit = "V"
        self._nplc = 1.0

    def reset(self) -> None:
        """Go to the reset state with the output off, and forget old errors.

        Raises:
            InstrumentError: the instrument is set to another command set, in which limits have other names.
        """
        self._staged = None
        if (language := self.language()) != "SCPI":
            raise InstrumentError(
                f"The instrument's command set is {language}, not SCPI",
                instrument=self.session.name,
                resource=self.session.resource,
                way_out="Choose SCPI under System, Settings, Command set, and restart the instrument.",
            )
        self.clear_status()
        self.reset_all()
        self._check("*RST")

    def stage_voltage_dc(self, voltage_v: float) -> None:
        """Programme a direct voltage (V) with the output off.

        Raises:
            OutOfLimits: above the limit of `set_limits`; nothing was sent.
        """
        self._refuse_above(voltage_v, self._highest_v, "V")
        self._begin_staging()
        self.source("dcv")
        self.out_voltage(voltage_v)
        self._end_staging(_Staged("VOLT", voltage_v, "V"), "SOUR")

    def stage_current_dc(self, current_a: float) -> None:
        """Programme a direct current (A) with the output off.

        Raises:
            OutOfLimits: above the limit of `set_limits`; nothing was sent.
        """
        self._refuse_above(current_a, self._highest_a, "A")
        self._begin_staging()
        self.source("dci")
        self.out_current(current_a)
        self._end_staging(_Staged("CURR", current_a, "A"), "SOUR")

    def _to_rest(self) -> None:
        sure(
            self.session,
            lambda: self.output(False),
            lambda: self.source("dcv"),
            lambda: self.out_voltage(0.0),
            self._forget_errors,
            self._switch.see_off,
            self._see_zero,
        )

    def _see_zero(self) -> None:
        if (volts := self.voltage_now()) != 0.0:
            raise stays_on(self.session, "output", "0 V", f"{volts:g} V")

    def state(self) -> SourceState:
        """Read the output back; settled means that nothing limits it."""
        volts = self.source_now() == "VOLT"
        value = self.voltage_now() if volts else self.current_now()
        range_high = self.voltage_range() if volts else self.current_range()
        on = self.operating()
        limited = on and (self.limited_current() if volts else self.limited_voltage())
        function, unit = ("dcv", "V") if volts else ("dci", "A")
        return SourceState(function, value, unit, 0.0, range_high, on, not limited)

    def wait_settled(self, timeout_s: float) -> None:
        """Wait for the output, and see that nothing limits it.

        Raises:
            InstrumentError: the load asks for more than the limit allows.
        """
        self._clock.sleep(min(_SETTLED_S, timeout_s))
        if not self.state().settled:
            raise InstrumentError(
                "The output is limited, so the value is not at its terminals",
                instrument=self.session.name,
                resource=self.session.resource,
                way_out="Check the load and the leads, or raise the limit.",
            )

    def set_limits(self, *, voltage_v: float | None = None, current_a: float | None = None) -> None:
        """Set the instrument's own limits and read them back: volts never exceeded, most volts, most amperes.

        They act on what is not sourced, and the steps of the protection are coarse and end at 180 V: what is
        sourced is held to the section's maximum by the driver, which stages nothing above.

        Raises:
            OutOfLimits: one is no finite number; it is not sent.
            ReadbackError: the instrument keeps other limits.
        """
        if voltage_v is not None:
            self._highest_v = abs(finite_limit(self.session, voltage_v, "V"))
        if current_a is not None:
            self._highest_a = abs(finite_limit(self.session, current_a, "A"))
        self._limits_changed()
        if voltage_v is not None and self._highest_v is not None:
            self.protection(_step(self._highest_v))
            self.most_voltage(_within(self._highest_v, _LEAST_V, _MOST_V))
        if current_a is not None and self._highest_a is not None:
            self.most_current(_within(self._highest_a, _LEAST_A, _MOST_A))
        self._check("limits")
        self._see_limits("")

    def configure_voltage_dc(self, range_v: float, *, nplc: float, high_impedance: bool) -> None:
        """Measure volts on a range (V); what is sourced stays."""
        self.sense("V")
        self.volts(range_v)
        self.volts_nplc(nplc)
        self._check("SENS:VOLT")
        self._unit, self._nplc = "V", nplc

    def configure_current_dc(self, range_a: float, *, nplc: float) -> None:
        """Measure amperes on a range (A); what is sourced stays."""
        self.sense("A")
        self.amperes(range_a)
        self.amperes_nplc(nplc)
        self._check("SENS:CURR")
        self._unit, self._nplc = "A", nplc

    def reading_time_s(self) -> float:
        """Return how long one reading takes: signal, zero and reference are integrated."""
        return 3.0 * self._nplc / LINE_HZ + _EXCHANGE_S

    def read(self) -> Indication:
        """Trigger one reading and return it; an overload is marked, not raised."""
        raw = self.indication(timeout_s=self.reading_time_s() + MARGIN_S)
        return indication_of(self.session, raw, unit=self._unit, asked="READ?", overload=_OVERLOAD)

    def _hold(self, staged: _Staged) -> None:
        highest = self._highest_v if staged.unit == "V" else self._highest_a
        self._refuse_above(staged.value, highest, staged.unit)

    def _refuse_above(self, value: float, highest: float | None, unit: str) -> None:
        if highest is not None:
            command = "SOUR:VOLT {}" if unit == "V" else "SOUR:CURR {}"
            held_within(
                self.session, value, (-highest, highest), unit, command=command, whose="the section's limit"
            )

    def _see_limits(self, sourced: str) -> None:
        """Read back the limits that were set; `sourced` (V, A, or nothing yet) has none of its own."""
        if self._highest_v is not None:
            wanted, found = _PROTECTION[_step(self._highest_v)], self.protection_now()
            if found.upper() != wanted:
                raise self._not_held("protection", wanted, found)
        if self._highest_v is not None and sourced != "V":
            self._see_limit(
                "most voltage", _within(self._highest_v, _LEAST_V, _MOST_V), self.most_voltage_now()
            )
        if self._highest_a is not None and sourced != "A":
            self._see_limit(
                "most current", _within(self._highest_a, _LEAST_A, _MOST_A), self.most_current_now()
            )

    def _see_limit(self, name: str, wanted: float, found: float) -> None:
        if not abs(found - wanted) <= _SAME_LIMIT * wanted:
            raise self._not_held(name, f"{wanted:g}", f"{found:g}")

    def _not_held(self, name: str, wanted: str, found: str) -> ReadbackError:
        return mismatch(
            self.session,
            name,
            wanted,
            found,
            outcome=_NOT_HELD,
            way_out="Take the instrument out of local control, then start again.",
        )

    def _compare(self, staged: _Staged) -> None:
        function = self.source_now()
        if function != staged.function:
            raise self._mismatch("function", staged.function, function)
        volts = staged.function == "VOLT"
        value = self.voltage_now() if volts else self.current_now()
        if not abs(value - staged.value) <= _SAME * abs(staged.value):
            raise self._mismatch("value", f"{staged.value:.7g} {staged.unit}", f"{value:.7g} {staged.unit}")
        range_high = self.voltage_range() if volts else self.current_range()
        if not abs(staged.value) <= 1.05 * range_high:
            raise self._mismatch("range", f"one that holds {staged.value:g}", f"{range_high:g}")
        self._see_limits(staged.unit)

    @property
    def _switch(self) -> Switch:
        return Switch(
            self.session,
            lambda: self.output(True),
            lambda: self.output(False),
            self.operating,
            lambda: self._check("OUTP ON"),
        )
