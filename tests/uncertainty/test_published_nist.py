"""NIST Technical Note 1900, the manual of the NIST Uncertainty Machine, and Natrella's handbook 91.

Status: seen, quoted in suncal's tests with the figures that NIST prints.
"""

import numpy as np
import pytest

from calibrator_uncertainty import Budget, normal
from calibrator_uncertainty.regression import fit_line


def generator(seed):
    return np.random.Generator(np.random.SFC64(seed))


def test_thermal_expansion():  # TN 1900, E13: 1.7266e-5 1/K, u = 1.76e-6 1/K
    inputs = [
        normal("L0", 1.4999, 0.0001, "m", dof=3),
        normal("T0", 288.15, 0.02, "K", dof=3),
        normal("L1", 1.5021, 0.0002, "m", dof=3),
        normal("T1", 373.10, 0.05, "K", dof=3),
    ]
    found = Budget(lambda L0, T0, L1, T1: (L1 - L0) / (L0 * (T1 - T0)), inputs, unit="1/K").evaluate()
    assert found.value == pytest.approx(1.7266e-5, abs=1e-9)
    assert found.u == pytest.approx(1.76e-6, abs=5e-9)
    # two lengths share nearly all of u²: (1 + 4)² over (1 + 16)/3
    assert found.dof == pytest.approx(75.0 / 17.0, rel=2e-3)


def viscometer():
    inputs = [
        normal("mu_c", 4.63, 0.0463, "mPa*s"),
        normal("t_m", 61.0, 6.1, "s"),
        normal("rho_m", 1180.0, 0.5, "kg/m**3"),
        normal("rho_c", 810.0, 0.5, "kg/m**3"),
        normal("t_c", 36.6, 5.49, "s"),
        normal("rho_b", 2217.0, 0.5, "kg/m**3"),
    ]

    def model(mu_c, t_m, rho_m, rho_c, t_c, rho_b):
        return mu_c * t_m * (rho_b - rho_m) / (t_c * (rho_b - rho_c))

    return Budget(model, inputs, unit="mPa*s", name="viscosity")


def test_falling_ball_viscometer():  # TN 1900, E3: 5.69 to first order; 5.82 and [4.05, 8.39] drawn
    first = viscometer().evaluate()
    assert first.value == pytest.approx(5.69, abs=5e-3)
    assert first.u == pytest.approx(1.11, abs=0.1)  # NIST rounds on the way
    drawn = viscometer().monte_carlo(generator(1), draws=400_000)
    assert drawn.value == pytest.approx(5.82, abs=0.01)
    assert drawn.symmetric == pytest.approx((4.05, 8.39), abs=0.02)
    assert viscometer().second_order().u > first.u


def test_stefan_boltzmann_constant():  # NIST Uncertainty Machine, manual, example 10
    inputs = [
        normal("h", 6.62606957e-34, 29e-42, "J*s"),
        normal("R", 8.3144621, 7.5e-6, "J/(mol*K)"),
        normal("Rinf", 10973731.568539, 55e-6, "1/m"),
        normal("e", 5.4857990946e-4, 22e-14, ""),
        normal("alpha", 7.2973525698e-3, 24e-13, ""),
    ]

    def model(h, R, Rinf, e, alpha):
        from pint import get_application_registry

        Q = get_application_registry().Quantity
        gram, c = Q(0.001, "kg/mol"), Q(299792458.0, "m/s")
        return 32 * np.pi**5 * h * R**4 * Rinf**4 / (15 * e**4 * gram**4 * c**6 * alpha**8)

    budget = Budget(model, inputs, unit="W/(m**2*K**4)")
    found = budget.evaluate()
    assert found.value == pytest.approx(5.67037e-8, abs=5e-14)
    assert found.u == pytest.approx(2.05e-13, abs=5e-16)
    drawn = budget.monte_carlo(generator(2), draws=200_000, probability=0.99)
    assert drawn.symmetric == pytest.approx((5.67032e-8, 5.67043e-8), abs=1e-13)


def test_line_of_natrella():  # Experimental Statistics (NBS handbook 91), worksheet 5-4.1: Young's modulus
    x = [30, 100, 200, 300, 400, 500, 600, 700, 800, 900, 1000, 1100, 1200, 1300, 1400, 1500]
    y = [4642, 4612, 4565, 4513, 4476, 4433, 4389, 4347, 4303, 4251, 4201, 4140, 4100, 4073, 4024, 3999]
    line = fit_line(x, y)
    slope, intercept = line["slope"].magnitude, line["intercept"].magnitude
    assert (slope.value, intercept.value) == pytest.approx((-0.44985482, 4654.9846), rel=2e-8)
    assert (slope.u**2, intercept.u**2) == pytest.approx((0.000025649045, 19.879452), rel=2e-7)
    assert line.goodness.residual_deviation == pytest.approx(9.277617, rel=2e-7)
    # page 5-15, from rounded intermediate values: of the line at 1200, of one further reading at 750
    assert line(1200).magnitude.u ** 2 == pytest.approx(10.53, rel=0.01)
    assert line(750, new_reading=True).magnitude.u ** 2 == pytest.approx(91.45, rel=0.01)
