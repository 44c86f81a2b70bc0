"""Truth is drawn as the budget says (METROLOGY 26), and from named populations."""

from __future__ import annotations

import math
import statistics

import pytest

from calibrator_drivers.accuracy import State, load_table
from calibrator_sim._config import parse_bench
from calibrator_sim._faults import FaultScript
from calibrator_sim._network import Network
from calibrator_sim.nodes import electrical

SEEDS = range(1500)
FRESH = State(temperature_c=23.0, hours_since_zero=2.0, temperature_change_since_zero_c=0.0)


def networks(bench, seeds=SEEDS):
    """The physics of a bench for many seeds, without servers."""
    for seed in seeds:
        config = parse_bench(bench, seed=seed)
        yield Network(config, lambda: 0, FaultScript((), lambda: 0))


def moments(values):
    return statistics.fmean(values), statistics.pstdev(values)


def test_the_standards_error_is_z_times_its_standard_uncertainty(default):
    table = load_table("fluke_5522a")
    points = [("dcv", 10.0), ("dcv", 1000.0), ("res4w", 100.0), ("dci", 0.01)]
    units = {point: table.limit(*point, interval="1y", state=FRESH).standard_uncertainty for point in points}
    drawn = {point: [] for point in points}
    for network in networks(default):
        unit = network.devices["calibrator"].output.unit
        for point in points:
            drawn[point].append(unit.error(*point) / units[point])
    for values in drawn.values():
        mean, rms = moments(values)
        assert abs(mean) < 4 / math.sqrt(len(values))
        assert rms == pytest.approx(1.0, abs=4 / math.sqrt(2 * len(values)))
        assert max(map(abs, values)) > 2.58  # untruncated: some lie beyond the maker's limit
    both = statistics.correlation(drawn["dcv", 10.0], drawn["dcv", 1000.0])
    assert abs(both) < 4 / math.sqrt(len(SEEDS))  # another range, another z


def test_one_z_a_range_row_and_another_a_serial(bench, open_bench):
    first = bench.inputs("dcv", 10.0, 10.0, "volts")
    assert bench.inputs("dcv", -10.0, 10.0, "volts").z == pytest.approx(first.z)
    assert bench.inputs("dcv", 30.0, 100.0, "volts").z == pytest.approx(first.z)  # same 33 V range
    assert bench.inputs("dcv", 1.0, 1.0, "volts").z != pytest.approx(first.z)
    other = open_bench(instruments={"calibrator": {"serial": "SIM5522002"}}, assets={"SIM-CAL-01": {}})
    assert other.inputs("dcv", 10.0, 10.0, "volts").z != pytest.approx(first.z)


def test_the_ohms_floor_depends_on_the_zero(open_bench):
    z = {"simulation": {"units": {"calibrator": {"z": 1.0}}}}
    fresh = open_bench(**z).inputs("res4w", 100.0, 100.0, "ohms4w").standard
    old = open_bench(**z, instruments={"calibrator": {"zeroed_at": "2026-11-21T06:00:00Z"}})
    assert fresh == pytest.approx((28e-6 * 100 + 0.0014) / 2.58)
    assert old.inputs("res4w", 100.0, 100.0, "ohms4w").standard == pytest.approx((28e-6 * 100 + 0.015) / 2.58)


@pytest.mark.parametrize(
    ("unit", "expected"),
    [
        ({"error": "none"}, lambda v: v == 0.0),
        ({"error": "limit"}, lambda v: v == pytest.approx(140e-6)),
        ({"z": -2.0}, lambda v: v == pytest.approx(-2.0 * 140e-6 / 2.58)),
        ({"treat_as": "limit_rectangular"}, lambda v: abs(v) < 140e-6),
        ({"error": "inside", "width": 0.1}, lambda v: 0.0 < abs(v) < 14e-6),
        ({"interval": "90d", "z": 1.0}, lambda v: v == pytest.approx(120e-6 / 2.58)),
    ],
)
def test_other_ways_to_draw_a_standard(open_bench, unit, expected):
    bench = open_bench(simulation={"units": {"calibrator": unit}})
    assert expected(bench.inputs("dcv", 10.0, 10.0, "volts").standard)


def test_a_rectangular_standard_has_the_rms_of_a_rectangle(default):
    default["simulation"]["units"]["calibrator"]["treat_as"] = "limit_rectangular"
    values = [n.devices["calibrator"].output.unit.error("dcv", 10.0) for n in networks(default)]
    assert moments(values)[1] == pytest.approx(140e-6 / math.sqrt(3), rel=0.05)
    assert max(map(abs, values)) <= 140e-6


