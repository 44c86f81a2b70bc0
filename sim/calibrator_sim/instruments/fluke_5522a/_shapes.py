"""The 5522A's commands beyond value and frequency: offset, waveform, phase, harmonic, clock.

`DC_OFFSET` and its reply were seen (5500A programmer's guide), the others are remembered: high confidence.
"""

from __future__ import annotations

import math
from datetime import timedelta
from typing import TYPE_CHECKING

from calibrator_sim.instruments.fluke_5522a._dialect import quantity, whole
from calibrator_sim.instruments.fluke_5522a._entry import Entry
from calibrator_sim.instruments.fluke_5522a._faults import FaultError
from calibrator_sim.instruments.fluke_5522a._output import WAVES

if TYPE_CHECKING:
    from calibrator_sim.instruments.fluke_5522a._calibrator import Fluke5522A

__all__ = ["shapes"]

_CLOCK = (9999, 12, 31, 23, 59, 59)


def shapes(cal: Fluke5522A) -> dict[str, Entry]:
    """Return these commands of one calibrator."""
    output = cal.output

    def offset(text: str) -> None:
        given = quantity(text)
        if given.unit not in ("", "V"):
            raise FaultError(1305)
        output.shape(offset_v=float(f"{given.value:.6g}"))

    def wave(word: str, second: str = "NONE") -> None:
        if word not in (*WAVES, "TRUNCS") or second not in (*WAVES, "TRUNCS", "NONE"):
            raise FaultError(1303)
        if word == "TRUNCS" or second not in ("NONE", "SINE"):
            raise FaultError(502)  # not on this bench
        output.shape(wave=word)

    def phase(text: str) -> None:
        given = quantity(text)
        if given.unit not in ("", "DEG"):
            raise FaultError(1305)
        if not -180.0 <= given.value <= 180.0:
            raise FaultError(1306)
        output.displace(math.cos(math.radians(given.value)), leads=given.value > 0.0)

    def ask_phase() -> str:
        state = output.state
        degrees = math.degrees(math.acos(state.factor))
        return f"{degrees if state.leads else -degrees:.2E}"

    def harmonic(number: str, _of: str = "PRI") -> None:
        if whole(number, 50) != 1:
            raise FaultError(502)  # not on this bench

    def clock(*numbers: str) -> None:
        for text, most in zip(numbers, _CLOCK, strict=True):
            whole(text, most)

    def ask_clock() -> str:
        now = cal.world.config.start + timedelta(microseconds=cal.world.time_ns() // 1000)
        return f"{now:%Y,%m,%d,%H,%M,%S}"

    return {
        "DC_OFFSET": Entry(offset, 1, 1),
        "DC_OFFSET?": Entry(lambda: _shortest(output.state.offset_v)),
        "WAVE": Entry(wave, 1, 2),
        "WAVE?": Entry(lambda: f"{output.state.wave},NONE"),
        "PHASE": Entry(phase, 1, 1),
        "PHASE?": Entry(ask_phase),
        "HARMONIC": Entry(harmonic, 1, 2),
        "HARMONIC?": Entry(lambda: "1,PRI"),
        "CLOCK": Entry(clock, 6, 6),  # the bench's own time is not set by it
        "CLOCK?": Entry(ask_clock),
    }


def _shortest(volts: float) -> str:
    """Return `+1.44E-03`, and `+0.00000E+00` where there is none."""
    if volts == 0.0:
        return "+0.00000E+00"
    mantissa, _, exponent = f"{volts:+.5E}".partition("E")
    whole_part, _, decimals = mantissa.partition(".")
    return f"{whole_part}.{decimals[:2]}{decimals[2:].rstrip('0')}E{exponent}"
