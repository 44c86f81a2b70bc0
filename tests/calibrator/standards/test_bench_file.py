"""The bench file: what it says is taken, what it gets wrong is named with line, key and way out."""

from __future__ import annotations

import hashlib
from datetime import UTC, date, datetime
from importlib.metadata import entry_points
from pathlib import Path

import pytest

from calibrator._errors import ConfigurationError
from calibrator.procedure import Text
from calibrator.standards import Environment, Figure, Interlock, load_bench

EXAMPLES = Path(__file__).parents[3] / "docs" / "examples"


def line_of(text: str, part: str) -> int:
    """Return the number of the line that holds `part`."""
    return next(number for number, line in enumerate(text.splitlines(), start=1) if part in line)


def test_a_live_bench_is_taken_as_it_stands(bench_text: str, tmp_path: Path) -> None:
    path = tmp_path / "bench.toml"
    path.write_bytes(bench_text.encode("utf-8"))
    bench = load_bench(path)
    assert (bench.name, bench.path, bench.text) == ("Bench 1", str(path), bench_text)
    assert bench.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert not bench.simulated
    assert not bench.in_process
    assert bench.assets == {}
    assert bench.environment == Environment(23.1, 44.0, None)
    assert bench.interlock == Interlock("Li Wei", date(2027, 1, 31))
    calibrator, meter, short = bench.instruments.values()
    assert (calibrator.asset, calibrator.model, calibrator.serial) == ("CAL-01", "fluke_5522a", "5522017")
    assert calibrator.resource == "GPIB0::4::INSTR"
    assert calibrator.zeroed_at == datetime(2026, 11, 23, 6, tzinfo=UTC)
    assert (meter.serial, meter.uut, calibrator.uut) == ("", True, False)
    assert (short.resource, short.artefact, meter.artefact) == (None, True, False)


def test_a_wiring_carries_its_figures_with_status_and_source(bench_text: str) -> None:
    wiring = load_bench(bench_text).wirings["volts"]
    assert wiring.title == Text("NORMAL to HI and LO", "NORMAL 接 HI、LO")
    assert (wiring.source, wiring.meter, wiring.artefact) == ("calibrator", "meter", None)
    assert (wiring.max_voltage_v, wiring.max_current_a, wiring.terminals) == (1000.0, 3.0, "normal-input")
    assert wiring.leads.resistance_ohm == Figure(0.05, 0.02, "checked", "measured")
    assert wiring.leads.emf_v == Figure(0.0, 1e-6, "checked", "copper on copper")
    assert wiring.leads.insulation_ohm == Figure(1e12, 0.0, "checked", "PTFE")
    short = load_bench(bench_text).wirings["short"]
    assert (short.artefact, short.title.zh, short.leads.emf_v) == ("short", "Copper short", None)


def test_the_line_ends_of_windows_change_nothing_but_the_hash(bench_text: str, tmp_path: Path) -> None:
    path = tmp_path / "bench.toml"
    path.write_bytes(bench_text.replace("\n", "\r\n").encode("utf-8"))
    bench = load_bench(path)
    assert bench.instruments == load_bench(bench_text).instruments
    assert bench.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.mark.parametrize("file", sorted(EXAMPLES.glob("bench*.toml")), ids=lambda path: path.name)
def test_the_examples_of_the_documentation_are_benches(file: Path) -> None:
    bench = load_bench(file)
    assert not bench.simulated
    assert {"short", "open", "volts", "ohms4w", "ohms4w-normal", "current"} <= set(bench.wirings)


def test_the_simulators_own_bench_is_one_of_the_same_schema() -> None:
    (found,) = entry_points(group="calibrator.simulators", name="bench")
    bench = load_bench(found.load().default_bench(), "the default bench")
    assert bench.simulated
    assert bench.in_process
    assert bench.raw["simulation"]["seed"] == 1
    certificate = bench.assets["SIM-CAL-01"].certificate
    assert certificate is not None
    assert certificate.simulated
    assert bench.instruments["calibrator"].zeroed_at == datetime(2026, 11, 23, 6, tzinfo=UTC)


