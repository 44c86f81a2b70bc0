"""JCGM 101:2008, 9.3 (mass calibration) and 9.4.3 (comparison loss with correlated parts).

Status: the figures are from memory; each is recomputed here by plain numpy draws or in closed form.
"""

import math

import numpy as np
import pytest

from calibrator_uncertainty import Budget, normal, rectangular, validate_first_order


def generator(seed):
    return np.random.Generator(np.random.SFC64(seed))


def mass():
    inputs = [
        normal("m_Rc", 100_000.000, 0.050, "mg"),
        normal("dm_Rc", 1.234, 0.020, "mg"),
        rectangular("air", 1.20, 0.10, "kg/m**3"),
        rectangular("weight", 8000, 1000, "kg/m**3"),
        rectangular("reference", 8000, 50, "kg/m**3"),
    ]

    def model(m_Rc, dm_Rc, air, weight, reference):
        from pint import get_application_registry

        Q = get_application_registry().Quantity
        buoyancy = (air - Q(1.2, "kg/m**3")) * (1 / weight - 1 / reference)
        return (m_Rc + dm_Rc) * (1 + buoyancy) - Q(100_000.0, "mg")

    return Budget(model, inputs, unit="mg", name="mass")


def test_mass_calibration():  # table 6: 1.2341 mg, u = 0.0754 mg, shortest [1.0834, 1.3825] mg
    drawn = mass().monte_carlo(generator(1), draws=1_000_000)
    assert drawn.value == pytest.approx(1.2341, abs=3e-4)
    assert drawn.u == pytest.approx(0.0754, abs=2e-4)
    assert drawn.shortest == pytest.approx((1.0834, 1.3825), abs=2.5e-3)
    # plain numpy, with other numbers
    rng = np.random.default_rng(2)
    n = 1_000_000
    air, weight = rng.uniform(1.1, 1.3, n), rng.uniform(7000, 9000, n)
    sum_of = 100_000 + 0.050 * rng.standard_normal(n) + 1.234 + 0.020 * rng.standard_normal(n)
    plain = sum_of * (1 + (air - 1.2) * (1 / weight - 1 / rng.uniform(7950, 8050, n))) - 100_000
    assert drawn.u == pytest.approx(plain.std(), abs=2e-4)
    # table 6, first order: u = 0.0539 mg, [1.1285, 1.3395] mg; of higher order 0.0750, [1.0870, 1.3810]
    first, second = mass().evaluate(), mass().second_order()
    assert (first.value, first.u) == pytest.approx((1.2340, 0.0539), abs=5e-5)
    assert (first.value - 1.96 * first.u, first.value + 1.96 * first.u) == pytest.approx(
        (1.1285, 1.3395), abs=2e-4
    )
    assert second.u == pytest.approx(0.0750, abs=5e-5)
    assert (1.2340 - 1.96 * second.u, 1.2340 + 1.96 * second.u) == pytest.approx((1.0870, 1.3810), abs=2e-4)
    assert not validate_first_order([mass()], rng=generator(3))[0].ok


# 9.4.3: r = 0.9. Of X1² + X2² the mean is x1² + 2u², the variance 4 x1² u² + 4 u⁴ (1 + r²), in closed form
@pytest.mark.parametrize(
    ("x1", "mean", "u"), [(0.0, 50e-6, 67e-6), (0.010, 150e-6, 121e-6), (0.050, 2551e-6, 505e-6)]
)
def test_comparison_loss_with_correlated_parts(x1, mean, u):
    budget = Budget(
        lambda x1, x2: x1**2 + x2**2,
        [normal("x1", x1, 0.005, ""), normal("x2", 0.0, 0.005, "")],
        unit="",
        correlations={("x1", "x2"): 0.9},
    )
    exact = math.sqrt(4 * x1**2 * 0.005**2 + 4 * 0.005**4 * (1 + 0.9**2))
    assert exact == pytest.approx(u, abs=5e-7)
    drawn = budget.monte_carlo(generator(4), draws=1_000_000)
    assert drawn.value == pytest.approx(mean, abs=1.2e-6)
    assert drawn.u == pytest.approx(exact, rel=0.006)
    # to first order the correlation does not show, since the slope by x2 is 0
    assert budget.evaluate().u == pytest.approx(2 * x1 * 0.005, rel=1e-12)
