"""Limits, specifications and targets as users give them: with units, as Limits, missing, or twice."""

import numpy as np
import pint
import pytest

from calibrator_uncertainty import (
    Budget,
    InputError,
    joint_conformity,
    normal,
    rectangular,
    risk,
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