def test_wirings_are_drawn_uniformly_within_their_half_widths(default):
    emf, leads, leakage, loading, low = [], [], [], [], []
    for network in networks(default):
        volts = electrical.of(network).connection(network.config.wirings["volts"])
        emf.append(volts.emf_v / 1e-6)
        leads.append((volts.leads_ohm - 0.1) / 0.1)
        leakage.append(2 * volts.leakage_s * 1e12 - 1)
        physics = network.devices["meter"].physics
        loading.append(2 * physics.loading_s(10.0, impedance_auto=True) / 1e-10 - 1)
        low.append((physics.loading_s(100.0, impedance_auto=True) * 1e7 - 1) / 0.01)
    for values in (emf, leads, leakage, loading, low):
        mean, rms = moments(values)
        assert abs(mean) < 4 / math.sqrt(3 * len(values))
        assert rms == pytest.approx(1 / math.sqrt(3), rel=0.05)
        assert max(map(abs, values)) <= 1.0
    assert abs(statistics.correlation(emf, leads)) < 4 / math.sqrt(len(SEEDS))


def limit(function, range_, value):
    return load_table("keysight_34401a").limit(function, value, range_high=range_, interval="1y").half_width


@pytest.mark.parametrize("seed", range(20))
def test_a_unit_inside_is_inside_everywhere(open_bench, seed):
    bench = open_bench(seed)
    for function, range_ in (("dcv", 0.1), ("dcv", 1000.0), ("res4w", 1e8), ("dci", 3.0)):
        for value in (-range_, 0.0, range_):
            error = bench.true_error("meter", function, range_, value)
            assert abs(error) <= 0.62 * limit(function, range_, value)


def test_the_drawn_population_crosses_its_limits(default):
    default["simulation"]["units"]["meter"] = {"error": "drawn"}
    ratios = []
    for network in networks(default, range(500)):
        curve = network.devices["meter"].physics.unit.curve("dcv", 10.0)
        ratios.append((curve.gain * 10.0 + curve.offset) / limit("dcv", 10.0, 10.0))
    outside = sum(abs(ratio) > 1.0 for ratio in ratios) / len(ratios)
    assert 0.05 < outside < 0.6


def test_the_uniform_population_is_flat_at_full_scale(default):
    default["simulation"]["units"]["meter"] = {"error": "drawn", "population": "uniform", "width": 2.0}
    ratios = []
    for network in networks(default):
        curve = network.devices["meter"].physics.unit.curve("dcv", 10.0)
        ratios.append((curve.gain * 10.0 + curve.offset) / limit("dcv", 10.0, 10.0))
    assert statistics.pstdev(ratios) == pytest.approx(2 / math.sqrt(3), rel=0.05)
    assert sum(abs(ratio) < 1.0 for ratio in ratios) / len(ratios) == pytest.approx(0.5, abs=0.06)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_named_functions_ranges_and_points_lie_outside(open_bench, seed):
    named = ["dci", "dcv:10V", "res4w:100ohm:+100ohm", "dcv:1V:0V"]
    bench = open_bench(seed, simulation={"units": {"meter": {"error": "outside", "outside": named}}})

    def ratio(function, range_, value):
        return abs(bench.true_error("meter", function, range_, value)) / limit(function, range_, value)

    for point in (("dci", 0.01, 0.01), ("dci", 3.0, 2.0), ("dcv", 10.0, -10.0), ("res4w", 100.0, 100.0)):
        assert 1.7 < ratio(*point) < 4.0
    assert ratio("dcv", 1.0, 0.0) > 2.0
    for point in (("dcv", 100.0, 100.0), ("res4w", 1e4, 1e4), ("dcv", 10.0, 0.0), ("dcv", 0.1, 0.1)):
        assert ratio(*point) < 0.65


def test_a_whole_unit_outside(open_bench):
    bench = open_bench(simulation={"units": {"meter": {"error": "outside"}}})
    for function, range_ in (("dcv", 0.1), ("res4w", 1e6), ("dci", 1.0)):
        assert abs(bench.true_error("meter", function, range_, range_)) > 2 * limit(function, range_, range_)


def test_truth_is_only_of_what_is_there(bench):
    from calibrator_sim import UnknownTruthError

    for ask in (
        lambda: bench.true_error("nobody", "dcv", 10.0, 1.0),
        lambda: bench.true_error("meter", "dcv", 5.0, 1.0),
        lambda: bench.true_error("meter", "pressure", 10.0, 1.0),
        lambda: bench.true_output("meter"),
        lambda: bench.inputs("dcv", 10.0, 10.0, "nowhere"),
        lambda: bench.inputs("dcv", 5000.0, 1000.0, "volts"),
    ):
        with pytest.raises(UnknownTruthError) as caught:
            ask()
        assert caught.value.code == "unknown-truth"
        assert caught.value.way_out


def test_a_standard_meter_has_an_error_beyond_the_end_of_its_last_range(default):
    # a calibrator that is set to 1000 V may give 1000.01 V: a 3458A still shows it
    default["simulation"]["units"]["meter"] = {"error": "drawn", "population": "standard"}
    unit = next(iter(networks(default))).devices["meter"].physics.unit
    end = unit.table.span("dcv")[1]
    assert unit.whole_error("dcv", end, 1.00001 * end) == unit.whole_error("dcv", end, end) != 0.0
