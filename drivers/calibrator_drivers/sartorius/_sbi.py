"""Sartorius balances by SBI: `ESC P` prints, everything else is silent.

The balance's output mode must be "manual without stability": then a weight comes at once, and a unit that
is blank says that it is not stable. With "after stability" the balance waits, and so does the driver. Line
formats of 16 and of 22 characters were seen; the settings are those of one public driver (9600, odd parity),
with the hardware handshake that the balances have from the factory (operating instructions of the CP series,
seen). A cable of two wires has none: `flow=none` behind the resource.
"""

from __future__ import annotations

import math
import re
from typing import ClassVar

from calibrator_drivers._errors import (
    InstrumentError,
    InstrumentReportedError,
    SettlingTimeout,
    UnexpectedReply,
    WrongIdentity,
)
from calibrator_drivers._indicate import not_understood
from calibrator_drivers.clock import Clock, Deadline
from calibrator_drivers.commands import action, reading
from calibrator_drivers.roles import Identity, Indication
from calibrator_drivers.transport import Line, Session

__all__ = ["SartoriusQuintix224"]

_ESC = "\x1b"
_STABLE_S = 30.0
_PRINT_S = 20.0  # with "after stability" the balance answers when it is stable
_POLL_S = 0.2
_SETTLE_S = 2.0  # after a tare or zero
# An identifier of the long format, sign, value, unit.
_VALUE = re.compile(r"(?:[A-Z][A-Za-z0-9#]*\s+)?([-+]?)\s*(\d+(?:\.\d+)?)\s*([A-Za-z]{1,3})?", re.ASCII)
_BEYOND = re.compile(r"(?:[A-Z][A-Za-z0-9#]*\s+)?(High|Low)", re.ASCII)
_TO_G = {"g": 1.0, "mg": 1e-3, "kg": 1e3}
_SPECIAL = re.compile(r"Err\s*(\d+)|(APP|DIS|PRT)\.ERR", re.IGNORECASE)


