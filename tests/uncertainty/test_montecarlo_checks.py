"""Clause 8 and joint conformity by Monte Carlo (JCGM 101:2008, clauses 8 and 9; JCGM 106:2012)."""

import math

import numpy as np
import pytest
from scipy.special import ndtr

from calibrator_uncertainty import (
    Budget,
    Input,
    InputError,
    ModelError,
    joint_conformity,
    normal,
    rectangular,
    validate_first_order,
)
from calibrator_uncertainty._histogram import symmetric_interval


def additive(inputs):
    return Budget(lambda a, b, c, d: a + b + c + d, inputs, unit="", name="additive")


def test_sum_of_four_normals():  # JCGM 101, 9.2.2: [-3.92, 3.92]
    budget = additive([normal(n, 0, 1, "") for n in "abcd"])
    (found,) = validate_first_order([budget], rng=np.random.default_rng(1), draws=400_000, ndig=2)
    assert (found.low, found.high) == (pytest.approx(-3.92, abs=0.05), pytest.approx(3.92, abs=0.05))
    assert found.delta == pytest.approx(0.05)
    assert found.ok


def test_sum_of_four_rectangles():  # JCGM 101, 9.2.3, table 3: [-3.88, 3.88]; validated at delta = 0.05
    budget = additive([rectangular(n, 0, math.sqrt(3), "") for n in "abcd"])
    (found,) = validate_first_order([budget], rng=np.random.default_rng(2), draws=1_000_000, ndig=2)
    assert (found.low, found.high) == (pytest.approx(-3.88, abs=0.02), pytest.approx(3.88, abs=0.02))
    assert found.u == pytest.approx(2.0, abs=0.01)


def test_sum_with_a_rectangle_ten_times_the_rest():  # JCGM 101, 9.2.4, table 4: [-17.0, 17.0]; k = 1.96 fails
    inputs = [rectangular(n, 0, math.sqrt(3), "") for n in "abc"] + [
        rectangular("d", 0, 10 * math.sqrt(3), "")
    ]
    (normal_k,) = validate_first_order(
        [additive(inputs)], rng=np.random.default_rng(3), draws=400_000, ndig=2, policy="k2"
    )
    assert not normal_k.ok
    (ours,) = validate_first_order([additive(inputs)], rng=np.random.default_rng(3), draws=400_000, ndig=2)
    assert (ours.low, ours.high) == (pytest.approx(-17.0, abs=0.1), pytest.approx(17.0, abs=0.1))
    assert ours.ok  # the dominant rectangle is seen and k is 1.65


def mass():
    """JCGM 101, 9.3: mass calibration with air buoyancy."""
    return Budget(
        lambda m_rc, dm, rho_a, rho_w, rho_r, rho_0, m_nom: (
            (m_rc + dm) * (1 + (rho_a - rho_0) * (1 / rho_w - 1 / rho_r)) - m_nom
        ),
        [
            normal("m_rc", 100_000.000, 0.050, "mg"),
            normal("dm", 1.234, 0.020, "mg"),
            rectangular("rho_a", 1.20, 0.10, "kg/m^3"),
            rectangular("rho_w", 8.00e3, 1.00e3, "kg/m^3"),
            rectangular("rho_r", 8.00e3, 0.05e3, "kg/m^3"),
            Input("rho_0", 1.2, "kg/m^3", 0.0),
            Input("m_nom", 100_000.0, "mg", 0.0),
        ],
        unit="mg",
        name="mass",
    )


def test_mass_calibration_is_not_validated():  # JCGM 101, 9.3.2, table 6: u = 0.0539 against 0.0754
    first_order = mass().evaluate()
    assert first_order.value == pytest.approx(1.2340, abs=5e-5)
    assert first_order.u == pytest.approx(0.0539, abs=5e-5)
    (found,) = validate_first_order([mass()], rng=np.random.default_rng(4), draws=400_000)
    assert found.u == pytest.approx(0.0754, abs=0.0005)
    assert (found.low, found.high) == (pytest.approx(1.0834, abs=0.003), pytest.approx(1.3825, abs=0.003))
    assert not found.ok


def test_comparison_loss_at_zero_is_not_validated():  # JCGM 101, 9.4.2: first order says u = 0, truly 50e-6
    budget = Budget(
        lambda x1, x2: x1**2 + x2**2, [normal("x1", 0, 0.005, ""), normal("x2", 0, 0.005, "")], unit=""
    )
    assert budget.evaluate().u == 0.0
    (found,) = validate_first_order([budget], rng=np.random.default_rng(5))
    assert (found.mean, found.u) == (pytest.approx(50e-6, rel=0.03), pytest.approx(50e-6, rel=0.05))
    assert not found.ok


def test_draws_follow_the_first_digit_of_u_and_the_cap():
    wide = Budget(lambda x: x, [normal("x", 0, 9.5, "")], unit="")
    narrow = Budget(lambda x: x, [normal("x", 0, 1.0, "")], unit="")
    one, other = validate_first_order([wide, narrow], rng=np.random.default_rng(6))
    assert 250_000 <= one.draws <= 260_000
    assert other.draws == 10_000
    assert 2 * one.endpoint_error <= one.delta / 5
    (capped,) = validate_first_order([wide], rng=np.random.default_rng(6), draws=5000)
    assert capped.draws == 5000


