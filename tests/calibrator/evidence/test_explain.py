"""Every cell of a certificate is walked down to the bytes on the wire."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from calibrator._errors import IntegrityError
from calibrator.cli._words import words
from calibrator.evidence import COLUMNS, Node, as_text, explain, find_document, parse_cell
from calibrator.evidence._cells import all_cells
from calibrator.evidence._walk import _holds as holds
from calibrator.record import Record

Call = Callable[..., Any]


def every(node: Node) -> Iterator[Node]:
    yield node
    for child in node.children:
        yield from every(child)


def test_every_cell_is_explained_and_every_reading_has_its_bytes(record: Record, home: Path) -> None:
    document = find_document(record, "last")
    cells = all_cells(record, document)
    points = {name.rpartition("/")[0] for name in cells if name.endswith("/pfa")}
    assert {f"{point}/{column}" for point in points for column in COLUMNS} <= cells.keys()
    for point in sorted(points)[:1]:
        for column in COLUMNS:
            tree = explain(record, document, f"{point}/{column}", home / "traffic")
            assert tree.facts["printed"] == cells[f"{point}/{column}"]
            nodes = list(every(tree))
            assert any("event" in node.facts for node in nodes)
            if column in ("range", "nominal", "limit", "status"):
                continue
            readings = [node for node in nodes if node.what.startswith("reading ")]
            assert len(readings) == 20
            for node in readings:
                (wire,) = node.children
                assert node.facts["raw"] in wire.facts["2"]
                assert "serial SIM34401001" in node.facts["instrument"]


def test_what_a_load_read_beside_a_result_is_a_cell_and_a_reference_says_what_it_is(
    record: Record, home: Path
) -> None:
    """The readings of another part are walked as those of the point; one of our runs serves as that."""
    from calibrator.evidence._other_walks import beside
    from calibrator.evidence._walk import Walk

    document = find_document(record, "last")
    point = "dci:0.01A:+0.01A"
    for column, told in (("reference", "indication less error"), ("indication", "mean of the readings")):
        result = explain(record, document, f"{point}/{column}", home / "traffic").children[0]
        assert told in result.facts["made of"]
    events = [
        replace(event, body={**event.body, "part": "power"})
        if event.kind == "reading" and event.body["point"] == point and event.body["index"] % 2
        else event
        for event in record.events(document.run)
    ]
    (node,) = beside(Walk(document.run, tuple(events), home / "traffic"), point, "power")
    readings = [child for child in node.children if child.what.startswith("reading ")]
    assert len(readings) == 10
    assert all(child.facts["raw"] in child.children[0].facts["2"] for child in readings)


def test_conditions_joint_statement_and_standards_are_cells_too(record: Record, home: Path) -> None:
    document = find_document(record, "last")
    cells = all_cells(record, document)
    page = (home / "certificates").glob("*.html").__next__().read_text(encoding="utf-8")
    some = [name for name in cells if name.startswith(("environment/", "standard/"))] + list(cells)[::7]
    seen = {name: list(every(explain(record, document, name, home / "traffic"))) for name in some}
    for name in ("environment/temperature", "environment/humidity"):
        assert cells[name].split(" ")[0] in page
        found = [node.facts for node in seen[name][1:]]
        recorded = list(record.events(document.run, kinds={"environment"}))
        assert [facts["event"].split()[0] for facts in found] == [str(event.seq) for event in recorded]
        assert all(facts["sensor"] and facts["how"] == "simulated" for facts in found)
    (name,) = [name for name in cells if name.startswith("standard/")]
    (node,) = seen[name][1:]
    assert cells[name].split(",")[0] in node.facts["certificate"]
    assert all("event" in nodes[1].facts for nodes in seen.values())


def test_a_joint_statement_names_the_points_that_it_spans(record: Record, home: Path) -> None:
    from calibrator.evidence._other_walks import joint
    from calibrator.evidence._walk import Walk

    run = record.find_run("last")
    (node,) = joint(Walk(run, tuple(record.events(run)), home / "traffic"))
    said = record.last(run, "run.closed")
    assert said is not None
    assert node.facts["exact"].endswith(f"({said.body['joint']['exact']})")
    assert len(node.children) == said.body["joint"]["points"]
    assert all("limits" in child.children[0].facts for child in node.children)


def test_the_bytes_stand_in_the_log_at_the_offset_that_is_named(record: Record, home: Path) -> None:
    document = find_document(record, "last")
    (name, *_) = [n for n in all_cells(record, document) if n.startswith("dci:0.01A:+0.01A/error")]
    tree = explain(record, document, name, home / "traffic")
    log = (home / "traffic" / f"{document.run}.jsonl").read_bytes()
    wires = [node.facts for node in every(tree) if node.what == "bytes on the wire"]
    for facts in wires:
        offset = int(facts["2"].rpartition("(byte ")[2].rstrip(")"))
        line = json.loads(log[offset : log.index(b"\n", offset)])
        assert line["text"].strip() in facts["2"]
        assert line["utc"] in facts["2"]


def test_the_standard_and_its_certificate_are_named_with_what_it_was_told(record: Record, home: Path) -> None:
    text = as_text(explain(record, find_document(record, "last"), "dci:0.01A:+0.01A/U", home / "traffic"))
    assert "SIM-CERT-5522A-001 of 2026-05-07, due 2027-05-07" in text
    assert "simulated certificate, traceable to nothing" in text
    assert "OUT " in text  # of the 5522A's command that set the current


def test_the_command_prints_tree_and_json_and_takes_the_number_and_the_file(call: Call, home: Path) -> None:
    (file,) = (home / "certificates").iterdir()
    number = file.name.removesuffix("-both.html")
    cell = "dci:0.01A:+0.01A/error"
    tree = call("explain", number, cell)
    assert tree.code == 0
    assert f"certificate: {number}" in tree.out
    assert call("explain", str(file), cell).out == tree.out
    made = json.loads(call("explain", number, cell, "--json").out)
    assert made["what"] == "cell of the certificate"
    assert made["from"][0]["facts"]["exact"].endswith(")")
    assert f"{cell}  {made['facts']['printed']}" in call("explain", number).out


def test_the_walk_speaks_chinese(record: Record, home: Path) -> None:
    document, say = find_document(record, "last"), words("zh")
    cells = [*all_cells(record, document)]
    names = [*(f"dci:0.01A:+0.01A/{column}" for column in COLUMNS), *(n for n in cells if "environ" in n)]
    english = set()
    for name in (*names, *(n for n in cells if n.startswith("standard/"))):
        for node in every(explain(record, document, name, home / "traffic")):
            english |= {text for text in (node.what, *node.facts) if say(text) == text}
    assert english <= {"u", "U", "k", "pfa", "1", "2"}  # lines of the log are numbered


@pytest.mark.parametrize("cell", ["dci:0.01A/U", "dci:0.01A:+0.01A/x", "nonsense"])
def test_an_unknown_cell_is_answered_with_near_ones(call: Call, cell: str) -> None:
    said = call("explain", "last", cell)
    assert said.code == 2
    assert "near are dci:0.01A" in said.err or "near are dci" in said.err


def test_a_log_that_holds_other_bytes_is_named(record: Record, home: Path) -> None:
    document = find_document(record, "last")
    log = home / "traffic" / f"{document.run}.jsonl"
    log.write_bytes(log.read_bytes().replace(b"+9.9", b"+9.8").replace(b"+1.0", b"+1.1"))
    with pytest.raises(IntegrityError, match="where reading") as caught:
        explain(record, document, "dci:0.01A:+0.01A/error", home / "traffic")
    assert caught.value.code == "traffic-differs"
    log.unlink()
    with pytest.raises(IntegrityError, match="not there"):
        explain(record, document, "dci:0.01A:+0.01A/error", home / "traffic")


def test_a_point_alone_means_its_error() -> None:
    assert str(parse_cell("a:b", ["a:b"])) == "a:b/error"


def test_a_reading_by_hart_is_found_as_the_bytes_that_it_names() -> None:
    """Command 1 of a transmitter: preamble, address, command, status; unit 12 (kPa), 500.0."""
    reply = bytes.fromhex("ffffffffff86be01000001010700000c43fa0000b9")
    assert holds(reply, "0c43fa0000")
    assert not holds(reply, "0c43fa2a0b")
    assert not holds(b"+9.9E+00", "2b39")  # too short for a value by HART: it is a text that is not there
    assert holds(b"+9.9E+00", "+9.9E+00")


@pytest.mark.slow
def test_the_digital_value_of_a_transmitter_is_explained(call: Call) -> None:
    assert call("run", "pressure", "--uut", "transmitter_4_20ma", "--sim", "--non-interactive").code == 0
    for cell in ("hart:500000Pa/error", "hart:500000Pa/U", "loop:500000Pa/error"):
        said = call("explain", "last", cell)
        assert (said.code, "bytes on the wire" in said.out) == (0, True), said.err
