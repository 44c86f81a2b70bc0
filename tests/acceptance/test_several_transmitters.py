"""Several transmitters at once, each in a loop with a meter of its own: pressure and temperature."""

from __future__ import annotations

import json
import re
import zipfile
from pathlib import Path
from typing import Any

import pytest

PROCEDURES = Path(__file__).parents[2] / "procedures" / "calibrator_procedures"


def _measured(cli: Any, *asked: str) -> tuple[list[str], float]:
    """Return the runs that a job made, and its longest simulated time in minutes."""
    done = cli("run", *asked, "--non-interactive")
    assert done.returncode in (0, 3), done.stderr
    told = re.findall(r"simulated (?:(\d+) h )?(\d+) min", done.stdout)
    minutes = max(int(hours or 0) * 60 + int(rest) for hours, rest in told)
    return re.findall(r"^run +(\S+)$", done.stdout, re.MULTILINE), float(minutes)


def _read(cli: Any, run: str, folder: Path) -> tuple[str, dict[str, set[str]]]:
    """Return the unit of a run, and which asset gave the readings of each part."""
    bundle = folder / f"{run}.zip"
    assert cli("export", run, "--out", str(bundle)).returncode == 0
    with zipfile.ZipFile(bundle) as opened:
        (name,) = [name for name in opened.namelist() if name.endswith("events.jsonl")]
        events = [json.loads(line) for line in opened.read(name).decode().splitlines()]
    events = [json.loads(event["canonical"]) for event in events]
    unit = next(event["body"]["uut"]["asset"] for event in events if event["kind"] == "run.opened")
    parts: dict[str, set[str]] = {}
    for event in events:
        if event["kind"] == "reading":
            parts.setdefault(event["body"].get("part", "uut"), set()).add(event["body"]["asset"])
    return unit, parts


@pytest.mark.slow
def test_eight_pressure_transmitters_take_the_time_of_one_and_keep_to_their_own_meters(
    cli: Any, tmp_path: Path
) -> None:
    units = [text for number in range(1, 9) for text in ("--uut", f"SIM-TX-1{number}")]
    (_,), alone = _measured(cli, "pressure", "--uut", "SIM-TX-11", "--sim")
    runs, together = _measured(cli, "pressure", *units, "--sim")
    assert together <= 1.3 * alone
    assert len(runs) == 8
    for run in runs:
        unit, parts = _read(cli, run, tmp_path)
        meter = unit.replace("TX", "DMM")
        assert parts == {"uut": {meter}, "hart": {unit}, "source": {"SIM-PRESS-01"}}
        shown = cli.json("show", run, "--json")
        assert {point["standard"] for point in shown["points"]} == {"SIM-PRESS-01"}
    assert cli("verify").returncode == 0


def test_two_temperature_transmitters_in_one_bath_keep_to_their_own_meters(cli: Any, tmp_path: Path) -> None:
    text = (PROCEDURES / "thermometer" / "bench-pt100_transmitter.toml").read_text(encoding="utf-8")
    twin = text
    for old, new in (
        ("SIM-TT-01", "SIM-TT-02"),
        ("SIMTT001", "SIMTT002"),
        ("SIM-DMM-01", "SIM-DMM-02"),
        ("SIM3458001", "SIM3458002"),
        ("SIM-CERT-3458A-001", "SIM-CERT-3458A-002"),
    ):
        assert old in text
        twin = twin.replace(old, new)
    further = [
        table
        for name in ("instruments.meter", "instruments.transmitter", "assets.SIM-DMM-02", "assets.SIM-TT-02")
        for table in re.findall(rf"(?ms)^\[{re.escape(name)}(?:\.\w+)?\]\n.*?(?=^\[)", twin)
    ]
    added = "".join(further).replace("instruments.meter", "instruments.meter2")
    added = added.replace("instruments.transmitter", "instruments.transmitter2")
    added += '[simulation.units.meter2]\nerror = "drawn"\npopulation = "standard"\non_for_s = 7200\n'
    added += '[simulation.nodes.current2]\ndomain = "electrical"\nwiring = "loop"\n'
    added += 'joins = ["transmitter2", "meter2"]\nterminals = "aux-current"\n'
    for old, new in (
        (
            'joins = ["bath", "readout:1", "transmitter"]',
            'joins = ["bath", "readout:1", "transmitter", "transmitter2"]',
        ),
        (
            '"transmitter" = { serial = "SIMTT001", depth_mm = 300, height_mm = 10, bore = 1 }',
            '"transmitter" = { serial = "SIMTT001", depth_mm = 300, height_mm = 10, bore = 1 }\n'
            '"transmitter2" = { serial = "SIMTT002", depth_mm = 300, height_mm = 10, bore = 2 }',
        ),
        (
            "max_temperature_c = 150\n",
            'max_temperature_c = 150\nunits = { transmitter2 = { reader = "meter2" } }\n',
        ),
    ):
        assert old in text
        text = text.replace(old, new)
    bench = tmp_path / "bench.toml"
    bench.write_text(text.rstrip() + "\n\n" + added, encoding="utf-8")
    runs, _ = _measured(cli, "thermometer", "--uut", "SIM-TT-01", "--uut", "SIM-TT-02", "--bench", str(bench))
    found = dict(_read(cli, run, tmp_path) for run in runs)
    assert {unit: parts["uut"] for unit, parts in found.items()} == {
        "SIM-TT-01": {"SIM-DMM-01"},
        "SIM-TT-02": {"SIM-DMM-02"},
    }
    assert all(parts["standard"] == {"SIM-READOUT-01"} for parts in found.values())
