"""Degrees of equivalence, En, and the median with its draws."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import calibrator_uncertainty as cu
from calibrator_uncertainty.comparison import (
    bilateral_equivalence,
    degrees_of_equivalence,
    en_number,
    median,
    weighted_mean,
)


def labs(figures, unit="mV"):
    found = enumerate(figures.items())
    return {name: cu.uncertain(cu.normal(f"lab_{i}", x, u, unit)) for i, (name, (x, u)) in found}


def test_both_denominators_of_en():
    assert en_number(10.5, 0.5, 10.0, 0.3, in_reference=True) == 1.25
    assert en_number(10.5, 0.5, 10.0, 0.3, in_reference=False) == pytest.approx(0.5 / math.sqrt(0.34))
    with pytest.raises(TypeError):
        en_number(10.5, 0.5, 10.0, 0.3)


def test_en_of_the_tape_is_en_by_the_right_denominator():
    results = labs({"A": (10.0, 0.2), "B": (10.3, 0.3), "C": (9.5, 0.2), "D": (11.5, 0.4)})
    found = weighted_mean(results, exclude=["D"])
    reference = found.reference.magnitude
    for one in degrees_of_equivalence(results, found):
        own = results[one.laboratory].magnitude
        by_hand = en_number(
            own.value, 2 * own.u, reference.value, 2 * reference.u, in_reference=one.in_reference
        )
        assert one.en == pytest.approx(by_hand, rel=1e-12)
        assert one.U.magnitude == pytest.approx(2 * one.difference.magnitude.u)
        # the wrong denominator makes |En| smaller for members, larger for others
        wrong = en_number(
            own.value, 2 * own.u, reference.value, 2 * reference.u, in_reference=not one.in_reference
        )
        assert (abs(wrong) < abs(one.en)) is one.in_reference


def test_degrees_of_equivalence_against_a_reference_from_elsewhere():
    standard = cu.uncertain(cu.normal("ref", 0.01, 0.0003, "V"))
    only = degrees_of_equivalence(labs({"A": (10.5, 0.4)}), standard)
    assert only[0].en == pytest.approx(0.5)
    assert not only[0].in_reference
    own = standard + cu.uncertain(cu.normal("a", 0.0, 0.0004, "V"))
    shared = degrees_of_equivalence({"A": own}, standard)
    assert shared[0].difference.magnitude.u == pytest.approx(0.0004)  # what is common cancels


def test_pairs_of_laboratories_with_a_common_standard():
    shared = cu.uncertain(cu.normal("s", 0.0, 3.0, "mV"))
    made = labs({"A": (1.0, 1.0), "B": (4.0, 1.0), "C": (2.0, 1.0)})
    made["A"] = made["A"] + shared
    made["B"] = made["B"] + shared
    first, second, third = bilateral_equivalence(made)
    assert (first.first, first.second) == ("A", "B")
    assert first.difference.magnitude.value == -3.0
    assert first.U.magnitude == pytest.approx(2 * math.sqrt(2))
    assert first.en == pytest.approx(-3 / (2 * math.sqrt(2)))
    assert second.U.magnitude == pytest.approx(2 * math.sqrt(11))
    assert third.first == "B"


def test_few_degrees_of_freedom_widen_U():
    results = {
        "A": cu.uncertain(cu.type_a("A", [1.0, 1.1, 1.2], "mV")),
        "B": cu.uncertain(cu.normal("B", 1.0, 0.1, "mV")),
    }
    narrow = degrees_of_equivalence(results, weighted_mean(results))
    wide = degrees_of_equivalence(results, weighted_mean(results), policy="p95")
    assert wide[0].U > narrow[0].U


def test_result_that_is_the_reference_value_is_refused():
    one = labs({"A": (1.0, 0.1)})
    with pytest.raises(cu.InputError) as caught:
        degrees_of_equivalence(one, one["A"])
    assert caught.value.code == "zero-u"


@pytest.mark.parametrize(
    ("arguments", "member", "code"),
    [
        ((math.nan, 1, 0, 1), False, "not-finite"),
        ((0, -1, 0, 1), False, "negative-u"),
        ((0, 0.1, 0, 0.3), True, "zero-u"),
        ((0, 0, 0, 0), False, "zero-u"),
    ],
)
def test_en_of_figures_that_cannot_be_is_refused(arguments, member, code):
    with pytest.raises(cu.InputError) as caught:
        en_number(*arguments, in_reference=member)
    assert caught.value.code == code


# Of three independent standard normal values the median has the variance 1 - sqrt(3)/pi (order statistics,
# e.g. H. A. David, Order Statistics, 3.2): a closed form that the draws must meet.
def test_median_of_three_equal_laboratories_by_its_closed_form():
    found = median(
        labs({"A": (0.0, 1.0), "B": (0.0, 1.0), "C": (0.0, 1.0)}), rng=np.random.default_rng(1), draws=200_000
    )
    assert found.u.magnitude == pytest.approx(math.sqrt(1 - math.sqrt(3) / math.pi), rel=0.01)
    assert found.value.magnitude == pytest.approx(0.0, abs=5 * 0.67 / math.sqrt(200_000))
    assert found.of_results.magnitude == 0.0
    assert found.upper.magnitude - found.lower.magnitude == pytest.approx(2 * 1.96 * 0.67, rel=0.03)


def test_median_does_not_follow_an_outlier_and_tells_who_is_off():
    results = labs(
        {"A": (10.0, 0.1), "B": (10.05, 0.1), "C": (9.95, 0.1), "D": (13.0, 0.05), "E": (10.0, 0.2)}
    )
    assert weighted_mean(results).reference.magnitude.value > 11.0
    found = median(results, rng=np.random.default_rng(7), draws=20_000)
    assert found.of_results.magnitude == 10.0
    assert found.value.magnitude == pytest.approx(10.04, abs=0.01)
    bad = {one.laboratory for one in found.equivalences if not one.satisfactory}
    assert bad == {"D"}
    again = median(results, rng=np.random.default_rng(7), draws=20_000)
    assert again == found


def test_median_keeps_correlations():
    shared = cu.uncertain(cu.normal("s", 0.0, 10.0, "mV"))
    made = {n: q + shared for n, q in labs({"A": (0.0, 1.0), "B": (0.0, 1.0), "C": (0.0, 1.0)}).items()}
    found = median(made, rng=np.random.default_rng(3), draws=50_000)
    assert found.u.magnitude == pytest.approx(math.hypot(10.0, 0.67), rel=0.02)
    assert found.equivalences[0].u.magnitude < 1.0


@pytest.mark.parametrize(("names", "draws", "code"), [("AB", 10_000, "too-few"), ("ABC", 100, "draws")])
def test_median_of_too_little_is_refused(names, draws, code):
    with pytest.raises(cu.InputError) as caught:
        median(labs(dict.fromkeys(names, (0.0, 1.0))), rng=np.random.default_rng(1), draws=draws)
    assert caught.value.code == code


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(st.floats(-10, 10), st.floats(0.1, 5)), min_size=3, max_size=6),
)
def test_weighted_deviations_from_the_mean_cancel(data):
    results = labs({str(i): pair for i, pair in enumerate(data)})
    found = weighted_mean(results)
    equivalences = degrees_of_equivalence(results, found)
    total = sum(found.weights[one.laboratory] * one.difference.magnitude for one in equivalences)
    assert total.value == pytest.approx(0.0, abs=1e-12)
    assert total.u == pytest.approx(0.0, abs=1e-7)
