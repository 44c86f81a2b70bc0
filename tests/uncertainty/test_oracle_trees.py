"""Random trees against GTC and `uncertainties`: complex numbers, correlated leaves, ensembles with dof.

Left out, with the reason: dof of a complex number whose parts were estimated together (GTC counts the parts
each alone; ours are one term), dof of leaves joined by `set_correlation` (GTC allows it for infinite dof
only), powers with uncertain exponents of complex numbers, and `uncertainties` for anything complex or with
dof, which it does not have. Where contributions cancel to a thousandth, twelve digits of u are not defined.
"""

import math
import operator

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from calibrator_uncertainty import (
    UncertainArray,
    UncertainComplex,
    complex_uncertainty,
    correlated,
    correlation,
    uncertain_complex,
)

uncertainties = pytest.importorskip("uncertainties", reason="an oracle of the test extra")
umath = pytest.importorskip("uncertainties.umath", reason="an oracle of the test extra")
GTC = pytest.importorskip("GTC", reason="an oracle of the test extra")

NAMES = ("a", "b", "c")
X = (1.3, -0.7, 2.1)
U = (0.2, 0.1, 0.4)
REAL = {"sin": np.sin, "cos": np.cos, "exp": np.exp, "atan": np.arctan, "tanh": np.tanh}
COMPLEX = {"sin": np.sin, "cos": np.cos, "exp": np.exp, "sqrt": np.sqrt}
CLOSE = 1e-12


def trees(leaves, functions):
    def grow(children):
        return st.one_of(
            st.tuples(st.sampled_from("+-*/"), children, children),
            st.tuples(st.sampled_from(sorted(functions)), children),
        )

    return st.recursive(st.sampled_from([*leaves, 0.5, 3.0]), grow, max_leaves=9)


def run(tree, names, functions):
    if not isinstance(tree, tuple):
        return names.get(tree, tree) if isinstance(tree, str) else tree
    parts = [run(branch, names, functions) for branch in tree[1:]]
    if tree[0] in functions:
        return functions[tree[0]](parts[0] * 0.1 + 0.7)
    if tree[0] == "/":
        return parts[0] / (parts[1] * parts[1] + 30.0)
    return {"+": operator.add, "-": operator.sub, "*": operator.mul}[tree[0]](parts[0], parts[1])


def sane(*figures):
    """Keep to trees without overflow, where digits mean something."""
    assume(all(math.isfinite(abs(one)) and abs(one) < 1e6 for one in figures))


def matrices():
    """Correlation matrices that are positive definite, as L Lᵀ brought to 1 on the diagonal."""

    def made(numbers):
        factor = np.array(numbers).reshape(3, 3) + 1.5 * np.eye(3)
        full = factor @ factor.T
        spread = np.sqrt(np.diag(full))
        return full / np.outer(spread, spread)

    return st.lists(st.floats(-1.0, 1.0), min_size=9, max_size=9).map(made)


def cancels(peer_parts, u):
    """Tell whether contributions cancel so far that twelve digits of u are not defined."""
    return u < 1e-3 * max(map(abs, peer_parts), default=0.0)


@settings(max_examples=25, deadline=None)
@given(trees(NAMES, REAL), matrices())
def test_correlated_leaves_agree_with_both(tree, r):
    covariance = r * np.outer(U, U)
    ours = [one._magnitude for one in correlated(NAMES, X, covariance, [""] * 3)]
    found = run(tree, dict(zip(NAMES, ours, strict=True)), REAL)
    assume(isinstance(found, UncertainArray))
    sane(found.value)
    gtc = [GTC.ureal(x, u, independent=False) for x, u in zip(X, U, strict=True)]
    for i in range(3):
        for j in range(i):
            GTC.set_correlation(float(r[i, j]), gtc[i], gtc[j])
    theirs = run(tree, dict(zip(NAMES, gtc, strict=True)), {name: getattr(GTC, name) for name in REAL})
    peers = uncertainties.correlated_values(X, covariance)
    other = run(tree, dict(zip(NAMES, peers, strict=True)), {name: getattr(umath, name) for name in REAL})
    parts = [GTC.rp.u_component(theirs, one) for one in gtc]
    assume(not cancels(parts, found.u))
    assert found.value == pytest.approx(GTC.value(theirs), rel=CLOSE, abs=1e-15)
    assert found.u == pytest.approx(GTC.uncertainty(theirs), rel=CLOSE)
    # from an eigenvalue decomposition of the matrix: some digits less where it is near to singular
    assert found.u == pytest.approx(other.std_dev, rel=CLOSE / max(1e-6, np.linalg.eigvalsh(r)[0]))


