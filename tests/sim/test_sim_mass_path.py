"""The mass path: weights, air, corners, rest; balances over their lines, and with their drivers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from calibrator_drivers import open_instrument
from calibrator_sim import SIMULATOR, BenchFileError, SimBench
from calibrator_sim.nodes.mass import air_density, conventional_to_indicated, mpe_g

QUIET = {"noise": 0.0, "zero_drift": 0.0, "creep": 0.0, "convection": 0.0, "settling": 0.0}
IDEAL = {**QUIET, "unit_error": 0.0, "linearity": 0.0, "eccentricity": 0.0, "temperature": 0.0}


def bench_of(
    model: str = "mettler_xs205du",
    effects: dict[str, float] | None = None,
    density: float = 7950.0,
    **room: float,
) -> dict[str, Any]:
    def weight(nominal: float, **more: Any) -> dict[str, Any]:
        return {"serial": f"SIMW{nominal:g}", "nominal_g": nominal, "density": density, **more}

    return {
        "name": "balance",
        "instruments": {"balance": {"model": model, "serial": "SIMB0001"}},
        "wirings": {
            "empty": {"to": "balance", "weights": []},
            "w50": {"to": "balance", "weights": [weight(50.0)]},
            "w100": {"to": "balance", "weights": [weight(100.0)]},
            "w100-right": {"to": "balance", "weights": [weight(100.0)], "position": "right"},
            "w100-left": {"to": "balance", "weights": [weight(100.0)], "position": "left"},
            "w200": {"to": "balance", "weights": [weight(200.0)]},
            "w200-warm": {"to": "balance", "weights": [weight(200.0, warmer_k=2.0)]},
            "w300": {"to": "balance", "weights": [weight(200.0), weight(100.0)]},
        },
        "simulation": {"seed": 9, "wiring": "empty", "effects": effects or {}, "environment": room},
    }


@pytest.fixture
def opened(client_class: Any) -> Iterator[Callable[..., tuple[SimBench, Any]]]:
    held: list[Any] = []

    def opener(**keywords: Any) -> tuple[SimBench, Any]:
        bench = SIMULATOR.open(bench_of(**keywords))
        client = client_class(bench.resources["balance"])
        held.extend((client, bench))
        return bench, client

    yield opener
    for each in held:
        each.close()


def grams(reply: str) -> float:
    return float(reply.split()[2])


def test_the_air_and_what_it_carries() -> None:
    assert air_density(20.0, 50.0, 101_325.0) == pytest.approx(1.199, abs=5e-4)  # OIML R 111-1, E.3.1
    assert air_density(20.0, 50.0, 100_525.0) - air_density(20.0, 50.0, 101_325.0) == pytest.approx(
        -0.0095, abs=2e-4
    )
    # 1 kg of 7950 kg/m3 in air of 1.10 kg/m3 against one of 8000: 0.08 mg; aluminium: 2.45 mg for 0.01 kg/m3
    steel, light = (conventional_to_indicated(1000.0, rho, 1.10) for rho in (8000.0, 7950.0))
    assert light - steel == pytest.approx(0.0786e-3, abs=0.001e-3)
    steel, light = (conventional_to_indicated(1000.0, rho, 1.19) for rho in (8000.0, 2700.0))
    assert light - steel == pytest.approx(2.454e-3, abs=0.003e-3)
    # a balance that was adjusted in heavier air shows 12.5 ppm more (EURAMET cg-18: 15 ppm for 10 %)
    assert conventional_to_indicated(1000.0, 8000.0, 1.10) - 1000.0 == pytest.approx(12.5e-3, abs=0.1e-3)
    assert conventional_to_indicated(100.0, 2700.0, 1.2) == pytest.approx(100.0, abs=1e-12)
    assert mpe_g(100.0, "E2") == pytest.approx(0.16e-3)


def test_an_ideal_balance_shows_the_conventional_mass(opened: Callable[..., tuple[SimBench, Any]]) -> None:
    bench, balance = opened(effects={**IDEAL, "buoyancy": 0.0})
    bench.connect("w50")
    bench.clock.sleep(10.0)
    truth = bench.truth("w50")["conventional_mass_g"]
    assert abs(truth - 50.0) <= mpe_g(50.0, "E2")
    assert grams(balance.query("S")) == pytest.approx(truth, abs=0.5001e-5)
    bench.connect("w200")
    bench.clock.sleep(10.0)
    assert grams(balance.query("S")) == pytest.approx(
        bench.truth("w200")["conventional_mass_g"], abs=0.5001e-4
    )


def test_light_air_carries_less_of_a_light_weight(opened: Callable[..., tuple[SimBench, Any]]) -> None:
    bench, balance = opened(effects={**IDEAL, "barometer": 0.0}, density=2700.0)
    bench.connect("w50")
    bench.clock.sleep(10.0)
    truth = bench.truth("w50")
    expected = conventional_to_indicated(truth["conventional_mass_g"], 2700.0, truth["air_density_kg_m3"])
    assert abs(expected - truth["conventional_mass_g"]) > 1e-4
    assert grams(balance.query("S")) == pytest.approx(expected, abs=0.5001e-5)


def test_an_adjustment_takes_the_air_of_the_day_out(opened: Callable[..., tuple[SimBench, Any]]) -> None:
    bench, balance = opened(effects={**IDEAL, "barometer": 0.0}, density=8000.0, temperature_c=30.0)
    bench.connect("w50")
    bench.clock.sleep(10.0)
    truth = bench.truth("w50")["conventional_mass_g"]
    assert grams(balance.query("S")) - truth > 1e-4
    bench.connect("empty")
    bench.clock.sleep(10.0)
    assert balance.query("C3").startswith("C3 B")
    assert balance.read().startswith("C3 A")
    bench.connect("w50")
    bench.clock.sleep(10.0)
    assert grams(balance.query("S")) == pytest.approx(truth, abs=0.6e-5)


def test_left_and_right_are_as_much_too_high_as_too_low(opened: Callable[..., tuple[SimBench, Any]]) -> None:
    bench, balance = opened(effects={**QUIET, "eccentricity": 200.0})
    shown = {}
    for wiring in ("w100", "w100-right", "w100-left"):
        bench.connect(wiring)
        bench.clock.sleep(10.0)
        shown[wiring] = grams(balance.query("S"))
    right, left = shown["w100-right"] - shown["w100"], shown["w100-left"] - shown["w100"]
    assert right == pytest.approx(-left, abs=2.01e-4)
    assert 6e-4 < abs(right) <= 200.0 * 2e-4  # the table: 0.2 mg at 100 g


def test_a_warm_weight_seems_lighter_and_recovers(opened: Callable[..., tuple[SimBench, Any]]) -> None:
    bench, balance = opened(effects={**QUIET, "convection": 5.0, "barometer": 0.0})
    bench.connect("w200-warm")
    bench.clock.sleep(10.0)
    warm = grams(balance.query("S"))
    bench.clock.sleep(7200.0)
    assert grams(balance.query("S")) - warm == pytest.approx(5e-4, abs=1.5e-4)


def test_it_swings_creeps_and_comes_to_rest(opened: Callable[..., tuple[SimBench, Any]]) -> None:
    bench, balance = opened()
    bench.connect("w100")
    moving = balance.query("SI")
    assert moving.startswith("S D")
    before = bench.clock.monotonic_ns()
    assert balance.query("S").startswith("S S")
    assert 1.0 < (bench.clock.monotonic_ns() - before) / 1e9 < 15.0
    bench.connect("empty")
    bench.clock.sleep(0.3)
    assert not balance.query("SI").startswith("S S")
    bench.connect("w300")
    bench.clock.sleep(5.0)
    assert balance.query("SI").rstrip("\r") == "S +"


def test_its_words(opened: Callable[..., tuple[SimBench, Any]]) -> None:
    bench, balance = opened()
    bench.clock.sleep(5.0)
    ask = lambda text: balance.query(text).rstrip("\r")  # noqa: E731 - a shorthand
    assert ask("@") == 'I4 A "SIMB0001"'
    assert ask("I2") == 'I2 A "XS205DU Excellence 220.0000 g"'
    assert ask("I11") == 'I11 A "XS205DU"'
    assert ask("Z") == "Z A"
    assert ask("FRED") == "ES"
    assert ask("s") == "ES"  # capitals only
    assert ask("WS 1") == "WS A"
    assert ask("WS") == "WS A 1"
    assert ask("WS 0") == "WS A"
    assert ask("WS 7") == "WS L"
    assert ask("TA 5.0 lb") == "TA L"
    assert ask("TA 5.0 g") == "TA A    5.00000 g"
    assert grams(ask("SI")) == pytest.approx(-5.0, abs=1e-3)
    assert ask("TAC") == "TAC A"
    bench.connect("w100")
    assert ask("Z") == "Z +"
    assert grams(ask("T")) == pytest.approx(100.0, abs=2e-3)
    assert abs(grams(ask("SI"))) < 3e-4
    assert ask("C3") == "C3 B"
    assert balance.read().rstrip("\r") in ("C3 A", "C3 I")


def test_an_open_door_lets_the_air_in(opened: Callable[..., tuple[SimBench, Any]]) -> None:
    bench, balance = opened(effects={"draft": 5.0})
    bench.clock.sleep(5.0)
    balance.query("WS 1")
    assert balance.query("S").rstrip("\r") == "S I"
    balance.query("WS 0")
    bench.clock.sleep(5.0)
    assert balance.query("S").startswith("S S")


@pytest.mark.parametrize("model", ["mettler_xs205du", "sartorius_quintix224"])
def test_a_balance_with_its_driver(model: str) -> None:
    results = []
    for _ in range(2):
        with SIMULATOR.open(bench_of(model)) as bench:
            balance: Any = open_instrument(model, bench.resources["balance"], clock=bench.clock)
            assert balance.identify().serial == "SIMB0001"
            bench.clock.sleep(5.0)
            balance.zero()
            readings = []
            for wiring in ("w100", "empty", "w200", "empty"):
                bench.connect(wiring)
                bench.clock.sleep(3.0)
                readings.append(balance.read().value)
            assert readings == pytest.approx([100.0, 0.0, 200.0, 0.0], abs=1.5e-3)
            bench.connect("w300")
            bench.clock.sleep(3.0)
            assert balance.read_now()[0].overload
            bench.connect("empty")
            bench.clock.sleep(10.0)
            balance.adjust_inside()
            bench.connect("w100")
            bench.clock.sleep(5.0)
            balance.tare()
            assert balance.read().value == pytest.approx(0.0, abs=5e-4)
            balance.close()
            results.append(readings)
    assert results[0] == results[1]


def test_a_snapshot_while_the_pan_swings(
    opened: Callable[..., tuple[SimBench, Any]], client_class: Any
) -> None:
    bench, balance = opened()
    bench.connect("w100")
    bench.clock.sleep(0.5)
    held = bench.snapshot()
    bench.clock.sleep(1.0)
    expected = balance.query("SI")
    with SIMULATOR.open(bench_of()) as other:
        other.restore(held)
        other.clock.sleep(1.0)
        client = client_class(other.resources["balance"])
        assert client.query("SI") == expected
        client.close()


def test_a_weight_without_mass_is_refused() -> None:
    bench = bench_of()
    bench["wirings"]["w50"]["weights"] = [{"serial": "SIMW0"}]
    with pytest.raises(BenchFileError, match="no mass"):
        SIMULATOR.open(bench)
