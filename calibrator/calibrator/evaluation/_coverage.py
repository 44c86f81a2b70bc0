"""The coverage factor as a job's choice, and what k = 2 covers where it was chosen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

__all__ = ["ABOUT_95", "COVERAGES", "FIXED", "RESTS_ON_U", "covered_by"]

FIXED: Final = "k2"
"""The policy that states k = 2 at every point; what it covers is recorded with each."""

COVERAGES: Final = {"95 %": "p95", "k = 2": FIXED}
"""By the words of a job or of lab.toml, the policy of U that `run.opened` records."""

RESTS_ON_U: Final = frozenset({"guard-band-u", "guard-band-u-binary", "jjf1094", "rss", "z540.3-6"})
"""Rules whose verdicts take U for an interval of 95 %."""

ABOUT_95: Final = (0.94, 0.965)
"""What k = 2 covers where it is about 95 %: by t from 19 degrees of freedom on, and no dominant rectangle.

The lower figure is what proofs ask of a fixed k over 4000 runs.
"""


def covered_by(
    U: float, u: float, dof: float, rectangles: Sequence[float] = (), arcsine: float = 0.0
) -> float:
    """Return the probability that ±U covers: by t at the degrees of freedom, or by the shape of the result.

    It is what the specific PFA leaves inside limits of ±U about the value; 1 where nothing is uncertain.

    Source: JCGM 100:2008, G.3 (t) and G.6.6; EA-4/02 M:2022, S9.14 (a dominant rectangle).

    Example:
        >>> round(covered_by(2.0, 1.0, float("inf")), 4), round(covered_by(2.0, 1.0, 12.0), 4)
        (0.9545, 0.9313)
        >>> round(covered_by(2.0, 1.0, float("inf"), [0.999]), 3)
        1.0
    """
    from calibrator_uncertainty import judge

    if u == 0.0:
        return 1.0
    judged = judge(0.0, U, u, dof, -U, U, rule="simple", rectangles=rectangles, arcsine=arcsine)
    return 1.0 - judged.pfa
