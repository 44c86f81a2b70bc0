"""MIN, MAX and DEF behind the query of every numeric setting: what the setting then takes, and no more."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from typing import Any

import pytest

from calibrator_drivers.registry import driver_classes
from calibrator_sim import SIMULATOR
from calibrator_sim.scpi import Command, CommandTree, Number

GENERATOR = (
    "FREQ", "VOLT", "VOLT:OFFS", "VOLT:HIGH", "VOLT:LOW", "PHAS", "FUNC:SQU:DCYC", "FUNC:RAMP:SYMM",
    "PULS:PER", "FUNC:PULS:PER", "FUNC:PULS:WIDT", "FUNC:PULS:DCYC", "FUNC:PULS:TRAN",
    "FUNC:PULS:TRAN:BOTH", "BURS:NCYC",
    "BURS:PHAS", "BURS:INT:PER", "OUTP:LOAD", "TRIG:DEL", "TRIG:COUN", "TRIG:TIM",
)  # fmt: skip
SMU = (
    "SENS:COUN",
    *[f"SOUR:{q}{rest}" for q in ("VOLT", "CURR") for rest in ("", ":RANG", ":DEL", ":DEL:USER3")],
    "SOUR:VOLT:ILIM", "SOUR:CURR:VLIM",
    *[f"SENS:{q}:{rest}" for q in ("VOLT", "CURR", "RES")
      for rest in ("RANG", "RANG:AUTO:LLIM", "NPLC", "AVER:COUN", "DEL:USER2")],
)  # fmt: skip
NUMBERS = {
    "keysight_33220a": GENERATOR,
    "keysight_33500b": (*GENERATOR, "VOLT:LIM:HIGH", "VOLT:LIM:LOW"),
    "keithley_2450": SMU,
}


@pytest.fixture(params=list(NUMBERS), scope="module")
def unit(request: pytest.FixtureRequest) -> Iterator[tuple[str, Any]]:
    name = f'[instruments.u]\nasset = "A"\nmodel = "{request.param}"\nserial = "SIM1"\n'
    with SIMULATOR.open_in_process(tomllib.loads(f'name = "b"\n{name}[simulation]\nseed = 1\n')) as bench:
        pipe = bench.pipes["u"]()
        yield request.param, lambda text: pipe.feed(f"{text}\n".encode()).decode().strip()


def test_every_number_tells_its_ends_which_it_takes(unit: tuple[str, Any]) -> None:
    model, say = unit
    for header in NUMBERS[model]:
        say("*RST")
        if header == "SENS:VOLT:RANG":
            say("SOUR:FUNC CURR")  # the range of what is sourced is the source's
        low, high, usual = (float(say(f"{header}? {word}")) for word in ("MIN", "MAX", "DEF"))
        assert low <= usual <= high, header
        assert low < high, header
        present = float(say(f"{header}?"))
        assert low <= present <= high, header
        assert say(f"{header} {usual!r};:SYST:ERR?").startswith(("+0", "0")), header
        assert float(say(f"{header}?")) == pytest.approx(usual), header


def test_what_is_no_number_tells_no_ends(unit: tuple[str, Any]) -> None:
    model, say = unit
    for header in ("OUTP", "FUNC") if model != "keithley_2450" else ("SOUR:VOLT:READ:BACK",):
        assert say(f"{header}? MAX") == ""
        assert say("SYST:ERR?").startswith("-108")


def test_ends_follow_the_unit_and_the_load_that_amplitudes_are_told_for(unit: tuple[str, Any]) -> None:
    model, say = unit
    if model == "keithley_2450":
        pytest.skip("a source-measure unit has one unit")
    say("*RST;:OUTP:LOAD INF")
    assert float(say("VOLT? MAX")) == pytest.approx(20.0)
    say("VOLT:UNIT VRMS")
    assert float(say("VOLT? MAX")) == pytest.approx(7.0711, rel=1e-4)
    say("VOLT 2")
    assert float(say("VOLT:OFFS? MAX")) == pytest.approx(10.0 - 2.0 * 2.0**0.5)


# Whether wells and power meter know words for ends was not looked up; the filter of three steps takes none.
WITHOUT = {"fluke_9142", "fluke_9143", "fluke_9144", "yokogawa_wt310"}
STEPS = ("[SENSe:]VOLTage:AC:DETector:BANDwidth", "[SENSe:]CURRent:AC:DETector:BANDwidth")
MODELS = sorted(
    {model for model in driver_classes() if model.startswith(("keysight", "keithley", "fluke"))} - WITHOUT
)


def test_no_number_of_an_scpi_instrument_is_asked_without_its_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    known: dict[str, Command] = {}
    add = CommandTree.add

    def remember(tree: CommandTree, pattern: str, command: Command) -> None:
        known[pattern] = command
        add(tree, pattern, command)

    monkeypatch.setattr(CommandTree, "add", remember)
    looked = 0
    for model in MODELS:
        known.clear()
        unit = f'[instruments.u]\nasset = "A"\nmodel = "{model}"\nserial = "SIM1"\n'
        text = f'name = "b"\n{unit}[simulation]\nseed = 1\n'
        with SIMULATOR.open_in_process(tomllib.loads(text)) as bench:
            bench.pipes["u"]().feed(b"*IDN?\n")
        for header, command in known.items():
            query = known.get(f"{header}?")
            if query is None or header in STEPS:
                continue
            if any(isinstance(each, Number) and each.words for each in command.parameters):
                looked += 1
                assert any(isinstance(each, Number) for each in query.parameters), f"{model} {header}?"
    assert looked > 300
