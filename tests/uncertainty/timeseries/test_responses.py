"""Spectra, deconvolution and the second-order sensor."""

import numpy as np
import pint
import pytest

from calibrator_uncertainty import (
    InputError,
    ModelError,
    array,
    complex_uncertainty,
    covariance,
    normal,
    standard_uncertainty,
    uncertain,
)
from calibrator_uncertainty.regression import correlated_array
from calibrator_uncertainty.timeseries import (
    Spectrum,
    apply_response,
    deconvolve,
    fir_filter,
    fit_second_order,
    inverse_filter,
    low_pass,
    mean_response,
    second_order_response,
    spectrum,
)

Q = pint.get_application_registry().Quantity
F = np.linspace(0.0, 3000.0, 16)


def sensor(f, s0=0.12, damping=0.1, f0=2000.0):
    return s0 / (1.0 + 2j * damping * f / f0 - (f / f0) ** 2)


def test_transform_has_the_values_of_numpy_and_known_noise():
    x = np.random.default_rng(1).normal(size=12)
    found = spectrum(array(x, 0.1, "V"), Q(1.0, "ms"))
    assert found.value == pytest.approx(np.fft.rfft(x), rel=1e-12, abs=1e-12)
    assert found.frequency.to("Hz").magnitude == pytest.approx(np.fft.rfftfreq(12, 1e-3))
    # white noise: u² of each part is n u²/2, at 0 and half the rate all of it in the real part
    assert found.real.magnitude.u == pytest.approx(0.1 * np.sqrt([12, 6, 6, 6, 6, 6, 12]), rel=1e-12)
    assert found.imag.magnitude.u[1:6] == pytest.approx(np.full(5, 0.1 * np.sqrt(6)), rel=1e-12)
    assert found.covariance()[1, 8] == pytest.approx(0.0, abs=1e-15)


