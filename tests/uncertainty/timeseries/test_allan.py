"""Allan deviation: the published test suites of NIST SP 1065, and the package allantools as oracle."""

import numpy as np
import pint
import pytest

from calibrator_uncertainty import InputError
from calibrator_uncertainty.timeseries import allan_deviation

Q = pint.get_application_registry().Quantity

# W. J. Riley, NIST SP 1065 (2008), 12.4: the 9-point set of NBS Monograph 140 (frequency)
NBS14 = [892.0, 809.0, 823.0, 798.0, 671.0, 644.0, 883.0, 903.0, 677.0]


def riley_1000():
    """The 1000 points of NIST SP 1065, 12.4: n(i+1) = 16807 n(i) mod 2147483647, over 2147483647."""
    number, points = 1234567890, []
    for _ in range(1000):
        points.append(number / 2147483647)
        number = 16807 * number % 2147483647
    return np.array(points)


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("adev", [91.22945, 115.8082]),
        ("oadev", [91.22945, 85.95287]),
        ("mdev", [91.22945, 74.78849]),
    ],
)
def test_nine_points(kind, expected):  # NIST SP 1065, table 30
    found = allan_deviation(NBS14, 1.0, factors=[1, 2], kind=kind)
    assert found.deviation.magnitude.value == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("adev", [2.922319e-01, 9.965736e-02, 3.897804e-02]),
        ("oadev", [2.922319e-01, 9.159953e-02, 3.241343e-02]),
        ("mdev", [2.922319e-01, 6.172376e-02, 2.170921e-02]),
    ],
)
def test_thousand_points(kind, expected):  # NIST SP 1065, table 31
    points = riley_1000()
    assert points.mean() == pytest.approx(4.897745e-01, abs=5e-8)
    found = allan_deviation(points, 1.0, factors=[1, 10, 100], kind=kind)
    assert found.deviation.magnitude.value == pytest.approx(expected, abs=6e-8)
    assert found.tau.to("s").magnitude == pytest.approx([1.0, 10.0, 100.0])


@pytest.mark.parametrize("kind", ["adev", "oadev", "mdev", "hdev", "ohdev", "totdev"])
def test_allantools_agrees(kind):
    allantools = pytest.importorskip("allantools")
    points = np.random.default_rng(5).normal(size=200)
    found = allan_deviation(Q(points, "mV"), Q(0.5, "s"), factors=[1, 2, 5, 20], kind=kind)
    _, expected, _, pairs = getattr(allantools, kind)(
        points, rate=2.0, data_type="freq", taus=[0.5, 1, 2.5, 10]
    )
    assert found.deviation.magnitude.value == pytest.approx(expected, rel=1e-9)
    assert list(found.pairs) == list(pairs)
    assert f"{found.deviation.units}" == "millivolt"


COLOURS = {
    "white_pm": lambda white: np.diff(white, prepend=0.0),
    "white_fm": lambda white: white,
    "random_walk_fm": np.cumsum,
}


@pytest.mark.parametrize("noise", sorted(COLOURS))
def test_u_is_the_spread_over_repeated_series(noise):
    rng = np.random.default_rng(6)
    runs = [
        allan_deviation(COLOURS[noise](rng.normal(size=256)), 1.0, factors=[1, 4, 16], noise=noise)
        for _ in range(400)
    ]
    values = np.array([run.deviation.magnitude.value for run in runs])
    stated = np.mean([run.deviation.magnitude.u for run in runs], axis=0)
    assert values.std(axis=0) == pytest.approx(stated, rel=0.25)
    if noise == "white_fm":  # σ = 1/√m
        assert values.mean(axis=0) == pytest.approx([1.0, 0.5, 0.25], rel=0.03)


@pytest.mark.parametrize("noise", ["flicker_pm", "flicker_fm"])
def test_flicker_has_fewer_degrees_of_freedom_for_longer_times(noise):
    found = allan_deviation(np.arange(100.0) % 7, 1.0, noise=noise)
    assert found.tau.magnitude.tolist() == [1.0, 2.0, 4.0, 8.0, 16.0]
    assert list(found.dof[1:]) == sorted(found.dof[1:], reverse=True)
    assert all(1.0 <= dof <= 101.0 for dof in found.dof)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: allan_deviation([1.0, 2.0], 1.0), "2 readings"),
        (
            lambda: allan_deviation(NBS14, 1.0, factors=[5]),
            "averaging factor 5 does not fit 9 readings.*1 to 4",
        ),
        (lambda: allan_deviation(NBS14, 1.0, kind="vdev"), "'vdev'"),
        (lambda: allan_deviation(NBS14, 1.0, noise="pink"), "'pink'"),
        (lambda: allan_deviation(NBS14, -1.0), "-1.0 s; it is positive"),
        (lambda: allan_deviation([1.0, float("inf"), 2.0], 1.0), r"values\[1\] is inf"),
    ],
)
def test_bad_readings_are_refused_by_name(call, message):
    with pytest.raises(InputError, match=message):
        call()


def test_the_package_is_asked_for_where_it_is_missing(monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "allantools", None)
    with pytest.raises(InputError, match="pip install allantools"):
        allan_deviation(NBS14, 1.0, factors=[1], kind="hdev")
