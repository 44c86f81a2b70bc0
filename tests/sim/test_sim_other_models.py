"""Every model beyond volts keeps its state, stands nonsense, and shows the same whoever looks."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calibrator_sim import SIMULATOR

WORDS = {
    "additel_681": ("255:R:OTYPE:1", ["255:W:UNIT:bar", "255:R:MRMD:1", "999999:R:X", ":::", "255:W"]),
    "druck_pace5000": (
        "*IDN?",
        [":OUTP:STAT 1", ":SOUR:PRES NAN", ":SOUR:PRES 1 FURLONG", ":SOUR:VENT 7", '"'],
    ),
    "fluke_1529": ("*IDN?", ["READ? 9", "READ? MAX", "UNIT:TEMP K", "FETC? 1"]),
    "fluke_1586a": (
        "*IDN?",
        ["CONF:TEMP:TC Q,(@101)", "ROUT:SCAN (@1)", "READ?", "CONF:TEMP:TC K", "(@", ";;;"],
    ),
    "fluke_6270a": ("*IDN?", ["OUTP:PRES:MODE FLY", "SOUR:PRES", "OUTP:PRES:MODE CONT", "SENS:PRES:MOD 7"]),
    "fluke_7341": ("*ver", ["s=", "s=1e9", "s=abc", "c=-1", "=", "setp=50", "t=5"]),
    "fluke_9142": (
        "*IDN?",
        ["OUTP:STAT 1", "SOUR:SPO", "SOUR:SPO 1,2", "SOUR:RATE 0", "SOUR:PROT:SCUT:LEV 60"],
    ),
    "fluke_9144": ("*IDN?", ["OUTP:STAT MAYBE", "SOUR:SPO 20", "SOUR:SPO 600", "OUTP:STAT 1"]),
    "mensor_cpc6050": (
        "*IDN?",
        ["Mode Fly", "Setpt x", "Units 99", "Mode Control", "UpperLimit -5", "Ptype A"],
    ),
    "mettler_xs205du": ("I4", ["TA", "TA x g", "WS 9", 'I10 "a"', "C3x", "@ 1", "SIR"]),
    "sartorius_quintix224": ("\x1bx1_", ["\x1b", "P", "\x1bQ", "\x1bZ", "\x1bx9_", "\x1bU"]),
    "vaisala_ptu300": ("VERS", ["SEND", "FORM", "?"]),
    "yokogawa_wt310": (
        "*IDN?",
        [":INTEG:STAR", ":INTEG:STAR", ":NUM:NORM:ITEM1 X", ":INP:VOLT:RANG 7V", ":RATE 3"],
    ),
}
BINARY = ("transmitter_4_20ma", "eastron_sdm630")


def bench_of(model: str, seed: int = 1) -> dict[str, Any]:
    return {
        "name": "one model",
        "instruments": {"unit": {"model": model, "serial": "SIMX0001"}},
        "simulation": {"seed": seed},
    }


@pytest.mark.parametrize("model", WORDS)
def test_nonsense_is_answered_or_ignored_and_the_state_survives(model: str, client_class: Any) -> None:
    identity, words = WORDS[model]
    noise = random.Random(model)
    with SIMULATOR.open(bench_of(model)) as bench:
        client = client_class(bench.resources["unit"], 30.0)
        first = client.query(identity)
        bench.clock.sleep(5.0)
        for word in words:
            client.write(word)
        for _ in range(20):
            client.send(bytes(noise.randrange(256) for _ in range(40)) + b"\r\n")
        client.send(b"X" * 100_000 + b"\n")
        bench.clock.sleep(200.0)
        assert bench.failure is None
        client.close()
        client = client_class(bench.resources["unit"], 30.0)
        assert client.query(identity)[1:] == first[1:]  # Mensor's first character tells of errors
        held = bench.snapshot()
        with SIMULATOR.open(bench_of(model)) as other:
            other.restore(held)
            assert other.snapshot() == held
            again = client_class(other.resources["unit"], 30.0)
            assert again.query(identity)[1:] == first[1:]
            again.close()
        client.close()


@pytest.mark.parametrize("model", BINARY)
def test_models_without_text_survive_a_snapshot(model: str) -> None:
    with SIMULATOR.open(bench_of(model)) as bench:
        bench.clock.sleep(10.0)
        held = bench.snapshot()
        with SIMULATOR.open(bench_of(model)) as other:
            other.restore(held)
            assert other.snapshot() == held


LINE: dict[str, Any] = {
    "name": "everything",
    "instruments": {
        "pace": {"model": "druck_pace5000", "serial": "SIMPACE01"},
        "gauge": {"model": "additel_681", "serial": "SIMADT01"},
        "well": {"model": "fluke_9142", "serial": "SIM914201"},
        "chub": {"model": "fluke_1529", "serial": "SIM152901"},
        "wt": {"model": "yokogawa_wt310", "serial": "SIMWT01"},
        "room": {"model": "vaisala_ptu300", "serial": "SIMPTU01"},
    },
    "simulation": {
        "seed": 7,
        "nodes": {
            "line": {"domain": "pressure", "joins": ["pace", "gauge"]},
            "block": {"domain": "thermal", "joins": ["well", "chub:1"]},
            "mains": {"domain": "power", "joins": ["wt"]},
        },
    },
}
ASKED = {
    "pace": ":SENS:PRES?",
    "gauge": "255:R:MRMD:1",
    "well": "SOUR:SENS:DATA?",
    "chub": "FETC? 1",
    "wt": ":NUM:NORM:VAL?",
    "room": "SEND",
}


def watched(client_class: Any, looks: list[tuple[float, str]]) -> dict[str, str]:
    """Start a ramp and a block, look at instruments at some moments, and return what all show at the end."""
    with SIMULATOR.open(LINE) as bench:
        clients = {name: client_class(bench.resources[name], 30.0) for name in ASKED}
        for text in (":UNIT:PRES KPA", ":SOUR:PRES 400", ":OUTP:STAT 1"):
            clients["pace"].write(text)
        for text in ("SOUR:SPO 80", "OUTP:STAT 1"):
            clients["well"].write(text)
        for at_s, name in sorted(looks):
            bench.clock.sleep(at_s - bench.clock.monotonic_ns() / 1e9)
            clients[name].query(ASKED[name])
        shown = {}
        for step, name in enumerate(ASKED):
            bench.clock.sleep(1000.0 + 10.0 * step - bench.clock.monotonic_ns() / 1e9)
            shown[name] = clients[name].query(ASKED[name])
        for client in clients.values():
            client.close()
        return shown


@settings(max_examples=15, deadline=None)
@given(st.lists(st.tuples(st.floats(1.0, 900.0), st.sampled_from(sorted(ASKED))), max_size=30))
def test_the_same_numbers_for_the_same_seed_whatever_the_order_of_calls(
    client_class: Any, looks: list[tuple[float, str]]
) -> None:
    assert watched(client_class, looks) == watched(client_class, [])
