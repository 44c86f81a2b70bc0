"""Correlated rectangles, U-shapes and other distributions: their k, what is said of it, and their draws."""

import math

import numpy as np
import pytest

from calibrator_uncertainty import (
    Budget,
    InputError,
    arcsine,
    expanded_uncertainty,
    inexact_limits,
    joint_conformity,
    lognormal,
    normal,
    rectangular,
    student_t,
)
from calibrator_uncertainty._copula import joint_of

HALF = {"rectangular": math.sqrt(3.0), "arcsine": math.sqrt(2.0)}
MAKE = {"rectangular": rectangular, "arcsine": arcsine}


def pair(one, other, r, model=lambda a, b: a + 0.5 * b):
    return Budget(model, [one, other], unit="V", correlations={("a", "b"): r})


def two(shape, r, model=lambda a, b: a + 0.5 * b):
    return pair(*(MAKE[shape](name, 0.0, HALF[shape], "V") for name in "ab"), r, model)


def draw(budget, count=100_000):
    return budget.monte_carlo(rng=np.random.Generator(np.random.SFC64(7)), draws=count)


@pytest.mark.parametrize(("shape", "k"), [("rectangular", 1.65), ("arcsine", 1.41)])
@pytest.mark.parametrize("r", [1.0, -1.0])
def test_one_error_told_as_a_correlation_is_one_error(shape, k, r):
    budget = two(shape, r)
    found = budget.evaluate()
    assert (found.k, found.u, found.notes) == (k, pytest.approx(1.0 + 0.5 * r), ())
    low, high = draw(budget).symmetric
    # k of the rule against the ends of the draws, 0.6 % of u apart at most: 1.645 and 1.411
    assert (high - low) / 2.0 / found.u == pytest.approx(k, rel=6e-3)
    assert budget.table({"a": np.array([0.0, 1.0])}).k.tolist() == [k, k]
    assert expanded_uncertainty(budget.uncertain()).magnitude == pytest.approx(found.U, rel=1e-9)
    assert budget.evaluate(policy="k2").k == 2.0


def test_a_shared_u_shape_is_one_error_too():
    inputs = [arcsine(name, 0.0, 1.0, "V", shared="mains") for name in "ab"]
    budget = Budget(lambda a, b: 2.0 * a - b, inputs, unit="V")
    found = budget.evaluate()
    low, high = draw(budget).symmetric
    assert found.k == 1.41
    assert pytest.approx((high - low) / 2.0, rel=6e-3) == found.U
    assert budget.table({"a": np.zeros(2)}).k.tolist() == [1.41, 1.41]


def test_where_no_rule_gives_k_it_is_said():
    found = two("rectangular", 0.5).evaluate()
    assert found.k == pytest.approx(1.96, abs=1e-3)
    (note,) = found.notes
    assert note.startswith("a, b are rectangular and correlated, and most of u: k = 1.96")
    assert note in found.to_text()
    (of_table,) = two("rectangular", 0.5).table({"a": np.zeros(2)}).notes
    assert of_table.startswith("a, b are correlated and not all normal")
    assert two("rectangular", 1.0).table({"a": np.zeros(2)}).notes == ()
    # and the interval that the verdict of clause 8 draws is shorter
    low, high = draw(two("rectangular", 0.5)).symmetric
    assert found.U / ((high - low) / 2.0) == pytest.approx(1.122, abs=0.01)
    small = Budget(
        lambda a, b, c: a + b + c,
        [*(rectangular(name, 0.0, 0.1, "V") for name in "ab"), normal("c", 0.0, 1.0, "V")],
        unit="V",
        correlations={("a", "b"): 0.5},
    )
    assert small.evaluate().notes == ()
    assert pair(normal("a", 0.0, 1.0, "V"), normal("b", 0.0, 1.0, "V"), 0.5).evaluate().notes == ()


