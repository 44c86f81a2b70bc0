"""What Fluke's calibrators have in common: stage in standby, read back, and only then connect.

The dialect is Fluke's own, not SCPI. As a value is staged in standby, the drop to standby on crossing
33 V (55xx) always happens with the output off, and OPER follows.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar, Final

from calibrator_drivers._errors import ReadbackError, ReadTimeout, SettlingTimeout, UnexpectedReply
from calibrator_drivers._safety import Switch, finite_limit, held_within, mismatch, stays_on, sure
from calibrator_drivers._source import SwitchedSource
from calibrator_drivers.clock import Clock, Deadline
from calibrator_drivers.commands import action, flag, pair, reading, setting
from calibrator_drivers.dialect import FLUKE, FLUKE_55XX, Dialect
from calibrator_drivers.roles import Identity, SourceLimits, SourceState
from calibrator_drivers.transport import Session

from ._replies import parse_limits, parse_output, parse_range

__all__ = ["FlukeCalibrator", "Staged"]

_KEPT: Final = {"restores": True}  # may be sent again in standby after a lost connection
_UNRANGED = ("TC_OUT", "RTD")  # simulated temperatures, like two outputs, have no range to read back
_SETTLED = 1 << 12  # bit SETTLED of the instrument status register
_POLL_S = 0.1
_SAME = 5e-6  # relative; coarser than the finest display, finer than any specification
_THREE_DIGITS = 5e-3
_FUNCTIONS = {
    "DCV": "dcv",
    "ACV": "acv",
    "DCI": "dci",
    "ACI": "aci",
    "RES": "res4w",
    "TC_OUT": "temp_tc",
    "RTD": "temp_rtd",
    "AC_POWER": "ac_power",
}


@dataclass(frozen=True, slots=True)
class Staged:
    """What was programmed and must be read back before it is connected."""

    function: str  # as FUNC? names it
    value: float
    unit: str
    wires: int = 4
    frequency_hz: float = 0.0
    second: float = 0.0  # amplitude of the second output
    counted: bool = False  # the frequency is what is staged, the amplitude only carries it
    also: tuple[tuple[str, object], ...] = ()  # readings of the model and what they must give


class FlukeCalibrator(SwitchedSource[Staged]):
    """A calibrator behind a session; what a model adds is its commands, limits and roles."""

    MAKERS: ClassVar[tuple[str, ...]] = FLUKE
    DIALECT: ClassVar[Dialect] = FLUKE_55XX
    SELF_TEST_S: ClassVar[float] = 120.0

    # fmt: off
    out_voltage = setting("OUT {} V, 0 HZ", "V", -1020.0, 1020.0, "direct voltage", "S-PYVISA-EX", "seen")
    limit_voltage = pair("LIMIT {} V, {} V", "V", 1020.0, "voltage limits", "S-PYVISA-EX", "seen", **_KEPT)
    limit_current = pair("LIMIT {} A, {} A", "A", 20.5, "current limits", "S-PYVISA-EX", "seen", **_KEPT)
    connect_output = action("OPER", "connects the output", "S-PYVISA-EX", "seen")
    disconnect_output = action("STBY", "disconnects the output", "S-PYVISA-EX", "seen")
    take_control = action("REMOTE", "takes control, on RS-232", "S-5500A-PRG", "seen")
    reset_all = action("*RST", "standby and 0 V", "S-PYVISA-EX", "seen")
    clear_status = action("*CLS", "empties the error queue", "S-5500A-PRG", "seen")
    identity = reading("*IDN?", str, "identity", "S-PYVISA-EX", "seen")
    self_test_result = reading("*TST?", str, "self-test, 0 passes", "S-MEM", "mem-H")
    output = reading("OUT?", parse_output, "amplitudes and frequency", "S-MEM", "mem-H")
    function = reading("FUNC?", str.strip, "function", "S-5522A-533", "seen")
    output_range = reading("RANGE?", parse_range, "range in use", "S-MEM", "mem-L")
    range_locked = reading("RANGELCK?", flag, "whether the range is locked", "S-MEM", "mem-L")
    entry_limits = reading("LIMIT?", parse_limits, "limits: high, low V; high, low A", "S-5502A-622", "seen")
    operating = reading("OPER?", flag, "whether the output is connected", "S-MEM", "mem-H")
    operation_complete = reading("*OPC?", flag, "1 when settled", "S-F5520PY", "seen")
    status = reading("ISR?", int, "instrument status register", "S-5500A-541", "seen")
    # fmt: on

    def __init__(self, session: Session, clock: Clock) -> None:
        super().__init__(session, clock)
        self._limited: dict[str, tuple[float, float]] = {}  # what the output is held within, by unit

    def identify(self) -> Identity:
        """Take control where the line leaves it at the front panel, and ask the instrument who it is.

        Raises:
            WrongIdentity: it is another model.
        """
        self._control_line()
        return super().identify()

    def reset(self) -> None:
        """Go to standby at 0 V and forget old errors."""
        self._staged = None
        self._control_line()
        self.clear_status()
        self.reset_all()
        self._check("*RST")

    def stage_voltage_dc(self, voltage_v: float) -> None:
        """Programme a direct voltage (V) at NORMAL with the output in standby.

        Raises:
            OutOfLimits: outside the limits of `set_limits`, as in every `stage_…`; nothing was sent.
        """
        self.refuse_outside(voltage_v, "V")
        self.begin_staging()
        self.out_voltage(voltage_v)
        self.end_staging(Staged("DCV", voltage_v, "V"))

    def _control_line(self) -> None:
        # RS-232 has no remote-enable wire: REMOTE stands for it.
        if self.session.resource.upper().startswith("ASRL"):
            self.take_control()

    def _to_rest(self) -> None:
        sure(
            self.session,
            self._control_line,
            self.disconnect_output,
            lambda: self.out_voltage(0.0),
            self._forget_errors,
            self._switch.see_off,
            self._see_zero,
        )

    def _see_zero(self) -> None:
        output = self.output()
        if output.amplitude != 0.0 or output.second != 0.0:
            also = f" and {output.second:g}" if output.second != 0.0 else ""
            raise stays_on(self.session, "output", "0 V", f"{output.amplitude:g} {output.unit}{also}")

    def state(self) -> SourceState:
        """Read the output back."""
        output, function = self.output(), self.function()
        name = _FUNCTIONS.get(function, function.lower())
        if name == "res4w" and self._staged is not None and self._staged.wires == 2:
            name = "res2w"
        value, unit, hertz = output.amplitude, output.unit, output.frequency_hz
        if name == "acv" and self._staged is not None and self._staged.counted:
            # OUT? prints three digits of a frequency: within them it is the one that was staged
            near = abs(hertz - self._staged.frequency_hz) <= output.frequency_step_hz
            name, value, unit = "freq", self._staged.frequency_hz if near else hertz, "Hz"
        return SourceState(
            function=name,
            value=value,
            unit=unit,
            frequency_hz=hertz,
            range_high=self.output_range(),
            operating=self.operating(),
            settled=bool(self.status() & _SETTLED),
        )

    def wait_settled(self, timeout_s: float) -> None:
        """Wait until the output has settled: `*OPC?` answers, then the status register agrees.

        Raises:
            SettlingTimeout: it did not within `timeout_s`.
        """
        deadline = Deadline.after(self._clock, timeout_s)
        try:
            self.operation_complete(timeout_s=timeout_s)
        except ReadTimeout as error:
            raise self._unsettled(timeout_s) from error
        while not self.status() & _SETTLED:
            if deadline.passed():
                raise self._unsettled(timeout_s)
            self._clock.sleep(_POLL_S)

    def set_limits(self, *, voltage_v: float | None = None, current_a: float | None = None) -> None:
        """Set the instrument's own output limits (magnitudes, both signs), and read them back.

        The driver keeps them too: it stages nothing outside, and reads them back again before every OPERATE.

        Raises:
            OutOfLimits: one is no finite number.
            ReadbackError: it says that it keeps others, or does not tell which.
        """
        wanted = {
            unit: abs(finite_limit(self.session, most, unit))
            for unit, most in (("V", voltage_v), ("A", current_a))
            if most is not None
        }
        self._limit({unit: (-most, most) for unit, most in wanted.items()})

    def limits(self) -> SourceLimits | None:
        """Return the output limits that the instrument keeps, None where it does not tell.

        They are kept in non-volatile memory, also through a reset.
        """
        return self._limits_told()[0]

    def _limits_told(self) -> tuple[SourceLimits | None, str]:
        """Return the limits that are told, or none and what came in their place."""
        try:
            return self.entry_limits(), ""
        except UnexpectedReply as error:
            return None, f"nothing that is understood in {error.reply!r}"
        except ReadTimeout:  # not every model of the family was seen to know the query: no reason to stop
            FLUKE_55XX.read_errors(self.session)
            return None, "nothing"

    def restore_limits(self, limits: SourceLimits) -> None:
        """Set the output limits as `limits` once returned them, and read them back.

        Raises:
            ReadbackError: it says that it keeps others, or does not tell which.
        """
        self._limit({"V": limits.voltage_v, "A": limits.current_a})

    def refuse_outside(self, value: float, unit: str) -> None:
        """Refuse what lies outside the limits that were set; every `stage_…` of volts or amperes begins so.

        Raises:
            OutOfLimits: it does; nothing was sent.
        """
        if unit in self._limited:
            span = self._limited[unit]
            held_within(self.session, value, span, unit, command="OUT", whose="the section's limit")

    def begin_staging(self) -> None:
        """Forget what was staged and disconnect; every `stage_…` begins so."""
        self._begin_staging()

    def end_staging(self, staged: Staged) -> None:
        """Check the instrument's errors and remember what is to be read back; every `stage_…` ends so."""
        self._end_staging(staged, "OUT")

    def _limit(self, spans: dict[str, tuple[float, float]]) -> None:
        self._limited.update(spans)  # before it is sent: what fails to be set is held all the same
        self._limits_changed()
        for unit, (low, high) in spans.items():
            (self.limit_voltage if unit == "V" else self.limit_current)(high, low)
        self._check("LIMIT")
        self._see_limits()

    def _see_limits(self) -> None:
        """Raise `ReadbackError` where the limits that were set are not those that the instrument tells."""
        if not self._limited:
            return
        held, told = self._limits_told()
        for unit, wanted in self._limited.items():
            found = None if held is None else held.voltage_v if unit == "V" else held.current_a
            if found is None or not _as_set(found, wanted):
                raise mismatch(
                    self.session,
                    f"limit in {unit}",
                    f"{wanted[0]:g} to {wanted[1]:g}",
                    told if found is None else f"{found[0]:g} to {found[1]:g}",
                    outcome="the instrument is not known to hold the section's maximum",
                    way_out="See what the instrument answers to LIMIT?, take it out of local control,"
                    " and start again.",
                )

    def _hold(self, staged: Staged) -> None:
        self.refuse_outside(staged.value, staged.unit)
        if staged.function == "AC_POWER":
            self.refuse_outside(staged.second, "A")

    def _compare(self, staged: Staged) -> None:
        self._compare_output(staged)
        for name, wanted in staged.also:
            found = getattr(self, name)()
            if not _same(found, wanted):
                raise self._mismatch(name.removesuffix("_now").replace("_", " "), f"{wanted}", f"{found}")
        self._see_limits()

    def _compare_output(self, staged: Staged) -> None:
        output, function = self.output(), self.function()
        if function != staged.function:
            raise self._mismatch("function", staged.function, function)
        if output.unit != staged.unit:
            raise self._mismatch("unit", staged.unit, output.unit)
        if not abs(output.amplitude - staged.value) <= _SAME * abs(staged.value):
            raise self._other_value(staged, output.amplitude)
        if not abs(output.second - staged.second) <= _SAME * abs(staged.second):
            raise self._mismatch("second output", f"{staged.second:g}", f"{output.second:g}")
        if not abs(output.frequency_hz - staged.frequency_hz) <= output.frequency_step_hz:
            raise self._mismatch("frequency", f"{staged.frequency_hz:g} Hz", f"{output.frequency_hz:g} Hz")
        if staged.second or staged.function in _UNRANGED:
            return
        if self.range_locked():
            raise self._mismatch("range", "automatic", "locked")
        range_high = self.output_range()
        if (
            range_high is not None and not abs(staged.value) <= range_high * 1.04
        ):  # 1020 V on the 1000 V range
            raise self._mismatch("range", f"one that holds {staged.value:g}", f"{range_high:g}")

    def _other_value(self, staged: Staged, held: float) -> ReadbackError:
        """Return the error of another value; one that was only rounded is no fault of the instrument."""
        unit = staged.unit
        error = self._mismatch("value", f"{staged.value:.9g} {unit}", f"{held:.9g} {unit}")
        if _is_rounded(staged.value, held):
            error.way_out = f"The range has no more digits than that: stage {held:.9g} {unit}."
        return error

    @property
    def _switch(self) -> Switch:
        return Switch(
            self.session,
            self.connect_output,
            self.disconnect_output,
            self.operating,
            lambda: self._check("OPER"),
            names=("operate", "standby"),
        )

    def _unsettled(self, timeout_s: float) -> SettlingTimeout:
        return SettlingTimeout(
            f"The output did not settle within {timeout_s:g} s",
            timeout_s=timeout_s,
            instrument=self.session.name,
            resource=self.session.resource,
            way_out="Check the load for overload or a wrong connection.",
        )


def _same(found: object, wanted: object) -> bool:
    """Compare a setting with what was sent; a number may be printed with three digits."""
    if isinstance(found, float) and isinstance(wanted, float):
        return abs(found - wanted) <= _THREE_DIGITS * abs(wanted)
    return found == wanted


def _is_rounded(value: float, held: float) -> bool:
    """Say whether a value was rounded to the digits that are held, of which there are at least three.

    Example:
        >>> _is_rounded(123.456e-6, 123.5e-6), _is_rounded(123.456e-6, 123.6e-6), _is_rounded(12.0, 10.0)
        (True, False, False)
    """
    _, digits, exponent = Decimal(f"{held:.9g}").normalize().as_tuple()
    return len(digits) >= 3 and abs(value - held) <= 0.5 * 10.0 ** float(exponent)


def _as_set(found: tuple[float, float], wanted: tuple[float, float]) -> bool:
    """Compare limits with what was sent; the reply prints four decimals."""
    return all(
        abs(held - sent) <= _THREE_DIGITS * abs(sent) + 1e-4 for held, sent in zip(found, wanted, strict=True)
    )