@settings(max_examples=25, deadline=None)
@given(trees((*NAMES, "d"), REAL), matrices(), st.integers(3, 30))
def test_ensembles_with_finite_dof_agree_with_gtc(tree, r, dof):
    ours = [one._magnitude for one in correlated(NAMES, X, r * np.outer(U, U), [""] * 3, dof=dof)]
    names = dict(zip(NAMES, ours, strict=True)) | {"d": UncertainArray.leaf(0.9, 0.3, 5.0)}
    found = run(tree, names, REAL)
    assume(isinstance(found, UncertainArray))
    sane(found.value)
    gtc = GTC.multiple_ureal(X, U, dof)
    for i in range(3):
        for j in range(i):
            GTC.set_correlation(float(r[i, j]), gtc[i], gtc[j])
    peers = dict(zip(NAMES, gtc, strict=True)) | {"d": GTC.ureal(0.9, 0.3, 5.0)}
    theirs = run(tree, peers, {name: getattr(GTC, name) for name in REAL})
    assume(not cancels([GTC.rp.u_component(theirs, one) for one in peers.values()], found.u))
    assert found.u == pytest.approx(GTC.uncertainty(theirs), rel=CLOSE)
    if found.u > 1e-6 and GTC.dof(theirs) < 1e6:
        assert found.dof == pytest.approx(GTC.dof(theirs), rel=1e-9)


Z = {"p": (1.2 + 0.5j, (0.1, 0.2)), "q": (-0.4 + 1.1j, (0.3, 0.1)), "w": (0.8 - 0.9j, (0.05, 0.2))}


@settings(max_examples=25, deadline=None)
@given(trees(sorted(Z), COMPLEX), st.floats(-0.95, 0.95))
def test_complex_trees_agree_with_gtc(tree, r):
    def ours_of(name, estimate, u):
        full = [[u[0] ** 2, r * u[0] * u[1]], [r * u[0] * u[1], u[1] ** 2]]
        return uncertain_complex(name, estimate, full, "")._magnitude

    found = run(tree, {name: ours_of(name, *one) for name, one in Z.items()}, COMPLEX)
    assume(isinstance(found, UncertainComplex))
    sane(found.value)
    leaves = {}
    for name, (estimate, u) in Z.items():
        cross = r * u[0] * u[1]
        leaves[name] = GTC.ucomplex(estimate, (u[0] ** 2, cross, cross, u[1] ** 2))
    theirs = run(tree, leaves, {name: getattr(GTC, name) for name in COMPLEX})
    assert found.value == pytest.approx(complex(theirs.x), rel=CLOSE)
    matrix, peer = complex_uncertainty(found).matrix, np.array(theirs.v).reshape(2, 2)
    size = max(np.abs(np.array(GTC.reporting.u_component(theirs, one))).max() for one in leaves.values())
    scale = max(size, np.sqrt(np.abs(peer).max()), 1e-9) ** 2  # what cancels leaves the rounding of its parts
    assert np.allclose(matrix, peer, rtol=CLOSE, atol=CLOSE * scale)


@settings(max_examples=20, deadline=None)
@given(trees(sorted(Z), COMPLEX), st.tuples(*[st.integers(2, 30)] * 3))
def test_dof_of_complex_trees_agree_with_gtc_where_parts_are_independent(tree, dofs):
    assume(isinstance(tree, tuple))  # of a leaf alone GTC tells the dof that it was given
    ours = {
        name: uncertain_complex(name, *one, "", dof=dof, together=False)._magnitude
        for (name, one), dof in zip(Z.items(), dofs, strict=True)
    }
    found = run(tree, ours, COMPLEX)
    assume(isinstance(found, UncertainComplex))
    sane(found.value)
    leaves = {name: GTC.ucomplex(*one, dof) for (name, one), dof in zip(Z.items(), dofs, strict=True)}
    theirs = run(tree, leaves, {name: getattr(GTC, name) for name in COMPLEX})
    told = complex_uncertainty(found)
    size = max(np.abs(np.array(GTC.reporting.u_component(theirs, one))).max() for one in leaves.values())
    assume(np.sqrt(told.matrix.max()) > 1e-3 * max(size, 1e-6))
    assert told.dof == pytest.approx(GTC.dof(theirs), rel=1e-9)


@settings(max_examples=20, deadline=None)
@given(trees(NAMES, REAL), trees(NAMES, REAL), matrices())
def test_correlation_of_two_results_is_that_of_gtc(tree, other, r):
    ours = [one._magnitude for one in correlated(NAMES, X, r * np.outer(U, U), [""] * 3)]
    gtc = [GTC.ureal(x, u, independent=False) for x, u in zip(X, U, strict=True)]
    for i in range(3):
        for j in range(i):
            GTC.set_correlation(float(r[i, j]), gtc[i], gtc[j])
    functions = {name: getattr(GTC, name) for name in REAL}
    found = [run(one, dict(zip(NAMES, ours, strict=True)), REAL) for one in (tree, other)]
    theirs = [run(one, dict(zip(NAMES, gtc, strict=True)), functions) for one in (tree, other)]
    assume(all(isinstance(one, UncertainArray) for one in found))
    sane(*(one.value for one in found))
    for one, peer in zip(found, theirs, strict=True):
        assume(one.u > 1e-9 and not cancels([GTC.rp.u_component(peer, leaf) for leaf in gtc], one.u))
    assert correlation(*found) == pytest.approx(GTC.get_correlation(*theirs), rel=1e-11, abs=1e-12)
