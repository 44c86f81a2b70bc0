"""Fluke (Hart Scientific) 1502A thermometer readout: one probe, read at 1 mA or at 0.5 mA.

Its commands are words, `CU=.5` sets and `CU` asks; they end with a carriage return. Characterization and
coefficients of the probe are set on its front panel: the driver leaves them as they are. 2400 baud, 8N1
without flow control is the line of its sisters 1521 and 1522 (user's guides, section 8); whether it echoes
from the factory was not seen, so echo and readings sent unasked are switched off before it is asked there.
"""

from __future__ import annotations

import re
from typing import ClassVar

from calibrator_drivers._errors import OutOfLimits
from calibrator_drivers._indicate import indicate
from calibrator_drivers._quiet import quieten
from calibrator_drivers._safety import mismatch
from calibrator_drivers.clock import Clock
from calibrator_drivers.commands import choice, reading, setting
from calibrator_drivers.dialect import FLUKE, parse_identity
from calibrator_drivers.roles import Identity, Indication
from calibrator_drivers.transport import Line, Session

__all__ = ["Fluke1502A"]

_READING_S = 1.0  # of a conversion
_MARGIN_S = 5.0
_CURRENTS = {1e-3: "1", 5e-4: ".5"}
_VALUE = re.compile(r"([-+]?\d*\.?\d+)\s*$")


def _number(reply: str) -> float:
    """Return the number at the end of a reply, such as `cu: 0.5`."""
    found = _VALUE.search(reply.strip())
    if found is None:
        raise ValueError("no number at the end")
    return float(found.group(1))


class Fluke1502A:
    """A 1502A behind a session; fills the role of a thermometer, at either of two currents."""

    MODEL_ID: ClassVar[str] = "fluke_1502a"
    ROLES: ClassVar[tuple[str, ...]] = ("MeasureTemperature",)
    LINE: ClassVar[Line] = Line(
        baud=2400, terminator="\r", reply_terminator="\n", marker="*IDN?", marker_reply=r"HART|FLUKE"
    )

    # fmt: off
    duplex = choice("DU={}", {"half": "H"}, "no echo of what is sent", "S-1502A", "seen")
    temperature_unit = choice("U={}", {"degC": "C"}, "unit of every value", "S-1502A", "seen")
    filter_s = setting("FI={}", "s", 0.0, 60.0, "time constant of the filter", "S-1502A", "seen")
    current = choice("CU={}", _CURRENTS, "current of the probe, mA", "S-1502A", "seen")
    current_read = reading("CU", _number, "current of the probe, mA", "S-1502A", "seen")
    identity = reading("*IDN?", str, "identity", "S-1502A", "seen")
    indication = reading("FETC?", str, "the last conversion, without its unit", "S-1502A", "seen")
    # fmt: on

    def __init__(self, session: Session, clock: Clock) -> None:
        self.session = session
        self._clock = clock

    def identify(self) -> Identity:
        """Ask the instrument who it is.

        Raises:
            WrongIdentity: it is no 1502A.
        """
        quieten(self.session, "SA=0", "DU=H", "LF=ON")
        return parse_identity(self.session, self.identity(), models=("1502A",), makers=FLUKE)

    def reset(self) -> None:
        """Speak in degrees Celsius without echo or filter, at 1 mA; the probe's coefficients stay.

        Raises:
            ReadbackError: it keeps another current.
        """
        self.duplex("half")
        self.temperature_unit("degC")
        self.filter_s(0.0)
        self.choose_current(1e-3)

    def self_test(self) -> tuple[bool, str]:
        """Return whether the probe gives a temperature: the readout has no self-test to be asked for."""
        found = self.read()
        return not found.overload, found.raw

    def check_errors(self) -> None:
        """Do nothing: the readout keeps no errors."""

    def configure_temperature(self, channel: int, *, probe: str) -> None:
        """Say that its one input has a platinum thermometer, which is all it reads.

        Raises:
            OutOfLimits: another channel or kind of probe; nothing was sent.
        """
        if (channel, probe) != (1, "pt100"):
            raise self._refused(f"A 1502A reads pt100 on channel 1, not {probe} on {channel}", "FETC?", probe)

    def choose_current(self, current_a: float) -> None:
        """Choose the current of the probe (A) and read it back.

        Raises:
            OutOfLimits: neither 1 mA nor 0.5 mA; nothing was sent.
            ReadbackError: it keeps another one.
        """
        if current_a not in _CURRENTS:
            what = f"A 1502A sends 1 mA or 0.5 mA through its probe, not {current_a * 1e3:g} mA"
            raise self._refused(what, "CU={}", current_a)
        self.current(current_a)
        held_ma = self.current_read()
        if not abs(held_ma - current_a * 1e3) < 0.05:
            raise mismatch(
                self.session,
                "probe current",
                f"{current_a * 1e3:g} mA",
                f"{held_ma:g} mA",
                outcome="nothing is measured",
                way_out="Look at the menu lockout of the readout, and set the current by hand.",
            )

    def reading_time_s(self) -> float:
        """Return how long one reading takes."""
        return _READING_S

    def read(self) -> Indication:
        """Wait for a conversion that began after the call and return it (degC); an open input overloads."""
        self._clock.sleep(2.0 * _READING_S)
        return indicate(self.session, "FETC?", "degC", parse=_celsius, timeout_s=_READING_S + _MARGIN_S)

    def close(self) -> None:
        """Close the session."""
        self.session.close()

    def _refused(self, what: str, command: str, value: float | str) -> OutOfLimits:
        return OutOfLimits(
            what,
            command=command,
            value=value,
            instrument=self.session.name,
            resource=self.session.resource,
            way_out="Choose one of these. Nothing was sent.",
        )


def _celsius(reply: str) -> float | None:
    if set(reply.strip()) <= {"-", "."}:  # dashes stand for an open input
        return None
    value = float(reply)
    return None if abs(value) > 9e3 else value
