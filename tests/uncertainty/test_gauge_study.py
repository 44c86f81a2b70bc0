"""Gauge repeatability and reproducibility: the example of AIAG's manual, and causes of known size."""

import math

import numpy as np
import pint
import pytest

from calibrator_uncertainty import Budget, InputError, UnitsError, gauge_study, normal

# AIAG, Measurement Systems Analysis, 4th ed., example of III-B: three appraisers, ten parts, three trials.
# Readings and table are from memory; that the one gives the other to the printed digit proves both.
AIAG = np.array(
    [
        [
            [0.29, -0.56, 1.34, 0.47, -0.80, 0.02, 0.59, -0.31, 2.26, -1.36],
            [0.41, -0.68, 1.17, 0.50, -0.92, -0.11, 0.75, -0.20, 1.99, -1.25],
            [0.64, -0.58, 1.27, 0.64, -0.84, -0.21, 0.66, -0.17, 2.01, -1.31],
        ],
        [
            [0.08, -0.47, 1.19, 0.01, -0.56, -0.20, 0.47, -0.63, 1.80, -1.68],
            [0.25, -1.22, 0.94, 1.03, -1.20, 0.22, 0.55, 0.08, 2.12, -1.62],
            [0.07, -0.68, 1.34, 0.20, -1.28, 0.06, 0.83, -0.34, 2.19, -1.50],
        ],
        [
            [0.04, -1.38, 0.88, 0.14, -1.46, -0.29, 0.02, -0.46, 1.77, -1.49],
            [-0.11, -1.13, 1.09, 0.20, -1.07, -0.67, 0.01, -0.56, 1.45, -1.77],
            [-0.15, -0.96, 0.67, 0.11, -1.45, -0.49, 0.21, -0.49, 1.87, -2.16],
        ],
    ]
).transpose(2, 0, 1)


def test_the_example_of_aiag_comes_out_as_printed():
    study = gauge_study(AIAG)
    rows = {row.source: row for row in gauge_study(AIAG, pool_above=None).rows}
    squares = {name: round(row.mean_square * row.dof, 4) for name, row in rows.items()}
    assert squares == {"parts": 88.3619, "operators": 3.1673, "interaction": 0.3590, "repeatability": 2.7589}
    assert [row.dof for row in rows.values()] == [9.0, 2.0, 18.0, 60.0]
    assert pytest.approx(0.434, abs=5e-4) == rows["interaction"].F
    assert study.pooled
    assert study.repeatability == pytest.approx(0.199933, abs=5e-7)
    assert study.reproducibility == pytest.approx(0.226838, abs=5e-7)
    assert study.gauge == pytest.approx(0.302373, abs=2e-6)  # of rounded parts
    assert study.parts == pytest.approx(1.042327, abs=5e-7)
    shares = study.percent_of_total()
    assert [round(shares[name], 1) for name in ("repeatability", "reproducibility", "gauge", "parts")] == [
        18.4,
        20.9,
        27.9,
        96.0,
    ]
    assert study.distinct_categories == 4
    assert {row.source: row.F for row in study.rows}["operators"] == pytest.approx(39.617, abs=5e-3)
    assert study.percent_of_tolerance(3.0) == pytest.approx(200.0 * study.gauge)


def test_causes_of_known_size_are_found_on_the_average():
    rng = np.random.default_rng(8)
    true = {"repeatability": 0.3, "operators": 0.5, "interaction": 0.4, "parts": 2.0}
    found = dict.fromkeys(true, 0.0)
    for _ in range(200):
        table = (
            2.0 * rng.normal(size=(20, 1, 1))
            + 0.5 * rng.normal(size=(1, 6, 1))
            + 0.4 * rng.normal(size=(20, 6, 1))
            + 0.3 * rng.normal(size=(20, 6, 3))
        )
        study = gauge_study(table + 1e6, pool_above=None)
        for name in found:
            found[name] += getattr(study, name) ** 2 / 200.0
    for name, one in true.items():
        assert math.sqrt(found[name]) == pytest.approx(one, rel=0.05)


