"""The verdict of clause 8 beside every U that is issued: whoever issues one bears it."""

import copy
import dataclasses
import importlib
import inspect
import math
import pickle

import numpy as np
import pytest

import calibrator_uncertainty as cu
from calibrator_uncertainty import (
    Budget,
    ExpandedUncertainty,
    Multivariate,
    UncertainArray,
    complex_uncertainty,
    expanded_uncertainty,
    fit_line,
    normal,
    rectangular,
    uncertain,
    uncertain_complex,
)
from calibrator_uncertainty.comparison import (
    bilateral_equivalence,
    degrees_of_equivalence,
    en_number,
    weighted_mean,
)
from calibrator_uncertainty.rounding import express

ROOMS = ("", ".comparison", ".regression", ".risk", ".rounding", ".timeseries")
# What says that a class holds an expanded uncertainty or a coverage factor that was worked out here.
SIGNS = {"U", "expanded_uncertainty", "k", "k_ellipse", "k_rectangle", "uncertainty"}


def volts(value, u=0.1, name="v"):
    return uncertain(normal(name, value, u, "V"))


def labs():
    return {n: volts(x, u, n) for n, x, u in [("A", 10.1, 0.1), ("B", 9.9, 0.1), ("C", 10.3, 0.2)]}


def both():
    inputs = [normal("a", 2.0, 0.1, "V"), normal("b", 1.0, 0.1, "V")]
    models = {"sum": lambda a, b: a + b, "product": lambda a, b: a * b}
    return Multivariate(models, inputs, units={"sum": "V", "product": "V**2"})


def line():
    y = [uncertain(normal(f"y{i}", i + 0.01 * (i % 2), 0.02, "V")) for i in range(5)]
    return fit_line([float(i) for i in range(5)], y)


# every way to a U of this room, each bearing the verdict on it
ISSUES = {
    "expanded_uncertainty": lambda: expanded_uncertainty(volts(10.0)).magnitude,
    "expanded_uncertainty of a curve": lambda: expanded_uncertainty(line()(2.5)).magnitude,
    "expanded_uncertainty of an inverse": lambda: expanded_uncertainty(line().inverse(volts(2.5))).magnitude,
    "Budget.evaluate": lambda: Budget(lambda v: 2 * v, [normal("v", 1.0, 0.1, "V")], unit="V").evaluate(),
    "degrees_of_equivalence": lambda: degrees_of_equivalence(held := labs(), weighted_mean(held))[0],
    "degrees_of_equivalence, U": lambda: degrees_of_equivalence(labs(), volts(10.0))[0].U.magnitude,
    "bilateral_equivalence": lambda: bilateral_equivalence(labs(), policy="p95")[0],
    "complex_uncertainty": lambda: complex_uncertainty(uncertain_complex("z", 1 + 2j, 0.1, "V") ** 2),
    "Multivariate.first_order": lambda: both().first_order(),
}
BEARERS = {
    "BudgetResult",
    "ComplexUncertainty",
    "Equivalence",
    "ExpandedUncertainty",
    "PairEquivalence",
    "Region",
}
# why a class with such a name bears no verdict of its own
OTHERS = {
    "BudgetTable": "on demand, for one point or for all: clause8()",
    "RoundedResult": "its `verdict` is the text itself, where the quantity was at hand",
}


def public():
    for room in ROOMS:
        module = importlib.import_module(f"calibrator_uncertainty{room}")
        for name in module.__all__:
            yield name, getattr(module, name)


def names_of(one):
    own = {name for base in one.__mro__[:-1] for name in vars(base) if not name.startswith("_")}
    fields = {field.name for field in dataclasses.fields(one)} if dataclasses.is_dataclass(one) else set()
    return own | fields


def test_no_public_class_holds_a_U_without_its_verdict():
    found = {
        name
        for name, one in public()
        if inspect.isclass(one) and SIGNS & names_of(one) and not issubclass(one, Exception)
    }
    assert found - {"ExpandedUncertainty"} - OTHERS.keys() <= BEARERS
    assert BEARERS - {"ExpandedUncertainty"} <= found
    for name in BEARERS:
        where = next(one for here, one in public() if here == name)
        assert "verdict" in names_of(where), name
    assert "clause8" in names_of(cu.BudgetTable)


@pytest.mark.parametrize("what", ISSUES)
def test_whoever_issues_a_U_is_asked_for_its_verdict(what):
    found = ISSUES[what]()
    assert found.verdict.ok, what
    printed = str(found) if not isinstance(found, float) else found.clause8_text
    printed = found.to_text() if hasattr(found, "to_text") else printed
    assert "clause 8: first order is validated" in printed