class SartoriusQuintix224:
    """A Quintix 224, or any balance with SBI, behind a session; fills the role of a balance."""

    MODEL_ID: ClassVar[str] = "sartorius_quintix224"
    ROLES: ClassVar[tuple[str, ...]] = ("MeasureMass",)
    LINE: ClassVar[Line] = Line(baud=9600, parity="O", flow="rtscts", terminator="\r\n", marker=f"{_ESC}x1_")

    # fmt: off
    printed = reading(f"{_ESC}P", str, "prints the weight", "S-SBI", "seen")
    model = reading(f"{_ESC}x1_", str, "model", "S-SBI", "seen")
    serial_number = reading(f"{_ESC}x2_", str, "serial number", "S-SBI", "seen")
    software = reading(f"{_ESC}x3_", str, "software", "S-SBI", "seen")
    tare_key = action(f"{_ESC}U", "tares", "S-SBI", "seen")
    zero_key = action(f"{_ESC}V", "zeroes", "S-SBI", "seen")
    adjust_key = action(f"{_ESC}Z", "adjusts with the weight inside", "S-SBI", "seen")
    ambience_stable = action(f"{_ESC}L", "filter for a stable place", "S-SBI", "seen")
    restart = action(f"{_ESC}S", "restarts", "S-MEM", "mem-M")
    # fmt: on

    def __init__(self, session: Session, clock: Clock) -> None:
        self.session = session
        self._clock = clock

    def identify(self) -> Identity:
        """Ask for model, serial number and software.

        Raises:
            WrongIdentity: no model is told.
        """
        model, serial, software = (
            reply.strip() for reply in (self.model(), self.serial_number(), self.software())
        )
        if not model or not serial:
            raise WrongIdentity(
                f"A Sartorius balance is expected, {model!r} answers",
                identity=model,
                instrument=self.session.name,
                resource=self.session.resource,
                way_out="Correct the model or the address, or set the balance's protocol to SBI.",
            )
        return Identity("Sartorius", model, serial, software, f"{model};{serial};{software}")

    def reset(self) -> None:
        """Choose the filter for a stable place; zero and tare stay."""
        self.ambience_stable()

    def self_test(self) -> tuple[bool, str]:
        """Return whether the balance gives a weight: it has no self-test to be asked for."""
        raw = self.printed(timeout_s=_PRINT_S)
        return _SPECIAL.search(raw) is None, raw

    def check_errors(self) -> None:
        """Do nothing: errors come in place of weights."""

    def reading_time_s(self) -> float:
        """Return how long one reading takes once the pan is at rest."""
        return 3.0

    def read(self) -> Indication:
        """Ask until a weight is stable, and return it (g).

        Raises:
            SettlingTimeout: none is within 30 s.
        """
        deadline = Deadline.after(self._clock, _STABLE_S)
        while True:
            found, stable = self.read_now()
            if stable or found.overload:
                return found
            if deadline.passed():
                raise SettlingTimeout(
                    f"The balance shows no stable weight within {_STABLE_S:g} s",
                    timeout_s=_STABLE_S,
                    instrument=self.session.name,
                    resource=self.session.resource,
                    way_out="Shut the draft shield, and look for vibration.",
                )
            self._clock.sleep(_POLL_S)

    def read_now(self) -> tuple[Indication, bool]:
        """Return the present weight (g), and whether its unit is shown, which means stable."""
        raw = self.printed(timeout_s=_PRINT_S)
        offset = self.session.last_offset
        if _BEYOND.fullmatch(raw.strip()):
            return Indication(raw, math.nan, "g", overload=True, traffic_offset=offset), False
        found = _VALUE.fullmatch(raw.strip())
        if found is None:
            raise self._no_weight(raw)
        unit = found.group(3)
        if unit is not None and unit not in _TO_G:
            raise not_understood(self.session, "ESC P", raw, f"the unit {unit} is not known")
        value = float(found.group(2)) * _TO_G[unit or "g"] * (-1.0 if found.group(1) == "-" else 1.0)
        return Indication(raw, value, "g", traffic_offset=offset), unit is not None

    def zero(self) -> None:
        """Set zero; the weight shown afterwards must be zero.

        Raises:
            UnexpectedReply: it is not: the balance took no zero.
        """
        self._press("zero")

    def tare(self) -> None:
        """Tare; the weight shown afterwards must be zero.

        Raises:
            UnexpectedReply: it is not: the balance took no tare.
        """
        self._press("tare")

    def adjust_inside(self) -> None:
        """Adjust with the weight inside, which changes what the balance shows, and wait until it is done."""
        self.adjust_key()
        deadline = Deadline.after(self._clock, 300.0)
        self._clock.sleep(5.0)
        while "Cal." in self.printed(timeout_s=_PRINT_S):
            if deadline.passed():
                raise SettlingTimeout(
                    "The balance has not ended its adjustment after 300 s",
                    timeout_s=300.0,
                    instrument=self.session.name,
                    resource=self.session.resource,
                    way_out="Look at its display.",
                )
            self._clock.sleep(5.0)

    def close(self) -> None:
        """Close the session."""
        self.session.close()

    def _press(self, key: str) -> None:
        self.read()  # neither is taken while the pan moves
        (self.zero_key if key == "zero" else self.tare_key)()
        self._clock.sleep(_SETTLE_S)
        found = self.read()
        if found.overload or abs(found.value) > 1e-3:
            raise UnexpectedReply(
                f"After the {key} the balance shows {found.raw!r}",
                reply=found.raw,
                instrument=self.session.name,
                resource=self.session.resource,
                way_out="Take the load off, look at the balance, and try again.",
            )

    def _no_weight(self, raw: str) -> InstrumentError:
        found = _SPECIAL.search(raw)
        if found is None:
            return not_understood(self.session, "ESC P", raw)
        return InstrumentReportedError(
            [(int(found.group(1) or 0), raw.strip())],
            after="ESC P",
            instrument=self.session.name,
            resource=self.session.resource,
        )
