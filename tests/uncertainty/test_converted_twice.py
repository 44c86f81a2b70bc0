"""A number that is converted twice, or there and back, is one number: x - x' has no uncertainty."""

from __future__ import annotations

import gc

import numpy as np
import pytest

from calibrator_uncertainty import (
    NotSupportedError,
    array,
    correlation,
    degrees_of_freedom,
    dumps,
    from_gtc,
    from_uncertainties,
    loads,
    normal,
    simultaneous,
    standard_uncertainty,
    to_gtc,
    to_uncertainties,
    uncertain,
)

GTC = pytest.importorskip("GTC", reason="an oracle of the test extra")
uncertainties = pytest.importorskip("uncertainties", reason="an oracle of the test extra")


def _u(value):
    return float(standard_uncertainty(value).magnitude)


@pytest.mark.parametrize(
    ("make", "convert"),
    [
        (lambda: uncertainties.ufloat(10.0, 0.1, "a"), from_uncertainties),
        (lambda: GTC.ureal(10.0, 0.1, 5, label="a"), from_gtc),
        (lambda: GTC.ureal(10.0, 0.1, independent=False), from_gtc),
    ],
    ids=["uncertainties", "GTC", "GTC dependent"],
)
def test_two_calls_give_one_number(make, convert):
    a = make()
    first = convert({"x": a}, {"x": "V"})["x"]
    again = convert({"y": 2.0 * a}, {"y": "V"})["y"]
    assert _u(again - 2.0 * first) == pytest.approx(0.0, abs=1e-16)
    assert correlation(first, again) == pytest.approx(1.0)
    assert _u(convert({"z": make()}, {"z": "V"})["z"] - first) == pytest.approx(0.1 * 2**0.5)


def test_relatives_that_come_one_by_one_stay_correlated_as_in_gtc():
    a, b, c = GTC.multiple_ureal([1.0, 2.0, 3.0], [0.1, 0.2, 0.3], 4)
    GTC.set_correlation(0.6, a, b)
    GTC.set_correlation(-0.3, b, c)
    one = from_gtc({"a": a})["a"]
    three = from_gtc({"c": c, "y": a * c})
    two = from_gtc({"b": b, "all": a * b / c})
    assert correlation(one, two["b"]) == pytest.approx(0.6, rel=1e-12)
    assert correlation(two["b"], three["c"]) == pytest.approx(-0.3, rel=1e-12)
    assert correlation(one, three["c"]) == pytest.approx(0.0, abs=1e-12)
    assert _u(one * two["b"] / three["c"] - two["all"]) == pytest.approx(0.0, abs=1e-15)
    assert _u(two["all"]) == pytest.approx((a * b / c).u, rel=1e-12)
    assert degrees_of_freedom(two["all"]) == pytest.approx(4.0)
    assert correlation(three["y"], two["all"]) == pytest.approx(GTC.get_correlation(a * c, a * b / c))


def test_what_was_correlated_in_gtc_after_it_came_over_is_refused():
    a, b = GTC.ureal(1.0, 0.1, independent=False), GTC.ureal(2.0, 0.2, independent=False)
    c = GTC.ureal(3.0, 0.2, independent=False)
    GTC.set_correlation(0.1, a, c)
    kept = from_gtc({"a": a, "c": c})
    GTC.set_correlation(0.5, a, c)
    with pytest.raises(NotSupportedError, match="Set correlations in GTC first"):
        from_gtc({"a": a, "c": c})
    assert correlation(kept["a"], kept["c"]) == pytest.approx(0.1)
    assert _u(from_gtc({"b": b})["b"]) == pytest.approx(0.2)


@pytest.mark.parametrize(
    ("there", "back"), [(to_uncertainties, from_uncertainties), (to_gtc, from_gtc)], ids=["u", "GTC"]
)
def test_ours_there_and_back_is_ours(there, back):
    x, row = uncertain(normal("x", 10.0, 0.1, "V")), array([1.0, 2.0], 0.1, "V")
    v, i = simultaneous(["V", "I"], [[1, 2], [2, 3], [2, 5]], ["V", "A"])
    for ours, unit in ((x, "V"), (row[1], "V"), (x * row[0], "V**2"), (v / i, "V/A"), (v, "V")):
        again = back({"q": there({"q": ours})["q"]}, {"q": unit})["q"]
        assert again.magnitude.value == pytest.approx(ours.magnitude.value, rel=1e-15)
        assert _u(again - ours) == pytest.approx(0.0, abs=1e-15)
    there_twice = there({"q": x})["q"] - there({"q": 1.0 * x})["q"]
    assert (there_twice.std_dev if hasattr(there_twice, "std_dev") else there_twice.u) == 0.0


def test_theirs_here_and_back_is_theirs():
    a = uncertainties.ufloat(10.0, 0.1, "a")
    assert (to_uncertainties(from_uncertainties({"a": a * a}))["a"] - a * a).std_dev == pytest.approx(0.0)
    x = GTC.ureal(10.0, 0.1, 5, label="x")
    back = to_gtc(from_gtc({"x": x * x}))["x"]
    assert (back - x * x).u == pytest.approx(0.0, abs=1e-16)
    assert back.df == pytest.approx(5.0)
    a, b = GTC.multiple_ureal([1.0, 2.0], [0.1, 0.2], 4)
    GTC.set_correlation(0.6, a, b)
    back = to_gtc(from_gtc({"b": b}) | from_gtc({"y": a * b}))
    assert (back["y"] - a * b).u == pytest.approx(0.0, abs=1e-15)
    assert (back["b"] - b).u == pytest.approx(0.0, abs=1e-15)
    assert back["y"].df == pytest.approx(4.0)


def test_a_spread_that_was_changed_later_is_the_same_error_with_another_u():
    a = uncertainties.ufloat(10.0, 0.1)
    first = from_uncertainties({"a": a})["a"]
    a.std_dev = 0.3
    second = from_uncertainties({"a": a})["a"]
    assert (_u(first), _u(second)) == pytest.approx((0.1, 0.3))
    assert correlation(first, second) == pytest.approx(1.0)


def test_nothing_is_kept_of_numbers_that_are_gone():
    from calibrator_uncertainty import _twins

    gc.collect()
    before = len(_twins._ours), len(_twins._foreign)
    held = [
        from_uncertainties({"a": uncertainties.ufloat(i, 0.1)}) | from_gtc({"b": GTC.ureal(i, 0.1)})
        for i in range(50)
    ]
    assert len(_twins._ours) == before[0] + 100
    del held
    gc.collect()
    assert (len(_twins._ours), len(_twins._foreign)) == before


def test_a_number_of_gtc_has_its_name_in_stored_texts_too():
    x = GTC.ureal(10.0, 0.1, 5, label="x")
    text = dumps({"x": from_gtc({"x": x}, {"x": "V"})["x"]})
    gc.collect()
    again = from_gtc({"x": x}, {"x": "V"})["x"]
    assert _u(loads(text)["x"] - again) == 0.0
    assert np.isfinite(_u(again))