def test_the_degrees_of_freedom_follow_the_scatter_of_the_variance():
    rng = np.random.default_rng(9)
    variances, dofs = [], []
    for _ in range(300):
        table = rng.normal(size=(1, 8, 1)) + 0.3 * rng.normal(size=(6, 8, 2))
        study = gauge_study(table)
        variances.append(study.gauge**2)
        dofs.append(study.gauge_dof)
    # var(s²) = 2·s⁴/ν
    seen = 2.0 * np.mean(variances) ** 2 / np.var(variances)
    assert np.median(dofs) == pytest.approx(seen, rel=0.25)


def test_a_reading_of_any_operator_is_an_input():
    study = gauge_study(AIAG)
    one = study.reading("x", 0.5, "mm")
    assert (one.u, one.dof) == (study.gauge, study.gauge_dof)
    assert 2.0 < one.dof < 10.0  # three operators tell little of operators
    found = Budget(lambda x, d: x + d, [one, normal("d", 0.0, 0.1, "mm")], unit="mm").evaluate()
    assert found.u == pytest.approx(math.hypot(study.gauge, 0.1))


@pytest.mark.parametrize(
    "readings",
    [[[1.0, 2.0]], [[[1.0, 2.0]], [[1.0, 2.0]]], AIAG[:, :, :1], [[[1.0, math.nan]] * 2] * 2, "abc"],
)
def test_what_is_no_crossed_study_is_refused(readings):
    with pytest.raises(InputError):
        gauge_study(readings)


def test_a_gauge_without_scatter():
    flat = gauge_study([[[1.0, 1.0], [1.0, 1.0]], [[2.0, 2.0], [2.0, 2.0]]])
    assert flat.gauge == 0.0
    with pytest.raises(InputError, match="u = 0 is wrong"):
        flat.reading("x", 1.0, "mm")
    coarse = flat.reading("x", 1.0, "mm", floor_u=0.01 / math.sqrt(12.0))
    assert (coarse.u, coarse.dof, coarse.distribution.name) == (
        0.01 / math.sqrt(12.0),
        math.inf,
        "rectangular",
    )
    with pytest.raises(InputError, match="no scatter"):
        assert flat.distinct_categories
    with pytest.raises(InputError, match="tolerance"):
        flat.percent_of_tolerance(0.0)


def test_readings_with_a_unit_give_a_study_in_it():
    Q = pint.get_application_registry().Quantity
    plain, told = gauge_study(AIAG), gauge_study(Q(AIAG, "mm"))
    assert (told.unit, plain.unit) == ("millimeter", None)
    assert told.gauge == plain.gauge
    assert gauge_study(Q(AIAG * 1000.0, "um").to("mm")).gauge == pytest.approx(plain.gauge)
    one = [[[Q(reading, "mm") for reading in row] for row in part] for part in AIAG]
    one[0][0][1] = one[0][0][1].to("um")
    assert gauge_study(one).gauge == pytest.approx(plain.gauge)
    assert told.percent_of_tolerance(Q(3000.0, "um")) == pytest.approx(plain.percent_of_tolerance(3.0))
    reading = told.reading("x", Q(5.0, "mm"), "um", floor_u=Q(1.0, "nm"))
    assert (reading.estimate, reading.u) == pytest.approx((5000.0, 1000.0 * plain.gauge))
    warm = gauge_study(Q(AIAG, "degC"))
    assert warm.percent_of_tolerance(Q(3.0, "K")) == pytest.approx(plain.percent_of_tolerance(3.0))
    assert warm.reading("t", Q(20.0, "degC"), "degC").u == pytest.approx(plain.gauge)
    for study, tolerance in ((told, 3.0), (plain, Q(3.0, "mm")), (told, Q(3.0, "V"))):
        with pytest.raises(UnitsError):
            study.percent_of_tolerance(tolerance)
    with pytest.raises(UnitsError):
        told.reading("x", 1.0, "V")
