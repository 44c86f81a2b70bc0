"""Fluke 1586A Super-DAQ as a thermometer readout, one channel at a time.

Every command is remembered with low confidence (LAN socket 3490, SCPI): nothing here was compared with an
instrument. Several channels in one scan are not used, so that each reading has a moment of its own.
"""

from __future__ import annotations

import re
from typing import ClassVar

from calibrator_drivers._errors import OutOfLimits
from calibrator_drivers._indicate import indicate
from calibrator_drivers.clock import Clock
from calibrator_drivers.commands import action, choice, reading, setting
from calibrator_drivers.dialect import FLUKE, SCPI, parse_identity
from calibrator_drivers.roles import Identity, Indication
from calibrator_drivers.transport import Session

__all__ = ["Fluke1586A"]

_OVERLOAD = 9.9e37
_READING_S = 2.0  # a slow scan of one channel
_MARGIN_S = 5.0
_COUPLES = {kind: kind for kind in "BEJKNRST"}
_CHANNEL = re.compile(r"[1-3]\d{2}")


class Fluke1586A:
    """A 1586A behind a session; fills the role of a thermometer."""

    MODEL_ID: ClassVar[str] = "fluke_1586a"
    ROLES: ClassVar[tuple[str, ...]] = ("MeasureTemperature",)

    # fmt: off
    platinum = setting("CONF:TEMP:FRTD PT100_385,(@{})", "", 101, 322, "4-wire Pt100", "S-MEM", "mem-L")
    couple = choice("CONF:TEMP:TC {},(@101)", _COUPLES, "thermocouple (here on 101)", "S-MEM", "mem-L")
    scan = setting("ROUT:SCAN (@{})", "", 101, 322, "the channel that is read", "S-MEM", "mem-L")
    temperature_unit = choice("UNIT:TEMP {}", {"degC": "C"}, "unit of every value", "S-MEM", "mem-L")
    reset_all = action("*RST", "reset state", "S-MEM", "mem-M")
    clear_status = action("*CLS", "empties the error queue", "S-MEM", "mem-M")
    identity = reading("*IDN?", str, "identity", "S-MEM", "mem-M")
    indication = reading("READ?", str, "scans once and returns the reading", "S-MEM", "mem-L")
    # fmt: on

    def __init__(self, session: Session, clock: Clock) -> None:
        self.session = session
        self._clock = clock

    def identify(self) -> Identity:
        """Ask the instrument who it is.

        Raises:
            WrongIdentity: it is no 1586A.
        """
        return parse_identity(self.session, self.identity(), models=("1586A",), makers=FLUKE)

    def reset(self) -> None:
        """Go to the reset state, in degrees Celsius, and forget old errors."""
        self.clear_status()
        self.reset_all()
        self.temperature_unit("degC")
        self.check_errors()

    def self_test(self) -> tuple[bool, str]:
        """Return whether the instrument knows itself: its self-test is not known."""
        found = self.identify()
        return True, found.raw

    def check_errors(self) -> None:
        """Empty the error queue; raise `InstrumentReportedError` when it held any."""
        SCPI.check(self.session)

    def configure_temperature(self, channel: int, *, probe: str) -> None:
        """Configure a channel (101, 102, ...) for "pt100" or a type of thermocouple, and read it from now on.

        Raises:
            OutOfLimits: no such channel or kind of probe; nothing was sent.
        """
        if _CHANNEL.fullmatch(str(channel)) is None or probe not in ("pt100", *_COUPLES):
            raise OutOfLimits(
                f"A 1586A reads pt100 or a thermocouple on 101 to 322, not {probe} on {channel}",
                command="CONF:TEMP",
                value=probe,
                instrument=self.session.name,
                resource=self.session.resource,
                way_out="Choose one of these. Nothing was sent.",
            )
        if probe == "pt100":
            self.platinum(channel)
        else:
            self.session.write(f"CONF:TEMP:TC {_COUPLES[probe]},(@{channel})")
        self.scan(channel)
        self.check_errors()

    def reading_time_s(self) -> float:
        """Return how long one reading takes."""
        return _READING_S

    def read(self) -> Indication:
        """Scan the channel once and return its reading (degC); an open probe is an overload."""
        return indicate(self.session, "READ?", "degC", parse=_celsius, timeout_s=_READING_S + _MARGIN_S)

    def close(self) -> None:
        """Close the session."""
        self.session.close()


def _celsius(reply: str) -> float | None:
    value = float(reply.split(",", maxsplit=1)[0])
    return None if abs(value) >= _OVERLOAD else value
