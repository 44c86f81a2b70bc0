"""Published results of several numbers at once: JCGM 102 clause 9, Willink and Hall; and EA-4/02 S12.

Status: all figures were seen in print, quoted in the tests of others: JCGM 102 tables 6 and 7 in suncal's,
clause 9.4 in uncertaintyx', R. Willink and B. D. Hall's in GTC's, EA-4/02 S12.14 in a measurement manager's.
"""

import numpy as np
import pytest

from calibrator_uncertainty import (
    Budget,
    Multivariate,
    UncertainComplex,
    complex_uncertainty,
    normal,
    rectangular,
    simultaneous,
    student_t,
    uncertain_complex,
)


def generator(seed):
    return np.random.Generator(np.random.SFC64(seed))


@pytest.mark.parametrize(("u_common", "variance", "r"), [(1.0, 2.0, 0.5), (3.0, 10.0, 0.9)])
def test_two_sums_with_a_part_in_common(u_common, variance, r):  # JCGM 102:2011, 9.2.2 and 9.2.4
    inputs = [normal("x1", 0, 1, ""), normal("x2", 0, 1, ""), normal("x3", 0, u_common, "")]
    both = Multivariate(
        {"y1": lambda x1, x2, x3: x1 + x3, "y2": lambda x1, x2, x3: x2 + x3},
        inputs,
        units={"y1": "", "y2": ""},
    )
    first = both.first_order()
    assert np.diag(first.covariance) == pytest.approx([variance] * 2, rel=1e-14)
    assert first.correlation[0, 1] == pytest.approx(r, rel=1e-14)
    drawn = both.monte_carlo(generator(1), draws=200_000)
    assert np.diag(drawn.covariance) == pytest.approx([variance] * 2, rel=0.015)
    assert drawn.correlation[0, 1] == pytest.approx(r, abs=0.006)
    assert drawn.k_ellipse == pytest.approx(2.448, abs=0.015)


# JCGM 102:2011, table 6 (r = 0) and table 7 (r = 0.9): x1, amplitude, phase, u(amplitude), u(phase)
@pytest.mark.parametrize(
    ("r", "x1", "amplitude", "phase", "u_amplitude", "u_phase"),
    [
        (0.0, 0.001, 0.013, 0.0, 0.007, 1.744),
        (0.9, 0.001, 0.012, -0.556, 0.008, 1.599),
        (0.9, 0.010, 0.015, -0.343, 0.008, 0.903),
    ],
)
def test_amplitude_and_phase_near_zero(r, x1, amplitude, phase, u_amplitude, u_phase):
    found = Multivariate(
        {"amplitude": lambda x1, x2: np.sqrt(x1**2 + x2**2), "phase": lambda x1, x2: np.arctan2(x2, x1)},
        [normal("x1", x1, 0.010, ""), normal("x2", 0.0, 0.010, "")],
        units={"amplitude": "", "phase": ""},
        correlations={("x1", "x2"): r} if r else None,
    ).monte_carlo(generator(2), draws=300_000)
    assert found.estimates[0] == pytest.approx(amplitude, abs=6e-4)
    assert found.u[0] == pytest.approx(u_amplitude, abs=6e-4)
    assert found.estimates[1] == pytest.approx(phase, abs=0.012)
    assert found.u[1] == pytest.approx(u_phase, abs=6e-3)


# JCGM 102:2011, 9.4: six sets of simultaneous readings of voltage (V), current (A) and phase (rad)
SETS = np.array(
    [
        [5.007, 19.663e-3, 1.0456],
        [4.994, 19.639e-3, 1.0438],
        [5.005, 19.640e-3, 1.0468],
        [4.990, 19.685e-3, 1.0428],
        [4.999, 19.678e-3, 1.0433],
        [4.999, 19.661e-3, 1.0445],
    ]
)
NAMES = ("V", "I", "phi")
UNITS = ("V", "A", "")  # of a phase in radians
IMPEDANCE = {
    "R": lambda V, I, phi: V / I * np.cos(phi),  # noqa: E741
    "X": lambda V, I, phi: V / I * np.sin(phi),  # noqa: E741
    "Z": lambda V, I, phi: V / I + 0.0 * V / I * phi,  # noqa: E741
}


