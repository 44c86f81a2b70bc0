"""Weighted mean, Mandel-Paule, DerSimonian-Laird: published figures and laws."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import calibrator_uncertainty as cu
from calibrator_uncertainty.comparison import (
    degrees_of_equivalence,
    dersimonian_laird,
    largest_consistent_subset,
    mandel_paule,
    weighted_mean,
)


def labs(figures, unit="mV"):
    found = enumerate(figures.items())
    return {name: cu.uncertain(cu.normal(f"lab_{i}", x, u, unit)) for i, (name, (x, u)) in found}


# BCG vaccine trials (Colditz et al., JAMA 271 (1994) 698), counts from memory; the results are seen in the
# metafor package's tests (test_misc_metan_vs_rma.uni_with_dat.bcg.r, Stata's metan): EE -0.4303
# [-0.5097, -0.3509], Q 152.2330; DL -0.7141 [-1.0644, -0.3638]. The one proves the other.
BCG = [
    (4, 119, 11, 128),
    (6, 300, 29, 274),
    (3, 228, 11, 209),
    (62, 13536, 248, 12619),
    (33, 5036, 47, 5761),
    (180, 1361, 372, 1079),
    (8, 2537, 10, 619),
    (505, 87886, 499, 87892),
    (29, 7470, 45, 7232),
    (17, 1699, 65, 1600),
    (186, 50448, 141, 27197),
    (5, 2493, 3, 2338),
    (27, 16886, 29, 17825),
]


def bcg():
    made = {}
    for i, (a, b, c, d) in enumerate(BCG):
        value = math.log(a / (a + b)) - math.log(c / (c + d))
        made[f"trial {i + 1}"] = (value, math.sqrt(1 / a - 1 / (a + b) + 1 / c - 1 / (c + d)))
    return labs(made, "")


def held(consensus):
    return consensus.reference.magnitude


def test_weighted_mean_of_the_bcg_trials():
    found = weighted_mean(bcg())
    assert held(found).value == pytest.approx(-0.4303, abs=5e-5)
    assert held(found).value - 1.959964 * held(found).u == pytest.approx(-0.5097, abs=5e-5)
    assert found.chi_squared == pytest.approx(152.2330, abs=5e-5)
    assert not found.consistent


def test_dersimonian_laird_of_the_bcg_trials():
    found = dersimonian_laird(bcg())
    assert held(found).value == pytest.approx(-0.7141, abs=5e-5)
    assert held(found).value - 1.959964 * held(found).u == pytest.approx(-1.0644, abs=5e-5)
    assert held(found).value + 1.959964 * held(found).u == pytest.approx(-0.3638, abs=5e-5)
    assert found.between.magnitude**2 == pytest.approx(0.3088, abs=5e-5)  # memory: metafor's tau^2


def test_mandel_paule_of_the_bcg_trials():
    found = mandel_paule(bcg())
    variance = found.between.magnitude**2
    assert variance == pytest.approx(0.3181, abs=1e-4)  # memory: metafor, method PM
    # its defining equation, written out
    x = np.array([one.magnitude.value for one in bcg().values()])
    w = 1 / (np.array([one.magnitude.u for one in bcg().values()]) ** 2 + variance)
    mean = np.sum(w * x) / np.sum(w)
    assert np.sum(w * (x - mean) ** 2) == pytest.approx(12.0, rel=1e-12)
    assert held(found).value == pytest.approx(mean, rel=1e-12)
    assert held(found).u == pytest.approx(np.sum(w) ** -0.5, rel=1e-12)


# Newtonian constant of gravitation, CODATA 2010 (P. J. Mohr et al., Rev. Mod. Phys. 84 (2012) 1527, XIII):
# eleven values, Birge ratio 4.58, chi-squared about 209.6 (memory; the two covariances are left out)
GRAVITY = {
    "NIST-82": (6.67248, 43e-5),
    "TR&D-96": (6.6729, 50e-5),
    "LANL-97": (6.67398, 70e-5),
    "UWash-00": (6.674255, 9.2e-5),
    "BIPM-01": (6.67559, 27e-5),
    "UWup-02": (6.67422, 98e-5),
    "MSL-03": (6.67387, 27e-5),
    "HUST-05": (6.67222, 87e-5),
    "UZur-06": (6.67425, 12e-5),
    "HUST-09": (6.67349, 18e-5),
    "JILA-10": (6.67234, 14e-5),
}


def test_birge_ratio_of_the_gravitational_constant():
    found = weighted_mean(labs(GRAVITY, ""))
    assert round(found.birge_ratio, 2) == 4.58
    assert found.chi_squared == pytest.approx(209.6, rel=2e-3)
    assert found.dof == 10


# Three voltmeters of which two share a standard: the formulas of generalised least squares, by hand.
def test_reference_value_with_correlations():
    shared = cu.uncertain(cu.normal("standard", 0.0, 3.0, "uV"))
    one = cu.uncertain(cu.normal("a", 10.0, 4.0, "uV")) + shared
    two = cu.uncertain(cu.normal("b", 12.0, 4.0, "uV")) + shared
    three = cu.uncertain(cu.normal("c", 0.005, 0.005, "mV"))
    found = weighted_mean({"1": one, "2": two, "3": three})
    v = np.array([[25.0, 9.0, 0.0], [9.0, 25.0, 0.0], [0.0, 0.0, 25.0]])
    inverse = np.linalg.inv(v)
    weights = inverse.sum(axis=1) / inverse.sum()
    assert list(found.weights.values()) == pytest.approx(list(weights), rel=1e-12)
    assert held(found).value == pytest.approx(weights @ [10.0, 12.0, 5.0], rel=1e-12)
    assert held(found).u == pytest.approx(inverse.sum() ** -0.5, rel=1e-12)
    # ignoring the correlation would state 4.08/sqrt(2) instead
    independent = weighted_mean(labs({"1": (10, 5), "2": (12, 5), "3": (5, 5)}, "uV"))
    assert held(independent).u < held(found).u
    assert found.reference.units == one.units


def test_excluded_laboratory_has_no_weight_and_another_denominator():
    results = labs({"A": (10.0, 1.0), "B": (10.2, 1.0), "C": (30.0, 2.0)})
    found = weighted_mean(results, exclude=["C"])
    assert found.excluded == ("C",)
    assert set(found.weights) == {"A", "B"}
    inside, _, outside = degrees_of_equivalence(results, found)
    assert inside.difference.magnitude.u == pytest.approx(math.sqrt(1.0 - 0.5), rel=1e-12)
    assert outside.difference.magnitude.u == pytest.approx(math.sqrt(4.0 + 0.5), rel=1e-12)
    assert (inside.in_reference, outside.in_reference) == (True, False)
    assert not outside.satisfactory


def test_largest_consistent_subset_leaves_out_who_does_not_fit_and_nobody_else():
    results = labs({"A": (0.0, 1), "B": (0.5, 1), "C": (-0.5, 1), "D": (9.0, 1), "E": (0.2, 1)})
    assert not weighted_mean(results).consistent
    found = largest_consistent_subset(results)
    assert found.excluded == ("D",)
    assert found.consistent
    assert largest_consistent_subset(labs({"A": (0, 1), "B": (1, 1)})).excluded == ()


# Two far ones on either side: leaving out the farthest one after another is not what the subset search does.
def test_largest_consistent_subset_tries_every_set_of_a_size():
    results = labs({"A": (0.0, 1), "B": (0.3, 1), "C": (8.0, 1), "D": (8.2, 1), "E": (8.1, 1)})
    assert largest_consistent_subset(results).excluded == ("A", "B")


def test_no_two_that_agree_are_refused():
    with pytest.raises(cu.InputError) as caught:
        largest_consistent_subset(labs({"A": (0, 1), "B": (10, 1), "C": (20, 1)}))
    assert caught.value.code == "inconsistent"
    with pytest.raises(cu.InputError) as caught:
        largest_consistent_subset(labs({str(i): (10 * i, 1) for i in range(40)}))
    assert caught.value.code == "too-many"


def test_results_that_agree_have_no_variance_between_laboratories():
    results = labs({"A": (1.0, 1), "B": (1.1, 1), "C": (0.9, 1)})
    for method in (mandel_paule, dersimonian_laird):
        found = method(results)
        assert found.between.magnitude == 0.0
        assert held(found).u == pytest.approx(3**-0.5)
        # the reference is then made of the results alone
        assert {part.name for part in cu.components(found.reference)} == {"lab_0", "lab_1", "lab_2"}


def test_deviation_between_laboratories_is_a_named_input():
    found = mandel_paule(labs({"A": (0.0, 1), "B": (5, 1), "C": (-5, 1)}))
    assert "between laboratories: A" in {part.name for part in cu.components(found.reference)}


def test_temperatures_in_degrees_celsius():
    found = weighted_mean(labs({"A": (20.00, 0.01), "B": (20.02, 0.01)}, "degC"))
    assert found.reference.magnitude.value == pytest.approx(20.01)
    assert str(found.reference.units) == "degree_Celsius"


@pytest.mark.parametrize(
    ("call", "code"),
    [
        (lambda: weighted_mean(labs({"A": (1, 1)})), "too-few"),
        (lambda: weighted_mean(labs({"A": (1, 1), "B": (2, 1)}), exclude=["Z"]), "unknown-name"),
        (lambda: weighted_mean(labs({"A": (1, 1), "B": (2, 1)}), exclude=["A"]), "too-few"),
        (lambda: weighted_mean(labs({"A": (1, 1), "B": (2, 1)}), level=5), "probability"),
        (lambda: weighted_mean(labs({"A": (1, 1), "B": (2, 0)})), "zero-u"),
        (lambda: mandel_paule(labs({"A": (1, 0), "B": (2, 1)})), "zero-u"),
    ],
)
def test_results_that_cannot_be_compared_are_refused(call, code):
    with pytest.raises(cu.InputError) as caught:
        call()
    assert caught.value.code == code


def test_results_that_repeat_each_other_or_do_not_fit_are_refused():
    one = cu.uncertain(cu.normal("a", 1.0, 0.1, "V"))
    with pytest.raises(cu.InputError) as caught:
        weighted_mean({"A": one, "B": 2 * one})
    assert caught.value.code == "singular"
    with pytest.raises(cu.UnitsError, match="result of B"):
        weighted_mean({"A": one, "B": cu.uncertain(cu.normal("b", 1.0, 0.1, "A"))})
    with pytest.raises(cu.UnitsError):
        weighted_mean({"A": one, "B": one.magnitude})
    with pytest.raises(cu.NotSupportedError):
        weighted_mean({"A": one, "B": cu.estimate(one)})


figures = st.dictionaries(
    st.sampled_from("ABCDEFG"),
    st.tuples(st.floats(-100, 100), st.floats(0.1, 10)),
    min_size=2,
    max_size=6,
)


@settings(max_examples=50, deadline=None)
@given(figures, st.floats(-1e3, 1e3), st.floats(0.01, 100))
def test_consensus_moves_with_the_data_and_does_not_mind_their_order(data, shift, scale):
    for method in (weighted_mean, mandel_paule, dersimonian_laird):
        here = method(labs(data))
        moved = method(labs({n: (scale * x + shift, scale * u) for n, (x, u) in reversed(data.items())}))
        assert held(moved).value == pytest.approx(
            scale * held(here).value + shift, rel=1e-9, abs=1e-7 * scale + 1e-9
        )
        assert held(moved).u == pytest.approx(scale * held(here).u, rel=1e-7)
        assert sum(here.weights.values()) == pytest.approx(1.0, rel=1e-12)
        low, high = min(x for x, _ in data.values()), max(x for x, _ in data.values())
        assert low - 1e-9 <= held(here).value <= high + 1e-9


@settings(max_examples=50, deadline=None)
@given(figures)
def test_added_variance_never_makes_the_consensus_more_certain(data):
    plain = held(weighted_mean(labs(data))).u
    for method in (mandel_paule, dersimonian_laird):
        assert held(method(labs(data))).u >= plain * (1 - 1e-9)
