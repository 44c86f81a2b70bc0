"""Correlated and complex numbers of GTC, compared with what GTC makes of them."""

import numpy as np
import pytest

from calibrator_uncertainty import (
    NotSupportedError,
    complex_uncertainty,
    components,
    correlation,
    degrees_of_freedom,
    from_gtc,
    standard_uncertainty,
)

GTC = pytest.importorskip("GTC", reason="an oracle of the test extra")


def test_an_ensemble_keeps_its_correlations_and_counts_once():
    a, b = GTC.multiple_ureal([1.0, 2.0], [0.1, 0.2], 4, label_seq=["a", "b"])
    GTC.set_correlation(0.6, a, b)
    c = GTC.ureal(3.0, 0.05, 9, label="c")
    y, w = a * b * c, a - b
    ours = from_gtc({"y": y, "w": w, "a": a, "b": b}, {"y": "V", "w": "V", "a": "V", "b": "V"})
    assert correlation(ours["a"], ours["b"]) == pytest.approx(0.6, rel=1e-12)
    for name, theirs in (("y", y), ("w", w)):
        assert standard_uncertainty(ours[name]).magnitude == pytest.approx(theirs.u, rel=1e-12)
        assert degrees_of_freedom(ours[name]) == pytest.approx(theirs.df, rel=1e-9)
    assert correlation(ours["y"], ours["w"]) == pytest.approx(GTC.get_correlation(y, w), rel=1e-12)
    assert standard_uncertainty(ours["a"] - ours["b"] - ours["w"]).magnitude == pytest.approx(0.0, abs=1e-16)


def test_correlated_inputs_without_dof():
    a, b = GTC.ureal(1.0, 0.1, independent=False), GTC.ureal(2.0, 0.2, independent=False)
    GTC.set_correlation(-0.5, a, b)
    ours = from_gtc({"y": a / b})["y"]
    assert standard_uncertainty(ours).magnitude == pytest.approx((a / b).u, rel=1e-12)
    assert degrees_of_freedom(ours) == np.inf


@pytest.mark.parametrize("u", [(0.1, 0.2), [0.01, 0.005, 0.005, 0.02]], ids=["independent", "correlated"])
def test_complex_numbers(u):
    z, f = GTC.ucomplex(1 + 2j, u, 5), GTC.ucomplex(0.5 - 1j, (0.02, 0.01), 12)
    y = z * z / f
    ours = from_gtc({"y": y, "z": z}, {"y": "ohm", "z": "ohm"})
    found = complex_uncertainty(ours["y"])
    assert found.matrix.ravel() == pytest.approx(np.array(y.v), rel=1e-12)
    assert ours["y"].magnitude.value == pytest.approx(complex(y.x), rel=1e-14)
    assert f"{ours['y'].units}" == "ohm"
    difference = ours["z"].magnitude - ours["z"].magnitude
    assert float(difference.real.u) == 0.0


def test_labels_and_what_is_no_number_of_gtc():
    x = GTC.ureal(1.0, 0.1, 7, label="x")
    (one,) = components(from_gtc({"y": 2 * x})["y"])
    assert (one.name, one.contribution) == ("x", pytest.approx(0.2))
    with pytest.raises(NotSupportedError, match="no uncertain number"):
        from_gtc({"y": 1.0})
