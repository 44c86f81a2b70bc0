"""A bench that cannot be simulated is refused in one sentence with key and way out."""

from __future__ import annotations

import re
import tomllib
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

import calibrator_sim
from calibrator_drivers.clock import Clock
from calibrator_sim import SIMULATOR, BenchFileError, SimulationError, UnknownTruthError, UnknownWiringError
from calibrator_sim._effects import CATALOGUE, Effects


def test_the_default_bench_is_what_the_procedure_needs(default, bench):
    assert list(default["wirings"]) == ["short", "open", "volts", "ohms4w", "ohms4w-normal", "current"]
    for wiring in default["wirings"].values():
        assert wiring["title"]["en"]
        assert wiring["title"]["zh"]
    issued = default["assets"]["SIM-CAL-01"]["certificate"]["issued"]
    assert default["simulation"]["start"].date() - issued == timedelta(days=200)
    assert default["simulation"]["seed"] == 1
    assert bench.clock.now() == datetime(2026, 11, 23, 8, tzinfo=UTC)
    assert set(bench.resources) == {"calibrator", "meter"}
    assert all(
        r.startswith("TCPIP0::127.0.0.1::") and r.endswith("::SOCKET") for r in bench.resources.values()
    )


def test_the_bench_satisfies_the_contract(bench):
    from calibrator.bench import SimulatedBench, Simulator

    held: SimulatedBench = bench
    plug: Simulator = SIMULATOR
    assert isinstance(held.clock, Clock)
    for protocol, thing in ((SimulatedBench, held), (Simulator, plug)):
        for name in vars(protocol):
            if not name.startswith("_"):
                assert hasattr(thing, name), name