@pytest.mark.parametrize("count", [11, 12])
def test_there_and_back_is_the_same_series_with_the_same_errors(count):
    x = array(np.random.default_rng(2).normal(size=count), 0.1, "V")
    flat = Spectrum(
        spectrum(x, 1.0).frequency, Q(np.ones(count // 2 + 1), ""), Q(np.zeros(count // 2 + 1), "")
    )
    back = apply_response(x, 1.0, flat)
    assert back.magnitude.value == pytest.approx(x.magnitude.value, rel=1e-12)
    assert np.max((back - x).magnitude.u) < 1e-15


def test_amplitude_and_phase_of_a_certificate():
    response = Spectrum.from_polar(
        Q(np.array([10.0, 20.0]), "Hz"),
        array(np.array([2.0, 1.0]), 0.02, "mV"),
        Q(np.array([-90.0, 45.0]), "deg"),
    )
    assert response.value == pytest.approx([-2j, (1 + 1j) / np.sqrt(2)], abs=1e-12)
    assert response.amplitude.magnitude.u == pytest.approx([0.02, 0.02], rel=1e-12)
    assert response.phase.magnitude.value == pytest.approx([-np.pi / 2, np.pi / 4])
    assert np.max(response.phase.magnitude.u) < 1e-12  # the phase was given exact


def test_deconvolution_recovers_what_came_in():
    count, interval = 128, 1e-4
    t = np.arange(count) * interval
    came_in = np.exp(-(((t - 5e-3) / 8e-4) ** 2))
    grid = np.fft.rfftfreq(count, interval)
    measured = np.fft.irfft(np.fft.rfft(came_in) * sensor(grid), count)
    response = second_order_response(Q(grid, "Hz"), Q(0.12, "V/N"), 0.1, Q(2.0, "kHz"))
    found = deconvolve(array(measured, 1e-4, "V"), Q(100.0, "us"), response)
    assert found.units == Q(1.0, "N").units
    assert found.magnitude.value == pytest.approx(came_in, abs=1e-9)
    gains = low_pass(spectrum(measured, interval).frequency, Q(1500.0, "Hz"))
    quiet = deconvolve(array(measured, 1e-4, "V"), Q(100.0, "us"), response, low_pass=gains)
    assert np.max(quiet.magnitude.u) < 0.3 * np.max(found.magnitude.u)
    assert quiet.magnitude.value == pytest.approx(came_in, abs=0.01)


def test_deconvolution_agrees_with_drawn_series_and_responses():
    rng = np.random.default_rng(3)
    count, interval, draws = 32, 1e-4, 3000
    grid = np.fft.rfftfreq(count, interval)
    measured = rng.normal(size=count)
    gain = uncertain(normal("gain", 0.12, 0.002, "V/N"))
    damping = uncertain(normal("damping", 0.5, 0.01, ""))
    response = second_order_response(Q(grid, "Hz"), gain, damping, Q(4.0, "kHz"))
    found = deconvolve(array(measured, 0.05, "V"), interval, response).magnitude
    drawn = [
        np.fft.irfft(
            np.fft.rfft(measured + rng.normal(0.0, 0.05, count))
            / sensor(grid, rng.normal(0.12, 0.002), rng.normal(0.5, 0.01), 4000.0),
            count,
        )
        for _ in range(draws)
    ]
    assert np.std(drawn, axis=0) == pytest.approx(found.u, rel=0.08)


def test_the_sensitivitys_error_is_common_to_the_whole_series():
    grid = np.fft.rfftfreq(16, 1e-3)
    gain = uncertain(normal("gain", 2.0, 0.02, ""))
    response = second_order_response(grid, gain, 0.7, 1e6)
    found = deconvolve(Q(np.ones(16), "V"), 1e-3, response)
    assert found.magnitude.u == pytest.approx(np.full(16, 0.5 * 0.01), rel=1e-9)
    assert standard_uncertainty(found[3] / found[12]).magnitude < 1e-15


def test_second_order_fit_gives_back_its_parameters():
    value = sensor(F)
    noise = np.concatenate((value.real, value.imag))
    response = Spectrum(Q(F, "Hz"), array(value.real, 1e-3, "V"), array(value.imag, 1e-3, "V"))
    fit = fit_second_order(response)
    assert fit["S0"].magnitude.value == pytest.approx(0.12, rel=1e-9)
    assert fit["damping"].magnitude.value == pytest.approx(0.1, rel=1e-9)
    assert fit["resonance"].to("kHz").magnitude.value == pytest.approx(2.0, rel=1e-9)
    assert fit.goodness.dof == noise.size - 3
    again = second_order_response(Q(F, "Hz"), fit["S0"], fit["damping"], fit["resonance"])
    assert again.value == pytest.approx(value, rel=1e-9)


@pytest.mark.slow
def test_second_order_fit_agrees_with_drawn_responses():
    rng = np.random.default_rng(4)
    value = sensor(F)
    u, common = 2e-3, 5e-3
    # each part its own noise, and an error of the charge amplifier's gain common to all
    parts = np.concatenate((value.real, value.imag))
    spread = np.eye(parts.size) * u**2 + np.outer(parts, parts) * common**2
    both = correlated_array(parts, spread, "V")
    fit = fit_second_order(Spectrum(Q(F, "Hz"), both[: F.size], both[F.size :]))
    drawn = []
    for _ in range(200):
        seen = parts * (1.0 + rng.normal(0.0, common)) + rng.normal(0.0, u, parts.size)
        one = correlated_array(seen, spread, "V")
        drawn.append(fit_second_order(Spectrum(Q(F, "Hz"), one[: F.size], one[F.size :])).vector.value)
    assert np.std(drawn, axis=0) == pytest.approx(np.sqrt(np.diag(fit.covariance)), rel=0.2)
    assert standard_uncertainty(fit["S0"]).magnitude > 0.99 * common * 0.12  # the gain's error stays whole


def test_scatter_of_a_measured_response_gives_u_where_none_is_stated():
    rng = np.random.default_rng(6)
    value = sensor(F) + rng.normal(0.0, 1e-3, F.size) + 1j * rng.normal(0.0, 1e-3, F.size)
    fit = fit_second_order(Spectrum(Q(F, "Hz"), Q(value.real, "V"), Q(value.imag, "V")))
    assert fit.goodness.residual_deviation == pytest.approx(1e-3, rel=0.4)
    assert fit["resonance"].magnitude.dof == pytest.approx(2 * F.size - 3)


def test_spectra_that_do_not_fit_are_refused():
    one = Spectrum(Q(F, "Hz"), Q(np.ones(16), ""), Q(np.zeros(16), ""))
    with pytest.raises(InputError, match="different frequencies"):
        one * Spectrum(Q(F + 1.0, "Hz"), one.real, one.imag)
    with pytest.raises(InputError, match="do not rise"):
        Spectrum(Q(F[::-1].copy(), "Hz"), one.real, one.imag)
    with pytest.raises(InputError, match="different lengths"):
        Spectrum(Q(F[:3], "Hz"), one.real, one.imag)
    with pytest.raises(InputError, match="known from 0 Hz to 3000 Hz; the series needs 0 Hz to 5000 Hz"):
        deconvolve(np.ones(10), 1e-4, one)
    with pytest.raises(InputError, match="response of 0"):
        deconvolve(np.ones(10), 1e-2, Spectrum(one.frequency, Q(np.zeros(16), ""), one.imag))
    with pytest.raises(InputError, match="low_pass has shape"):
        deconvolve(np.ones(10), 1e-2, one, low_pass=[1.0])
    with pytest.raises(InputError, match=r"the interval between samples is 0\.0 s"):
        spectrum(np.ones(4), 0.0)
    flat = Spectrum(
        Q([1.0, 2.0, 3.0], "Hz"), array([1.0, 1.0, 1.0], 0.1, ""), array([0.0, 0.0, 0.0], 0.1, "")
    )
    with pytest.raises(ModelError, match=r"no resonance") as caught:
        fit_second_order(flat)
    assert caught.value.code == "no-resonance"
    barely = Spectrum(Q([1.0, 2.0], "Hz"), array([1.0, 1.0001], 0.1, ""), array([0.0, -1e-4], 0.1, ""))
    with pytest.raises(ModelError, match=r"tell no resonance: it would lie at"):
        fit_second_order(barely)
    with pytest.raises(ModelError, match="shows no resonance"):
        fit_second_order(
            Spectrum(Q(F, "Hz"), Q(1.0 / (1.0 + (F / 500.0) ** 2 * 1.0), ""), Q(0 * F, ""))
            * one
            * Spectrum(Q(F, "Hz"), Q(-1.0 + F / 100.0, ""), Q(0 * F + 1e-3, ""))
        )


def test_one_value_is_a_complex_quantity_with_its_covariance():
    x = array(np.random.default_rng(1).normal(size=12), 0.1, "V")
    found = spectrum(x, 1e-3)
    matrix = complex_uncertainty(found[2]).matrix
    assert matrix == pytest.approx(np.diag([0.06, 0.06]), abs=1e-12)
    assert found[2].magnitude.value == pytest.approx(np.fft.rfft(x.magnitude.value)[2])


def test_inverse_filter_gives_the_input_back_late_and_carries_the_responses_uncertainty():
    interval, grid = 1e-4, np.linspace(0.0, 3500.0, 101)
    gain = uncertain(normal("gain", 0.12, 0.001, "V/N"))
    damping = uncertain(normal("damping", 0.6, 0.01, ""))
    response = second_order_response(grid, gain, damping, Q(3.0, "kHz"))
    b = inverse_filter(response, interval, order=16, delay=8)
    t = np.arange(200) * interval
    came_in = np.exp(-(((t - 8e-3) / 1e-3) ** 2))
    seen = np.fft.irfft(
        np.fft.rfft(came_in, 800) * sensor(np.fft.rfftfreq(800, interval), 0.12, 0.6, 3000.0), 800
    )
    found = fir_filter(b, Q(seen[:200], "V"))
    assert found.magnitude.value[8:] == pytest.approx(came_in[:-8], abs=1e-3)
    peak = int(np.argmax(came_in)) + 8
    assert found.magnitude.u[peak] == pytest.approx(1.0 / 120.0, rel=0.02)  # that of the gain
    # the coefficients move as if the filter were made anew
    moved = [
        inverse_filter(
            second_order_response(grid, Q(g, "V/N"), d, 3000.0), interval, order=16, delay=8
        ).magnitude
        for g, d in ((0.121, 0.6), (0.119, 0.6), (0.12, 0.61), (0.12, 0.59))
    ]
    by_gain, by_damping = (moved[0] - moved[1]) / 2.0, (moved[2] - moved[3]) / 2.0
    expected = np.outer(by_gain, by_gain) + np.outer(by_damping, by_damping)
    assert covariance(b, b).magnitude == pytest.approx(expected, rel=1e-2, abs=1e-3 * expected.max())
    with pytest.raises(InputError, match="101 frequencies do not determine 301 coefficients"):
        inverse_filter(response, interval, order=300, delay=8)
    with pytest.raises(InputError, match="above half the sampling rate of 5000 Hz"):
        inverse_filter(response, 2e-4, order=16, delay=8)


def measured(count, seed=5):
    """Return runs of a sensor with noise that real and imaginary part share, and the covariance behind it."""
    rng = np.random.default_rng(seed)
    spread = np.array([[4e-6, 2e-6], [2e-6, 3e-6]])
    noise = rng.multivariate_normal([0.0, 0.0], spread, size=(count, F.size))
    return sensor(F) + noise[..., 0] + 1j * noise[..., 1], spread


def test_mean_of_runs_has_the_covariance_of_each_frequency():
    runs, _ = measured(6)
    found = mean_response(Q(F, "Hz"), runs, "V/N")
    assert found.value == pytest.approx(runs.mean(axis=0), rel=1e-12)
    by_hand = np.cov(runs[:, 3].real, runs[:, 3].imag) / 6
    joint = found.covariance()
    assert joint[np.ix_([3, 19], [3, 19])] == pytest.approx(by_hand, rel=1e-9)
    assert joint[3, 4] == pytest.approx(0.0, abs=1e-20)
    assert found.real[3].magnitude.dof == pytest.approx(5.0)


def test_sensor_from_many_runs():
    runs, spread = measured(400)
    fitted = fit_second_order(mean_response(Q(F, "Hz"), runs, "V/N"))
    assert fitted["resonance"].to("Hz").magnitude.value == pytest.approx(
        2000.0, abs=4 * fitted["resonance"].to("Hz").magnitude.u
    )
    # with the true covariance of the mean the same u comes out
    known = np.kron(spread / 400, np.eye(F.size))
    both = correlated_array(np.concatenate((runs.mean(axis=0).real, runs.mean(axis=0).imag)), known, "V/N")
    expected = fit_second_order(Spectrum(Q(F, "Hz"), both[: F.size], both[F.size :]))
    for name in ("S0", "damping", "resonance"):
        assert fitted[name].magnitude.u == pytest.approx(expected[name].magnitude.u, rel=0.1)


def test_runs_that_tell_too_little_are_refused():
    runs, _ = measured(3)
    with pytest.raises(InputError, match="1 runs do not tell the covariance of 2 parts"):
        mean_response(Q(F, "Hz"), runs[:1])
    with pytest.raises(
        InputError, match=r"3 runs do not tell the covariance of 32 parts\. Take 33 runs or more"
    ):
        mean_response(Q(F, "Hz"), runs, jointly=True)
    with pytest.raises(InputError, match=r"shape \(16,\)"):
        mean_response(Q(F, "Hz"), runs[0])
    many, _ = measured(40)
    assert abs(mean_response(Q(F, "Hz"), many, jointly=True).covariance()[0, 1]) > 0.0
