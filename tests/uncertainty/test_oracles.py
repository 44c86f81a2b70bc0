"""GTC (MIT) and uncertainties (BSD) as oracles, and conversion from and to their numbers."""

import math
import operator

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calibrator_uncertainty import (
    NotSupportedError,
    UncertainArray,
    array,
    complex_uncertainty,
    correlation,
    degrees_of_freedom,
    from_gtc,
    from_uncertainties,
    normal,
    simultaneous,
    standard_uncertainty,
    to_gtc,
    to_uncertainties,
    uncertain,
    uncertain_complex,
)

uncertainties = pytest.importorskip("uncertainties", reason="an oracle of the test extra")
umath = pytest.importorskip("uncertainties.umath", reason="an oracle of the test extra")
GTC = pytest.importorskip("GTC", reason="an oracle of the test extra")

LEAVES = {"x": (1.3, 0.2, 5.0), "y": (-0.7, 0.1, 11.0), "z": (2.1, 0.4, math.inf)}
OURS = {"sin": np.sin, "cos": np.cos, "exp": np.exp, "atan": np.arctan, "tanh": np.tanh}


def trees():
    start = st.sampled_from(["x", "y", "z", 0.5, 3.0])

    def grow(children):
        return st.one_of(
            st.tuples(st.sampled_from("+-*/"), children, children),
            st.tuples(st.sampled_from(sorted(OURS)), children),
        )

    return st.recursive(start, grow, max_leaves=10)


def run(tree, names, functions):
    if not isinstance(tree, tuple):
        return names.get(tree, tree) if isinstance(tree, str) else tree
    parts = [run(branch, names, functions) for branch in tree[1:]]
    if tree[0] in functions:
        return functions[tree[0]](parts[0] * 0.1)
    if tree[0] == "/":
        return parts[0] / (parts[1] * parts[1] + 1.0)
    return {"+": operator.add, "-": operator.sub, "*": operator.mul}[tree[0]](parts[0], parts[1])


@settings(max_examples=150, deadline=None)
@given(trees())
def test_random_expressions_agree(tree):
    try:
        ours = run(tree, {n: UncertainArray.leaf(*v) for n, v in LEAVES.items()}, OURS)
        if not isinstance(ours, UncertainArray):
            return
        peer = run(
            tree,
            {n: uncertainties.ufloat(v[0], v[1]) for n, v in LEAVES.items()},
            {n: getattr(umath, n) for n in OURS},
        )
        gtc = run(tree, {n: GTC.ureal(*v) for n, v in LEAVES.items()}, {n: getattr(GTC, n) for n in OURS})
    except OverflowError:
        return
    scale = 1e-13 * (1.0 + abs(peer.nominal_value))
    assert ours.value == pytest.approx(peer.nominal_value, rel=1e-12, abs=scale)
    assert ours.u == pytest.approx(peer.std_dev, rel=1e-12, abs=scale)
    assert ours.u == pytest.approx(gtc.u, rel=1e-12, abs=scale)
    if ours.u > 1e-6 and gtc.df < 1e6:
        assert ours.dof == pytest.approx(gtc.df, rel=1e-9)


def test_numbers_of_uncertainties_come_and_go_with_their_correlations():
    a, b = uncertainties.ufloat(10.0, 0.1, "a"), uncertainties.ufloat(3.0, 0.2, "b")
    ours = from_uncertainties({"s": a + b, "d": a - b, "three": 3.0}, {"s": "V", "d": "V"})
    assert standard_uncertainty(ours["s"] - ours["d"]).to("mV").magnitude == pytest.approx(400.0)
    assert correlation(ours["s"], ours["d"]) == pytest.approx(-0.6)
    back = to_uncertainties({"s": ours["s"], "d": ours["d"]})
    assert (back["s"] - back["d"]).std_dev == pytest.approx(0.4)
    assert standard_uncertainty(ours["three"]).magnitude == 0.0


def test_numbers_of_gtc_come_and_go_with_dof():
    a, b = GTC.ureal(10.0, 0.1, 5, label="a"), GTC.ureal(3.0, 0.2, 9, label="b")
    y = a * b + a
    ours = from_gtc({"y": y, "a": a}, {"y": "V", "a": "V"})
    assert standard_uncertainty(ours["y"]).magnitude == pytest.approx(y.u, rel=1e-12)
    assert degrees_of_freedom(ours["y"]) == pytest.approx(y.df, rel=1e-9)
    back = to_gtc(ours)
    assert back["y"].df == pytest.approx(y.df, rel=1e-9)
    assert GTC.get_correlation(back["y"], back["a"]) == pytest.approx(correlation(ours["y"], ours["a"]))


def test_what_was_estimated_together_is_an_ensemble_of_gtc():
    v, i = simultaneous(["V", "I"], [[1, 2], [2, 3], [2, 5]], ["V", "A"])
    back = to_gtc({"r": v / i, "v": v, "i": i})
    assert back["r"].df == pytest.approx(2.0)
    assert back["r"].u == pytest.approx(standard_uncertainty(v / i).magnitude, rel=1e-12)
    assert GTC.get_correlation(back["v"], back["i"]) == pytest.approx(correlation(v, i))
    again = from_gtc({"r": back["v"] / back["i"]})["r"]
    assert degrees_of_freedom(again) == pytest.approx(2.0)


def test_arrays_and_complex_numbers_go_over_too():
    row = array([[1.0, 2.0], [3.0, 4.0]], 0.1, "V", dof=7)
    total = np.sum(row) * row
    for convert, u in ((to_gtc, lambda n: n.u), (to_uncertainties, lambda n: n.std_dev)):
        found = convert({"total": total, "row": row})
        assert found["total"].shape == (2, 2)
        assert u(found["total"][1, 0]) == pytest.approx(total.magnitude.u[1, 0], rel=1e-12)
        assert u(found["total"][0, 0] - found["row"][0, 0] * sum(found["row"].ravel())) == pytest.approx(
            0, abs=1e-12
        )
    assert to_gtc({"row": row})["row"][0, 1].df == pytest.approx(7.0)
    z = uncertain_complex("z", 1 + 2j, (0.1, 0.2), "V", dof=5, together=False)
    w = to_gtc({"w": z * z})["w"]
    ours = complex_uncertainty(z * z)
    assert complex(w.x) == pytest.approx(-3 + 4j)
    assert np.array(w.v) == pytest.approx(ours.matrix.ravel(), rel=1e-12)
    floats = np.array([uncertainties.ufloat(1.0, 0.1), uncertainties.ufloat(2.0, 0.2)])
    ours = from_uncertainties({"s": floats, "sum": floats.sum()}, {"s": "V", "sum": "V"})
    assert standard_uncertainty(ours["s"][0] + ours["s"][1] - ours["sum"]).magnitude == pytest.approx(
        0.0, abs=1e-15
    )


def test_what_cannot_be_converted_is_refused():
    with pytest.raises(NotSupportedError, match="complex"):
        to_uncertainties({"z": uncertain_complex("z", 1 + 2j, 0.1, "V")})
    with pytest.raises(NotSupportedError):
        from_gtc({"z": 1 + 1j})
    assert to_uncertainties({"x": uncertain(normal("x", 1, 0.1, "V"))})["x"].std_dev == pytest.approx(0.1)
