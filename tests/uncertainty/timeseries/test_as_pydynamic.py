"""Transforms, deconvolution and filters against PyDynamic, PTB's package, which has other formulas.

Figures of PyDynamic 2.5.1 (`GUM_DFT`, `DFT_deconv`, `GUM_iDFT`, `FIRuncFilter`, `IIRuncFilter`), made on
2026-11-23 from the inputs below; the package itself is archived and no part of the tests.
"""

import numpy as np
import pytest

from calibrator_uncertainty import array, covariance
from calibrator_uncertainty.regression import correlated_array
from calibrator_uncertainty.timeseries import Spectrum, deconvolve, fir_filter, iir_filter, spectrum

K = np.arange(8)
SERIES = np.array([0.0, 1.0, 3.0, 2.0, -1.0, 0.5, 1.5, -2.0])
SPREAD = 0.01 * (1.0 + K / 8.0)
SERIES_COVARIANCE = np.outer(SPREAD, SPREAD) * 0.5 ** np.abs(np.subtract.outer(K, K))


def test_transform_of_a_correlated_series():
    found = spectrum(correlated_array(SERIES, SERIES_COVARIANCE, "V"), 1.0).covariance()
    expected = [0.06516318158573138, 0.03126385717597463, 0.023251344047172846, 0.0199966536289265]
    expected += [0.025991096732823724, 0.0, 0.038542198181480324, 0.025265194994794717, 0.019296639279016828]
    assert np.sqrt(np.diag(found))[:9] == pytest.approx(expected, rel=1e-12)
    assert found[1, 6] == pytest.approx(-2.5083342430373584e-05, rel=1e-11)
    assert found[2, 8] == pytest.approx(3.208589468613987e-05, rel=1e-11)


def test_deconvolution_of_a_correlated_series_by_an_uncertain_response():
    response = 1.0 / (1.0 + 0.2j * np.arange(5))
    response[-1] = response[-1].real
    spread = np.full(5, 0.01)
    ends = np.array([0.0, 0.01, 0.01, 0.01, 0.0])
    seen = Spectrum(np.arange(5) / 8.0, array(response.real, spread, ""), array(response.imag, ends, ""))
    found = deconvolve(correlated_array(SERIES, SERIES_COVARIANCE, "V"), 1.0, seen)
    expected = [0.7963961030678928, 1.060710678118655, 3.604974746830584, 0.9864466094067263]
    expected += [-1.1763961030678927, 1.2192893218813452, 0.9150252531694165, -2.4064466094067267]
    assert found.magnitude.value == pytest.approx(expected, rel=1e-12)
    u = [0.029315665993060597, 0.029060818756372016, 0.029663527784850298, 0.030244349564548013]
    u += [0.03086410608267137, 0.03162623723414589, 0.032455160986582354, 0.03225213873336187]
    assert found.magnitude.u == pytest.approx(u, rel=1e-11)
    assert covariance(found[2], found[5]).magnitude == pytest.approx(1.3838836862486994e-05, rel=1e-9)


def test_a_filter_with_correlated_coefficients():
    taps = np.array([0.2, 0.5, 0.2, 0.1])
    spread = 0.01**2 * 0.3 ** np.abs(np.subtract.outer(range(4), range(4)))
    made = fir_filter(correlated_array(taps, spread, ""), array(np.sin(0.5 * np.arange(12)), 0.05, ""))
    expected = [0.8968437294891631, 0.8579892380352327, 0.6090690576894935, 0.21102752999536914]
    expected += [-0.2386808968840265, -0.6299519159189207, -0.866988735595724, -0.8917564755094598]
    assert made.magnitude.value[4:] == pytest.approx(expected, rel=1e-12)
    u = [0.03578682899787046, 0.03611755725583582, 0.034306639411894636, 0.03186459726064861]
    u += [0.0311169874328125, 0.0328478139864121, 0.03529448126933528, 0.03626497593279284]
    # Elster and Link (Metrologia 45 (2008) 464) add a trace: the second order of a product
    second = 0.05**2 * np.trace(spread)
    assert np.sqrt(made.magnitude.u[4:] ** 2 + second) == pytest.approx(u, rel=1e-12)


def test_a_recursive_filter_after_its_beginning():
    b, a = np.array([0.1, 0.2, 0.05]), np.array([1.0, -0.9, 0.3])
    back = array(a, np.sqrt([0.0, 1e-4, 4e-4]), "")
    forth = array(b, np.sqrt([1e-6, 4e-6, 9e-6]), "")
    made = iir_filter(forth, back, array(np.sin(0.5 * np.arange(60)), 0.05, ""))
    expected = [-0.6811574212467527, -0.39215849337091574, -0.007145489312292988, 0.37961697973763164]
    assert made.magnitude.value[50:54] == pytest.approx(expected, rel=1e-12)
    u = [0.03897181283036602, 0.047321210643156635, 0.047783499859641074, 0.04012826699904235]
    assert made.magnitude.u[50:54] == pytest.approx(u, rel=1e-8)
