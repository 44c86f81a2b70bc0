"""Preflight of a live bench: certificates and confirmations come from register and lab.toml."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from calibrator.engine._opening import customer_of
from calibrator.engine._preflight import Preflight, Surroundings, preflight
from calibrator.engine._registered import told_problems
from calibrator.engine._setting import setting_of
from calibrator.engine._station import Found, roles_of
from calibrator.evaluation._figures import figure_status
from calibrator.record import Record
from calibrator.standards import Customer, Register, load_bench, parse_asset_file
from calibrator_drivers.clock import RealClock
from calibrator_drivers.roles import Identity

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)


def codes(refused: Any) -> set[str]:
    return {item.code for item in refused}


ASSET = """
asset = "CAL-01"
model = "fluke_5522a"
manufacturer = "Fluke"
serial = "5522001"
role = "standard"
[certificate]
number = "C-1"
issued = 2026-05-07
due = 2027-05-07
laboratory = "NMI"
traceability = "SI"
kind = "specification conformity"
"""


def live_bench(laboratory: Any, more: str = "", replaced: Mapping[str, str] | None = None) -> Path:
    path: Path = laboratory.bench(replaced)
    text = path.read_text(encoding="utf-8").partition("[assets.")[0]
    text = text.replace('"SIM-', '"').replace('"SIM', '"')
    for name, port in (('"5522001"', 1), ('"34401001"', 2)):
        text = text.replace(
            f"serial = {name}", f'serial = {name}\nresource = "TCPIP0::127.0.0.1::{port}::SOCKET"'
        )
    path.write_text(text + more, encoding="utf-8")
    return path


def fly(
    laboratory: Any,
    *,
    asset: str = ASSET,
    lab: str = "",
    certificate: Mapping[str, str] | None = None,
    bench: Mapping[str, str] | None = None,
) -> Preflight:
    laboratory.path.mkdir(exist_ok=True)
    if lab:
        laboratory.home.lab_file.write_text(lab, encoding="utf-8")
    job = laboratory.job(("dcv", "dci"), bench=live_bench(laboratory, replaced=bench), seed=None)
    for old, new in (certificate or {}).items():
        assert old in asset
        asset = asset.replace(old, new)
    with Record.open(None, clock=RealClock()) as record:
        register = Register(record)
        if asset:
            file = laboratory.path / "asset.toml"
            file.write_text(asset, encoding="utf-8")
            register.add(parse_asset_file(file), person="p")
        setting = setting_of(job, laboratory.home)
        return preflight(setting, register, roles_of(setting.bench), Surroundings(NOW, 23.0, 45.0), live=True)


def test_a_live_bench_takes_certificates_from_the_register(laboratory: Any):
    made = fly(laboratory)
    assert made.refused == ()
    assert {candidate.certificate.number for candidate in made.candidates.values()} == {"C-1"}
    assert {candidate.interval for candidate in made.candidates.values()} == {"1y"}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"due = 2027-05-07": "due = 2026-11-01"}, "certificate-expired"),
        ({'traceability = "SI"': 'traceability = "SI"\nfunctions = ["dcv"]'}, "certificate-function"),
        ({"2026-05-07": "2026-09-20"}, ""),
    ],
)
def test_the_certificate_decides(change: dict[str, str], code: str, laboratory: Any):
    made = fly(laboratory, certificate=change)
    assert codes(made.refused) == ({code} if code else set())
    if not code:
        assert {candidate.interval for candidate in made.candidates.values()} == {"90d"}


def test_a_standard_that_nobody_recorded_is_refused(laboratory: Any):
    refused = fly(laboratory, asset="").refused
    assert codes(refused) == {"no-certificate"}
    assert "standards add" in refused[0].reason


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            {'"5522001"': '"5522999"'},
            "CAL-01 is the serial 5522999 in the register and 5522001 in the bench file",
        ),
        (
            {'"fluke_5522a"': '"fluke_5730a"'},
            "CAL-01 is the model fluke_5730a in the register and fluke_5522a",
        ),
    ],
)
def test_a_certificate_is_not_lent_to_another_instrument(change: dict[str, str], said: str, laboratory: Any):
    (refused,) = [
        item for item in fly(laboratory, certificate=change).refused if item.code == "asset-differs"
    ]
    assert refused.reason.startswith(said)
    assert refused.place.endswith("key instruments.calibrator." + said.split()[3])


def test_a_serial_that_only_the_register_knows_is_held_against_who_answers(laboratory: Any):
    laboratory.path.mkdir(exist_ok=True)
    bench = load_bench(live_bench(laboratory))
    item = replace(bench.instruments["calibrator"], serial="")
    file = laboratory.path / "asset.toml"
    file.write_text(ASSET, encoding="utf-8")
    with Record.open(None, clock=RealClock()) as record:
        register = Register(record)
        register.add(parse_asset_file(file), person="p")
        for told, refused in (("5522001", []), ("0", []), ("5522999", ["wrong-serial"])):
            found = Found(item, "", Identity("FLUKE", "5522A", told, "", ""))
            assert [each.code for each in told_problems([found], bench, register)] == refused


LAB = """
name = "L"
timezone = "UTC"
[[person]]
id = "p"
name = "A. Person"
roles = ["technician", "reviewer"]
"""
CONFIRMED = """
[[confirmation]]
table = "{table}"
function = "dci"
interval = "1y"
by = "p"
document = "Service guide"
page = "69"
date = 2026-10-01
"""


def test_a_confirmation_of_a_named_person_goes_with_the_figure(laboratory: Any):
    lab = LAB + CONFIRMED.format(table="keysight_34401a") + CONFIRMED.format(table="fluke_5522a")
    made = fly(laboratory, lab=lab)
    told = "p, Service guide, p. 69, 2026-10-01"
    point = made.references["dci:1A:+1A"]
    assert point.limits.confirmed == told
    assert [item.confirmed for item in point.contributions if item.kind == "standard"] == [told]
    assert made.references["dcv:1V:+1V"].limits.confirmed == ""


def test_a_confirmation_does_not_reach_a_state_that_nobody_stated(laboratory: Any):
    """The figure of direct volts holds within 7 days of a zero: who read the manual did not see the zero."""
    lab = LAB + CONFIRMED.format(table="fluke_5522a").replace('"dci"', '"dcv"')
    point = "dcv:1V:+1V"
    told = [
        item for item in fly(laboratory, lab=lab).references[point].contributions if item.kind == "standard"
    ]
    assert [item.confirmed for item in told] == ["p, Service guide, p. 69, 2026-10-01"]
    bare = {
        line: "" for line in laboratory.bench().read_text("utf-8").splitlines() if line.startswith("zeroed_")
    }
    assert len(bare) == 2
    untold = fly(laboratory, lab=lab, bench=bare).references[point]
    (standard,) = (item for item in untold.contributions if item.kind == "standard")
    assert (standard.confirmed, standard.status) == ("", "memory_high")
    assert "not stated" in standard.source
    assert not figure_status(untold).decides


def test_the_customer_of_the_unit_comes_from_the_bench_or_from_its_asset_file(laboratory: Any):
    uut = ASSET.partition("[certificate]")[0].replace("CAL-01", "DMM-01").replace("5522001", "34401001")
    text = uut.replace("fluke_5522a", "keysight_34401a").replace('role = "standard"', 'role = "uut"')
    laboratory.path.mkdir()
    file = laboratory.path / "uut.toml"
    file.write_text(text + 'customer = { name = "Works Ltd", address = "1 Port Road" }\n', encoding="utf-8")
    with Record.open(None, clock=RealClock()) as record:
        Register(record).add(parse_asset_file(file), person="p")
        bench = live_bench(laboratory)
        setting = setting_of(laboratory.job(bench=bench, seed=None), laboratory.home)
        assert customer_of(setting, record) == Customer("Works Ltd", "1 Port Road")
        own = bench.read_text(encoding="utf-8").replace("uut = true", 'uut = true\ncustomer = { name = "B" }')
        bench.write_text(own, encoding="utf-8")
        setting = setting_of(laboratory.job(bench=bench, seed=None), laboratory.home)
        assert customer_of(setting, record) == Customer("B", "")


def test_a_confirmation_of_a_day_to_come_refuses_the_job(laboratory: Any):
    lab = LAB + CONFIRMED.format(table="fluke_5522a")
    refused = fly(laboratory, lab=lab.replace("2026-10-01", "2999-11-24")).refused
    assert codes(refused) == {"confirmation-in-future"}
    assert refused[0].place == f"{laboratory.home.lab_file}, key confirmation.date"


NO_SIMULATOR = """
import sys
from pathlib import Path
from calibrator._errors import RefusedError
from calibrator._home import Home
from calibrator.engine import Job, make_safe, plan, run
home, bench = Home.resolve(Path(sys.argv[1])), Path(sys.argv[2])
job = Job("dmm", "34401A", bench=bench, interactive=False)
assert plan(job, home).mode == "live"
try:
    run(job, home)
except RefusedError as error:
    assert error.code == "connect-failed", error
make_safe(home, bench)
loaded = [name for name in sys.modules if name.startswith("calibrator_sim")]
sys.exit(repr(loaded) if loaded else 0)
"""


def test_a_live_bench_never_loads_the_simulator(laboratory: Any):
    bench = live_bench(laboratory)
    done = subprocess.run([sys.executable, "-c", NO_SIMULATOR, str(laboratory.path), str(bench)], check=False)
    assert done.returncode == 0
