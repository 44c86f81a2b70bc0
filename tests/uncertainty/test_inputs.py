"""Inputs and their shapes (JCGM 100:2008, 4; JCGM 101:2008, 6.4)."""

import math

import numpy as np
import pytest

from calibrator_uncertainty import (
    Input,
    InputError,
    Shape,
    arcsine,
    constant,
    from_half_width,
    normal,
    rectangular,
    student_t,
    trapezoidal,
    triangular,
    type_a,
)

# JCGM 100, 4.4.3, table 1: twenty readings of temperature
TABLE_1 = [
    96.90, 98.18, 98.25, 98.61, 99.03, 99.49, 99.56, 99.74, 99.89, 100.07,
    100.33, 100.42, 100.68, 100.95, 101.11, 101.20, 101.57, 101.84, 102.36, 102.72,
]  # fmt: skip


def test_type_a_of_the_twenty_temperatures():  # JCGM 100, 4.4.3: 100.145 degC, s = 1.489, u = 0.333
    found = type_a("t", TABLE_1, "degC")
    assert found.estimate == pytest.approx(100.145, abs=0.0006)
    assert found.u == pytest.approx(0.333, abs=0.0005)
    assert (found.dof, found.distribution.name) == (19.0, "t")


def test_resolution_enters_once_as_the_larger():  # METROLOGY 14
    floor = 0.01 / math.sqrt(12)
    quiet = type_a("v", [1.00, 1.00, 1.00], "V", floor_u=floor)
    assert (quiet.u, quiet.dof, quiet.distribution.name) == (floor, math.inf, "rectangular")
    noisy = type_a("v", [1.00, 1.02, 1.04], "V", floor_u=floor)
    assert (noisy.u, noisy.dof) == (pytest.approx(0.02 / math.sqrt(3), rel=1e-12), 2.0)
    assert type_a("v", [1.0], "V", floor_u=floor).u == floor


@pytest.mark.parametrize(
    ("made", "u"),
    [
        (normal("x", 0, 0.27, "V", k=2.0), 0.135),
        (rectangular("x", 0, 1, "V"), 1 / math.sqrt(3)),
        (triangular("x", 0, 1, "V"), 1 / math.sqrt(6)),
        (trapezoidal("x", 0, 1, 1.0, "V"), 1 / math.sqrt(3)),
        (trapezoidal("x", 0, 1, 0.0, "V"), 1 / math.sqrt(6)),
        (trapezoidal("x", 0, 1, 1 / 3, "V"), math.sqrt((1 + 1 / 9) / 6)),
        (arcsine("x", 0, 1, "V"), 1 / math.sqrt(2)),
        (student_t("x", 0, 0.2, 10, "V"), 0.2),
        (constant("x", 3, "V"), 0.0),
        (from_half_width("x", 0, 2.58, "V", k=2.58, treat_as="normal_k"), 1.0),
        (from_half_width("x", 0, 3.0, "V", k=0, treat_as="limit_rectangular"), math.sqrt(3)),
    ],
)
def test_standard_uncertainty_of_each_shape(made, u):  # JCGM 100, 4.3
    assert made.u == pytest.approx(u, rel=1e-12)


@pytest.mark.parametrize(
    "made",
    [
        normal("x", 0, 1, "V"),
        rectangular("x", 0, 1, "V"),
        triangular("x", 0, 1, "V"),
        trapezoidal("x", 0, 1, 0.4, "V"),
        arcsine("x", 0, 1, "V"),
        constant("x", 0, "V"),
    ],
)
def test_draws_have_mean_zero_and_the_standard_deviation_of_the_budget(made):
    drawn = made.u * made.distribution.draw(np.random.default_rng(7), 200_000)
    assert drawn.mean() == pytest.approx(0.0, abs=5 * made.u / math.sqrt(200_000))
    assert drawn.std() == pytest.approx(made.u, rel=0.01)
    if made.distribution.name not in ("normal", "constant"):
        assert abs(drawn).max() <= 1.0 + 1e-12  # the half-width
        assert abs(drawn).max() > 0.98


def test_t_is_drawn_with_scale_one():  # JCGM 101, 6.4.9.4: variance nu/(nu - 2)
    drawn = student_t("x", 0, 1, 5, "V").distribution.draw(np.random.default_rng(7), 400_000)
    assert drawn.var() == pytest.approx(5 / 3, rel=0.03)


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (lambda: normal("x", 0, -1, "V"), "negative-u"),
        (lambda: normal("x", 0, math.nan, "V"), "not-finite"),
        (lambda: normal("x", math.inf, 1, "V"), "not-finite"),
        (lambda: normal("x", 0, 1, "V", k=0), "k"),
        (lambda: normal("x", 0, 1, "V", dof=0.5), "dof"),
        (lambda: Input("not a name", 0.0, "V", 1.0), "name"),
        (lambda: Input("x", 0.0, "V", 1.0, math.inf, "normal"), "shape"),
        (lambda: type_a("x", [], "V"), "readings"),
        (lambda: type_a("x", [1.0], "V"), "readings"),
        (lambda: type_a("x", [1.0, math.nan], "V"), "not-finite"),
        (lambda: trapezoidal("x", 0, 1, 1.5, "V"), "shape"),
        (lambda: student_t("x", 0, 1, 0.5, "V"), "dof"),
        (lambda: from_half_width("x", 0, 1, "V", k=0, treat_as="normal_k"), "k"),
        (lambda: from_half_width("x", 0, 1, "V", k=2, treat_as="guess"), "treat-as"),
    ],
)
def test_input_that_cannot_be_is_refused_by_name(make, code):
    with pytest.raises(InputError) as caught:
        make()
    assert caught.value.code == code


def test_a_laboratory_may_bring_its_own_shape():
    class TwoPoint:
        name = "two-point"

        def draw(self, rng, count):
            return rng.choice([-1.0, 1.0], count)

    assert isinstance(TwoPoint(), Shape)
    assert Input("x", 0.0, "V", 1.0, math.inf, TwoPoint()).distribution.name == "two-point"
