"""Time stamps: u_y² = u_r² + (dy/dt)² u_t², and a clock error that all samples share."""

import numpy as np
import pint
import pytest

from calibrator_uncertainty import (
    InputError,
    UnitsError,
    array,
    correlation,
    covariance,
    normal,
    standard_uncertainty,
    uncertain,
)
from calibrator_uncertainty.timeseries import average_blocks, resample, with_time_stamps

Q = pint.get_application_registry().Quantity
T = np.linspace(0.0, 10.0, 101)


def ramp(u_r=0.0):
    """A ramp of 2 V/s, read with u_r."""
    return array(2.0 * T, u_r, "V") if u_r else Q(2.0 * T, "V")


def test_jitter_adds_the_slope_times_u_of_time():
    made = with_time_stamps(Q(T, "s"), ramp(0.03), jitter=Q(20.0, "ms"))
    assert made.magnitude.u == pytest.approx(np.full(101, np.hypot(0.03, 2.0 * 0.02)), rel=1e-12)
    assert made.magnitude.value == pytest.approx(2.0 * T)
    assert f"{made.units}" == "volt"
    # at the top of a sine nothing is added, at its zero the most
    sine = with_time_stamps(T, Q(np.sin(T), "V"), jitter=0.01, derivative=Q(np.cos(T), "V/s"))
    assert sine.magnitude.u == pytest.approx(0.01 * np.abs(np.cos(T)), rel=1e-12, abs=1e-15)


def test_the_differences_are_taken_where_no_derivative_is_given():
    made = with_time_stamps(T, Q(np.sin(T), "V"), jitter=0.01)
    assert made.magnitude.u == pytest.approx(0.01 * np.abs(np.cos(T)), abs=0.01 * 0.01)


def test_jitter_averages_away_and_a_shared_offset_does_not():
    jitter = with_time_stamps(T, ramp(), jitter=0.02)
    offset = with_time_stamps(T, ramp(), offset=0.02)
    assert np.mean(jitter).magnitude.u == pytest.approx(0.04 / np.sqrt(101), rel=1e-9)
    assert np.mean(offset).magnitude.u == pytest.approx(0.04, rel=1e-9)
    assert correlation(offset[3], offset[90]) == pytest.approx(1.0, rel=1e-12)
    assert np.max(np.abs(covariance(jitter[3], jitter[90]).magnitude)) == 0.0
    # it leaves the difference of two samples of a ramp
    assert standard_uncertainty(offset[90] - offset[3]).magnitude < 1e-15


def test_one_clock_for_two_channels_cancels_in_their_ratio():
    clock = uncertain(normal("clock", 0.0, 0.05, "s"))
    one = with_time_stamps(T, Q(2.0 * T + 1.0, "V"), offset=clock)
    two = with_time_stamps(T, Q(4.0 * T + 2.0, "V"), offset=clock)
    ratio = two[50] / one[50]
    assert standard_uncertainty(one[50]).magnitude == pytest.approx(0.1, rel=1e-9)
    assert standard_uncertainty(ratio).magnitude < 1e-15
    apart = with_time_stamps(T, Q(4.0 * T + 2.0, "V"), offset=0.05)[50] / one[50]
    assert standard_uncertainty(apart).magnitude > 0.02


def test_a_known_offset_is_corrected_for():
    clock = uncertain(normal("clock", 0.5, 0.05, "s"))  # stamps are half a second ahead
    made = with_time_stamps(T, ramp(), offset=clock)
    assert made.magnitude.value == pytest.approx(2.0 * T + 1.0, rel=1e-12)


def test_a_rate_error_grows_with_time():
    made = with_time_stamps(T, ramp(), rate=1e-3)
    assert made.magnitude.u == pytest.approx(2.0 * 1e-3 * T, rel=1e-9, abs=1e-15)
    assert correlation(made[10], made[100]) == pytest.approx(1.0, rel=1e-9)


def test_first_order_agrees_with_drawn_clocks():
    rng = np.random.default_rng(17)
    made = with_time_stamps(T, Q(np.sin(T), ""), jitter=0.01, offset=0.02, derivative=np.cos(T))
    true = T - (rng.normal(0.0, 0.01, (20000, 101)) + rng.normal(0.0, 0.02, (20000, 1)))
    area = np.sin(true).mean(axis=1)
    assert np.std(area) == pytest.approx(np.mean(made).magnitude.u, rel=0.03)


def test_resampling_correlates_neighbours():
    noise = array(2.0 * T, 0.1, "V")
    fine = resample(Q(T, "s"), noise, Q(np.array([50.0, 25.0, 1000.0]), "ms"))
    assert fine.magnitude.value == pytest.approx([0.1, 0.05, 2.0], rel=1e-12)
    assert fine.magnitude.u == pytest.approx([0.1 / np.sqrt(2), 0.1 * np.hypot(0.75, 0.25), 0.1], rel=1e-9)
    # cov = w1 w1' u² + w2 w2' u² with weights (1/2, 1/2) and (3/4, 1/4)
    assert covariance(fine[0], fine[1]).magnitude == pytest.approx(0.01 * (0.5 * 0.75 + 0.5 * 0.25), rel=1e-9)
    with pytest.raises(InputError, match="lies outside"):
        resample(T, noise, [10.5])


def test_blocks_average_noise_and_keep_what_is_common():
    standard = uncertain(normal("standard", 0.0, 0.3, "V"))
    means = average_blocks(array(np.zeros(10), 0.2, "V") + standard, 4)
    assert means.magnitude.shape == (2,)
    assert means.magnitude.u == pytest.approx(np.full(2, np.hypot(0.1, 0.3)), rel=1e-12)
    assert covariance(means[0], means[1]).magnitude == pytest.approx(0.09, rel=1e-12)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: with_time_stamps([0.0, 1.0, 1.0], [1.0, 2.0, 3.0], jitter=0.1),
            r"times\[2\] = 1 second is not",
        ),
        (lambda: with_time_stamps(T, ramp(), jitter=-1.0), "the jitter is finite and not negative"),
        (lambda: with_time_stamps(T, ramp(), offset=-1.0), "the offset is -1.0"),
        (lambda: with_time_stamps([0.0, 1.0], [1.0, 2.0], jitter=0.1), "do not tell dy/dt"),
        (lambda: with_time_stamps(T[:4], [1.0, 2.0], jitter=0.1), "4 times and 2 values"),
        (lambda: with_time_stamps(array(T, 0.1, "s"), ramp()), "times are uncertain"),
        (lambda: average_blocks(T, 0), "blocks of 0 in 101 samples"),
    ],
)
def test_bad_clocks_are_refused_by_name(call, message):
    with pytest.raises(InputError, match=message):
        call()


def test_a_jitter_in_volts_is_refused():
    with pytest.raises(UnitsError, match="jitter is in volt where second"):
        with_time_stamps(Q(T, "s"), ramp(), jitter=Q(1.0, "V"))
    with pytest.raises(UnitsError, match="times is in volt"):
        with_time_stamps(Q(T, "V"), ramp(), jitter=0.1)
