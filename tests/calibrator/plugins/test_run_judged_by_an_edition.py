"""A job in the manner of an invented edition: its limits, rounding and rule decide; its points count."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from calibrator.scaffold import write_procedure

from .conftest import Said

Lists = Callable[..., None]
KNOWN = 'status = "seen"\nsource = "invented"\n'
EDITION = """
id = "xyz-1-2020"
regulation = "xyz-1"
number = "XYZ 1-2020"
kind = "verification-regulation"
title = {{ en = "Toys", zh = "玩具" }}
effective = 2020-01-01
status = "unverified"
known = "seen"
source = "invented"
[points]
rule = "values"
unit = "V"
values = [{points}]
{known}
[[mpe]]
item = "indication"
class = "7"
unit = "V"
constant = "{mpe}"
{known}
[rounding]
judged = "{judged}"
of = "scale-interval"
step = "0.2"
status = "{status}"
source = "invented"
[decision]
rule = "simple"
{known}
[interval]
months = 5
{known}
"""
SECTION = 'edition = { regulation = "xyz-1", class = "7", low = "-10", high = "10", interval = "0.01" }\n'
RUN = ("toy_volts", "--uut", "34401A", "--sim", "--rule", "edition")


@pytest.fixture
def edition(tmp_path: Path, lists: Lists) -> Callable[..., None]:
    """A toy procedure whose table leaves its limits to an edition; returns what writes that edition."""
    folder = write_procedure(tmp_path, "toy_volts")
    head, table = folder / "procedure.toml", folder / "tables" / "keysight_34401a.toml"
    text = head.read_text(encoding="utf-8")
    head.write_text(
        text.replace('# regulations = ["jjf-1587-2016"]', 'regulations = ["xyz-1"]'), encoding="utf-8"
    )
    text = table.read_text(encoding="utf-8")
    for limit in ("0.000047", "0.0004"):
        text = text.replace(f'{{ "1y" = "{limit}" }}', '{ class = "edition" }')
    table.write_text(
        text.replace('standard = "source"\n', f'standard = "source"\n{SECTION}'), encoding="utf-8"
    )
    editions = tmp_path / "editions"
    editions.mkdir()
    lists(procedures=[folder], regulations=[editions])

    def write(
        judged: str = "rounded",
        mpe: str = "0.000001",
        points: str = '"-10", "1", "10"',
        status: str = "seen",
    ) -> None:
        said = EDITION.format(judged=judged, mpe=mpe, points=points, status=status, known=KNOWN)
        (editions / "2020.toml").write_text(said, encoding="utf-8")

    return write


def shown(said: Said) -> Mapping[str, Any]:
    found: Mapping[str, Any] = json.loads(said("show", "last", "--json")[1])
    return found


def test_rounding_and_what_is_judged_are_those_of_the_edition_in_force(
    said: Said, edition: Callable[..., None]
) -> None:
    """Errors of tenths of a millivolt are 0 in steps of 2 mV: inside a limit of 1 µV, and outside it raw."""
    edition("rounded")
    code, out, err = said("run", *RUN)
    assert code == 0, err
    assert "as XYZ 1-2020 has it: errors are rounded to 0.2 of the scale interval" in out
    rounded = shown(said)
    assert rounded["run"]["rule"] == "simple"
    assert {point["verdict"] for point in rounded["points"]} == {"pass"}
    assert {point["error"] for point in rounded["points"]} == {"0.000"}
    assert {point["limit"] for point in rounded["points"]} == {"0.000001"}
    assert all(point["rounding"]["step"] == "0.002" for point in rounded["points"])
    assert all(abs(float.fromhex(point["exact"]["error"])) > 1e-6 for point in rounded["points"])
    assert said("replay", "last")[0] == 0

    edition("raw")
    code, _, err = said("run", *RUN)
    assert code == 1, err
    raw = shown(said)
    assert {point["verdict"] for point in raw["points"]} == {"fail"}
    assert {point["error"] for point in raw["points"]} == {"0.000"}, "written to the step, judged as measured"
    assert [point["pfa"] for point in raw["points"]] == [point["pfa"] for point in rounded["points"]]


def test_points_that_the_edition_has_and_the_table_has_not_are_named(
    said: Said, edition: Callable[..., None]
) -> None:
    edition(points='"-10", "0", "10"')
    out = said("plan", *RUN)[1]
    assert "differs from XYZ 1-2020: points of dcv without, there 0 V" in out
    assert "differs from XYZ 1-2020: points of dcv 1 V, there none" in out


def test_a_rule_of_an_edition_needs_one_and_its_limits_need_a_class(
    tmp_path: Path, said: Said, edition: Callable[..., None]
) -> None:
    edition()
    table = tmp_path / "toy_volts" / "tables" / "keysight_34401a.toml"
    text = table.read_text(encoding="utf-8")
    table.write_text(text.replace('class = "7"', 'class = "8"'), encoding="utf-8")
    code, _, err = said("plan", *RUN)
    assert (code, "states no limit of indication for the class 8" in err) == (2, True), err
    table.write_text(
        text.replace(SECTION, "").replace('{ class = "edition" }', '{ "1y" = "0.0004" }'), encoding="utf-8"
    )
    code, _, err = said("plan", *RUN)
    assert (code, "no one edition with a decision rule" in err) == (2, True), err
