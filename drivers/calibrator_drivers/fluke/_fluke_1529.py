"""Fluke (Hart Scientific) 1529 Chub-E4 thermometer readout: four channels, each with its own probe.

`READ? channel` was seen in public code; identity and unit are remembered. The probe's kind and coefficients
are set on the front panel: the driver cannot read them back, so a person confirms them.
"""

from __future__ import annotations

from typing import ClassVar

from calibrator_drivers._errors import OutOfLimits
from calibrator_drivers._indicate import indicate
from calibrator_drivers.clock import Clock
from calibrator_drivers.commands import action, choice, reading
from calibrator_drivers.dialect import FLUKE, Dialect, parse_identity
from calibrator_drivers.roles import Identity, Indication
from calibrator_drivers.transport import Line, Session

__all__ = ["Fluke1529"]

HART = Dialect("Hart readouts", "SYST:ERR?", 10, "S-MEM")
_READING_S = 1.0  # both channels of a pair each second
_MARGIN_S = 5.0
_CHANNELS = (1, 2, 3, 4)


class Fluke1529:
    """A 1529 behind a session; fills the role of a thermometer."""

    MODEL_ID: ClassVar[str] = "fluke_1529"
    ROLES: ClassVar[tuple[str, ...]] = ("MeasureTemperature",)
    LINE: ClassVar[Line] = Line(baud=9600, terminator="\r\n", marker="*IDN?")

    temperature_unit = choice("UNIT:TEMP {}", {"degC": "C"}, "unit of every value", "S-MEM", "mem-M")
    clear_status = action("*CLS", "empties the error queue", "S-MEM", "mem-M")
    identity = reading("*IDN?", str, "identity", "S-MEM", "mem-M")
    indication = reading("READ? 1", str, "waits for the next reading of a channel", "S-TECKIT", "seen")

    def __init__(self, session: Session, clock: Clock) -> None:
        self.session = session
        self._clock = clock
        self._channel = 1

    def identify(self) -> Identity:
        """Ask the instrument who it is.

        Raises:
            WrongIdentity: it is no 1529.
        """
        return parse_identity(self.session, self.identity(), models=("1529",), makers=FLUKE)

    def reset(self) -> None:
        """Speak in degrees Celsius and forget old errors; probes and coefficients stay as they are."""
        self.clear_status()
        self.temperature_unit("degC")
        self.check_errors()

    def self_test(self) -> tuple[bool, str]:
        """Return whether a channel gives a temperature: the readout has no self-test to be asked for."""
        found = self.read()
        return not found.overload, found.raw

    def check_errors(self) -> None:
        """Empty the error queue; raise `InstrumentReportedError` when it held any."""
        HART.check(self.session)

    def configure_temperature(self, channel: int, *, probe: str) -> None:
        """Choose a channel; its probe must have been set on the front panel.

        Raises:
            OutOfLimits: there is no such channel.
        """
        del probe
        if channel not in _CHANNELS:
            raise OutOfLimits(
                f"A 1529 has the channels 1 to 4, not {channel}",
                command="READ? {}",
                value=channel,
                instrument=self.session.name,
                resource=self.session.resource,
                way_out="Choose one of these. Nothing was sent.",
            )
        self._channel = channel

    def reading_time_s(self) -> float:
        """Return how long one reading takes."""
        return _READING_S

    def read(self) -> Indication:
        """Return the next reading of the chosen channel (degC); an open probe is an overload."""
        return indicate(
            self.session,
            f"READ? {self._channel}",
            "degC",
            parse=_celsius,
            timeout_s=_READING_S + _MARGIN_S,
        )

    def close(self) -> None:
        """Close the session."""
        self.session.close()


def _celsius(reply: str) -> float | None:
    if set(reply.strip()) <= {"-", "."}:  # dashes stand for an open input
        return None
    value = float(reply)
    return None if abs(value) > 9e3 else value
