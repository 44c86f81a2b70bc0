"""M. G. Cox, Metrologia 39 (2002) 589: procedures A and B on published results of a key comparison.

The five activities (kBq) and their reference value 43 877(53) were seen in the radionuclide group's test of
procedure A at the BIPM; all other figures are recomputed here by the equations of the paper, step by step.
"""

import math

import numpy as np
import pytest
from scipy.special import chdtri

import calibrator_uncertainty as cu
from calibrator_uncertainty.comparison import (
    bilateral_equivalence,
    degrees_of_equivalence,
    largest_consistent_subset,
    median,
    weighted_mean,
)

FIGURES = {"A": (43772, 97), "B": (43910, 100), "C": (43947, 104.5), "D": (43910, 160), "E": (43900, 280)}


def results(figures=None):
    given = FIGURES if figures is None else figures
    return {name: cu.uncertain(cu.normal(f"lab_{name}", x, u, "kBq")) for name, (x, u) in given.items()}


def test_procedure_a_gives_the_published_reference_value():
    found = weighted_mean(results())
    held = found.reference.magnitude
    assert (round(held.value), round(held.u)) == (43877, 53)
    assert found.consistent


def test_procedure_a_step_by_step():  # equations 1 to 6
    x = np.array([one[0] for one in FIGURES.values()])
    u = np.array([one[1] for one in FIGURES.values()])
    labs = results()
    found = weighted_mean(labs)
    y = np.sum(x / u**2) / np.sum(u**-2)
    u_y = np.sum(u**-2) ** -0.5
    chi_squared = float(np.sum(((x - y) / u) ** 2))
    assert found.reference.magnitude.value == pytest.approx(y, rel=1e-13)
    assert found.reference.magnitude.u == pytest.approx(u_y, rel=1e-12)
    assert found.chi_squared == pytest.approx(chi_squared, rel=1e-9)
    assert found.consistent is bool(chi_squared < chdtri(4, 0.05))
    for one, value, spread in zip(degrees_of_equivalence(labs, found), x, u, strict=True):
        assert one.difference.magnitude.value == pytest.approx(value - y, rel=1e-9, abs=1e-9)
        assert one.U.magnitude == pytest.approx(2.0 * math.sqrt(spread**2 - u_y**2), rel=1e-10)
    first, second = list(labs)[:2]
    pair = next(one for one in bilateral_equivalence(labs) if {one.first, one.second} == {first, second})
    assert abs(pair.difference.magnitude.value) == pytest.approx(138.0, rel=1e-12)
    assert pair.U.magnitude == pytest.approx(2.0 * math.hypot(97, 100), rel=1e-12)


def test_procedure_b_where_a_is_refused():  # the median, its u and the shortest intervals of the deviations
    figures = {**FIGURES, "A": (43100, 97)}
    labs = results(figures)
    assert not weighted_mean(labs).consistent
    assert largest_consistent_subset(labs).excluded == ("A",)
    rng = np.random.Generator(np.random.SFC64(1))
    found = median(labs, rng=rng, draws=100_000)
    # the same by numpy alone, with other numbers
    other = np.random.Generator(np.random.SFC64(2))
    drawn = np.column_stack([other.normal(x, u, 100_000) for x, u in figures.values()])
    centre = np.median(drawn, axis=1)
    assert found.u.magnitude == pytest.approx(centre.std(ddof=1), rel=0.02)
    inside = (found.lower.magnitude <= centre) & (centre <= found.upper.magnitude)
    assert inside.mean() == pytest.approx(0.95, abs=0.004)
    assert found.upper - found.lower <= np.diff(np.quantile(centre, [0.025, 0.975]))[0] * 1.01 * found.u.units
    for one, column in zip(found.equivalences, drawn.T, strict=True):
        assert one.u.magnitude == pytest.approx((column - centre).std(ddof=1), rel=0.02)
    assert [one.laboratory for one in found.equivalences if not one.satisfactory] == ["A"]


def test_reference_value_of_procedure_b_is_the_mean_of_the_drawn_medians():
    rng = np.random.Generator(np.random.SFC64(3))
    found = median(results(), rng=rng, draws=100_000)
    other = np.random.Generator(np.random.SFC64(4))
    drawn = np.column_stack([other.normal(x, u, 100_000) for x, u in FIGURES.values()])
    centre = np.median(drawn, axis=1)
    # five standard errors of the difference of two means of 1e5 draws
    assert found.value.magnitude == pytest.approx(centre.mean(), abs=5 * centre.std() * math.sqrt(2 / 1e5))
    assert found.of_results.magnitude == 43910.0  # the median as it stands is a third of u away
    for one in found.equivalences:
        stated = FIGURES[one.laboratory][0]
        assert one.difference.magnitude == pytest.approx(stated - found.value.magnitude, abs=1e-9)
