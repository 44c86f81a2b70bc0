"""Additel ADT681 digital pressure gauge on its serial line (9600 8N2).

Messages are `address:R:CODE:1`, replies `address:F:CODE:value:unit`. The reading, its unit and the settings
of the line were seen; what an error and an identity look like is remembered with low confidence. The gauge
does not tell its serial number, and its zero is set by hand.
"""

from __future__ import annotations

import math
import re
from typing import ClassVar

from calibrator_drivers._errors import InstrumentError, InstrumentReportedError, OutOfLimits, WrongIdentity
from calibrator_drivers._indicate import not_understood
from calibrator_drivers.clock import Clock
from calibrator_drivers.commands import reading
from calibrator_drivers.roles import Identity, Indication
from calibrator_drivers.transport import Line, Session

__all__ = ["AdditelADT681"]

_REPLY = re.compile(r"\d{1,3}:F:MRMD:\s*([-+]?\d+(?:\.\d+)?):\s*([A-Za-z0-9/]+):?", re.ASCII)
_ERROR = re.compile(r"\d{1,3}:E:(?:[A-Z]+:)?(\d{4})", re.ASCII)
_TO_PA = {
    "PA": 1.0,
    "HPA": 100.0,
    "MBAR": 100.0,
    "KPA": 1e3,
    "BAR": 1e5,
    "MPA": 1e6,
    "PSI": 6894.757293168,
    "KGF/CM2": 98066.5,
}
_UPDATE_S = 0.34  # three readings a second


class AdditelADT681:
    """An ADT681 behind a session; fills the role of a meter of gauge pressure."""

    MODEL_ID: ClassVar[str] = "additel_681"
    ROLES: ClassVar[tuple[str, ...]] = ("MeasurePressure",)
    LINE: ClassVar[Line] = Line(
        baud=9600, stop=2, terminator="\r\n", marker="255:R:OTYPE:1", marker_reply=r"\d+:F:OTYPE"
    )

    # 255 is the address that every gauge answers.
    indication = reading("255:R:MRMD:1", str, "pressure and its unit", "S-ADT681", "seen")
    kind = reading("255:R:OTYPE:1", str, "type of the gauge", "S-ADT-CODE", "seen")

    def __init__(self, session: Session, clock: Clock) -> None:
        self.session = session
        self._clock = clock
        self._range_pa = 1e6

    def identify(self) -> Identity:
        """Ask the gauge for its type.

        Raises:
            WrongIdentity: the reply names no 681.
        """
        raw = self.kind()
        if "681" not in raw.rpartition("OTYPE")[2]:
            raise WrongIdentity(
                f"An ADT681 is expected, {raw!r} answers",
                identity=raw,
                instrument=self.session.name,
                resource=self.session.resource,
                way_out="Correct the model or the address in the bench file.",
            )
        return Identity("Additel", "ADT681", "", "", raw)

    def reset(self) -> None:
        """Do nothing: the gauge has no settings that matter to a reading but its unit, which it tells."""

    def self_test(self) -> tuple[bool, str]:
        """Return whether the gauge answers with a reading: it has no self-test of its own."""
        found = self.read()
        return not found.overload, found.raw

    def check_errors(self) -> None:
        """Do nothing: errors come in place of replies, and `read` raises them."""

    def configure_pressure(self, range_pa: float, *, absolute: bool) -> None:
        """State the range; the gauge has one, and shows gauge pressure.

        Raises:
            OutOfLimits: absolute pressure is asked for.
        """
        if absolute:
            raise OutOfLimits(
                "The gauge shows gauge pressure only",
                command="255:R:MRMD:1",
                value=range_pa,
                instrument=self.session.name,
                resource=self.session.resource,
                way_out="Add the barometric pressure, or use an absolute gauge. Nothing was sent.",
            )
        self._range_pa = range_pa

    def reading_time_s(self) -> float:
        """Return how long one reading takes."""
        return _UPDATE_S

    def read(self) -> Indication:
        """Return the present reading (Pa); above 1.1 times the range it is an overload.

        Raises:
            InstrumentReportedError: the gauge answers with an error number.
            UnexpectedReply: the reply is no reading, or its unit is not known.
        """
        raw = self.indication()
        offset = self.session.last_offset
        found = _REPLY.fullmatch(raw.strip())
        if found is None:
            raise self._no_reading(raw)
        unit = found.group(2).upper()
        if unit not in _TO_PA:
            raise not_understood(self.session, "255:R:MRMD:1", raw, f"the unit {found.group(2)} is not known")
        value = float(found.group(1)) * _TO_PA[unit]
        if abs(value) > 1.1 * self._range_pa:
            return Indication(raw, math.nan, "Pa", overload=True, traffic_offset=offset)
        return Indication(raw, value, "Pa", traffic_offset=offset)

    def close(self) -> None:
        """Close the session."""
        self.session.close()

    def _no_reading(self, raw: str) -> InstrumentError:
        error = _ERROR.match(raw.strip())
        if error is None:
            return not_understood(self.session, "255:R:MRMD:1", raw)
        return InstrumentReportedError(
            [(int(error.group(1)), "see the gauge's list of error codes")],
            after="255:R:MRMD:1",
            instrument=self.session.name,
            resource=self.session.resource,
        )
