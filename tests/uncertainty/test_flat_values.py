"""U of nothing to first order alone is refused wherever it comes from: arrays, ensembles, rounded slopes."""

import numpy as np
import pint
import pytest

from calibrator_uncertainty import (
    Budget,
    ModelError,
    array,
    budget_of,
    complex_array,
    complex_uncertainty,
    correlated,
    dumps,
    expanded_uncertainty,
    loads,
    normal,
    standard_uncertainty,
    to_gtc,
    to_uncertainties,
    uncertain,
    uncertain_complex,
)
from calibrator_uncertainty.comparison import bilateral_equivalence, degrees_of_equivalence, weighted_mean
from calibrator_uncertainty.rounding import express

Q = pint.get_application_registry().Quantity


def ones(angle=0.0):
    return array([angle, 60.0], 0.1, "deg")


@pytest.mark.parametrize(
    "flat",
    [
        lambda: (array([0.0, 1.0], 0.1, "V") ** 2)[0],
        lambda: array([0.0, 1.0], 0.1, "V")[0] ** 2,
        lambda: (Q(1150, "W") * np.cos(ones()))[0],
        lambda: np.sin(ones(90.0))[0],  # its slope is 6e-17 by rounding
        lambda: np.sin(uncertain(normal("a", 90.0, 1.0, "deg"))),
        lambda: abs(1 - complex_array("z", [0, 1], 0.1, "")[0] * complex_array("w", [0, 1], 0.1, "")[0]) ** 2,
    ],
)
def test_a_flat_value_is_refused(flat):
    with pytest.raises(ModelError) as refused:
        expanded_uncertainty(flat())
    assert refused.value.code == "flat"
    with pytest.raises(ModelError):
        express(flat())


@pytest.mark.parametrize(
    "true",
    [
        lambda: (array([0.0, 1.0], 0.1, "V") - array([0.0, 1.0], 0.1, "V") * 0.0)[0] * 0.0,
        lambda: np.subtract(*[array([0.0, 1.0], 0.1, "V")] * 2)[0],
    ],
)
def test_what_does_not_move_has_u_of_nothing(true):
    assert expanded_uncertainty(true()).magnitude == 0.0


def doors():
    from calibrator_uncertainty import risk

    limits = risk.Limits(Q(1149.999, "W"), Q(1150.001, "W"))
    return {
        "u": standard_uncertainty,
        "decide": lambda P: risk.decide_ilac_g8(P, limits, Q(0.0001, "W")),
        "risk": lambda P: risk.specific_risk(P, limits),
        "iso14253": lambda P: risk.decide_iso14253(P, limits),
        "to_uncertainties": lambda P: to_uncertainties({"P": P}),
        "to_gtc": lambda P: to_gtc({"P": P}),
        "pairs": lambda P: bilateral_equivalence({"a": P, "b": uncertain(normal("b", 1150, 1, "W"))}),
        "probabilities": lambda P: risk.conformance_probabilities(P, lower=limits.lower, upper=limits.upper),
        "equivalence": lambda P: degrees_of_equivalence({"a": P}, uncertain(normal("b", 1150, 1, "W"))),
        "reference": lambda P: degrees_of_equivalence({"b": uncertain(normal("b", 1150, 1, "W"))}, P),
        "mean": lambda P: weighted_mean({"a": P, "b": uncertain(normal("b", 1150, 1, "W"))}),
    }


@pytest.mark.parametrize("restored", [False, True])
@pytest.mark.parametrize("door", list(doors()))
def test_no_door_lets_a_flat_value_through(door, restored):
    power = Q(1150, "W") * np.cos(uncertain(normal("p", 0.0, 0.1, "deg")))
    if restored:
        power = loads(dumps({"P": power}))["P"]
    with pytest.raises(ModelError) as refused:
        doors()[door](power)
    assert refused.value.code == "flat"


@pytest.mark.parametrize("restored", [False, True])
def test_a_flat_value_is_not_printed_with_a_u_of_nothing(restored):
    def held(value):
        return loads(dumps({"v": value}))["v"] if restored else value

    power = held(Q(1150, "W") * np.cos(uncertain(normal("p", 0.0, 0.1, "deg"))))
    for text in (f"{power}", f"{power:.2f}", f"{power:~P}", repr(power)):
        assert "± ? (flat" in text
    assert "flat" in f"{held(array([0.0, 1.0], 0.1, 'V') ** 2)}"
    assert "flat" in f"{held(uncertain_complex('z', 0, 0.05, '') * uncertain_complex('w', 0, 0.05, ''))}"
    one = uncertain(normal("v", 10.0, 0.1, "V"))
    for plain in (one - one, one, one * 0.0, array([0.0, 1.0], 0.1, "V")):
        assert "flat" not in f"{held(plain)}"


def test_elements_and_complex_values_are_asked_too():
    with pytest.raises(ModelError):
        standard_uncertainty(array([0.0, 1.0], 0.1, "V") ** 2)
    z, w = (uncertain_complex(name, 0, 0.05, "") for name in "zw")
    with pytest.raises(ModelError):
        complex_uncertainty(z * w)
    assert complex_uncertainty(z - z).dof == np.inf


def test_a_budget_of_errors_estimated_together_bears_the_note():
    reflection, load = (uncertain_complex(name, 0, 0.05, "") for name in "GL")
    p, q = correlated(["p", "q"], [0, 0], [[1, 0.5], [0.5, 1]], ["V", "V"])
    for value in (abs(1 - reflection * load) ** 2, p * q, array([0.0, 1.0], 0.1, "V")[0] ** 2):
        assert "IS NOT AN UNCERTAINTY" in budget_of(value).evaluate().notes[0]


def test_a_slope_that_is_rounding_alone_bears_the_note():
    sine = Budget(lambda a: 1.0 * np.sin(a), [normal("a", 90.0, 1.0, "deg")], unit="")
    (note,) = sine.evaluate().notes
    assert "but for rounding" in note
    assert "u = 0.000215" in note  # (pi/180)²/√2
    with pytest.raises(ModelError, match="point 1"):
        sine.table({"a": [89.0, 90.0, 91.0]})
    with pytest.raises(ModelError, match="point 0"):
        sine.table({"a": [90.0, 90.0]})
    assert not sine.at(a=89.0).evaluate().notes


def test_a_clock_and_a_small_unit_are_no_suspects():
    clock = Budget(lambda f: f, [normal("f", 9192631770.0, 1e-7, "Hz")], unit="Hz")
    assert clock.evaluate().notes == ()
    assert clock.table({"f": np.full(3, 9192631770.0)}).u.tolist() == [1e-7] * 3
    assert expanded_uncertainty(uncertain(clock.inputs[0])).magnitude == pytest.approx(1.96e-7, rel=1e-4)
    assert Budget(lambda c: c, [normal("c", 0.0, 1e-3, "pF")], unit="F").evaluate().notes == ()
