"""What accuracy tables speak of: status, state, row, limit."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum

from calibrator_drivers._errors import AccuracyError

__all__ = ["Adder", "Limit", "RangeRow", "State", "Status", "TreatAs"]


class Status(StrEnum):
    """How well a figure is known; the order of the members is from best to weakest."""

    SEEN = "seen"
    CHECKED = "checked"
    DERIVED = "derived"
    MEMORY_HIGH = "memory_high"
    MEMORY_MEDIUM = "memory_medium"
    MEMORY_LOW = "memory_low"

    @property
    def decides_live(self) -> bool:
        """Whether a verdict on a live bench may rest on such a figure (METROLOGY 9)."""
        return self in (Status.SEEN, Status.CHECKED)

    @property
    def rank(self) -> int:
        """Place in the order from best (0) to weakest."""
        return _RANKS[self]

    @staticmethod
    def weakest(*statuses: Status) -> Status:
        """Return the weakest of some statuses.

        Example:
            >>> Status.weakest(Status.SEEN, Status.MEMORY_HIGH, Status.CHECKED)
            <Status.MEMORY_HIGH: 'memory_high'>
        """
        return max(statuses, key=lambda status: status.rank)


_RANKS = {status: rank for rank, status in enumerate(Status)}


class TreatAs(StrEnum):
    """How a half-width becomes a standard uncertainty."""

    NORMAL_K = "normal_k"  # divide by the maker's k
    LIMIT_RECTANGULAR = "limit_rectangular"  # no coverage stated: divide by the square root of 3


@dataclass(frozen=True, slots=True)
class State:
    """What the figure of an instrument depends on; None is unknown and takes the worse figure.

    Where the source has no worse figure the limit is at best `derived`, which decides nothing live.

    Attributes:
        temperature_c: ambient temperature.
        hours_since_zero: since the zero (ohms zero) calibration of a 55xx.
        temperature_change_since_zero_c: change of ambient temperature since then, either sign.
        hours_since_acal: since the self-calibration (`ACAL`) of a 3458A.
        temperature_change_since_acal_c: change of its temperature since then, either sign.
        nulled: whether Math Null has removed the leads in 2-wire resistance.
        option: option of the instrument ("standard", "002"), or the type of a thermocouple or RTD.
        calibration_temperature_c: ambient temperature of the last calibration (TCAL).
        seconds_since_operate: since the output was connected.
        input_level_v: level of the signal whose frequency is measured.
        amplitude_vpp: peak-to-peak amplitude of the waveform that an offset goes with.
    """

    temperature_c: float | None = None
    hours_since_zero: float | None = None
    temperature_change_since_zero_c: float | None = None
    hours_since_acal: float | None = None
    temperature_change_since_acal_c: float | None = None
    nulled: bool | None = None
    option: str | None = None
    calibration_temperature_c: float | None = None
    seconds_since_operate: float | None = None
    input_level_v: float | None = None
    amplitude_vpp: float | None = None

    def __post_init__(self) -> None:
        for name in self.__slots__:
            value = getattr(self, name)
            if isinstance(value, float) and not math.isfinite(value):
                # every comparison with it is false, so it would pass for the best of conditions
                raise AccuracyError(
                    f"{name} is {value}, which is no state of an instrument",
                    way_out="Give a number, or leave it out: unknown takes the worse figure.",
                )


@dataclass(frozen=True, slots=True)
class Adder:
    """An addition to a limit that the maker states outside the table's columns.

    `kind` is one of

    - "quadratic": |x| * `ppm` * 1e-6 * (x / `at`)^2 where |x| is above `above`;
    - "above": `per_unit` * (|x| - `above`) where |x| is above `above`;
    - "floor_factor": the floor times `factor` in the first `until_s` seconds of operate, above `above`;
    - "level_factor": the whole limit times `factor` where the input level is below `above`;
    - "amplitude": `ppm` * 1e-6 of the waveform's amplitude, which is at most `at`.
    """

    kind: str
    above: float
    ppm: float = 0.0
    at: float = 1.0
    per_unit: float = 0.0
    factor: float = 1.0
    until_s: float = 0.0
    status: Status = Status.SEEN
    source: str = ""


@dataclass(frozen=True, slots=True)
class RangeRow:
    """One row of an accuracy table: a function, an interval, a range and a band, with its figures.

    Values are in `unit`, coefficients in ppm, None where the source does not say.
    `computed` names the keys that compute what the note or the conditions add.
    """

    id: str
    function: str
    interval: str
    unit: str
    range_low: float
    range_high: float
    status: Status
    source: str
    treat_as: TreatAs
    k: float = 0.0  # coverage factor stated by the maker; 0 where not stated
    confidence: float = 0.0
    resolution: float | None = None
    remote_resolution_of_range: float | None = None  # of a reply over the interface, where finer than a count
    freq_low_hz: float = 0.0
    freq_high_hz: float = 0.0
    option: str | None = None
    coef_reading_ppm: float = 0.0
    coef_range_ppm: float = 0.0
    floor: float = 0.0
    counts: float = 0.0
    tc_reading_ppm_per_c: float | None = None
    tc_range_ppm_per_c: float | None = None
    tc_fraction_of_90d_per_c: float | None = None
    temp_low_c: float | None = None
    temp_high_c: float | None = None
    band_follows_calibration: bool = False  # the band lies about TCAL, not about the reference temperature
    floor_without_zero: float | None = None
    floor_zero_within_h: float = 0.0
    floor_zero_within_c: float = 0.0
    zero_within_h: float | None = None
    zero_within_c: float | None = None
    acal_within_h: float | None = None
    acal_within_c: float | None = None
    floor_without_null: float | None = None
    valid_from_fraction: float = 0.0  # of the range; below it the figure does not hold
    frequency_limit_hz: float | None = None
    volt_hertz_limit: float | None = None
    over_range_fraction: float | None = None  # overrides the instrument's
    test_current_a: float | None = None
    one_way_current: bool = False  # it is not reversed, so that a thermal EMF adds to the resistance
    burden_v: float | None = None
    compliance_v: float | None = None
    source_impedance_ohm: float | None = None
    input_impedance_ohm: float | None = None
    input_impedance_high_ohm: float | None = None  # where the range can be switched to high impedance
    allowable_current_low_a: float | None = None
    allowable_current_high_a: float | None = None
    adders: tuple[Adder, ...] = ()
    conditions: str = ""
    note: str = ""
    computed: tuple[str, ...] = ()
    uncomputed: str = ""  # text that holds an adder which nothing computes; the row is refused when used

    @property
    def indication_resolution(self) -> float | None:
        """Resolution of an indication read over the interface, in `unit`; the display's where that is all."""
        if self.remote_resolution_of_range is None:
            return self.resolution
        return self.remote_resolution_of_range * self.range_high


@dataclass(frozen=True, slots=True)
class Limit:
    """The half-width that an instrument's specification gives at one value.

    `k` is the maker's coverage factor, 0 where not stated. `notes` say what was unknown or added; `inferred`
    says that the figure holds only in a state that nobody stated, and which has no worse figure.
    """

    half_width: float
    unit: str
    k: float
    treat_as: TreatAs
    status: Status
    source: str
    interval: str
    row: str
    notes: tuple[str, ...] = ()
    inferred: bool = False

    @property
    def standard_uncertainty(self) -> float:
        """Standard uncertainty in `unit`, by `treat_as` (JCGM 100:2008, 4.3.3 to 4.3.7)."""
        return self.half_width / (self.k if self.treat_as is TreatAs.NORMAL_K else math.sqrt(3.0))
