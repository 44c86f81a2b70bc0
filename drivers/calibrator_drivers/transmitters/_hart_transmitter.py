"""A 4-20 mA pressure transmitter over HART; its loop current is read by a meter beside it.

Two adjustments are kept apart: the digital trim changes what the transmitter measures, the loop trim what
current it makes of that. Commands 40, 45 and 46 leave the loop at a fixed current that measures nothing:
whoever fixes it does so in `fixed_current`, which releases it on every way out. Commands 0 to 19 were seen in
public code, those from 33 on are remembered (mem-H); so are the unit codes.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from typing import ClassVar

from calibrator_drivers._errors import OutOfLimits, ReadbackError, UnexpectedReply
from calibrator_drivers.clock import Clock
from calibrator_drivers.hart import HartSession
from calibrator_drivers.roles import Identity, Indication

from ._loop import LoopScale

__all__ = ["HartTransmitter"]

# HART common tables, table 2: unit codes of pressure, in Pa.
_UNITS = {
    6: 6894.757293168,
    7: 1e5,
    8: 100.0,
    10: 98066.5,
    11: 1.0,
    12: 1e3,
    13: 133.32236842105263,
    14: 101325.0,
    237: 1e6,
}
_UPDATE_S = 0.5  # a frame at 1200 baud, and the answer
_SAME_MA = 0.01


class HartTransmitter:
    """A transmitter behind a HART session; its digital value fills the role of a meter of gauge pressure."""

    MODEL_ID: ClassVar[str] = "transmitter_4_20ma"
    FRAMES: ClassVar[str] = "HART"
    ROLES: ClassVar[tuple[str, ...]] = ("MeasurePressure",)

    def __init__(self, session: HartSession, clock: Clock) -> None:
        self.session = session
        self._clock = clock

    def identify(self) -> Identity:
        """Ask who answers at the polling address, and speak to its long address from then on."""
        found = self.session.identify()
        raw = f"{found.long_address.hex()} HART {found.revision} software {found.software}"
        maker, kind = f"HART {found.manufacturer}", f"type {found.device_type}"
        return Identity(maker, kind, str(found.device_id), str(found.software), raw)

    def reset(self) -> None:
        """Let the loop current follow the input."""
        self.release()

    def self_test(self) -> tuple[bool, str]:
        """Run the self-test (command 41); return whether no malfunction is flagged, and the status byte."""
        status = self.session.command(41).device_status
        return not status & 0x80, f"{status:02x}"

    def check_errors(self) -> None:
        """Do nothing: a refused command is an error at once."""

    def configure_pressure(self, range_pa: float, *, absolute: bool) -> None:
        """Hold that the transmitter's range covers `range_pa`; its range is part of its identity and stays.

        Raises:
            OutOfLimits: its upper range value lies below.
        """
        scale = self.scale()
        if absolute or range_pa > scale.upper_pa * (1.0 + 1e-6):
            wanted = "absolute pressure" if absolute else f"{range_pa:g} Pa"
            raise OutOfLimits(
                f"{wanted} is outside the transmitter's range of {scale.lower_pa:g} to {scale.upper_pa:g} Pa",
                command="15",
                value=range_pa,
                instrument=self.session.name,
                resource=self.session.resource,
                way_out="Choose another transmitter, or change its range with `write_range`.",
            )

    def reading_time_s(self) -> float:
        """Return how long one reading takes."""
        return _UPDATE_S

    def read(self) -> Indication:
        """Return the primary variable (Pa)."""
        data = self.session.command(1).data
        offset = self.session.last_offset
        if len(data) < 5:
            raise self._not_understood(1, data)
        raw, value = data.hex(), struct.unpack(">f", data[1:5])[0] * self._unit(data[0])
        if not math.isfinite(value):
            return Indication(raw, math.nan, "Pa", overload=True, traffic_offset=offset)
        return Indication(raw, value, "Pa", traffic_offset=offset)

    def reported_current_a(self) -> float:
        """Return the loop current that the transmitter believes it makes; a meter knows better."""
        return self.session.loop_current()[0] * 1e-3

    def scale(self) -> LoopScale:
        """Return the range (command 15)."""
        data = self.session.command(15).data
        if len(data) < 11:
            raise self._not_understood(15, data)
        upper, lower = struct.unpack(">ff", data[3:11])
        unit = self._unit(data[2])
        return LoopScale(lower * unit, upper * unit, square_root=data[1] == 1)

    def write_range(self, lower_pa: float, upper_pa: float) -> None:
        """Write both range values (command 35, in kPa) and read them back.

        Raises:
            ReadbackError: the transmitter kept others.
        """
        self.session.command(35, struct.pack(">Bff", 12, upper_pa / 1e3, lower_pa / 1e3))
        found = self.scale()
        if not (_close(found.lower_pa, lower_pa) and _close(found.upper_pa, upper_pa)):
            raise ReadbackError(
                "range",
                staged=f"{lower_pa:g} to {upper_pa:g} Pa",
                read_back=f"{found.lower_pa:g} to {found.upper_pa:g} Pa",
                outcome="the transmitter keeps what is read back",
                instrument=self.session.name,
                resource=self.session.resource,
                way_out="Look at the write protection switch.",
            )

    def set_zero(self) -> None:
        """Take the present pressure as zero (command 43): the digital zero trim; vent the line first."""
        self.session.command(43)

    def trim_loop(self, measured_a: float, *, at_ma: int) -> None:
        """Tell the transmitter what a meter reads while it fixes 4 or 20 mA (commands 45 and 46)."""
        number = {4: 45, 20: 46}[at_ma]
        self.session.command(number, struct.pack(">f", measured_a * 1e3))

    @contextmanager
    def fixed_current(self, current_a: float) -> Iterator[float]:
        """Fix the loop current for the time of a `with`; released on every way out.

        Raises:
            ReadbackError: the transmitter fixes another current.
        """
        try:
            fixed_ma = self.session.fix_current(current_a * 1e3)
            if not abs(fixed_ma - current_a * 1e3) <= _SAME_MA:
                raise ReadbackError(
                    "loop current",
                    staged=f"{current_a * 1e3:g} mA",
                    read_back=f"{fixed_ma:g} mA",
                    outcome="the loop is let go again",
                    way_out="Look at the supply and the load of the loop, then fix the current again.",
                    instrument=self.session.name,
                    resource=self.session.resource,
                )
            yield fixed_ma * 1e-3
        finally:
            self.release()

    def release(self) -> None:
        """Let the loop current follow the input again (command 40 with 0 mA), and confirm it.

        Raises:
            ReadbackError: the transmitter still says that its current stands fixed.
        """
        self.session.fix_current(0.0)
        if self.session.command(2).fixed_current:
            raise ReadbackError(
                "loop current",
                staged="following the input",
                read_back="fixed",
                outcome="the loop may still stand fixed",
                instrument=self.session.name,
                resource=self.session.resource,
                way_out="Send command 40 with 0 mA from a communicator: a fixed loop measures nothing.",
            )

    def close(self) -> None:
        """Close the session."""
        self.session.close()

    def _unit(self, code: int) -> float:
        if code not in _UNITS:
            raise self._not_understood(1, bytes([code]))
        return _UNITS[code]

    def _not_understood(self, number: int, data: bytes) -> UnexpectedReply:
        return UnexpectedReply(
            f"The answer {data.hex()} to command {number} is not understood",
            reply=data.hex(),
            instrument=self.session.name,
            resource=self.session.resource,
            way_out="Check that a pressure transmitter is at this address.",
        )


def _close(found: float, wanted: float) -> bool:
    return abs(found - wanted) <= 1e-5 * max(abs(wanted), 1.0)