def test_a_serial_that_begins_with_sim_is_taken_at_its_word(bench_text: str) -> None:
    bench = load_bench(bench_text.replace('"5522017"', '"SIM5522017"'))
    assert bench.simulated  # METROLOGY 8: one simulated instrument is enough
    assert not bench.in_process


def test_a_served_simulated_bench_is_not_opened_in_the_process(bench_text: str) -> None:
    text = bench_text.replace('"5522017"', '"SIM5522017"') + "[simulation]\nseed = 1\n"
    bench = load_bench(text)
    assert (bench.simulated, bench.in_process) == (True, False)


def test_every_instrument_that_lacks_something_is_named_at_once(bench_text: str) -> None:
    lacking = bench_text.replace('asset = "CAL-01"\n', "").replace('model = "copper_short"\n', "")
    with pytest.raises(ConfigurationError) as caught:
        load_bench(lacking)
    assert "2 keys are missing: instruments.calibrator.asset, instruments.short.model" in str(caught.value)
    assert f"line {line_of(lacking, '[instruments.calibrator]')}" in str(caught.value)


def test_every_instrument_without_an_address_is_named_at_once(bench_text: str) -> None:
    lacking = "\n".join(line for line in bench_text.splitlines() if not line.startswith("resource"))
    with pytest.raises(ConfigurationError, match='2 instruments have no address: "calibrator", "meter"'):
        load_bench(lacking)


@pytest.mark.parametrize(
    "case",  # what is replaced by what; what the message says, the line it names, the way out
    [
        ("resource =", "resorce =", 'Unknown key "resorce"', "resorce", 'Did you mean "resource"?'),
        ("[wirings.volts]", "[wiring.volts]", 'Unknown key "wiring"', "[wiring.volts]", '"wirings"'),
        ("half_width = 0.02", "halfwidth = 0.02", 'Unknown key "halfwidth"', "halfwidth", '"half_width"'),
        ('asset = "CAL-01"\n', "", 'The key "asset" is missing', "[instruments.calibrator]", "Add asset"),
        ('asset = "CAL-01"', 'asset = " "', "not a text", 'asset = " "', "Write a text"),
        ('"fluke_5522a"', "5522", '"model" is 5522', "model = 5522", "Write a text"),
        ("uut = true", 'uut = "yes"', "not true or false", "uut = ", "true or false"),
        ('"GPIB0::4::INSTR"', '"COM3"', "no VISA address", "COM3", "SOCKET"),
        (
            'resource = "GPIB0::4::INSTR"\n',
            "",
            '"calibrator" has no address',
            "[instruments.calibrator]",
            "resource",
        ),
        (
            'model = "copper_short"',
            'model = "copper_short"\nresource = "GPIB0::5::INSTR"',
            "has an address, but a wiring",
            "GPIB0::5",
            "artefact",
        ),
        (
            'from = "calibrator"',
            'from = "calibrater"',
            '"calibrater"',
            "calibrater",
            'Did you mean "calibrator"?',
        ),
        ("DMM-07", 'CAL-01" # twice', "have the same asset CAL-01", "# twice", "its own"),
        ("max_voltage_v = 1000\n", "", '"max_voltage_v" is missing', "[wirings.volts]", "Add max_voltage_v"),
        ("max_voltage_v = 1000", "max_voltage_v = 0", "a number above 0", "max_voltage_v", "number above 0"),
        (
            'status = "checked" }\nemf',
            'status = "sure" }\nemf',
            '"sure" cannot',
            "lead_res",
            "Known here: checked",
        ),
        ("insulation_ohm = {", "insulation_ohm = 1e12 # {", "where its figure comes from", "insul", "source"),
        ("humidity_rh = 44", "humidity_rh = 144", "from 0 to 100", "humidity_rh", "from 0 to 100"),
        ("humidity_rh = 44", "humidity_rh = nan", "not a number", "humidity_rh", "Write a number"),
        ("until = 2027-01-31", 'until = "2027-01-31"', "not a date", "until", "without quotation marks"),
        ("+01:00", "", "not a time with its zone", "zeroed_at", "Z"),
        (', zh = "NORMAL 接 HI、LO" }', " }", 'The key "zh" is missing', "title = {", "Add zh"),
        ("[interlock]", "[interlock", "is not valid TOML", "[interlock", "Correct the line"),
        (
            "[interlock]",
            "[assets.CAL-01]\n[interlock]",
            "A live bench cannot",
            "[assets.CAL-01]",
            "standards add",
        ),
    ],
)
def test_each_mistake_is_one_sentence_with_place_and_way_out(
    bench_text: str, case: tuple[str, str, str, str, str]
) -> None:
    old, new, what, at, way_out = case
    text = bench_text.replace(old, new, 1)
    assert text != bench_text
    with pytest.raises(ConfigurationError) as caught:
        load_bench(text, "bench.toml")
    error = caught.value
    assert error.exit_code == 2
    assert what in error.what
    assert way_out in error.way_out
    assert "\n" not in str(error)
    place = error.where + error.what
    assert "bench.toml" in place
    assert f"line {line_of(text, at)}" in place


