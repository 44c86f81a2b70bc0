"""What the placings of a section say: indications, and the scatter of repeated ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean, stdev

from calibrator.procedure import Point, PointObservations, Section

__all__ = ["Scatter", "by_changeover", "indication_g", "interval_g", "scatter_at", "scatters"]


@dataclass(frozen=True, slots=True)
class Scatter:
    """Repeated placings of one load."""

    load_g: float
    values: tuple[float, ...]

    @property
    def s(self) -> float:
        """The standard deviation of one placing, g."""
        return stdev(self.values)

    @property
    def dof(self) -> float:
        """Its degrees of freedom."""
        return len(self.values) - 1.0


def indication_g(point: Point, seen: PointObservations) -> float:
    """Return the indication before rounding: as read, or by the weights added up to the changeover.

    Changeover (OIML R 76-1, A.4.4.3): P = I + e/2 - dL.
    """
    shown = fmean(reading.value for reading in seen.readings)
    if not by_changeover(point):
        return shown
    told = seen.parts.get("added", ())
    added = fmean(reading.value for reading in told) if told else float(seen.answers["added"])
    return shown + interval_g(point) / 2.0 - added


def by_changeover(point: Point) -> bool:
    """Say whether small weights bring the indication to its next interval at a point."""
    return point.settings.get("method") == "changeover"


def interval_g(point: Point) -> float:
    """Return the verification scale interval at a point, g."""
    return float(str(point.settings["e_g"]))


def scatters(section: Section, observations: Mapping[str, PointObservations]) -> tuple[Scatter, ...]:
    """Return the scatter of every load whose placings were all seen, by load."""
    groups: dict[float, list[float]] = {}
    missing: set[float] = set()
    for point in section.points:
        if point.settings.get("test") == "repeatability" and point.supporting:
            load = float(point.nominal)
            if point.id in observations:
                groups.setdefault(load, []).append(indication_g(point, observations[point.id]))
            else:
                missing.add(load)
    return tuple(
        Scatter(load, tuple(values)) for load, values in sorted(groups.items()) if load not in missing
    )


def scatter_at(load_g: float, known: Sequence[Scatter]) -> Scatter:
    """Return the scatter that holds at a load: between two tested loads the larger one (cg-18, 7.1.1)."""
    below = [item for item in known if item.load_g <= load_g]
    above = [item for item in known if item.load_g >= load_g]
    near = [*below[-1:], *above[:1]]
    return max(near, key=lambda item: item.s)
