"""Taxa of results: every function of every shipped procedure has one, from the recorded references on."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from calibrator.evaluation import as_told, known_taxa, own_taxa, show, taxon_of, with_taxa
from calibrator.evidence import csv_bytes
from calibrator.procedure import Section, available, load

Make = Callable[..., Any]
Replies = Callable[..., list[str]]

# The laboratory's side: a thermometer or balance measures what the laboratory provides, a block is measured.
TAXA = {
    "balance": {"Source.Mass.Conventional"},
    "calibrator_dc": {"Measure.Voltage.DC", "Measure.Resistance"},
    "dmm": {
        *("Source.Voltage.DC", "Source.Voltage.Shorted", "Source.Resistance", "Source.Current"),
        *("Source.Voltage.AC.Sinewave", "Source.Current.AC.Sinewave", "Source.Frequency.AC.Sinewave"),
    },
    "dry_block": {"Measure.Temperature"},
    "energy_meter": {"X.Measure.Energy"},
    "frequency": {"Measure.Frequency", "Source.Frequency.AC.Sinewave"},
    "multimeter_ac": {
        *("Source.Voltage.AC.Sinewave", "Source.Current.AC.Sinewave", "Source.Frequency.AC.Sinewave"),
        "Source.Resistance",
    },
    "pressure": {"Source.Pressure.Pneumatic.Gage.Static", "Source.Pressure.Hydraulic.Static"},
    "thermocouple": {"Source.Temperature"},
    "thermometer": {"Source.Temperature"},
}


def _references(name: str) -> list[dict[str, Any]]:
    """Return every point of every table as `references.fixed` holds it, with the kinds of its figures."""
    procedure = load(name)
    return [
        {
            "point": {
                "id": point.id,
                "function": point.function,
                "standard": point.standard,
                "settings": dict(point.settings),
                "supporting": point.supporting,
            },
            "contributions": [
                {"kind": rule.kind}
                for rule in procedure.info.figures
                if not rule.sections or section.id in rule.sections
            ],
        }
        for model in procedure.models()
        for section in procedure.sections(model)
        for point in section.points
    ]


@pytest.mark.parametrize("name", TAXA)
def test_every_function_of_every_shipped_procedure_has_a_taxon(name: str) -> None:
    fixed = with_taxa({"points": _references(name)}, load(name).info.roles["uut"])
    given = [body for body in fixed["points"] if "taxon" in body]
    assert not [body["point"]["id"] for body in given if body["taxon"] is None]
    assert {body["taxon"] for body in given} == TAXA[name]


def test_every_shipped_procedure_is_looked_at() -> None:
    assert set(TAXA) == set(available())


def test_a_function_that_the_table_does_not_have_has_none() -> None:
    assert taxon_of({"point": {"function": "torque", "standard": "source"}}) is None


def test_names_are_those_of_the_taxonomy_and_ours_are_not(schemas: Path) -> None:
    catalogue = ElementTree.parse(schemas / "mii" / "MeasurandTaxonomyCatalog.xml").getroot()
    held = {taxon.get("name"): taxon.get("deprecated") for taxon in catalogue}
    own = own_taxa()
    assert {name for name in known_taxa() if name.startswith("X.")} == set(own)
    assert all(len(reason) > 20 for reason in own.values())
    for name in known_taxa() - set(own):
        assert held.get(name) == "false", name
    assert not {name.removeprefix("X.") for name in own} & set(held)


@pytest.fixture
def shown(hand_run: Make, replies: Replies, sections: Mapping[str, Section]) -> dict[str, Any]:
    """What `show` gives of a run whose references hold taxa, and that of one from before."""
    run = hand_run("dcv")
    point = sections["dcv"].points[0]
    run.measure(point, replies(float(point.nominal), 1e-6))
    run.evaluate(sections["dcv"])
    fixed = next(iter(run.record.events(run.run, kinds={"references.fixed"}))).body
    before = show(run.record, run.run)
    run.append("references.fixed", **with_taxa(fixed, ["MeasureVoltageDC"]))
    return {"before": before, "now": show(run.record, run.run), "point": point.id}


def test_show_and_the_table_have_the_recorded_taxon(shown: dict[str, Any]) -> None:
    now = shown["now"]
    assert now["taxa"] == {shown["point"]: "Source.Voltage.DC"}
    assert [point["taxon"] for point in as_told(now)["points"]] == ["Source.Voltage.DC"]
    rows = list(csv.DictReader(io.StringIO(csv_bytes(now).decode("utf-8-sig"))))
    assert [row["taxon"] for row in rows] == ["Source.Voltage.DC"]
    assert "taxon" not in now["points"][0]  # the points are those that were recorded


def test_a_run_of_before_taxa_were_recorded_reads_as_it_did(shown: dict[str, Any]) -> None:
    before = shown["before"]
    assert "taxa" not in before
    assert [point["taxon"] for point in as_told(before)["points"]] == [None]
    assert json.dumps(before["points"]) == json.dumps(shown["now"]["points"])
