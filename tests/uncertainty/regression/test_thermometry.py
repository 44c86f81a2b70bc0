"""Resistance thermometers: Callendar-Van Dusen (IEC 60751) and ITS-90.

Coefficients of the ITS-90 reference function and of IEC 60751 as in those documents; the fixed points' own
reference resistances check the former here.
"""

import numpy as np
import pint
import pytest

from calibrator_uncertainty import array, correlation, normal, standard_uncertainty, uncertain
from calibrator_uncertainty.regression import fit_curve

R = pint.get_application_registry()
Q = R.Quantity

# ITS-90, equation 10a: Wr = C0 + sum Ci ((T/K - 754.15)/481)^i, 0 °C to 961.78 °C
C = [2.78157254, 1.64650916, -0.1371439, -0.00649767, -0.00234444]
C += [0.00511868, 0.00187982, -0.00204472, -0.00046122, 0.00045724]
WR_TIN, WR_ZINC = 1.89279768, 2.56891730  # ITS-90, table 1: 231.928 °C, 419.527 °C


def reference(celsius):
    return np.polynomial.polynomial.polyval((celsius + 273.15 - 754.15) / 481.0, C)


def callendar_van_dusen(t, r0, a, b, c):
    """IEC 60751:2022, 4.2: the term in c only below 0 °C."""
    below = np.where(t < Q(0.0, "delta_degC"), 1.0, 0.0) if hasattr(t, "units") else np.where(t < 0, 1.0, 0.0)
    hundred = Q(100.0, "delta_degC") if hasattr(t, "units") else 100.0
    return r0 * (1.0 + a * t + b * t**2 + c * below * (t - hundred) * t**3)


IEC = (100.0, 3.9083e-3, -5.775e-7, -4.183e-12)


def test_callendar_van_dusen_gives_back_the_coefficients_of_iec_60751():
    t = np.array([-190.0, -150.0, -100.0, -50.0, 0.0, 100.0, 200.0, 300.0, 420.0])
    curve = fit_curve(
        callendar_van_dusen,
        Q(t, "degC"),
        Q(callendar_van_dusen(t, *IEC), "ohm"),
        {
            "r0": Q(99.0, "ohm"),
            "a": Q(4e-3, "1/delta_degC"),
            "b": Q(-5e-7, "1/delta_degC**2"),
            "c": Q(-4e-12, "1/delta_degC**4"),
        },
        u_x=Q(2.0, "mK"),
        u_y=Q(0.1, "mohm"),
    )
    for name, value in zip(("r0", "a", "b", "c"), IEC, strict=True):
        assert curve[name].magnitude.value == pytest.approx(value, rel=1e-9)
    # IEC 60751, table 1: 138.51 ohm at 100 °C, 60.26 ohm at -100 °C
    assert curve(Q(100.0, "degC")).magnitude.value == pytest.approx(138.5055, abs=1e-4)
    assert curve(Q(-100.0, "degC")).magnitude.value == pytest.approx(60.2558, abs=1e-4)
    back = curve.inverse(Q(138.5055, "ohm"))
    assert back.to("degC").magnitude.value == pytest.approx(100.0, abs=1e-6)
    # between calibration points u is of the order of one point's 2 mK, not of its square root of n
    assert 0.5e-3 < standard_uncertainty(back).to("delta_degC").magnitude < 3e-3


def its90():
    """A 25.5 ohm SPRT at the triple point of water, tin and zinc, u of 50 and 200 µohm, in one bridge."""
    gain = uncertain(normal("bridge", 1.0, 1e-6, ""))  # ratio error common to all
    water, tin, zinc = (
        uncertain(normal(name, value, u, "ohm")) * gain
        for name, value, u in (
            ("water", 25.5, 50e-6, ),
            ("tin", 25.5 * (WR_TIN - 3.0e-4), 200e-6),
            ("zinc", 25.5 * (WR_ZINC - 5.4e-4), 200e-6),
        )
    )  # fmt: skip
    return gain, water, tin, zinc


def test_its90_deviation_function_keeps_the_shared_triple_point():
    gain, water, tin, zinc = its90()
    w = [tin / water, zinc / water]
    deviations = [w[0] - WR_TIN, w[1] - WR_ZINC]
    curve = fit_curve(
        lambda w, a, b: a * (w - 1.0) + b * (w - 1.0) ** 2, w, deviations, {"a": -3e-4, "b": 0.0}
    )
    # the same two equations solved on the tape
    excess = [one - 1.0 for one in w]
    b = (deviations[1] / excess[1] - deviations[0] / excess[0]) / (excess[1] - excess[0])
    a = deviations[0] / excess[0] - b * excess[0]
    for name, direct in (("a", a), ("b", b)):
        assert curve[name].magnitude.value == pytest.approx(direct.magnitude.value, rel=1e-8)
        assert curve[name].magnitude.u == pytest.approx(direct.magnitude.u, rel=1e-6)
        assert standard_uncertainty(curve[name] - direct).magnitude < 1e-6 * direct.magnitude.u
    # a common ratio error of the bridge cancels in W
    assert abs(correlation(curve["a"], gain)) < 1e-6
    assert abs(correlation(curve["a"], curve["b"])) > 0.5


