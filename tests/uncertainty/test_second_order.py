"""Second order with third-derivative terms (JCGM 100:2008, 5.1.2 note, H.1.7; JCGM 101:2008, 9.3 and 9.4)."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calibrator_uncertainty import (
    Budget,
    Input,
    InputError,
    ModelError,
    NotSupportedError,
    arcsine,
    bayesian,
    exponential,
    from_histogram,
    from_samples,
    inexact_limits,
    normal,
    rectangular,
    student_t,
    trapezoidal,
    triangular,
    type_a,
    validate_first_order,
)
from calibrator_uncertainty._empirical import Samples
from calibrator_uncertainty._jets import Jet, apply
from calibrator_uncertainty._ops import BY_NAME
from calibrator_uncertainty._shapes import kurtosis


def test_end_gauge():  # JCGM 100, H.1.7: terms of 11.7 nm and 1.7 nm, u = 34 nm instead of 32 nm
    def model(*, l_s, d, alpha_s, d_alpha, theta, d_theta):
        return l_s + d - l_s * (d_alpha * theta + alpha_s * d_theta)

    inputs = [
        normal("l_s", 50.000623, 25e-6, "mm"),
        normal("d", 215, 9.7, "nm"),
        rectangular("alpha_s", 11.5e-6, 2e-6, "1/K"),
        rectangular("d_alpha", 0, 1e-6, "1/K"),
        normal("theta", -0.1, 0.41, "K"),
        rectangular("d_theta", 0, 0.05, "K"),
    ]
    found = Budget(model, inputs, unit="nm").second_order()
    assert found.u_first == pytest.approx(32, abs=0.5)
    assert found.u == pytest.approx(34, abs=0.5)
    assert math.sqrt(found.u**2 - found.u_first**2) == pytest.approx(math.hypot(11.7, 1.7), abs=0.25)


def mass():
    return Budget(
        lambda m_rc, dm, rho_a, rho_w, rho_r: (
            (m_rc + dm) * (1 + (rho_a - 1.2) * (1 / rho_w - 1 / rho_r)) - 100_000.0
        ),
        [
            normal("m_rc", 100_000.000, 0.050, ""),
            normal("dm", 1.234, 0.020, ""),
            rectangular("rho_a", 1.20, 0.10, ""),
            rectangular("rho_w", 8.00e3, 1.00e3, ""),
            rectangular("rho_r", 8.00e3, 0.05e3, ""),
        ],
        unit="",
    )


def test_mass_calibration():  # JCGM 101, 9.3, table 6: u = 0.0539 to first, 0.0750 to higher order
    found = mass().second_order()
    assert found.u_first == pytest.approx(0.0539, abs=5e-5)
    assert found.u == pytest.approx(0.0750, abs=1e-4)
    assert found.mean == pytest.approx(1.2340, abs=1e-4)


@pytest.mark.parametrize(
    ("x1", "mean", "u_first", "u"),
    [
        (0.000, 50e-6, 0.0, 50e-6),  # JCGM 101, 9.4.2.2: every first derivative is zero
        (0.010, 150e-6, 100e-6, 112e-6),  # 9.4.2.3
        (0.050, 2550e-6, 500e-6, 502e-6),  # 9.4.2.4
    ],
)
def test_comparison_loss(x1, mean, u_first, u):
    budget = Budget(
        lambda x1, x2: x1**2 + x2**2, [normal("x1", x1, 0.005, ""), normal("x2", 0, 0.005, "")], unit=""
    )
    found = budget.second_order()
    assert found.mean == pytest.approx(mean, rel=1e-3)
    assert found.u_first == pytest.approx(u_first, rel=1e-9)
    assert found.u == pytest.approx(u, rel=5e-3)


@pytest.mark.parametrize(
    "make", [rectangular, triangular, arcsine, lambda *a: trapezoidal(*a[:3], 0.3, a[3])]
)
def test_kurtosis_makes_the_square_of_any_shape_exact(make):
    one = make("x", 0.0, 2.0, "")
    found = Budget(lambda x: x**2, [one], unit="").second_order()
    drawn = (one.u * one.distribution.draw(np.random.default_rng(1), 400_000)) ** 2
    assert found.mean == pytest.approx(one.u**2)
    assert found.u == pytest.approx(math.sqrt(kurtosis(one.distribution) - 1) * one.u**2, rel=1e-12)
    assert found.u == pytest.approx(drawn.std(), rel=0.01)


def test_monte_carlo_agrees_where_the_model_bends():
    budget = Budget(
        lambda a, b: np.exp(a) * np.sin(b), [normal("a", 0.0, 0.2, ""), normal("b", 1.2, 0.15, "")], unit=""
    )
    found = budget.second_order()
    (drawn,) = validate_first_order([budget], rng=np.random.default_rng(3), draws=200_000, ndig=2)
    assert found.mean == pytest.approx(drawn.mean, abs=5e-3)
    assert found.u == pytest.approx(drawn.u, rel=0.01)
    assert abs(found.u_first - drawn.u) > abs(found.u - drawn.u)


DERIVATIVES = {
    "sqrt": lambda x: (0.5 * x**-0.5, -0.25 * x**-1.5, 0.375 * x**-2.5),
    "cbrt": lambda x: (x ** (-2 / 3) / 3, -2 / 9 * x ** (-5 / 3), 10 / 27 * x ** (-8 / 3)),
    "reciprocal": lambda x: (-(x**-2), 2 * x**-3, -6 * x**-4),
    "square": lambda x: (2 * x, 2.0, 0.0),
    "exp": lambda x: (math.exp(x),) * 3,
    "exp2": lambda x: tuple(2**x * math.log(2) ** n for n in (1, 2, 3)),
    "expm1": lambda x: (math.exp(x),) * 3,
    "log": lambda x: (1 / x, -1 / x**2, 2 / x**3),
    "log2": lambda x: tuple(d / math.log(2) for d in (1 / x, -1 / x**2, 2 / x**3)),
    "log10": lambda x: tuple(d / math.log(10) for d in (1 / x, -1 / x**2, 2 / x**3)),
    "log1p": lambda x: (1 / (1 + x), -1 / (1 + x) ** 2, 2 / (1 + x) ** 3),
    "sin": lambda x: (math.cos(x), -math.sin(x), -math.cos(x)),
    "cos": lambda x: (-math.sin(x), -math.cos(x), math.sin(x)),
    "tan": lambda x: (
        1 + math.tan(x) ** 2,
        2 * math.tan(x) * (1 + math.tan(x) ** 2),
        (1 + math.tan(x) ** 2) * (2 + 6 * math.tan(x) ** 2),
    ),
    "arcsin": lambda x: ((1 - x * x) ** -0.5, x * (1 - x * x) ** -1.5, (1 + 2 * x * x) * (1 - x * x) ** -2.5),
    "arctan": lambda x: (1 / (1 + x * x), -2 * x / (1 + x * x) ** 2, (6 * x * x - 2) / (1 + x * x) ** 3),
    "sinh": lambda x: (math.cosh(x), math.sinh(x), math.cosh(x)),
    "cosh": lambda x: (math.sinh(x), math.cosh(x), math.sinh(x)),
    "tanh": lambda x: (
        1 - math.tanh(x) ** 2,
        -2 * math.tanh(x) * (1 - math.tanh(x) ** 2),
        (1 - math.tanh(x) ** 2) * (6 * math.tanh(x) ** 2 - 2),
    ),
    "arcsinh": lambda x: (
        (1 + x * x) ** -0.5,
        -x * (1 + x * x) ** -1.5,
        (2 * x * x - 1) * (1 + x * x) ** -2.5,
    ),
    "absolute": lambda x: (1.0, 0.0, 0.0),
    "negative": lambda x: (-1.0, 0.0, 0.0),
}


@settings(max_examples=25, deadline=None)
@given(st.floats(0.05, 0.9))
def test_derivatives_to_the_third_order(x):
    for name, exact in DERIVATIVES.items():
        jet = apply(BY_NAME[name], [Jet([x, 1.0, 0.0, 0.0])])
        scaled = [jet.c[1], 2 * jet.c[2], 6 * jet.c[3]]
        assert scaled == pytest.approx(list(exact(x)), rel=1e-9, abs=1e-9), name


@settings(max_examples=25, deadline=None)
@given(st.floats(0.2, 2.0), st.floats(-3.0, 3.0))
def test_powers_and_two_operand_functions_to_the_third_order(x, p):
    power = apply(BY_NAME["power"], [Jet([x, 1.0, 0.0, 0.0]), p])
    exact = [p * x ** (p - 1), p * (p - 1) * x ** (p - 2), p * (p - 1) * (p - 2) * x ** (p - 3)]
    assert [power.c[1], 2 * power.c[2], 6 * power.c[3]] == pytest.approx(exact, rel=1e-9, abs=1e-9)
    both = apply(BY_NAME["power"], [Jet([x, 1.0, 0.0, 0.0]), Jet([p, 0.5, 0.0, 0.0])])
    again = apply(
        BY_NAME["exp"], [apply(BY_NAME["log"], [Jet([x, 1.0, 0.0, 0.0])]) * Jet([p, 0.5, 0.0, 0.0])]
    )
    assert both.c == pytest.approx(again.c)
    angle = apply(BY_NAME["arctan2"], [Jet([x, 1.0, 0.0, 0.0]), 1.0])
    assert [angle.c[1], 2 * angle.c[2], 6 * angle.c[3]] == pytest.approx(DERIVATIVES["arctan"](x), rel=1e-9)
    length = apply(BY_NAME["hypot"], [Jet([x, 1.0, 0.0, 0.0]), 1.0])
    assert length.c[2] * 2 == pytest.approx((1 + x * x) ** -1.5, rel=1e-9)


def test_what_the_second_order_cannot_say_is_refused():
    spread = [student_t("a", 1, 1, 9, ""), student_t("b", 1, 1, 9, "")]
    with pytest.raises(NotSupportedError, match="a, b, which are correlated and t"):
        Budget(lambda a, b: a * b, spread, unit="", correlations={("a", "b"): 0.5}).second_order()
    one = [normal("a", 2, 0.1, "")]
    with pytest.raises(NotSupportedError, match="solve"):
        Budget(lambda a: np.linalg.solve(a * np.eye(2), np.ones(2))[0], one, unit="").second_order()
    with pytest.raises(NotSupportedError, match="interp"):
        Budget(lambda a: np.interp(a, [0.0, 4.0], [0.0, 1.0]), one, unit="").second_order()
    with pytest.raises(NotSupportedError, match="looks at values"):
        Budget(lambda a: a if a > 0 else -a, one, unit="").second_order()
    with pytest.raises(ModelError, match="not finite"):
        Budget(lambda a: abs(a) ** 1.5, [normal("a", 0, 1, "")], unit="").second_order()


@pytest.mark.parametrize("r", [-0.9, 0.0, 0.4, 1.0])
def test_a_product_of_correlated_inputs_has_its_exact_variance(r):
    inputs = [normal("a", 2.0, 0.3, ""), normal("b", 1.0, 0.5, ""), normal("c", 0.5, 0.1, "")]
    found = Budget(lambda a, b, c: a * b + c, inputs, unit="", correlations={("a", "b"): r}).second_order()
    variance = 4.0 * 0.25 + 0.09 + 4.0 * r * 0.15 + 0.09 * 0.25 * (1.0 + r * r) + 0.01
    assert found.u == pytest.approx(math.sqrt(variance), rel=1e-12)
    assert found.mean == pytest.approx(2.5 + r * 0.15, rel=1e-12)


@pytest.mark.parametrize(("x", "u"), [(0.0, 67), (0.010, 121), (0.050, 505)])
def test_comparison_loss_with_correlated_parts(x, u):
    """JCGM 101:2008, 9.4.3: r = 0.9; Y = 1 - |R|² = X1² + X2² here, u in 1e-6 (figures from memory)."""
    inputs = [normal("x1", x, 0.005, ""), normal("x2", 0.0, 0.005, "")]
    loss = Budget(lambda x1, x2: x1**2 + x2**2, inputs, unit="", correlations={("x1", "x2"): 0.9})
    found = loss.second_order()
    assert round(found.u * 1e6) == u
    assert found.mean == pytest.approx(x**2 + 50e-6)


def test_a_shared_cause_is_one_error_with_its_own_shape():
    both = [
        rectangular("a", 1.0, 0.3, "", shared="s"),
        rectangular("b", 2.0, 0.6, "", shared="s"),
        normal("c", 0.0, 0.1, ""),
    ]
    found = Budget(lambda a, b, c: a * b + c, both, unit="").second_order()
    one, other = 0.3 / math.sqrt(3.0), 0.6 / math.sqrt(3.0)
    variance = (other + 2.0 * one) ** 2 + (one * other) ** 2 * (9.0 / 5.0 - 1.0) + 0.01
    assert found.u == pytest.approx(math.sqrt(variance), rel=1e-12)


def test_vectors_of_sums_and_products_give_what_single_values_give():
    inputs = [normal("a", 1.0, 0.3, ""), rectangular("b", 2.0, 0.4, ""), normal("c", -1.0, 0.2, "")]

    def single(a, b, c):
        mean = (a + b + 2.0 * c) / 3.0
        return (a - mean) ** 2 + (b - mean) ** 2 * c + np.exp(0.1 * a) * b

    def vector(a, b, c):
        row = np.stack([a, b, 2.0 * c])
        around = row - np.mean(row)
        weights = np.stack([1.0 + 0.0 * c, c])
        return np.sum(around[:2] ** 2 * weights) + np.cumsum(np.stack([0.0 * a, np.exp(0.1 * a) * b]))[-1]

    one, other = (Budget(model, inputs, unit="").second_order() for model in (single, vector))
    assert other.u == pytest.approx(one.u, rel=1e-12)
    assert other.mean == pytest.approx(one.mean, rel=1e-12)
    assert one.u != pytest.approx(one.u_first, rel=1e-3)
    matrix = Budget(
        lambda a, b, c: np.stack([a, b]) @ np.array([[1.0, 2.0], [0.5, 1.0]]) @ np.stack([b, c]),
        inputs,
        unit="",
    ).second_order()
    plain = Budget(lambda a, b, c: (a + 0.5 * b) * b + (2.0 * a + b) * c, inputs, unit="").second_order()
    assert matrix.u == pytest.approx(plain.u, rel=1e-12)


def test_exact_input_has_no_part():
    found = Budget(
        lambda a, b: a * b, [normal("a", 1, 1, ""), Input("b", 2.0, "", 0.0)], unit=""
    ).second_order()
    assert (found.u, found.u_first, found.mean) == (2.0, 2.0, 2.0)


SKEW = np.array([0.0, 0.0, 0.1, 0.2, 0.9, 1.6, 4.0, 0.3])


@pytest.mark.parametrize(
    "one",
    [
        exponential("x", 1.0, ""),
        from_samples("x", SKEW, ""),
        from_histogram("x", [0.0, 1.0, 2.0, 6.0], [5, 3, 1], ""),
        inexact_limits("x", 0.0, 2.0, 0.5, ""),
        bayesian("x", np.linspace(0.5, 1.5, 30), ""),
    ],
)
def test_a_quadratic_of_any_shape_has_its_exact_variance(one):
    shape, u = one.distribution, one.u
    z = quantile_or_draws(shape)
    exact = ((one.estimate + u * z) + 0.1 * (one.estimate + u * z) ** 2).std()
    found = Budget(lambda x: x + 0.1 * x**2, [one], unit="").second_order()
    assert found.u == pytest.approx(exact, rel=2e-3)


def quantile_or_draws(shape):
    if isinstance(shape, Samples):
        return shape.deviates
    if hasattr(shape, "quantile"):
        return shape.quantile((np.arange(2_000_000) + 0.5) / 2_000_000)
    return shape.draw(np.random.default_rng(4), 2_000_000)


def test_exponential_input_is_exact():  # y = x + x²/10, x exponential of mean 1: var y = 1.44 + 0.48 + 0.08
    found = Budget(lambda x: x + 0.1 * x**2, [exponential("x", 1.0, "")], unit="").second_order()
    assert found.u == pytest.approx(math.sqrt(2.0), rel=1e-12)


def test_t_has_its_own_kurtosis_or_none():
    found = Budget(lambda x: x**2, [student_t("x", 0.0, 1.0, 10, "")], unit="").second_order()
    assert found.u == pytest.approx(math.sqrt(3.0 + 6.0 / 6.0 - 1.0))  # of a t of 10 degrees of freedom
    with pytest.raises(InputError, match="x: t with 4 degrees"):
        Budget(lambda x: x**2, [type_a("x", [1, 2, 3, 2, 1], "")], unit="").second_order()


class Odd:
    name = "odd"

    def draw(self, rng, count):
        return np.ones(count)


def test_a_shape_that_says_no_moments_is_not_taken_for_normal():
    with pytest.raises(InputError, match="kurtosis"):
        Budget(lambda x: x**2, [Input("x", 1.0, "", 0.1, distribution=Odd())], unit="").second_order()


def test_kinks_have_no_second_order():
    for model in (abs, lambda x: np.maximum(x, 0.0), lambda x: np.minimum(0.0, x)):
        with pytest.raises(ModelError, match="derivative"):
            Budget(lambda x, model=model: model(x), [normal("x", 0.0, 0.1, "")], unit="").second_order()