def impedance(spread, make):
    """Return the three results for a covariance matrix of the means and a way to make the inputs."""
    u = np.sqrt(np.diag(spread))
    r = spread / np.outer(u, u)
    inputs = [
        make(name, float(x), float(s), unit)
        for name, x, s, unit in zip(NAMES, SETS.mean(axis=0), u, UNITS, strict=True)
    ]
    pairs = {(NAMES[i], NAMES[j]): float(r[i, j]) for i in range(3) for j in range(i)}
    return Multivariate(IMPEDANCE, inputs, units=dict.fromkeys("RXZ", "ohm"), correlations=pairs)


def correlations_are_published(found):
    assert found.correlation[0, 1] == pytest.approx(-0.588, abs=5e-4)
    assert found.correlation[0, 2] == pytest.approx(-0.485, abs=5e-4)
    assert 1.0 - found.correlation[1, 2] == pytest.approx(0.00749, abs=5e-6)


def test_impedance_from_six_sets_of_readings():  # JCGM 102, 9.4.2.2: u = 0.058, 0.241 and 0.193 ohm
    centred = SETS - SETS.mean(axis=0)
    found = impedance(centred.T @ centred / 30.0, normal).first_order()
    assert found.estimates == pytest.approx([127.732, 219.847, 254.260], abs=2e-3)
    assert found.u == pytest.approx([0.058, 0.241, 0.193], abs=5e-4)
    correlations_are_published(found)
    # the same from the readings themselves
    v, i, phi = (one.magnitude for one in simultaneous(NAMES, SETS, UNITS))
    resistance = v / i * np.cos(phi)
    assert (resistance.u, resistance.dof) == (pytest.approx(0.058, abs=5e-4), pytest.approx(5.0))


def test_impedance_from_the_joint_t_distribution():  # JCGM 102, 9.4.2.5: 3 dof, u = 0.130, 0.540 and 0.431
    centred = SETS - SETS.mean(axis=0)
    # 5.3.2: n - N = 6 - 3 degrees of freedom, scale matrix S/(n (n - N))
    scaled = impedance(centred.T @ centred / 18.0, lambda name, x, u, unit: student_t(name, x, u, 3.0, unit))
    # t with 3 degrees of freedom has no fourth moment: its variance settles slowly, its quartiles do not
    covariance = 3.0 * scaled.first_order().covariance
    assert np.sqrt(np.diag(covariance)) == pytest.approx([0.130, 0.540, 0.431], abs=5e-4)
    drawn = scaled.monte_carlo(generator(3), draws=400_000)
    assert drawn.u == pytest.approx([0.130, 0.540, 0.431], rel=0.05)
    assert drawn.correlation[0, 1] == pytest.approx(-0.588, abs=0.05)


def parts_of(readings):
    return np.column_stack((np.real(readings), np.imag(readings)))


def mean_of(name, readings):
    """Return the mean of complex readings with the covariance of its parts."""
    table = parts_of(readings)
    spread = np.cov(table, rowvar=False) / len(readings)
    mean = complex(*table.mean(axis=0))
    return uncertain_complex(name, mean, spread, "", dof=len(readings) - 1.0)


def test_degrees_of_freedom_of_three_complex_terms():  # Willink and Hall, Metrologia 39 (2002) 365: 11.34
    figures = [((0.96, -0.34, 0.27), 5), ((0.51, 0.33, 0.31), 3), ((0.45, 0.28, 1.65), 6)]
    total = sum(
        uncertain_complex(f"x{place}", 1.0, [[a, b], [b, c]], "", dof=dof)
        for place, ((a, b, c), dof) in enumerate(figures)
    )
    assert complex_uncertainty(total).dof == pytest.approx(11.34, abs=5e-3)


