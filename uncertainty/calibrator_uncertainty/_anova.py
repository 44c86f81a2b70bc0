"""Readings in groups, one group a day or a set-up: what differs within and what between them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from calibrator_uncertainty._asked import numbers
from calibrator_uncertainty._doors import ROWS, asks
from calibrator_uncertainty._errors import InputError
from calibrator_uncertainty._inputs import Input
from calibrator_uncertainty._shapes import Normal, Shape, StudentT
from calibrator_uncertainty._units import figures_in

__all__ = ["Anova", "anova", "grouped"]


@dataclass(frozen=True, slots=True)
class Anova:
    """One-way analysis of variance, in the unit of the readings.

    `mean` is the mean of the groups' means. `between` and `within` are mean squares, `F` their ratio and
    `p_value` how often equal groups give an F as large. `between_deviation` is the standard deviation that
    the groups have beyond what their readings explain, 0 where they explain it all. `u` and `dof` are those
    of `mean` from the scatter of the groups' means; `pooled_u` and `pooled_dof` hold only for groups alike.
    """

    mean: float
    between: float
    between_dof: float
    within: float
    within_dof: float
    F: float
    p_value: float
    between_deviation: float
    u: float
    dof: float
    pooled_u: float
    pooled_dof: float

    @property
    def residual_deviation(self) -> float:
        """Standard deviation of a reading within its group."""
        return math.sqrt(self.within)


@asks(groups=ROWS)
def anova(groups: Sequence[Sequence[float]]) -> Anova:
    """Analyse readings in groups.

    Raises:
        InputError: fewer than two groups, an empty one, no group with two readings, a reading not finite.
        UnitsError: readings with a unit; `grouped` takes them.

    Source: JCGM 100:2008, H.5.2.

    Example:
        >>> found = anova([[1.0, 3.0], [4.0, 6.0], [7.0, 9.0]])
        >>> found.F, found.dof, round(found.u, 6)
        (9.0, 2.0, 1.732051)
    """
    rows = [numbers(group, "a group of readings") for group in groups]
    _check(rows)
    # Figures such as 1 000 000.2 lose digits when squared: the first reading is taken off.
    origin = float(rows[0][0])
    rows = [row - origin for row in rows]
    sizes = [row.size for row in rows]
    count, total = len(rows), sum(sizes)
    means = [math.fsum(row) / row.size for row in rows]
    grand = math.fsum(math.fsum(row) for row in rows) / total
    squares = math.fsum(
        math.fsum((row - mean) ** 2) - math.fsum(row - mean) ** 2 / row.size
        for row, mean in zip(rows, means, strict=True)
    )
    apart = math.fsum(size * (mean - grand) ** 2 for size, mean in zip(sizes, means, strict=True))
    between_dof, within_dof = count - 1.0, float(total - count)
    between, within = apart / between_dof, squares / within_dof
    typical = (total - math.fsum(size * size for size in sizes) / total) / between_dof
    middle = math.fsum(means) / count
    scatter = math.fsum((mean - middle) ** 2 for mean in means) / between_dof
    ratio = _ratio(between, within)
    pooled = (apart + squares) / (total - 1.0)
    return Anova(
        mean=origin + middle,
        between=between,
        between_dof=between_dof,
        within=within,
        within_dof=within_dof,
        F=ratio,
        p_value=_tail(between_dof, within_dof, ratio),
        between_deviation=math.sqrt(max(0.0, (between - within) / typical)),
        u=math.sqrt(scatter / count),
        dof=between_dof,
        # of the mean of the groups' means, also where groups differ in size
        pooled_u=math.sqrt(pooled * math.fsum(1.0 / size for size in sizes)) / count,
        pooled_dof=total - 1.0,
    )


@asks(groups=ROWS)
def grouped(
    name: str,
    groups: Sequence[Sequence[float]],
    unit: str,
    *,
    pool: bool = False,
    significance: float = 0.05,
    source: str = "",
) -> Input:
    """Return the mean of groups of readings with the u that their scatter from group to group gives.

    That u is right whether the groups differ or not. `pool` takes all readings as one series, with more
    degrees of freedom, and is refused where the F-test finds that the groups differ.

    Args:
        name: name of the input.
        groups: readings in `unit`, one sequence a group.
        unit: of the readings.
        pool: take the groups as alike.
        significance: level of the F-test.
        source: where they come from.

    Raises:
        InputError: as for `anova`, `pool` for groups that differ, or groups of one mean, which gives u = 0.

    Source: JCGM 100:2008, H.5.2.4 and H.5.2.5.
    """
    found = anova(figures_in(groups, unit, name))
    count = len(groups)
    if pool and found.p_value < significance:
        raise InputError(
            f"the groups of {name} differ (F = {found.F:.3g}, p = {found.p_value:.2g})",
            way_out="Leave pool out: u then follows from the means of the groups.",
            code="groups-differ",
        )
    u, dof = (found.pooled_u, found.pooled_dof) if pool else (found.u, found.dof)
    if u == 0.0:
        raise InputError(
            f"the {'readings' if found.pooled_u == 0.0 else 'means of the groups'} of {name} are equal: "
            "u = 0 is wrong",
            way_out="Use type_a with floor_u = d/√12 of the resolution d."
            if found.pooled_u == 0.0
            else "Take more groups, or say pool=True.",
            code="no-resolution",
        )
    shape: Shape = Normal() if math.isinf(dof) else StudentT(dof)
    text = source or f"{count} groups, {'pooled' if pool else 'from their means'}, F = {found.F:.3g}"
    return Input(name, found.mean, unit, u, dof, shape, text)


def _check(rows: Sequence[np.ndarray]) -> None:
    if len(rows) < 2 or any(row.ndim != 1 or row.size == 0 for row in rows):
        raise InputError(
            f"{len(rows)} group(s): at least two groups of readings are needed, none empty", code="readings"
        )
    if all(row.size < 2 for row in rows):
        raise InputError(
            "every group has one reading; what differs within a group cannot be told",
            way_out="Take type_a of the readings.",
            code="readings",
        )
    for number, row in enumerate(rows, 1):
        if not np.isfinite(row).all():
            raise InputError(f"a reading of group {number} is not finite", code="not-finite")


def _ratio(between: float, within: float) -> float:
    if within > 0.0:
        return between / within
    return math.inf if between > 0.0 else 0.0


def _tail(between_dof: float, within_dof: float, ratio: float) -> float:
    from scipy.special import fdtrc

    return float(fdtrc(between_dof, within_dof, ratio)) if math.isfinite(ratio) else 0.0