def test_same_seed_same_verdict():
    once = validate_first_order([mass()], rng=np.random.default_rng(9), draws=20_000)
    again = validate_first_order([mass()], rng=np.random.default_rng(9), draws=20_000)
    assert once == again


def test_model_undefined_inside_the_sampled_range_is_named_with_the_place():
    budget = Budget(lambda x: x**0.5, [normal("x", 1, 0.5, "")], unit="", name="root")
    with pytest.raises(ModelError, match=r"x = -.*\(root\)"):
        validate_first_order([budget], rng=np.random.default_rng(1))


def test_model_that_decides_by_a_single_value_is_run_draw_by_draw():
    budget = Budget(lambda x: x if x > 0 else -x, [normal("x", 0.1, 1, "")], unit="")
    assert budget.evaluate().value == 0.1
    (found,) = validate_first_order([budget], rng=np.random.default_rng(1))
    assert found.mean == pytest.approx(0.8019, abs=0.03)  # folded normal: sqrt(2/pi) e^-m2/2 + m erf(m/sqrt2)
    assert not found.ok


def test_model_that_decides_for_every_draw_is_sampled():
    def model(x):
        return np.maximum(x, 0.0) + (0.0 if np.all(x > -1e9) else 1.0)

    (found,) = validate_first_order(
        [Budget(model, [normal("x", 10, 1, "")], unit="")], rng=np.random.default_rng(1)
    )
    assert found.ok


def test_symmetric_interval_of_a_known_list():  # JCGM 101, 7.7.2: r = (M - q)/2
    drawn = np.random.default_rng(1).permutation(np.arange(1.0, 1001.0))
    assert symmetric_interval(drawn, 0.95) == (25.0, 975.0)


def points(shared, count=20):
    return [
        Budget(
            lambda e, s: e - s, [normal("e", 0, 0.1, "V"), normal("s", 0, 1.0, "V", shared=shared)], unit="V"
        )
        for _ in range(count)
    ]


def test_points_of_one_standard_stand_or_fall_together():
    limits = [(-2.0, 2.0)] * 20
    together = joint_conformity(points("std"), limits, rng=np.random.default_rng(1))
    apart = joint_conformity(points(None), limits, rng=np.random.default_rng(1))
    single = ndtr(2 / math.hypot(1, 0.1)) - ndtr(-2 / math.hypot(1, 0.1))
    assert np.mean(apart.points) == pytest.approx(single, abs=0.001)
    assert apart.probability == pytest.approx(single**20, abs=5 * apart.standard_error)
    assert together.probability > 0.92
    assert apart.probability < 0.45
    assert together.pfa == pytest.approx(1 - together.probability)


def test_opposite_scale_of_one_error_is_kept():
    large = Budget(lambda s: s, [normal("s", 0, 10, "V", shared="std")], unit="V")
    small = Budget(lambda s: -s, [normal("s", 0, 1, "V", shared="std")], unit="V")
    found = joint_conformity([large, small], [(0, None), (None, 0)], rng=np.random.default_rng(1))
    assert found.probability == pytest.approx(0.5, abs=5 * found.standard_error)


def test_one_error_has_one_distribution():
    budgets = [
        Budget(lambda s: s, [normal("s", 0, 1, "V", shared="std")], unit="V"),
        Budget(lambda s: s, [rectangular("s", 0, 1, "V", shared="std")], unit="V"),
    ]
    with pytest.raises(InputError, match="share 'std'"):
        joint_conformity(budgets, [(-1, 1), (-1, 1)], rng=np.random.default_rng(1))


@pytest.mark.parametrize("limits", [[(1, -1)], [], [(-1, 1), (-1, 1)]])
def test_limits_that_cannot_be_are_refused(limits):
    budget = Budget(lambda s: s, [normal("s", 0, 1, "V")], unit="V")
    with pytest.raises(InputError):
        joint_conformity([budget], limits, rng=np.random.default_rng(1))


def test_draws_of_what_is_certain_end_with_the_tenth_block() -> None:
    inputs = [normal("x", 0.1, 0.0, "V"), normal("y", 0.7, 0.0, "V")]
    found = Budget(lambda x, y: x + y, inputs, unit="V").monte_carlo(np.random.default_rng(1))
    assert (found.converged, found.draws, found.note) == (True, 100_000, "")
    assert found.u <= 1e-15


def test_ten_blocks_of_a_high_probability_fit_into_the_usual_most() -> None:
    inputs = [normal("x", 0.1, 1.0, "V"), normal("y", 0.7, 1.0, "V")]
    budget = Budget(lambda x, y: x + y, inputs, unit="V")
    found = budget.monte_carlo(np.random.default_rng(1), probability=0.9999)
    assert (found.converged, found.draws) == (True, 10_000_000)
    few = budget.monte_carlo(np.random.default_rng(1), probability=0.9999, most=3_000_000)
    assert not few.converged
    assert np.all(np.isfinite(few.errors))