def test_its90_temperature_of_a_reading():
    gain, water, tin, zinc = its90()
    w = [tin / water, zinc / water]
    curve = fit_curve(
        lambda w, a, b: a * (w - 1.0) + b * (w - 1.0) ** 2,
        w,
        [w[0] - WR_TIN, w[1] - WR_ZINC],
        {"a": -3e-4, "b": 0.0},
    )
    from scipy.optimize import brentq

    reading = array(np.array([25.5 * 1.89249768]), 100e-6, "ohm")[0] * gain  # in the tin point again
    measured = reading / water
    corrected = measured - curve(measured, extrapolate=True)
    celsius = brentq(lambda t: reference(t) - corrected.magnitude.value, 200.0, 260.0, xtol=1e-12)
    assert celsius == pytest.approx(231.928, abs=2e-4)
    slope = (reference(celsius + 0.01) - reference(celsius - 0.01)) / 0.02
    # the triple point's own error cancels here: W/W of the same water; left are tin and the reading
    u = standard_uncertainty(corrected).magnitude / slope
    assert u == pytest.approx(np.hypot(200e-6, 100e-6) / 25.5 / slope, rel=0.01)


def test_the_reference_function_meets_its_fixed_points():  # ITS-90, table 1
    for celsius, expected in (
        (29.7646, 1.11813889),
        (231.928, WR_TIN),
        (419.527, WR_ZINC),
        (660.323, 3.37600860),
    ):
        assert reference(celsius) == pytest.approx(expected, abs=3e-8)


# ITS-90, equation 9a: ln Wr = A0 + sum Ai ((ln(T/273.16 K) + 1.5)/1.5)^i, below the triple point of water
A = [-2.13534729, 3.18324720, -1.80143597, 0.71727204, 0.50344027, -0.61899395, -0.05332322]
A += [0.28021362, 0.10715224, -0.29302865, 0.04459872, 0.11868632, -0.05248134]


def reference_below(celsius):
    return np.exp(np.polynomial.polynomial.polyval((np.log((celsius + 273.15) / 273.16) + 1.5) / 1.5, A))


# Seen: a maker's sample of an ITS-90 certificate (Isotech, "ITS-90 calibration certificate", serial number
# Demo, 2004, pages 1 and 2): resistances, the last one in water, and the coefficients of two ranges.
WATER_ISOTECH = 25.544261


@pytest.mark.parametrize(
    ("celsius", "ohms", "expected"),
    [
        (
            [231.927, 419.527, 660.32],
            [48.342838, 65.608169, 86.217653],
            [-2.982376094442697e-4, -2.347216136920800e-5, 5.058518332814592e-6],
        ),
        (
            [-38.8344, 29.7646],
            [21.563901, 28.561074],
            [-2.796694757957740e-4, -3.199472366290438e-4],
        ),
    ],
    ids=["0 to 660 degC", "-39 to 30 degC"],
)
def test_a_printed_certificate_of_a_standard_thermometer(celsius, ohms, expected):
    water = uncertain(normal("water", WATER_ISOTECH, 10e-6, "ohm"))
    w = [uncertain(normal(f"r{i}", one, 20e-6, "ohm")) / water for i, one in enumerate(ohms)]
    ratios = [reference(t) if t > 0.0 else reference_below(t) for t in celsius]
    deviations = [one - ratio for one, ratio in zip(w, ratios, strict=True)]
    if len(expected) == 3:
        curve = fit_curve(
            lambda w, a, b, c: a * (w - 1.0) + b * (w - 1.0) ** 2 + c * (w - 1.0) ** 3,
            w,
            deviations,
            {"a": -3e-4, "b": 0.0, "c": 0.0},
        )
    else:
        curve = fit_curve(
            lambda w, a, b: a * (w - 1.0) + b * (w - 1.0) ** 2, w, deviations, {"a": -3e-4, "b": 0.0}
        )
    for name, printed in zip("abc", expected, strict=False):
        assert curve[name].magnitude.value == pytest.approx(printed, rel=3e-6)  # the function has 8 decimals


# Seen: table 1 of IEC 60751 as quoted by drivers of Pt100 amplifiers, to its two decimals
@pytest.mark.parametrize(
    ("celsius", "ohms"), [(-200.0, 18.52), (0.0, 100.0), (100.0, 138.51), (850.0, 390.48)]
)
def test_callendar_van_dusen_is_the_table_of_iec_60751(celsius, ohms):
    assert callendar_van_dusen(celsius, *IEC) == pytest.approx(ohms, abs=5.001e-3)
