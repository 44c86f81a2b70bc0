"""Several temperatures by one thermometer: JCGM 102:2011, 9.5 in kind (its figures were not seen).

The implicit model R - R0 (1 + A t + B t²) = 0 holds at each temperature; R0, A, B and the bridge are common.
"""

import numpy as np
import pint
import pytest

from calibrator_uncertainty import array, correlated, correlation, covariance, implicit, normal, uncertain
from calibrator_uncertainty.regression import fit_polynomial

Q = pint.get_application_registry().Quantity
ESTIMATES = (100.0, 3.9083e-3, -5.775e-7)
SPREAD = np.array([4e-3, 6e-7, 3e-9])
R = np.array([[1.0, -0.4, 0.2], [-0.4, 1.0, -0.9], [0.2, -0.9, 1.0]])
UNITS = ("ohm", "1/delta_degC", "1/delta_degC**2")
OHMS = np.array([103.9, 119.4, 138.5])
U_R = 3e-3
BRIDGE = 2e-5  # u of the bridge's ratio, common to all readings


def by_matrices():
    """Return temperatures and their covariance by C_y U_y C_yᵀ = C_x U_x C_xᵀ (JCGM 102, 6.3.1.3)."""
    r0, a, b = ESTIMATES
    t = (-a + np.sqrt(a * a - 4 * b * (1 - OHMS / r0))) / (2 * b)
    by_t = np.diag(-r0 * (a + 2 * b * t))
    # inputs: R0, A, B, the bridge's gain, three readings
    by_inputs = np.hstack(
        (np.column_stack((-(1 + a * t + b * t * t), -r0 * t, -r0 * t * t, OHMS)), np.eye(3))
    )
    inputs = np.zeros((7, 7))
    inputs[:3, :3] = R * np.outer(SPREAD, SPREAD)
    inputs[3, 3] = BRIDGE**2
    inputs[4:, 4:] = np.eye(3) * U_R**2
    slopes = np.linalg.solve(by_t, by_inputs)
    return t, slopes @ inputs @ slopes.T


def readings():
    gain = uncertain(normal("bridge", 1.0, BRIDGE, ""))
    return [gain * uncertain(normal(f"R_{i}", ohm, U_R, "ohm")) for i, ohm in enumerate(OHMS)]


def test_implicit_model_keeps_what_the_temperatures_share():
    r0, a, b = correlated(("R0", "A", "B"), ESTIMATES, R * np.outer(SPREAD, SPREAD), UNITS)
    solved = implicit(
        lambda t, ohm, r0, a, b: ohm - r0 * (1 + a * t + b * t * t),
        bracket=(-50.0, 200.0),
        units=("ohm", *UNITS),
        unit="delta_degC",
    )
    temperatures = [solved(one, r0, a, b) for one in readings()]
    expected, spread = by_matrices()
    assert [one.magnitude.value for one in temperatures] == pytest.approx(list(expected), rel=1e-12)
    found = np.array(
        [
            [float(getattr(covariance(i, j), "magnitude", covariance(i, j))) for j in temperatures]
            for i in temperatures
        ]
    )
    assert found == pytest.approx(spread, rel=1e-9)
    assert correlation(temperatures[1], temperatures[2]) > 0.5
    # a difference of two temperatures is better known than either
    assert (temperatures[2] - temperatures[1]).magnitude.u < temperatures[2].magnitude.u


def test_readings_of_one_calibration_curve_share_its_errors():
    at = Q(np.linspace(0.0, 100.0, 6), "degC")
    true = 100.0 * (1 + 3.9083e-3 * at.magnitude - 5.775e-7 * at.magnitude**2)
    standard = uncertain(normal("standard", 0.0, 0.004, "ohm"))
    curve = fit_polynomial(at, array(true, 0.001, "ohm") + standard, 2)
    low, high = curve.inverse(Q(110.0, "ohm")), curve.inverse(Q(130.0, "ohm"))
    assert correlation(low, high) > 0.9
    assert (high - low).to("delta_degC").magnitude.u < 0.4 * high.magnitude.u
