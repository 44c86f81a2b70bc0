"""Keysight 34401A (HP, Agilent) multimeter: direct voltage, direct current, resistance."""

from __future__ import annotations

import math
from typing import ClassVar

from calibrator_drivers._errors import UnexpectedReply
from calibrator_drivers.clock import Clock
from calibrator_drivers.commands import action, choice, reading
from calibrator_drivers.dialect import SCPI, parse_identity
from calibrator_drivers.roles import Identity, Indication
from calibrator_drivers.transport import Session

__all__ = ["Keysight34401A"]

_SELF_TEST_S = 60.0
_OVERLOAD = 9.9e37  # the reply is +9.90000000E+37
_LINE_HZ = 50.0  # the slower of the two mains frequencies, so that no plan is too short
_TRIGGER_S = 0.05  # trigger delay, range settling and formatting beside the integration
_HIGH_OHM_S = 0.2  # automatic delay from 10 Mohm upwards
_MARGIN_S = 5.0  # for a gateway, an interpreter or a served bench between us and the meter

_NPLC = {0.02: "0.02", 0.2: "0.2", 1.0: "1", 10.0: "10", 100.0: "100"}
_VOLT = {0.1: "0.1", 1.0: "1", 10.0: "10", 100.0: "100", 1000.0: "1000"}
_OHM = {100.0: "100", 1e3: "1E3", 1e4: "10E3", 1e5: "100E3", 1e6: "1E6", 1e7: "10E6", 1e8: "100E6"}
_AMP = {0.01: "0.01", 0.1: "0.1", 1.0: "1", 3.0: "3"}
_SWITCH = {True: "ON", False: "OFF"}


class Keysight34401A:
    """A 34401A behind a session; fills the roles of a meter of DC volts, DC current and resistance."""

    MODEL_ID: ClassVar[str] = "keysight_34401a"
    ROLES: ClassVar[tuple[str, ...]] = ("MeasureVoltageDC", "MeasureResistance", "MeasureCurrentDC")

    # fmt: off
    volts = choice("CONF:VOLT:DC {}", _VOLT, "direct voltage on a range (V)", "S-PYMEASURE", "seen")
    amperes = choice("CONF:CURR:DC {}", _AMP, "direct current on a range (A)", "S-PYMEASURE", "seen")
    ohms_2w = choice("CONF:RES {}", _OHM, "2-wire resistance on a range (ohm)", "S-PYMEASURE", "seen")
    ohms_4w = choice("CONF:FRES {}", _OHM, "4-wire resistance on a range (ohm)", "S-PYMEASURE", "seen")
    volts_nplc = choice("VOLT:DC:NPLC {}", _NPLC, "integration in power line cycles", "S-PYMEASURE", "seen")
    amperes_nplc = choice("CURR:DC:NPLC {}", _NPLC, "integration in power line cycles", "S-PYMEASURE", "seen")
    ohms_2w_nplc = choice("RES:NPLC {}", _NPLC, "integration in power line cycles", "S-PYMEASURE", "seen")
    ohms_4w_nplc = choice("FRES:NPLC {}", _NPLC, "integration in power line cycles", "S-PYMEASURE", "seen")
    high_impedance = choice("INP:IMP:AUTO {}", _SWITCH, "above 10 Gohm to 10 V", "S-PYMEASURE", "seen")
    auto_zero = choice("ZERO:AUTO {}", _SWITCH, "a zero measurement with each reading", "S-PYMEASURE", "seen")
    reset_all = action("*RST", "reset state", "S-PYMEASURE", "seen")
    clear_status = action("*CLS", "empties the error queue", "S-PYMEASURE", "seen")
    identity = reading("*IDN?", str, "identity", "S-SIGROK", "seen")
    self_test_result = reading("*TST?", str, "self-test, 0 passes", "S-MEM", "mem-H")
    indication = reading("READ?", str, "triggers one reading and returns it", "S-PYMEASURE", "seen")
    # fmt: on

    def __init__(self, session: Session, clock: Clock) -> None:
        self.session = session
        self._clock = clock
        self._unit = "V"
        self._nplc = 10.0
        self._delay_s = _TRIGGER_S

    def identify(self) -> Identity:
        """Ask the instrument who it is; a 34401A does not tell its serial number.

        Raises:
            WrongIdentity: it is no 34401A.
        """
        return parse_identity(self.session, self.identity(), models=("34401A",))

    def reset(self) -> None:
        """Go to the reset state and forget old errors."""
        self.clear_status()
        self.reset_all()
        self._check("*RST")

    def self_test(self) -> tuple[bool, str]:
        """Run the self-test (about 15 s); return whether it passed and the raw reply."""
        reply = self.self_test_result(timeout_s=_SELF_TEST_S)
        return reply.strip().lstrip("+-") == "0", reply

    def check_errors(self) -> None:
        """Empty the error queue; raise `InstrumentReportedError` when it held any."""
        self._check("")

    def configure_voltage_dc(self, range_v: float, *, nplc: float, high_impedance: bool) -> None:
        """Fix range (V) and integration time; high impedance exists on 0.1, 1 and 10 V only."""
        self.volts(range_v)
        self.volts_nplc(nplc)
        self.high_impedance(high_impedance)
        self._finish("V", nplc, _TRIGGER_S, "CONF:VOLT:DC")

    def configure_resistance(self, range_ohm: float, *, wires: int, nplc: float) -> None:
        """Fix range (ohm), 2 or 4 wires, and integration time."""
        if wires == 2:
            self.ohms_2w(range_ohm)
            self.ohms_2w_nplc(nplc)
        else:
            self.ohms_4w(range_ohm)
            self.ohms_4w_nplc(nplc)
        delay_s = _HIGH_OHM_S if range_ohm >= 1e7 else _TRIGGER_S
        self._finish("ohm", nplc, delay_s, "CONF:RES" if wires == 2 else "CONF:FRES")

    def configure_current_dc(self, range_a: float, *, nplc: float) -> None:
        """Fix range (A) and integration time."""
        self.amperes(range_a)
        self.amperes_nplc(nplc)
        self._finish("A", nplc, _TRIGGER_S, "CONF:CURR:DC")

    def reading_time_s(self) -> float:
        """Return how long one reading takes: the input and, by autozero, the zero are integrated."""
        return 2.0 * self._nplc / _LINE_HZ + self._delay_s

    def read(self) -> Indication:
        """Trigger one reading and return it; an overload is marked, not raised."""
        raw = self.indication(timeout_s=self.reading_time_s() + _MARGIN_S)
        offset = self.session.last_offset
        try:
            value = float(raw)
        except ValueError as error:
            raise UnexpectedReply(
                f"The reply {raw!r} to READ? is no number",
                reply=raw,
                instrument=self.session.name,
                resource=self.session.resource,
                way_out="Check that the model in the bench file is the one at this address.",
            ) from error
        if abs(value) >= _OVERLOAD:
            return Indication(raw, math.nan, self._unit, overload=True, traffic_offset=offset)
        return Indication(raw, value, self._unit, traffic_offset=offset)

    def close(self) -> None:
        """Close the session."""
        self.session.close()

    def _finish(self, unit: str, nplc: float, delay_s: float, after: str) -> None:
        self.auto_zero(True)
        self._check(after)
        self._unit, self._nplc, self._delay_s = unit, nplc, delay_s

    def _check(self, after: str) -> None:
        SCPI.check(self.session, after=after)
