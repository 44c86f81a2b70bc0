"""Curves whose points have units are asked with units; numbers, lists and arrays of them give the same."""

import numpy as np
import pint
import pytest

from calibrator_uncertainty import (
    InputError,
    UnitsError,
    array,
    estimate,
    normal,
    standard_uncertainty,
    uncertain,
)
from calibrator_uncertainty.regression import fit_line, table

Q = pint.get_application_registry().Quantity
BAR = np.arange(6.0)
MILLIAMPERE = np.array([4.0, 6.1, 8.0, 10.2, 11.9, 14.0])
LINE = fit_line(Q(BAR, "bar"), Q(MILLIAMPERE, "mA"), u_y=0.1)
TABLE = table(Q(BAR, "bar"), array(MILLIAMPERE, 0.1, "mA"), kind="cubic")


@pytest.mark.parametrize("one", [LINE, TABLE], ids=["line", "table"])
def test_figures_without_units_are_refused(one):
    for figure in (2.5, [1.0, 2.0], np.array([1.0]), array([1.0], 0.1, "").magnitude, None, "2 bar"):
        with pytest.raises(
            UnitsError, match=r"x is .*which has no unit; the points are in bar.*Quantity\(x, 'bar'\)"
        ):
            one(figure)
    with pytest.raises(UnitsError, match="the points are in milliampere"):
        one.inverse(5.0)
    with pytest.raises(UnitsError, match=r"near is 1\.0, which has no unit"):
        one.inverse(Q(5.0, "mA"), near=1.0)
    with pytest.raises(InputError, match="mixes quantities and the plain number"):
        one([Q(1.0, "bar"), 2.0])
    with pytest.raises(UnitsError, match="x is in volt where bar"):
        one(Q(1.0, "V"))


@pytest.mark.parametrize("one", [LINE, TABLE], ids=["line", "table"])
def test_one_several_and_uncertain_ones_give_the_same(one):
    alone = [one(Q(1.0, "bar")), one(Q(200.0, "kPa"))]
    for given in (Q([1.0, 2.0], "bar"), [Q(1.0, "bar"), Q(200.0, "kPa")], array([100.0, 200.0], 0.0, "kPa")):
        row = one(given)
        for place in (0, 1):
            assert standard_uncertainty(row[place] - alone[place]).magnitude < 1e-15
            assert estimate(row[place]).magnitude == pytest.approx(
                estimate(alone[place]).magnitude, rel=1e-14
            )
    back = one.inverse([Q(5.0, "mA"), Q(6000.0, "uA")])
    assert estimate(back[1]).magnitude == pytest.approx(
        estimate(one.inverse(Q(6.0, "mA"))).magnitude, rel=1e-14
    )
    read = uncertain(normal("read", 2.0, 0.1, "bar"))
    assert standard_uncertainty(one([read])[0] - one(read)).magnitude < 1e-15


def test_points_without_units_take_figures():
    bare = fit_line(BAR, MILLIAMPERE, u_y=0.1)
    assert estimate(bare(2.5)).magnitude == pytest.approx(estimate(LINE(Q(2.5, "bar"))).magnitude, rel=1e-14)
    assert estimate(bare([2.5, 3.0])).magnitude[0] == estimate(bare(2.5)).magnitude
    with pytest.raises(UnitsError):
        bare(Q(1.0, "bar"))
    with pytest.raises(InputError, match="no real numbers"):
        bare("x")


def test_the_origin_has_the_unit_of_x_too():
    assert (
        str(fit_line(Q(BAR, "bar"), Q(MILLIAMPERE, "mA"), u_y=0.1, origin=Q(200.0, "kPa"))["intercept"].units)
        == "milliampere"
    )
    with pytest.raises(UnitsError, match=r"origin is 2, which has no unit"):
        fit_line(Q(BAR, "bar"), Q(MILLIAMPERE, "mA"), u_y=0.1, origin=2)