SIMULATED = """
[assets.CAL-01]
manufacturer = "Fluke"
role = "standard"
[assets.CAL-01.certificate]
number = "S-1"
issued = 2026-05-07
due = 2027-05-07
laboratory = "Simulated"
traceability = "none"
kind = "specification conformity"
[simulation]
seed = 1
"""


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ('"SIM5522017"', '"5522017"', "serial-not-simulated"),
        ("[assets.CAL-01]", '[assets.CAL-01]\nserial = "SIM1"', "asset-differs"),
        ("[assets.CAL-01]", '[assets.CAL-01]\nasset = "CAL-01"', "unknown-key"),
        ("assets.CAL-01", "assets.CAL-02", "unknown-asset"),
        ('role = "standard"', 'role = "master"', "unknown-word"),
        ("due = 2027-05-07", "due = 2026-05-06", "due-before-issued"),
    ],
)
def test_mistakes_of_a_simulated_bench_have_their_code(
    bench_text: str, old: str, new: str, code: str
) -> None:
    text = bench_text.replace('"5522017"', '"SIM5522017"') + SIMULATED
    taken = load_bench(text).assets["CAL-01"]
    assert (taken.model, taken.serial, taken.simulated) == ("fluke_5522a", "SIM5522017", True)
    with pytest.raises(ConfigurationError) as caught:
        load_bench(text.replace(old, new), "bench.toml")
    assert caught.value.code == code


@pytest.mark.parametrize("text", ["", "[instruments]\n", "instruments = 3\n", "[instruments]\nmeter = 3\n"])
def test_a_bench_without_instruments_is_refused(text: str) -> None:
    with pytest.raises(ConfigurationError, match="instruments"):
        load_bench(text, "bench.toml")


def test_a_file_that_is_not_there_is_named_with_the_nearest_that_is(tmp_path: Path) -> None:
    (tmp_path / "bench.toml").write_text("", encoding="utf-8")
    with pytest.raises(ConfigurationError, match="There is no bench file") as caught:
        load_bench(tmp_path / "bnech.toml")
    assert caught.value.way_out == "Did you mean 'bench.toml'?"
    with pytest.raises(ConfigurationError, match="Check the name"):
        load_bench(tmp_path / "nowhere" / "bench.toml")
    with pytest.raises(ConfigurationError, match="cannot be read"):
        load_bench(tmp_path)


def test_a_file_that_is_no_text_is_named(tmp_path: Path) -> None:
    (tmp_path / "bench.toml").write_bytes("name = 'Prüfplatz'".encode("latin-1"))
    with pytest.raises(ConfigurationError, match="not UTF-8") as caught:
        load_bench(tmp_path / "bench.toml")
    assert caught.value.way_out == "Save it as UTF-8."
