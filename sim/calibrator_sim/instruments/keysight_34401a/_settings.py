"""Settings of a 34401A and what its functions have for ranges, resolutions and times."""

from __future__ import annotations

from dataclasses import dataclass, field

__all__ = ["FUNCTIONS", "NPLC", "RESOLUTION", "Function", "Settings"]

# Resolution as a fraction of range, by integration time (34420A user's guide prints the same; memory_high).
RESOLUTION = {0.02: 1e-4, 0.2: 1e-5, 1.0: 3e-6, 10.0: 1e-6, 100.0: 3e-7}
NPLC = tuple(RESOLUTION)
_DECADES = (100.0, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8)


@dataclass(frozen=True, slots=True)
class Function:
    """A measuring function: its reply name, its accuracy function, its ranges."""

    name: str
    accuracy: str  # "" where the bench has no signal for it
    ranges: tuple[float, ...]
    unit: str
    integrating: bool = False  # whether NPLC applies
    overload_bit: int = 0  # of the questionable data register


FUNCTIONS: dict[str, Function] = {
    f.name: f
    for f in (
        Function("VOLT", "dcv", (0.1, 1.0, 10.0, 100.0, 1000.0), "V", True, 1),
        Function("VOLT:AC", "", (0.1, 1.0, 10.0, 100.0, 750.0), "V", False, 1),
        Function("VOLT:RAT", "", (0.1, 1.0, 10.0, 100.0, 1000.0), "", True, 1),
        Function("CURR", "dci", (0.01, 0.1, 1.0, 3.0), "A", True, 2),
        Function("CURR:AC", "", (1.0, 3.0), "A", False, 2),
        Function("RES", "res2w", _DECADES, "OHM", True, 512),
        Function("FRES", "res4w", _DECADES, "OHM", True, 512),
        Function("FREQ", "", (0.1, 1.0, 10.0, 100.0, 750.0), "V"),
        Function("PER", "", (0.1, 1.0, 10.0, 100.0, 750.0), "V"),
        Function("CONT", "res2w", (1000.0,), "OHM", False, 512),
        Function("DIOD", "", (1.0,), "V", False, 1),
    )
}


def _each(value: float | bool) -> dict[str, float]:
    return {name: float(value) for name in FUNCTIONS}


@dataclass(slots=True)
class Settings:
    """Everything that `*RST` brings back; plain values only, so that a snapshot can hold it."""

    function: str = "VOLT"
    range: dict[str, float] = field(default_factory=lambda: {n: f.ranges[-1] for n, f in FUNCTIONS.items()})
    auto: dict[str, float] = field(default_factory=lambda: _each(True))
    nplc: dict[str, float] = field(default_factory=lambda: _each(10.0))
    autozero: bool = True
    impedance_auto: bool = False
    bandwidth: float = 20.0
    aperture_s: float = 0.1
    trigger: str = "IMM"
    delay_s: float = 0.0
    delay_auto: bool = True
    trigger_count: float = 1.0
    sample_count: int = 1
    math: str = "NULL"
    math_on: bool = False
    null_offset: float | None = None  # None: the next reading becomes the offset
    db_reference: float | None = None  # dBm; None: the next reading becomes the reference
    dbm_reference: float = 600.0
    limit_low: float = 0.0
    limit_high: float = 0.0
    feed: str = "CALC"
    display: bool = True
    beeper: bool = True
    display_text: str = ""

    def active(self) -> Function:
        """Return the function in use."""
        return FUNCTIONS[self.function]

    def preset(self) -> None:
        """Bring what CONFigure and MEASure preset to their values (user's guide, ch. 4, p. 112; seen)."""
        self.bandwidth, self.impedance_auto, self.math_on = 20.0, False, False
        self.trigger, self.delay_auto, self.trigger_count, self.sample_count = "IMM", True, 1.0, 1
        self.feed = "CALC"

    def forget_math(self) -> None:
        """Clear what a change of function clears (user's guide, ch. 3)."""
        self.math_on, self.null_offset, self.db_reference = False, None, None
        self.limit_low = self.limit_high = 0.0
