"""Grubbs, Cochran and the search for outliers that mask each other (NIST/SEMATECH e-Handbook, ISO 5725-2)."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import calibrator_uncertainty as cu
from calibrator_uncertainty.comparison import cochran, cochran_search, grubbs, outlier_search


def named(values):
    return {f"lab {i + 1}": x for i, x in enumerate(values)}


# NIST/SEMATECH e-Handbook 1.3.5.17.1: G = 2.468765 (memory; 245.57 stands alone)
def test_grubbs_of_the_nist_handbook():
    data = named([199.31, 199.53, 200.19, 200.82, 201.92, 201.95, 202.18, 245.57])
    found = grubbs(data)
    assert found.laboratory == "lab 8"
    assert found.statistic == pytest.approx(2.4687646, abs=1e-6)
    assert found.significant
    # the handbook's critical value 2.032 is one-sided: twice the level here
    assert grubbs(data, level=0.10).critical == pytest.approx(2.032, abs=5e-4)


# ISO 5725-2:1994, table 5 (memory): one outlying observation, upper 5 % and 1 %
@pytest.mark.parametrize(
    ("count", "five", "one"),
    [(3, 1.155, 1.155), (5, 1.715, 1.764), (8, 2.126, 2.274), (10, 2.290, 2.482), (20, 2.709, 3.001)],
)
def test_critical_values_of_grubbs(count, five, one):
    data = named(range(count))
    assert grubbs(data).critical == pytest.approx(five, abs=1.1e-3)
    assert grubbs(data, level=0.01).critical == pytest.approx(one, abs=1.1e-3)


# ISO 5725-2:1994, table 4 (memory): Cochran's critical values, laboratories x replicates, 5 % and 1 %
@pytest.mark.parametrize(
    ("laboratories", "replicates", "five", "one"),
    [
        (2, 3, 0.975, 0.995),
        (3, 2, 0.967, 0.993),
        (4, 2, 0.906, 0.968),
        (5, 2, 0.841, 0.928),
        (5, 3, 0.684, 0.788),
        (10, 2, 0.602, 0.718),
    ],
)
def test_critical_values_of_cochran(laboratories, replicates, five, one):
    data = named([1.0] * laboratories)
    assert cochran(data, replicates).critical == pytest.approx(five, abs=1.1e-3)
    assert cochran(data, replicates, level=0.01).critical == pytest.approx(one, abs=1.1e-3)


# B. Rosner, Technometrics 25 (1983) 165; NIST/SEMATECH e-Handbook 1.3.5.17.3 (memory, all figures agree):
# R = 3.118, 2.942, 3.179, ...; critical 3.158, 3.151, 3.143, ...: the first test finds nothing, three are
# out.
ROSNER = """-0.25 0.68 0.94 1.15 1.20 1.26 1.26 1.34 1.38 1.43 1.49 1.49 1.55 1.56 1.58 1.65 1.69 1.70
1.76 1.77 1.81 1.91 1.94 1.96 1.99 2.06 2.09 2.10 2.14 2.15 2.23 2.24 2.26 2.35 2.37 2.40
2.47 2.54 2.62 2.64 2.90 2.92 2.92 2.93 3.21 3.26 3.30 3.59 3.68 4.30 4.64 5.34 5.42 6.01"""


def test_three_outliers_that_mask_each_other():
    data = {f"{i}: {text}": float(text) for i, text in enumerate(ROSNER.split())}
    assert not grubbs(data).significant
    found = outlier_search(data, most=10)
    printed = [3.119, 2.943, 3.179, 2.810, 2.816, 2.848, 2.279, 2.310, 2.102, 2.067]
    critical = [3.159, 3.151, 3.144, 3.136, 3.128, 3.120, 3.112, 3.103, 3.094, 3.085]
    assert [step.statistic for step in found.steps] == pytest.approx(printed, abs=1.1e-3)
    assert [step.critical for step in found.steps] == pytest.approx(critical, abs=1.1e-3)
    assert [name.split()[1] for name in found.outliers] == ["6.01", "5.42", "5.34"]
    assert found.masked


def test_two_close_outliers_hide_from_grubbs():
    data = named([10.0, 10.1, 9.9, 10.05, 9.95, 10.02, 14.0, 14.1])
    assert not grubbs(data).significant
    found = outlier_search(data, most=3)
    assert set(found.outliers) == {"lab 7", "lab 8"}
    assert found.masked
    assert not outlier_search(named([10.0, 10.1, 9.9, 10.05, 9.95, 10.0, 14.0])).masked


def test_two_wide_laboratories_hide_from_cochran():
    data = named([1.0, 1.1, 0.9, 1.0, 1.05, 0.95, 4.0, 4.0])
    assert not cochran(data, 4, level=0.01).significant
    found = cochran_search(data, 4, most=2, level=0.01)
    assert found.masked
    assert set(found.outliers) == {"lab 7", "lab 8"}


def test_uncertain_results_count_by_their_estimates_in_one_unit():
    results = {
        "A": cu.uncertain(cu.normal("A", 1.0, 0.1, "V")),
        "B": cu.uncertain(cu.normal("B", 1001.0, 0.1, "mV")),
        "C": cu.uncertain(cu.normal("C", 0.999, 0.1, "V")),
        "D": cu.uncertain(cu.normal("D", 5.0, 0.1, "V")),
    }
    assert grubbs(results).laboratory == "D"


def test_clean_data_give_a_false_alarm_as_often_as_stated():
    rng = np.random.default_rng(5)
    hits = sum(grubbs(named(row)).significant for row in rng.standard_normal((3000, 8)))
    assert hits / 3000 == pytest.approx(0.05, abs=0.012)
    wide = np.std(rng.standard_normal((3000, 6, 3)), axis=2, ddof=1)
    hits = sum(cochran(named(row), 3).significant for row in wide)
    assert hits / 3000 == pytest.approx(0.05, abs=0.012)


@pytest.mark.parametrize(
    ("call", "code"),
    [
        (lambda: grubbs({"A": 1.0, "B": 2.0}), "too-few"),
        (lambda: grubbs(named([1.0, 1.0, 1.0])), "no-spread"),
        (lambda: grubbs(named([1.0, math.nan, 1.0])), "not-finite"),
        (lambda: grubbs(named([1, 2, 3]), level=5), "probability"),
        (lambda: outlier_search(named([1, 2, 3]), most=2), "too-few"),
        (lambda: cochran(named([1.0, 1.0]), 1), "too-few"),
        (lambda: cochran(named([1.0, -1.0]), 3), "negative-u"),
        (lambda: cochran(named([0.0, 0.0]), 3), "no-spread"),
        (lambda: cochran_search(named([1.0, 2.0]), 3, most=2), "too-few"),
    ],
)
def test_data_that_cannot_be_tested_are_refused(call, code):
    with pytest.raises(cu.InputError) as caught:
        call()
    assert caught.value.code == code


@settings(deadline=None)
@given(st.lists(st.integers(-1000, 1000), min_size=4, max_size=12, unique=True), st.floats(0.1, 10))
def test_statistics_do_not_mind_shift_and_scale(values, scale):
    here = grubbs(named([float(v) for v in values]))
    there = grubbs(named([scale * v + 7.0 for v in values]))
    assert there.statistic == pytest.approx(here.statistic, rel=1e-9)
    assert here.statistic <= (len(values) - 1) / math.sqrt(len(values)) + 1e-12
