"""Figures as certificates and instruments give them: k with its probability, equal readings, quantities."""

from __future__ import annotations

import math

import pint
import pytest

from calibrator_uncertainty import (
    Budget,
    InputError,
    UnitsError,
    autocorrelated,
    between,
    certificate,
    exponential,
    from_gtc,
    from_half_width,
    from_uncertainties,
    inexact_limits,
    normal,
    to_gtc,
    to_uncertainties,
    type_a,
    uncertain,
)
from calibrator_uncertainty.comparison import en_number, grubbs, outlier_search
from calibrator_uncertainty.rounding import express

registry = pint.get_application_registry()


def _q(value, unit):
    return registry.Quantity(value, unit)


@pytest.mark.parametrize(
    ("k", "probability", "dof"),
    [  # JCGM 100:2008, table G.2 (memory, proved by t itself)
        (13.97, 0.9545, 1),
        (4.53, 0.9545, 2),
        (3.31, 0.9545, 3),
        (2.87, 0.9545, 4),
        (2.43, 0.9545, 7),
        (2.28, 0.9545, 10),
        (2.78, 0.95, 4),
        (63.66, 0.99, 1),
        (3.5, 0.99, 7),
    ],
)
def test_a_k_above_the_normal_tells_its_degrees_of_freedom(k, probability, dof):
    assert certificate("R", 1.0, 0.1, "ohm", k=k, probability=probability).dof == dof


def test_a_k_between_two_whole_dof_takes_the_smaller_number():
    assert certificate("R", 1.0, 0.1, "ohm", k=3.7, probability=0.95).dof == 2


@pytest.mark.parametrize(("k", "probability"), [(2.0, 0.9545), (2.0, 0.95), (1.96, 0.95), (1.65, 0.95)])
def test_k_of_the_normal_and_of_a_rectangle_have_no_end_of_them(k, probability):
    assert certificate("R", 1.0, 0.1, "ohm", k=k, probability=probability).dof == math.inf


@pytest.mark.parametrize(("k", "probability"), [(1.8, 0.95), (14.5, 0.9545), (1.0, 0.9545), (2.0, 0.99)])
def test_a_k_that_no_t_has_is_refused(k, probability):
    with pytest.raises(InputError) as caught:
        certificate("R", 1.0, 0.1, "ohm", k=k, probability=probability)
    assert caught.value.code == "contradiction"


def test_the_degrees_of_freedom_of_a_certificate_count_in_the_budget():
    one = certificate("R", 1.0, 0.287, "ohm", k=2.87, probability=0.9545)
    result = Budget(lambda R: 1 * R, [one], unit="ohm").evaluate(policy="p95.45")
    assert pytest.approx(0.287, rel=2e-3) == result.U


def test_equal_readings_without_a_resolution_are_refused():
    with pytest.raises(InputError, match="resolution was not stated") as caught:
        type_a("v", [1.0, 1.0, 1.0], "V")
    assert caught.value.code == "no-resolution"
    assert type_a("v", [1.0, 1.0, 1.0], "V", floor_u=0.01).u == 0.01


def test_limits_are_quantities_too():
    warm = between("t", _q(19, "degC"), _q(21, "degC"), "degC")
    assert (warm.estimate, warm.u) == (pytest.approx(20.0), pytest.approx(1 / 3**0.5))
    assert between("v", _q(1, "mV"), 0.003, "V").estimate == pytest.approx(0.002)
    edges = inexact_limits("v", _q(1, "mV"), _q(3, "mV"), _q(0.1, "mV"), "V")
    assert edges.u == pytest.approx(math.sqrt(4e-6 / 12 + 1e-8 / 9))
    assert exponential("v", _q(1, "mV"), "V").u == pytest.approx(0.001)


def test_en_of_quantities_is_en_of_their_figures():
    figures = (_q(10.5, "V"), _q(400, "mV"), _q(10000, "mV"), _q(0.3, "V"))
    assert en_number(*figures, in_reference=False) == pytest.approx(1.0)
    warm = (_q(20.5, "degC"), _q(0.4, "kelvin"), _q(293.15, "kelvin"), _q(0.3, "delta_degC"))
    assert en_number(*warm, in_reference=False) == pytest.approx(1.0)
    with pytest.raises(UnitsError):
        en_number(*figures[:3], _q(0.3, "A"), in_reference=False)


REFUSED = {
    "en mixed": lambda: en_number(_q(10.5, "V"), 0.4, 10.0, 0.3, in_reference=False),
    "true": lambda: normal("a", True, 0.1, "V"),
    "equal series": lambda: autocorrelated("a", [1.0] * 20, "V"),
    "en text": lambda: en_number("10.5", 0.4, 10.0, 0.3, in_reference=False),
    "grubbs": lambda: grubbs([1.0, 1.1, 0.9, 5.0]),
    "outliers": lambda: outlier_search([1.0, 1.1, 0.9, 5.0]),
    "from_uncertainties": lambda: from_uncertainties(1.0),
    "to_uncertainties": lambda: to_uncertainties(uncertain(normal("a", 1.0, 0.1, "V"))),
    "from_gtc": lambda: from_gtc(1.0),
    "to_gtc": lambda: to_gtc(uncertain(normal("a", 1.0, 0.1, "V"))),
    "between": lambda: between("t", "2", 3, "V"),
    "inexact": lambda: inexact_limits("t", 1, 2, "x", "V"),
    "exponential": lambda: exponential("t", "a", "V"),
    "no k": lambda: from_half_width("a", 1, 1, "V", k=None, treat_as="normal_k"),
    "k text": lambda: from_half_width("a", 1, 1, "V", k="2", treat_as="normal_k"),
    "certificate": lambda: certificate("a", 1, 1, "V", k="2", probability=0.95),
}


@pytest.mark.parametrize("make", REFUSED.values(), ids=REFUSED)
def test_texts_and_nothing_are_refused_by_name(make):
    with pytest.raises(InputError):
        make()


def test_what_came_from_another_library_made_there_is_not_validated():
    there = pytest.importorskip("uncertainties").ufloat(0.1, 0.2, "x")
    found = from_uncertainties({"x": there, "square": there**2})
    assert "first order is validated" in express(found["x"]).verdict
    assert "not examined: linear as stored" in express(found["square"]).verdict