def test_a_U_that_may_not_be_used_says_so():
    x = volts(0.1)
    U = expanded_uncertainty(x * x)
    assert not U.magnitude.verdict.ok
    assert "NOT validated" in U.magnitude.clause8_text
    assert str(express(x * x)).endswith(U.magnitude.clause8_text)
    squares = {
        name: one * one for name, one in {"A": volts(0.1, name="A"), "B": volts(0.0901, name="B")}.items()
    }
    pair = bilateral_equivalence(squares)[0]
    assert pair.verdict is not None
    assert "clause 8" in str(pair)
    z = uncertain_complex("z", 0.1 + 0.1j, 0.1, "V")
    bent = complex_uncertainty(z * z)
    assert not bent.verdict.ok
    assert bent.verdict.inside < 0.9
    assert "NOT validated" in str(bent)


def test_a_U_is_a_float_and_what_is_computed_of_it_is_no_issued_one():
    U = expanded_uncertainty(UncertainArray.leaf(1.0, 0.1))
    assert isinstance(U, ExpandedUncertainty)
    assert pytest.approx(0.196, abs=1e-3) == U
    assert type(2 * U) is float
    assert copy.deepcopy(U) is U
    assert f"{U:.2f}" == "0.20"
    assert float(U) == U
    back = pickle.loads(pickle.dumps(U))
    assert back == U
    assert back.verdict == U.verdict
    assert back.clause8_text == U.clause8_text


def test_a_U_in_another_unit_is_still_that_U():
    x = volts(0.1)
    U = expanded_uncertainty(x * x)
    asked = U.magnitude.verdict
    for other in (U.to("mV**2"), U.to_base_units(), copy.deepcopy(U.to("mV**2")), U.to_compact()):
        assert isinstance(other.magnitude, ExpandedUncertainty)
        assert other.to("V**2").magnitude == pytest.approx(float(U.magnitude), rel=1e-12)
        assert other.magnitude.verdict == asked  # as found in the unit of x
        back = pickle.loads(pickle.dumps(other))
        assert back.magnitude.verdict == asked
    assert U.m_as("mV**2").clause8_text == U.magnitude.clause8_text
    warm = expanded_uncertainty(uncertain(normal("t", 20.0, 0.1, "degC"))).to("mK")
    assert warm.magnitude == pytest.approx(196.0, rel=1e-3)
    assert warm.magnitude.verdict.ok
    level = expanded_uncertainty(uncertain(normal("g", 3.0, 0.1, "dB")))
    assert not isinstance(level.to("").magnitude, ExpandedUncertainty)  # a ratio, no U


def test_en_says_the_verdicts_of_the_U_that_it_rests_on():
    lab, reference = volts(0.1), volts(0.09, name="r")
    good = expanded_uncertainty(reference)
    found = en_number(lab, expanded_uncertainty(lab).to("mV"), reference, good, in_reference=False)
    assert found == pytest.approx(0.01 / math.hypot(0.196, 0.196), rel=1e-3)
    assert [one.ok for one in found.verdicts] == [True, True]
    assert found.clause8_text.count("first order is validated") == 2
    assert pickle.loads(pickle.dumps(found)).clause8_text == found.clause8_text
    assert copy.deepcopy(found).verdicts == found.verdicts
    plain = en_number(lab, 2 * good, reference, good, in_reference=False)
    assert plain.verdicts[0] is None
    assert "given or changed as a plain number" in plain.clause8_text
    square = en_number(
        lab * lab,
        expanded_uncertainty(lab * lab),
        reference * volts(0.1, 1e-3, "s"),
        expanded_uncertainty(reference * volts(0.1, 1e-3, "s")),
        in_reference=False,
    )
    assert not square.verdicts[0].ok
    assert "NOT validated" in square.clause8_text


def test_the_dominant_rectangle_decides_k_of_an_equivalence_too():
    lab = {"A": uncertain(rectangular("A", 1.0, 0.1, "V")), "B": volts(1.0, 1e-4, "B")}
    pair = bilateral_equivalence(lab, policy="p95")[0]
    assert pair.U.magnitude == pytest.approx(1.65 * 0.1 / math.sqrt(3), rel=2e-3)


def test_verdicts_of_regions_are_those_of_the_document():
    region = both().first_order()
    assert region.verdict == both().first_order().verdict  # one seed
    assert region.verdict.inside == pytest.approx(0.95, abs=0.01)
    drawn = both().monte_carlo(np.random.default_rng(1), draws=20_000)
    assert drawn.verdict is None
    assert "no first order" in str(drawn)
    back = pickle.loads(pickle.dumps(region))
    assert back.verdict == region.verdict
    assert back.clause8_text == region.clause8_text
    few = uncertain_complex("z", 1 + 2j, 0.1, "V", dof=5)
    told = complex_uncertainty(few)
    assert told.verdict.inside == pytest.approx(0.978, abs=0.003)  # bivariate t: F(2, 5) at k²/2
    stored = pickle.loads(pickle.dumps(complex_uncertainty(few * few)))
    assert stored.verdict is not None
    assert stored.clause8_text
