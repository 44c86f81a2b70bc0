"""A certificate of the PTB's own examples, from its file to the results of the next run that rest on it."""

from __future__ import annotations

import json
import os
import re
import subprocess
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

import calibrator_procedures.thermometer
from calibrator_drivers.clock import RealClock

BENCH = Path(calibrator_procedures.thermometer.__file__).with_name("bench.toml")
TELLS = """
[[simulation.faults]]
kind = "identity"
instrument = "{}"
at_s = 0
count = 100000
text = "{}"
"""
PLAIN = """
asset = "{0}"
model = "{1}"
manufacturer = "Maker"
serial = "{2}"
role = "standard"
[certificate]
number = "C-{2}"
issued = {3}
due = {4}
laboratory = "NMI"
traceability = "SI"
kind = "specification conformity"
"""
TABLE = """
[table]
model = "lab_pt100"
title = "Pt100 of the laboratory"
[[section]]
id = "comparison"
title = { en = "Comparison", zh = "比较" }
wiring = "bath"
prompt = { en = "Put both thermometers into the bath.", zh = "将两支温度计插入恒温槽。" }
standard = "artefact"
resume = "section"
status = "seen"
source = "IEC 60751, tolerance class A"
tables = { error = { en = "Error", zh = "误差" } }
[section.settings]
rounds = 2
settle_min_s = 0
settle_window = "5"
settle_samples = 2
settle_every_s = 1
settle_timeout_s = 60
[[section.point]]
id = "error:50degC"
function = "temperature"
nominal = "50"
range = "450"
unit = "degC"
limits = { class = "0.25" }
settings = { curve = "none", table = "error" }
"""
EXAMPLE = "dcc_gp_temperature_typical_v12.xml"


REPOSITORY = Path(__file__).parents[2]


@pytest.fixture
def example() -> bytes:
    for place in (os.environ.get("CALIBRATOR_SCHEMAS"), REPOSITORY.parent / "shared" / "schemas"):
        file = Path(place or "nowhere") / "examples" / EXAMPLE
        if file.is_file():
            return file.read_bytes()
    pytest.skip(f"no copy of {EXAMPLE} here; CALIBRATOR_SCHEMAS=FOLDER names the folder of `examples`")


def written(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def laboratory(cli: Any, announced: dict[str, dict[str, str]], today: date) -> Path:
    """Register all standards but the readout, write a point table; return the bench file."""
    folder, home = cli.home.parent, cli.home
    done = cli("new", "uut", "lab_pt100", "--procedure", "thermometer", "--into", str(folder))
    assert done.returncode == 0, done.stderr
    own = folder / "thermometer_lab_pt100"
    written(own / "tables" / "lab_pt100.toml", TABLE)
    written(home / "calibrator.toml", f'procedures = ["{own.as_posix()}"]\n')
    for asset, model, serial in (
        ("BATH-01", "fluke_7341", "7341001"),
        ("PRT-01", "standard_platinum_thermometer", "PRT001"),
        ("DAQ-01", "fluke_1586a", "51234567"),
    ):
        days = today - timedelta(days=100), today + timedelta(days=200)
        file = written(folder / f"{asset}.toml", PLAIN.format(asset, model, serial, *days))
        done = cli("standards", "add", str(file))
        assert done.returncode == 0, done.stderr
    text = BENCH.read_text(encoding="utf-8").partition("[assets.")[0]
    text = text.replace('"SIM-READOUT-01"', '"T-01"').replace("SIM1529001", "string-manufacturer-item")
    text = text.replace("SIM1586001", "51234567").replace('"pt100_class_a"', '"lab_pt100"')
    text = text.replace('serial = "SIM7341001"\n', "").replace('"SIM-', '"').replace('"SIM', '"')
    for name, row in announced.items():
        text = text.replace(
            f"[instruments.{name}]\n", f'[instruments.{name}]\nresource = "{row["resource"]}"\n'
        )
    return written(folder / "bench.toml", text)


@pytest.mark.slow  # half a minute in real time, which nothing hurries on a live bench
@pytest.mark.timeout(300)
@pytest.mark.skipif(os.name == "nt", reason="a terminal of its own needs a POSIX pty")
def test_a_live_run_rests_on_the_values_of_an_example_of_the_ptb(
    cli: Any, served: Any, person: Any, example: bytes, tmp_path: Path
) -> None:
    """METROLOGY 10: two certificates a year apart, nothing adjusted: correction and drift are theirs."""
    today = RealClock().now().date()
    cli.home.mkdir()
    tells = TELLS.format("readout", "HART,1529,string-manufacturer-item,1.10")
    tells += TELLS.format("bath", "ver.7341,1.02,7341001")
    tells += TELLS.format("daq", "FLUKE,1586A,51234567,1.00")
    bench = written(tmp_path / "served.toml", BENCH.read_text(encoding="utf-8") + tells)
    with served(cli, str(bench), "--speed", "300", expected=3) as (server, announced):
        file = laboratory(cli, announced, today)
        for number, days, error in (("C-1", 465, b"0.071 0.088"), ("C-2", 100, b"0.072 0.089")):
            day = str(today - timedelta(days=days)).encode()
            text = re.sub(rb"1957-\d\d-\d\d", day, example).replace(
                b"GP_DCC_temperature_typical_1.2", number.encode()
            )
            (tmp_path / f"{number}.xml").write_bytes(text.replace(b"0.072 0.089", error))
            given = ("--asset", "T-01", "--due", str(today + timedelta(days=200)), "--kind", "error")
            more = ("--function", "temp_rtd", "--traceability", "SI through PTB", "--model", "fluke_1529")
            done = cli(
                "standards", "import", str(tmp_path / f"{number}.xml"), *given, *more, "--adjusted", "no"
            )
            assert done.returncode == 0, done.stderr
        master, slave = os.openpty()
        process = cli.start(
            *("run", "thermometer_lab_pt100", "--uut", "lab_pt100", "--bench", str(file), "--json"),
            stdin=slave,
            stderr=subprocess.PIPE,
        )
        hand = person(server, master, process)
        events = []
        for line in process.stdout:
            events.append(json.loads(line))
            hand.hear(events[-1])
        said = hand.read_to_the_end()
        os.close(master)
        os.close(slave)
    assert process.returncode in (0, 1, 3), said
    assert events[0]["body"]["mode"] == "live"
    (fixed,) = [event["body"] for event in events if event["kind"] == "references.fixed"]
    (standard,) = [one for one in fixed["standards"] if one["asset"] == "T-01"]
    assert (standard["route"], standard["certificate"]) == ("certificate", "C-2")
    assert [one["nominal"] for one in standard["certified"]["error:50degC"]] == ["32.85", "99.85"]
    # nothing lies at 50 degC: between 0.072 K at 32.85 degC and 0.089 K at 99.85 degC, with its sign turned
    (fixed,) = fixed["points"]
    (readout,) = [one for one in fixed["contributions"] if one["kind"] == "readout_standard"]
    wanted = -(0.072 + 17.15 / 67 * 0.017)
    assert float.fromhex(readout["estimate"]) == pytest.approx(wanted, abs=1e-9)
    explained = " ".join(cli("explain", "last", "error:50degC").stdout.split())
    for wanted in (
        "asset: T-01, fluke_1529, serial string-manufacturer-item",
        r"as written: 0.072 \kelvin expandedUnc 0.061",
        r"as written: 0.089 \kelvin expandedUnc 0.061",
        "history since C-1",  # not adjusted between, as was stated
    ):
        assert wanted in explained, wanted
    assert explained.count("value of the certificate") == 2