@pytest.mark.parametrize(
    ("change", "code", "where", "says"),
    [
        (
            {"instruments": {"meter": {"model": "keysight_34401b"}}},
            "unknown-model",
            "instruments.meter.model",
            "keysight_34401a",
        ),
        (
            {"instruments": {"meter": {"serial": "MY123"}}},
            "serial-not-simulated",
            "instruments.meter.serial",
            "SIMMY123",
        ),
        (
            {"instruments": {"meter": {"resource": "USB0::1::2::3::INSTR"}}},
            "bad-value",
            "instruments.meter.resource",
            "TCPIP0",
        ),
        (
            {"instruments": {"calibrator": {"zeroed_at": "yesterday"}}},
            "bad-value",
            "instruments.calibrator.zeroed_at",
            "2026",
        ),
        ({"wirings": {"volts": {"from": "source"}}}, "unknown-instrument", "wirings.volts.from", "Known are"),
        ({"wirings": {"volts": {"from": "meter"}}}, "unknown-instrument", "wirings.volts.from", "calibrator"),
        ({"wirings": {"volts": {"to": "calibrator"}}}, "unknown-instrument", "wirings.volts.to", "meter"),
        (
            {"wirings": {"volts": {"terminals": "normal"}}},
            "bad-value",
            "wirings.volts.terminals",
            "normal-input",
        ),
        (
            {"wirings": {"volts": {"insulation_ohm": 0}}},
            "bad-value",
            "wirings.volts.insulation_ohm",
            "above 0",
        ),
        (
            {"wirings": {"volts": {"emf_v": {"half_width": "x"}}}},
            "bad-value",
            "wirings.volts.emf_v.half_width",
            "number",
        ),
        (
            {"instruments": {"meter": {"serial": "SIM5522001"}}},
            "twice",
            "instruments.meter.serial",
            '"calibrator" and "meter" have the same serial',
        ),
        ({"simulation": {"seed": "one"}}, "bad-value", "simulation.seed", "whole number"),
        ({"simulation": {"sed": 1}}, "unknown-key", "simulation.sed", "seed"),
        ({"simulation": {"wiring": "volt"}}, "unknown-wiring", "simulation.wiring", "volts"),
        ({"simulation": {"effects": {"nois": 1}}}, "unknown-effect", "simulation.effects.nois", "noise"),
        ({"simulation": {"effects": {"noise": -1}}}, "bad-value", "simulation.effects.noise", "switches"),
        ({"simulation": {"effects": {"noise": "off"}}}, "bad-value", "simulation.effects.noise", "false"),
        ({"simulation": {"effects": 1}}, "bad-value", "simulation.effects", "table"),
        ({"simulation": {"units": {"metre": {}}}}, "unknown-instrument", "simulation.units.metre", "meter"),
        (
            {"simulation": {"units": {"meter": {"errors": "none"}}}},
            "unknown-key",
            "simulation.units.meter.errors",
            "error",
        ),
        (
            {"simulation": {"units": {"meter": {"error": "bad"}}}},
            "bad-value",
            "simulation.units.meter.error",
            "drawn",
        ),
        (
            {"simulation": {"units": {"meter": {"width": True}}}},
            "bad-value",
            "simulation.units.meter.width",
            "number",
        ),
        (
            {"simulation": {"units": {"meter": {"outside": "dcv"}}}},
            "bad-value",
            "simulation.units.meter.outside",
            "list",
        ),
        (
            {"simulation": {"units": {"meter": {"outside": ["ddc"]}}}},
            "bad-value",
            "simulation.units.meter.outside",
            "dcv",
        ),
        (
            {"simulation": {"units": {"meter": {"outside": ["dcv:5V"]}}}},
            "bad-value",
            "simulation.units.meter.outside",
            "10",
        ),
        (
            {"simulation": {"units": {"calibrator": {"interval": "5y"}}}},
            "bad-value",
            "simulation.units.calibrator.interval",
            "1y",
        ),
        ({"simulation": {"line_frequency_hz": 400}}, "bad-value", "simulation.line_frequency_hz", "45"),
        ({"simulation": {"start": "soon"}}, "bad-value", "simulation.start", "2026"),
        (
            {"simulation": {"environment": {"temprature_c": 1}}},
            "unknown-key",
            "simulation.environment.temprature_c",
            "temperature_c",
        ),
        (
            {"simulation": {"faults": {"kind": "trip"}}},
            "bad-value",
            "simulation.faults",
            "[[simulation.faults]]",
        ),
        (
            {"simulation": {"faults": [{"kind": "tripp", "instrument": "meter"}]}},
            "bad-value",
            "simulation.faults[0].kind",
            "trip",
        ),
        (
            {"simulation": {"faults": [{"kind": "trip", "instrument": "x"}]}},
            "unknown-instrument",
            "simulation.faults[0].instrument",
            "Known",
        ),
        (
            {"simulation": {"faults": [{"kind": "wrong-wiring", "wiring": "x"}]}},
            "unknown-wiring",
            "simulation.faults[0].wiring",
            "Known",
        ),
    ],
)
def test_each_wrong_key_is_named(open_bench, change, code, where, says):
    with pytest.raises(BenchFileError) as caught:
        open_bench(**change)
    assert caught.value.code == code
    assert caught.value.where == where
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_missing_seed_is_asked_for(default):
    del default["simulation"]["seed"]
    with pytest.raises(BenchFileError, match="seed") as caught:
        SIMULATOR.open(default)
    assert caught.value.code == "seed-missing"
    SIMULATOR.open(default, seed=5).close()


def test_an_unknown_wiring_is_answered_with_the_nearest(bench):
    with pytest.raises(UnknownWiringError, match="volts") as caught:
        bench.connect("volt")
    assert isinstance(caught.value, SimulationError)
    assert bench.wiring == ""


def test_the_bench_may_begin_with_a_wiring(open_bench):
    assert open_bench(simulation={"wiring": "volts"}).wiring == "volts"


def test_every_effect_of_the_catalogue_is_a_scale():
    names = [effect.name for effect in CATALOGUE]
    assert names == list(Effects.__slots__)
    assert Effects.parse({"noise": False, "emf": True, "hum": 2.5}) == Effects(noise=0.0, hum=2.5)


