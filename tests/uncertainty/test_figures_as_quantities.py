"""Limits, specifications and targets as users give them: with units, as Limits, missing, or twice."""

from decimal import Decimal

import numpy as np
import pint
import pytest

from calibrator_uncertainty import (
    Budget,
    InputError,
    UnitsError,
    joint_conformity,
    normal,
    rectangular,
    risk,
    rounding,
    specification,
)

Q = pint.get_application_registry().Quantity


def _rng():
    return np.random.Generator(np.random.SFC64(2))


def _point(name="a"):
    return Budget(lambda x: x + 0, [normal("x", 0, 0.5, "V")], unit="V", name=name)


def test_joint_conformity_takes_limits_and_quantities():
    plain = joint_conformity([_point()], [(-1.0, 1.0)], rng=_rng())
    assert joint_conformity([_point()], [risk.Limits(-1, 1)], rng=_rng()) == plain
    assert joint_conformity([_point()], [(Q(-1000, "mV"), Q(1, "V"))], rng=_rng()) == plain


def test_a_point_without_any_limit_is_refused():
    with pytest.raises(InputError) as problem:
        joint_conformity([_point()], [(None, None)], rng=_rng())
    assert problem.value.code == "no-limits"


def test_the_same_budget_twice_is_one_measurand():
    one = _point()
    found = joint_conformity([one, one], [(-0.5, None), (None, 0.5)], rng=_rng())
    assert found.probability == pytest.approx(sum(found.points) - 1.0)  # no draw fails both


def test_a_specification_takes_quantities():
    found = specification("a", 0, "V", at=Q(10, "V"), of_reading=Q(12, "ppm"), floor=Q(1, "uV"))
    assert found == specification("a", 0, "V", at=10.0, of_reading=12e-6, floor=1e-6)
    assert specification("a", 0, "V", at=10, of_reading=Q(1, "%")).u == pytest.approx(0.1 / 3**0.5)


def test_a_target_may_have_a_unit():
    one = Budget(lambda x, r: x + r, [normal("x", 0, 0.5, "V"), rectangular("r", 0, 0.1, "V")], unit="V")
    assert one.cuts(Q(300, "mV")) == one.cuts(0.3)


def test_a_result_is_rounded_with_its_units():
    told = rounding.round_result(Q(10.05762, "ohm"), Q(27.0, "mohm"))
    assert told == rounding.round_result(10.05762, 0.027, unit="Ω")
    assert str(told) == "(10.058 ± 0.027) Ω"
    assert str(rounding.round_result(Q(10.05762, "ohm"), Q(27.0, "mohm"), unit="mΩ")) == "(10058 ± 27) mΩ"
    value, U = told.quantities()
    assert (value, U.to("mohm").magnitude) == (Q(10.058, "ohm"), pytest.approx(27.0))
    warm = rounding.round_result(Q(20.1234, "degC"), Q(0.0567, "K"))
    assert (
        str(warm)
        == "(20.123 ± 0.057) °C"
        == str(rounding.round_result(Q(20.1234, "degC"), Q(0.0567, "degC")))
    )
    assert warm.quantities()[1].to("K").magnitude == pytest.approx(0.057)
    exact = rounding.round_result(Q(Decimal("1.2345"), "V"), Q(Decimal("0.0125"), "V"))
    assert exact.uncertainty == Decimal("0.012")  # no digit moved on the way: the half goes to the even
    one, two = rounding.round_together([Q(1.23456, "V"), Q(10500.0, "mV")], [Q(1.23, "mV"), Q(0.0456, "V")])
    assert (one.parenthesis(), two.parenthesis()) == ("1.2346(12) V", "10.5000(456) V")


@pytest.mark.parametrize(
    ("value", "U", "unit"),
    [
        (Q(1.0, "V"), 0.1, ""),
        (1.0, Q(0.1, "V"), "V"),
        (Q(1.0, "V"), Q(0.1, "A"), ""),
        (Q(1, "V"), Q(1, "V"), "A"),
    ],
)
def test_a_result_whose_units_do_not_fit_is_refused(value, U, unit):
    with pytest.raises(UnitsError):
        rounding.round_result(value, U, unit=unit)