def test_reflection_with_its_directivity():  # Willink and Hall, "An extension to GUM methodology", example 1
    directivity = [0.0242 - 0.0101j, -0.0023 + 0.2229j, 0.0599 + 0.0601j, 0.0433 + 0.2100j, -0.0026 + 0.0627j]
    raw = [0.1648 - 0.0250j, 0.1568 - 0.0179j, 0.1598 - 0.1367j, 0.1198 - 0.0045j, 0.3162 - 0.1310j]
    found = mean_of("G'", raw) - mean_of("S11", directivity)
    assert found.magnitude.value == pytest.approx(0.15898 - 0.17214j, abs=1e-8)
    figures = complex_uncertainty(found)
    assert figures.matrix.ravel() == pytest.approx([1.3175e-3, -0.7256e-3, -0.7256e-3, 2.9425e-3], abs=6e-8)
    assert figures.dof == pytest.approx(6.85, abs=5e-3)


# Willink and Hall, example 2: seven sets of the four parameters of a two-port, five readings of a reflection
TWO_PORT = {
    "S11": [-72 + 66j, -75 + 73j, -87 + 69j, -87 + 92j, -64 + 71j, -79 + 67j, -69 + 72j],
    "S12": [112 + 903j, 115 + 891j, 94 + 888j, 98 + 898j, 92 + 899j, 72 + 892j, 102 + 906j],
    "S21": [106 + 900j, 98 + 900j, 85 + 893j, 106 + 886j, 114 + 907j, 89 + 882j, 108 + 893j],
    "S22": [44 + 106j, 29 + 91j, 19 + 96j, 36 + 99j, 26 + 102j, 26 + 88j, 22 + 96j],
}


def test_reflection_through_a_two_port():
    names = [f"{name} {part}" for name in TWO_PORT for part in ("real", "imag")]
    readings = np.column_stack([parts_of(np.array(one) * 1e-3) for one in TWO_PORT.values()])
    parts = [one.magnitude for one in simultaneous(names, readings, [""] * 8)]
    s11, s12, s21, s22 = (UncertainComplex(parts[place], parts[place + 1]) for place in (0, 2, 4, 6))
    raw = mean_of("G'", [-0.220 + 0.008j, -0.217 - 0.010j, -0.222 - 0.003j, -0.207 - 0.018j, -0.219 - 0.009j])
    seen = raw.magnitude - s11
    found = seen / (s12 * s21 + s22 * seen)
    assert (found.value.real, found.value.imag) == pytest.approx((0.1516, 0.1317), abs=5e-5)
    figures = complex_uncertainty(found)
    assert figures.matrix.ravel() == pytest.approx([3.035e-5, -2.583e-5, -2.583e-5, 4.199e-5], abs=6e-9)
    assert figures.dof == pytest.approx(9.01, abs=5e-3)


def test_household_water_meter():  # EA-4/02, S12.14: u = 9.1e-4, k = 2.28, U = 2e-3
    inputs = [normal("mean_of_three", 0.0, 6.0e-4, "", dof=2), normal("error", 0.0, 6.8e-4, "")]
    result = Budget(lambda mean_of_three, error: mean_of_three + error, inputs, unit="").evaluate(
        policy="p95.45"
    )
    assert result.u == pytest.approx(9.1e-4, abs=5e-6)
    assert result.k == pytest.approx(2.28, abs=0.01)
    assert pytest.approx(2.0e-3, abs=1e-4) == result.U


def test_depth_of_an_indentation_in_millimetres():  # JCGM 100, H.6.4: 0.1280 mm, u = 0.0011 mm
    inputs = [
        normal("depth", 36.0 * 0.002, 0.20 * 0.002, "mm"),
        normal("block", 0.0, 0.11 * 0.002, "mm"),
        normal("standard", 0.0, 0.5 * 0.002, "mm"),
        rectangular("display", 0.0, 0.05 * 0.002, "mm"),
    ]

    def model(depth, block, standard, display):
        from pint import get_application_registry

        return 100.0 * get_application_registry().Quantity(0.002, "mm") - depth - block - standard - display

    result = Budget(model, inputs, unit="mm").evaluate()
    assert result.value == pytest.approx(0.1280, abs=1e-12)
    assert result.u == pytest.approx(0.0011, abs=5e-5)
    assert result.u / 0.002 == pytest.approx(0.55, abs=5e-3)
