"""What the visits of one pressure say: means, zero shift, repeatability, hysteresis (DKD-R 6-1)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import combinations
from statistics import fmean, variance

from calibrator_procedures.pressure._sequence import Visit

__all__ = ["Target", "tapping"]

_ROOM_C = 23.0


@dataclass(frozen=True, slots=True)
class Target:
    """The visits of one pressure in all series, and the visits of zero."""

    visits: tuple[Visit, ...]
    zeros: tuple[Visit, ...]
    part: str = "uut"  # whose readings count
    tapped: bool = False  # the first reading of each visit is before tapping and does not count
    per_pa: float = 1.0  # what a pascal moves the indication by: of a loop 16 mA over the span

    @property
    def complete(self) -> bool:
        """Say whether both directions were seen, at this pressure and at zero."""
        return all(
            {"up", "down"} <= {visit.direction for visit in visits} for visits in (self.visits, self.zeros)
        )

    @property
    def nominal(self) -> float:
        """The pressure that the controller was set to, Pa."""
        return float(self.visits[0].pressure)

    @property
    def temperature_c(self) -> float:
        """The mean temperature of the room, 23 degC where none was recorded."""
        seen = [visit.seen.temperature_c for visit in self.visits]
        known = [value for value in seen if value is not None]
        return fmean(known) if known else _ROOM_C

    def values(self, visit: Visit) -> list[float]:
        """Return the readings that count, each brought to the set-point by the controller's own."""
        readings = visit.seen.readings if self.part == "uut" else visit.seen.parts.get(self.part, ())
        at = _controller(visit, len(readings))
        set_to = float(visit.pressure)
        brought = [
            reading.value - self.per_pa * (true - set_to) for reading, true in zip(readings, at, strict=True)
        ]
        return brought[1 if self.tapped else 0 :]

    def means(self, direction: str) -> list[float]:
        """Return the mean of each visit on the way up or down, in order."""
        return [fmean(self.values(visit)) for visit in self.visits if visit.direction == direction]

    def pooled(self) -> tuple[float, float, int]:
        """Return the standard deviation within visits, its degrees of freedom, and the readings a visit."""
        groups = [self.values(visit) for visit in self.visits]
        several = [group for group in groups if len(group) > 1]
        dof = sum(len(group) - 1 for group in several)
        if not dof:
            return 0.0, 0.0, 1
        s2 = sum((len(group) - 1) * variance(group) for group in several) / dof
        return s2**0.5, float(dof), min(len(group) for group in groups)

    @property
    def zero_shift(self) -> float:
        """The largest change of zero within a cycle, f0."""
        return max((abs(down - up) for up, down in self._cycles(self.zeros)), default=0.0)

    @property
    def hysteresis(self) -> float:
        """Down less up, each less the zero before its cycle, mean over the cycles: h."""
        # the zero before the cycle is in both and drops out of the difference
        return fmean(abs(down - up) for up, down in self._cycles(self.visits))

    @property
    def repeatability(self) -> float | None:
        """The largest difference of two series of one direction in one mounting, b'; None for one series."""
        found: list[float] = []
        for direction in ("up", "down"):
            found += [abs(one - other) for one, other in combinations(self._taken(direction, 1), 2)]
        return max(found) if found else None

    @property
    def reproducibility(self) -> float | None:
        """The largest difference between both mountings in one direction, b; None where there is one."""
        found: list[float] = []
        for direction in ("up", "down"):
            first, again = self._taken(direction, 1), self._taken(direction, 2)
            found += [abs(first[0] - one) for one in again if first]
        return max(found) if found else None

    def _taken(self, direction: str, mounting: int) -> list[float]:
        """Return the means of the visits of a direction in a mounting, each less the zero of its series."""
        zero = {visit.series: fmean(self.values(visit)) for visit in self.zeros}
        return [
            fmean(self.values(visit)) - zero.get(visit.series, 0.0)
            for visit in self.visits
            if visit.direction == direction and visit.mounting == mounting
        ]

    def _cycles(self, visits: Sequence[Visit]) -> list[tuple[float, float]]:
        """Return the means of each series up with those of the series down that follows it."""
        means = {visit.series: (visit.direction, fmean(self.values(visit))) for visit in visits}
        return [
            (mean, means[series + 1][1])
            for series, (direction, mean) in means.items()
            if direction == "up" and series + 1 in means
        ]


def _controller(visit: Visit, count: int) -> list[float]:
    """Return what the controller read beside each reading, Pa; its set-point where it was not read."""
    read = visit.seen.parts.get("source", ())
    if read:
        return [reading.value for reading in read]
    applied = visit.seen.applied
    return [float(visit.pressure) if applied is None else applied] * count


def tapping(visits: Sequence[Visit]) -> dict[Decimal, tuple[float, ...]]:
    """Return by how much tapping moved the pointer, by pressure."""
    moved: dict[Decimal, tuple[float, ...]] = {}
    for visit in visits:
        if len(visit.seen.readings) > 1:
            before, after = visit.seen.readings[0].value, visit.seen.readings[1].value
            moved[visit.pressure] = (*moved.get(visit.pressure, ()), after - before)
    return moved