KINDS = {
    "rectangular": lambda name: rectangular(name, 0.0, HALF["rectangular"], "V"),
    "arcsine": lambda name: arcsine(name, 0.0, HALF["arcsine"], "V"),
    "normal": lambda name: normal(name, 0.0, 1.0, "V"),
    "lognormal": lambda name: lognormal(name, 2.0, 1.0, "V"),
    "few dof": lambda name: rectangular(name, 0.0, HALF["rectangular"], "V", dof=8),
}


@pytest.mark.parametrize("r", [0.7, -0.4])
@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("rectangular", "rectangular"),
        ("rectangular", "normal"),
        ("arcsine", "lognormal"),
        ("lognormal", "lognormal"),
        ("few dof", "arcsine"),
    ],
)
def test_draws_have_the_correlation_that_was_told_and_keep_their_shapes(one, other, r):
    budget = pair(KINDS[one]("a"), KINDS[other]("b"), r)
    joint = joint_of(budget._plan().blocks[0], budget.inputs, "")
    rows = joint.draw(np.random.Generator(np.random.SFC64(3)), 200_000)
    assert np.corrcoef(rows)[0, 1] == pytest.approx(r, abs=0.008)
    alone = Budget(lambda b: 1.0 * b, [KINDS[other]("b")], unit="V")
    wanted = draw(alone, 200_000)
    ends = np.quantile(rows[1] + budget.inputs[1].estimate, [0.025, 0.975])
    assert ends == pytest.approx(wanted.symmetric, abs=0.03)


def test_the_copula_of_rectangles_has_its_closed_form():
    # a correlation r of rectangles is 2·sin(π·r/6) of their normal deviates
    from calibrator_uncertainty._copula import _correlation, _on_grid
    from calibrator_uncertainty._shapes import Rectangular

    row = _on_grid(Rectangular())
    for r in (-0.95, -0.3, 0.2, 0.5, 0.99):
        assert _correlation(row, row, 2.0 * math.sin(math.pi * r / 6.0)) == pytest.approx(r, abs=2e-5)


def test_sobol_points_and_the_joint_verdict_draw_them_the_same_way():
    budget = two("rectangular", 0.5)
    wanted = draw(budget, 200_000)
    found = budget.quasi_monte_carlo(rng=np.random.default_rng(2), power=12)
    assert found.u == pytest.approx(budget.evaluate().u, rel=3e-3)
    assert found.symmetric == pytest.approx(wanted.symmetric, abs=0.02)
    assert "a, b are joined by a Gaussian copula" in found.note
    assert found.note == wanted.note
    low, high = wanted.symmetric
    joint = joint_conformity([budget], [(low, high)], draws=20_000, rng=np.random.default_rng(5))
    assert joint.probability == pytest.approx(0.95, abs=0.01)
    assert joint.notes == (f"point 0: {wanted.note}",)


@pytest.mark.parametrize(
    ("inputs", "r", "why"),
    [
        (
            (KINDS["normal"]("a"), KINDS["rectangular"]("b")),
            0.99,
            r"a and b .*normal and rectangular.* 0\.977",
        ),
        ((KINDS["normal"]("a"), inexact_limits("b", -1.0, 1.0, 0.3, "V")), 0.5, "b is .*no quantiles"),
        ((student_t("a", 0.0, 1.0, 2.0, "V"), KINDS["rectangular"]("b")), 0.5, "a is t without a standard"),
    ],
)
def test_what_cannot_be_drawn_together_is_refused_by_name(inputs, r, why):
    budget = pair(*inputs, r)
    with pytest.raises(InputError, match=why) as problem:
        draw(budget)
    assert problem.value.code == "correlated-shape"
    assert "shared" in problem.value.way_out


def test_correlations_that_three_distributions_cannot_have():
    names = ("a", "b", "c")
    r = -0.4999
    pairs = {("a", "b"): r, ("a", "c"): r, ("b", "c"): r}
    budget = Budget(
        lambda a, b, c: a + b + c, [lognormal(n, 1.0, 0.9, "V") for n in names], unit="V", correlations=pairs
    )
    with pytest.raises(InputError, match="cannot have"):
        draw(budget)
