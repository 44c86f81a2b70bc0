"""What a node tells of its sensors is what they show, when noise, creep and rounding are off."""

from __future__ import annotations

import pytest

from calibrator_sim import SIMULATOR

QUIET = {"noise": 0, "creep": 0, "quantisation": 0, "parallax": 0, "zero_drift": 0, "keying": 0}


def test_a_gauge_shows_the_pressure_its_error_and_its_lag():
    instruments = {
        "source": {"model": "mensor_cpc6050", "serial": "SIMCPC01", "options": ["IS-33"]},
        "gauge": {"model": "additel_681", "serial": "SIMADT01"},
    }
    wirings = {"line": {"from": "source", "to": "gauge", "domain": "pressure", "heights_m": {"gauge": 0.3}}}
    bench_file = {
        "name": "line",
        "instruments": instruments,
        "wirings": wirings,
        "simulation": {"seed": 3, "wiring": "line", "effects": QUIET},
    }
    with SIMULATOR.open(bench_file) as bench:
        source = bench._network.devices["source"]
        gauge = bench._network.devices["gauge"]
        source.settings.slew_mode, source.settings.overshoot = "MAX", False
        seen = []
        for target in (1e6, 500e3):
            source.settings.set_point_pa = target
            source.switch(control=True)
            bench.clock.sleep(60.0)
            ns = bench.clock.bench_ns()
            known = bench.truth("line", at_ns=ns)
            at_unit = known["gauge_gauge_pressure_pa"]
            made = at_unit + known["gauge_error_pa"] + known["gauge_lag_pa"] + known["gauge_creep_pa"]
            assert gauge.gauge.indicated_pa(ns, 0.0) == pytest.approx(made, abs=1e-6)
            assert known["gauge_pressure_pa"] - target == pytest.approx(known["source_error_pa"], rel=1e-3)
            assert 2.0 < known["gauge_pressure_pa"] - at_unit < 40.0
            seen.append(known["gauge_lag_pa"])
    # at the upper end nothing lags, on the way down it reads high
    assert abs(seen[0]) < 1.0 < seen[1]


def test_a_balance_shows_what_its_parts_add_up_to():
    weight = {"serial": "SIMW1", "nominal_g": 100, "class": "E2", "density": 7850, "warmer_k": 0.5}
    bench_file = {
        "name": "pan",
        "instruments": {"balance": {"model": "mettler_xs205du", "serial": "SIMMT01"}},
        "wirings": {"left": {"to": "balance", "weights": [weight], "position": "left"}},
        "simulation": {"seed": 2, "effects": QUIET},
    }
    with SIMULATOR.open(bench_file) as bench:
        bench.connect("left")
        bench.clock.sleep(10.0)
        known = bench.truth("left")
        parts = ("conventional_mass_g", "error_g", "buoyancy_g", "convection_g", "corner_g")
        assert known["rest_g"] == pytest.approx(sum(known[part] for part in parts), abs=1e-9)
        # denser air than at the adjustment would carry more; a warm weight seems lighter
        assert known["convection_g"] < 0.0 < abs(known["buoyancy_g"])