def test_the_public_names_are_there_and_lazy():
    import subprocess
    import sys

    for name in calibrator_sim.__all__:
        assert getattr(calibrator_sim, name) is not None
    code = (
        "import sys, calibrator_sim;"
        "heavy = {'calibrator_sim._bench', 'numpy', 'pyvisa', 'calibrator'} & set(sys.modules);"
        "assert not heavy, heavy;"
        "from calibrator_sim import SIMULATOR; import tomllib;"
        "SIMULATOR.open(tomllib.loads(SIMULATOR.default_bench())).close();"
        "heavy = {'numpy', 'scipy', 'pint', 'pyvisa', 'calibrator', 'calibrator_drivers.transport'};"
        "heavy &= set(sys.modules);"
        "assert not heavy, heavy"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


def test_the_default_bench_parses_as_toml():
    assert tomllib.loads(SIMULATOR.default_bench())["name"]


PUMP = {"model": "druck_pace5000", "serial": "SIMPACE1"}
PRESSURE = {"domain": "pressure", "joins": ["pump", "gauge"]}


@pytest.mark.parametrize(
    ("change", "code", "where", "says"),
    [
        (
            {"wirings": {"volts": {"from": ["calibrator", "pump"]}}},
            "two-sources",
            "wirings.volts.from",
            "one source",
        ),
        (
            {"wirings": {"volts": {"artefact": "short"}}},
            "short-circuit",
            "wirings.volts.artefact",
            "calibrator",
        ),
        (
            {"simulation": {"nodes": {"both": {"domain": "pressure", "joins": ["pump", "second"]}}}},
            "two-sources",
            "simulation.nodes.both.joins",
            "pump and second",
        ),
        (
            {"simulation": {"nodes": {"dead": {"domain": "electrical", "joins": ["calibrator", "short"]}}}},
            "short-circuit",
            "simulation.nodes.dead.joins",
            "calibrator",
        ),
        (
            {
                "simulation": {
                    "nodes": {"n": {"domain": "electrical", "joins": ["calibrator"], "voltage_v": 5.0}}
                }
            },
            "two-sources",
            "simulation.nodes.n.voltage_v",
            "calibrator and the stated voltage_v are two sources",
        ),
        (
            {
                "simulation": {
                    "nodes": {
                        "n": {"domain": "electrical", "joins": ["calibrator"], "wiring": "volts"},
                    }
                }
            },
            "two-nodes",
            "simulation.nodes.n.joins",
            'The terminals of "calibrator" are on "volts" at the same time',
        ),
        (
            {"simulation": {"nodes": {"n": {"domain": "electrical", "joins": ["meter"], "voltage_v": 5.0}}}},
            "two-nodes",
            "simulation.nodes.n.joins",
            'The terminals of "meter" are on "short" at the same time',
        ),
        ({"simulation": {"seed": -1}}, "bad-value", "simulation.seed", "from 0 on"),
        (
            {"simulation": {"nodes": {"line": {"domain": "presure", "joins": ["pump"]}}}},
            "bad-value",
            "simulation.nodes.line.domain",
            "pressure",
        ),
        (
            {"simulation": {"nodes": {"line": {**PRESSURE, "joins": ["pump", "meter"]}}}},
            "unknown-instrument",
            "simulation.nodes.line.joins",
            "no pressure terminals",
        ),
        (
            {"simulation": {"nodes": {"line": {**PRESSURE, "joins": ["pmp"]}}}},
            "unknown-instrument",
            "simulation.nodes.line.joins",
            "pump",
        ),
        (
            {"simulation": {"nodes": {"line": {**PRESSURE, "wiring": "volt"}}}},
            "bad-value",
            "simulation.nodes.line.wiring",
            "volts",
        ),
        (
            {"simulation": {"nodes": {"line": {**PRESSURE, "volume": 3}}}},
            "unknown-key",
            "simulation.nodes.line.volume",
            "Known are",
        ),
        (
            {"simulation": {"nodes": {"volts": PRESSURE}}},
            "twice",
            "simulation.nodes.volts",
            "another name",
        ),
        (
            {"simulation": {"transports": {"meter": "hislp"}}},
            "bad-value",
            "simulation.transports.meter",
            "hislip",
        ),
        (
            {"simulation": {"transports": {"metre": "hislip"}}},
            "unknown-key",
            "simulation.transports.metre",
            "meter",
        ),
    ],
)
def test_nodes_that_cannot_be_are_named(open_bench, change, code, where, says):
    gauge = {"model": "additel_681", "serial": "SIMADT1"}
    more = {"pump": PUMP, "second": {**PUMP, "serial": "SIMPACE2"}, "gauge": gauge}
    with pytest.raises(BenchFileError) as caught:
        open_bench(instruments=more, **change)
    assert caught.value.code == code
    assert caught.value.where == where
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_node_without_a_wiring_is_always_joined_and_has_a_truth(open_bench):
    gauge = {"model": "additel_681", "serial": "SIMADT1"}
    nodes = {"line": PRESSURE, "later": {**PRESSURE, "wiring": "volts"}}
    bench = open_bench(instruments={"pump": PUMP, "gauge": gauge}, simulation={"nodes": nodes})
    network = bench._network
    assert [node.name for node in network.connected("gauge")] == ["line"]
    assert [device.name for device in network.peers("gauge", network.connected("gauge")[0], "source")] == [
        "pump"
    ]
    bench.connect("volts")
    assert [node.name for node in network.connected("gauge", "pressure")] == ["line", "later"]
    assert network.connected("gauge", "electrical") == ()
    assert all(isinstance(value, float) for value in bench.truth("line").values())
    assert bench.truth("line")
    with pytest.raises(UnknownTruthError, match="volts"):
        bench.truth("volt")


def test_the_truth_is_asked_for_by_tests_and_proofs_alone():
    root = Path(__file__).parents[2]
    asking = re.compile(r"\.(truth|true_error|true_output|inputs)\(|(import|from) calibrator_sim")
    for room in ("drivers/calibrator_drivers", "procedures/calibrator_procedures", "calibrator/calibrator"):
        for file in (root / room).rglob("*.py"):
            assert not asking.search(file.read_text(encoding="utf-8")), file


def test_an_electrical_node_is_seen_by_the_meter_that_it_joins(open_bench, connect):
    second = {"model": "fluke_5522a", "serial": "SIM5522A09"}
    meters = {name: {"model": "keysight_34401a", "serial": f"SIM{name}"} for name in ("m2", "m3")}
    nodes = {
        "fed": {"domain": "electrical", "joins": ["cal2", "m2"]},
        "stated": {"domain": "electrical", "joins": ["m3"], "voltage_v": 5.0},
    }
    bench = open_bench(instruments={"cal2": second, **meters}, simulation={"nodes": nodes})
    source = connect(bench, "cal2")
    source.write("OUT 2 V;OPER")
    assert source.query("*OPC?").strip() == "1"
    assert float(connect(bench, "m2").query("MEAS:VOLT:DC? 10")) == pytest.approx(2.0, abs=1e-3)
    assert float(connect(bench, "m3").query("MEAS:VOLT:DC? 10")) == pytest.approx(5.0, abs=1e-3)


@pytest.mark.parametrize(
    "model", ["keysight_34401a", "druck_pace5000", "fluke_6270a", "fluke_9142", "fluke_1529", "fluke_1586a"]
)
def test_the_last_node_of_the_error_query_is_optional(open_bench, connect, model):
    bench = open_bench(instruments={"one": {"model": model, "serial": "SIMONE"}})
    client = connect(bench, "one")
    assert "No error" in client.query("SYST:ERR:NEXT?")
    assert "No error" in client.query("system:error?")


@pytest.mark.parametrize("model", ["fluke_6270a", "fluke_9142", "yokogawa_wt310"])
def test_the_status_commands_of_488_2_are_known(open_bench, connect, model):
    client = connect(open_bench(instruments={"one": {"model": model, "serial": "SIMONE"}}), "one")
    client.write("*CLS")
    client.write("*ESE 32")
    client.write("*SRE 32")
    assert [client.query(one).strip() for one in ("*ESE?", "*SRE?", "*STB?")] == ["32", "32", "0"]
    client.write("FOO 1")
    assert client.query("*STB?").strip() == "96"
    assert [client.query("*ESR?").strip() for _ in range(2)] == ["32", "0"]


def test_a_source_into_a_short_by_its_terminals_is_refused(default):
    default["wirings"]["volts"]["terminals"] = "short-input-sense"
    with pytest.raises(BenchFileError, match="short-circuit") as caught:
        SIMULATOR.open(default)
    assert caught.value.where == "wirings.volts.terminals"


@pytest.mark.parametrize(
    ("domain", "source", "meter"),
    [
        ("pressure", "druck_pace5000", "additel_681"),
        ("electrical", "fluke_5522a", "keysight_34401a"),
        ("power", "fluke_5522a", "yokogawa_wt310"),
    ],
)
def test_two_sources_by_way_of_one_meter_are_refused(domain, source, meter):
    models = {"a": source, "b": source, "g": meter}
    bench = {
        "instruments": {name: {"model": models[name], "serial": f"SIM{name}"} for name in models},
        "simulation": {
            "seed": 1,
            "nodes": {
                "x": {"domain": domain, "joins": ["a", "g"]},
                "y": {"domain": domain, "joins": ["b", "g"]},
            },
        },
    }
    with pytest.raises(BenchFileError, match="at the same time") as caught:
        SIMULATOR.open(bench)
    assert caught.value.where == "simulation.nodes.y.joins"
