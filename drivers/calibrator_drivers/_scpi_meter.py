"""What multimeters that speak SCPI have in common: identity, errors, one reading at a time."""

from __future__ import annotations

import math
from typing import ClassVar

from ._indicate import not_understood
from .clock import Clock
from .commands import action, reading
from .dialect import SCPI, Dialect, parse_identity
from .roles import Identity, Indication
from .transport import Session

__all__ = [
    "FILTERS",
    "LINE_HZ",
    "MARGIN_S",
    "NPLC",
    "SWITCH",
    "TRIGGER_S",
    "ScpiMeter",
    "filter_for",
    "indication_of",
]

LINE_HZ = 50.0  # the slower of the two mains frequencies, so that no plan is too short
TRIGGER_S = 0.05  # trigger delay, range settling and formatting beside the integration
MARGIN_S = 5.0  # for a gateway, an interpreter or a served bench between us and the meter
_FILTER_S = {
    3: 7.0,
    20: 1.05,
    200: 0.65,
}  # settling of the alternating filters, by their lowest frequency (Hz)
_MEDIUM_FROM_HZ = 200.0  # from here upwards the 20 Hz filter costs no accuracy
_FREQUENCY_S = 1.1  # delay before a frequency is counted

FILTERS = {3: "3", 20: "20", 200: "200"}
NPLC = {0.02: "0.02", 0.2: "0.2", 1.0: "1", 10.0: "10", 100.0: "100"}
SWITCH = {True: "ON", False: "OFF"}


def filter_for(frequency_hz: float) -> int:
    """Return the alternating filter (Hz) that costs a signal from `frequency_hz` upwards no accuracy."""
    return 20 if frequency_hz >= _MEDIUM_FROM_HZ else 3


def indication_of(session: Session, raw: str, *, unit: str, asked: str, overload: float) -> Indication:
    """Return the indication in a reply; a magnitude from `overload` upwards is marked and has no value.

    Raises:
        UnexpectedReply: the reply is no number.
    """
    offset = session.last_offset
    try:
        value = float(raw)
    except ValueError as error:
        raise not_understood(session, asked, raw, "it is no number") from error
    if math.isnan(value):  # it compares with nothing, so no check would ever refuse it
        raise not_understood(session, asked, raw, "it is no number")
    if abs(value) >= overload:
        return Indication(raw, math.nan, unit, overload=True, traffic_offset=offset)
    return Indication(raw, value, unit, traffic_offset=offset)


class ScpiMeter:
    """A multimeter behind a session; what a model adds is its functions, ranges and roles."""

    MODELS: ClassVar[tuple[str, ...]]  # as *IDN? names them
    MAKERS: ClassVar[tuple[str, ...]] = ()  # words of their names in *IDN?; any where there are none
    SELF_TEST_S: ClassVar[float] = 60.0
    OVERLOAD: ClassVar[float] = 9.9e37
    DIALECT: ClassVar[Dialect] = SCPI

    # fmt: off
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
        self._reading_s = 2.0 * 10.0 / LINE_HZ + TRIGGER_S

    def identify(self) -> Identity:
        """Ask the instrument who it is.

        Raises:
            WrongIdentity: it is another model.
        """
        return parse_identity(self.session, self.identity(), models=self.MODELS, makers=self.MAKERS)

    def reset(self) -> None:
        """Go to the reset state and forget old errors."""
        self.clear_status()
        self.reset_all()
        self.check("*RST")

    def self_test(self) -> tuple[bool, str]:
        """Run the self-test; return whether it passed and the raw reply."""
        reply = self.self_test_result(timeout_s=self.SELF_TEST_S)
        return reply.strip().lstrip("+-") == "0", reply

    def check_errors(self) -> None:
        """Empty the error queue; raise `InstrumentReportedError` when it held any."""
        self.check("")

    def reading_time_s(self) -> float:
        """Return how long one reading takes: the input and, by autozero, the zero are integrated."""
        return self._reading_s

    def read(self) -> Indication:
        """Trigger one reading and return it; an overload is marked, not raised."""
        raw = self.indication(timeout_s=self._reading_s + MARGIN_S)
        return indication_of(self.session, raw, unit=self._unit, asked="READ?", overload=self.OVERLOAD)

    def close(self) -> None:
        """Close the session."""
        self.session.close()

    def check(self, after: str) -> None:
        """Raise `InstrumentReportedError` when the error queue is not empty; `after` is what was done."""
        self.DIALECT.check(self.session, after=after)

    def integrating(self, unit: str, nplc: float, after: str, *, delay_s: float = TRIGGER_S) -> None:
        """Check the errors of an integrating configuration, and remember how long a reading takes."""
        self.check(after)
        self._unit, self._reading_s = unit, 2.0 * nplc / LINE_HZ + delay_s

    def filtered(self, unit: str, lowest_hz: int, after: str) -> None:
        """Check the errors of an alternating configuration, and remember how long its filter settles."""
        self.check(after)
        self._unit, self._reading_s = unit, _FILTER_S[lowest_hz]

    @property
    def unit(self) -> str:
        """The unit of the present function."""
        return self._unit

    def timed(self, unit: str, reading_s: float, after: str) -> None:
        """Check the errors of a configuration, and remember how long a reading takes."""
        self.check(after)
        self._unit, self._reading_s = unit, reading_s

    def gated(self, unit: str, gate_s: float, after: str) -> None:
        """Check the errors of a counting configuration, and remember how long its gate is."""
        self.check(after)
        self._unit, self._reading_s = unit, _FREQUENCY_S + gate_s
