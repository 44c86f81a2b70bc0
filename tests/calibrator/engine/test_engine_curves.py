"""A procedure whose result is a curve, and a set of parameters: run, recorded, shown, in every document."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from calibrator._errors import ConfigurationError
from calibrator.certificates import build, render
from calibrator.certificates.dcc import check, parse
from calibrator.engine import Job
from calibrator.evaluation import curves_of_section, recompute, recompute_events, show
from calibrator.procedure import load
from calibrator_drivers.clock import RealClock

EVALUATE = """
import numpy as np
found = super().evaluate(section, observations, references)
x = [float(references[item.point].point.nominal) for item in found]
y = [item.budget.evaluate().value for item in found]
(slope, zero), cov = np.polyfit(x, y, 1, cov=True)
rows = tuple(tuple(float(v) for v in row) for row in cov)
points = tuple(item.point for item in found)
line = ParametersEvaluation(
    "line", Text("Error over current", "误差与电流"),
    ("s", "z"), (float(slope), float(zero)), ("1", "A"), rows, points,
)
apart = ParametersEvaluation(
    "pair", Text("Two figures", "两个参数"),
    ("p", "q"), (1.5, -2.25), ("A", "A"), ((4e-6, -1e-6), (-1e-6, 1e-6)), points,
)
curve = CurveEvaluation(line, "E = s I + z", "I", "A", (min(x), max(x)))
return (*found, curve, apart)
""".strip()
FINE = "((4e-6, -1e-6), (-1e-6, 1e-6))"


@pytest.fixture
def curved(laboratory: Any, plug_in: Callable[..., None]) -> str:
    plug_in("curved", evaluate=EVALUATE)
    job = Job("curved", "34401A", sections=("dci",), sim=True, seed=3)
    return str(laboratory.run(job).run)


def test_a_curve_is_recorded_shown_recomputed_and_on_every_form(laboratory: Any, curved: str) -> None:
    with laboratory.home.open_record(RealClock(), write=False) as record:
        shown, model = json.loads(json.dumps(show(record, curved))), build(record, curved)
        assert recompute(record, curved) == ()
    line, pair = shown["curves"]
    assert (line["section"], line["id"], line["kind"], pair["kind"]) == ("dci", "line", "curve", "parameters")
    assert (line["formula"], line["input"], line["input_unit"]) == ("E = s I + z", "I", "A")
    assert set(line["points"]) == {point["id"] for point in shown["points"]}
    assert (pair["values"], pair["u"], pair["domain"]) == (
        ["1.50000000000", "-2.25000000000"],
        ["0.00200", "0.00100"],
        [],
    )
    assert float.fromhex(line["exact"]["values"][0]) == pytest.approx(float(line["values"][0]), rel=1e-11)
    pages = [render(model, "html", language).decode("utf-8") for language in ("en", "zh")]
    assert all("E = s I + z" in page for page in pages)
    assert "<h3><span>Two figures</span></h3>" in pages[0]
    assert "<td><span>p</span></td><td><span>1.5000 A</span></td><td><span>0.0020 A</span></td>" in pages[0]
    assert "<h3><span>两个参数</span></h3>" in pages[1]
    assert "标准不确定度 u" in pages[1]
    told = json.loads(render(model, "json"))["sections"][0]["curves"]
    assert [item["id"] for item in told] == ["line", "pair"]
    assert told[1]["domain_lower"] is None
    root = parse(render(model, "dcc", "both"), "dcc")
    assert check(root) == ()
    kinds = {element.get("refType") for element in root.iter() if element.get("refType")}
    assert {"calibrator_curve", "calibrator_parameterSet", "basic_formulaParameter"} <= kinds
    assert render(model, "pdf", "both").startswith(b"%PDF")


def test_a_coefficient_is_walked_to_the_bytes_of_every_point(laboratory: Any, curved: str) -> None:
    from calibrator.evidence import all_cells, as_text, explain, find_document
    from calibrator.evidence._other_walks import coefficient
    from calibrator.evidence._walk import Walk

    with laboratory.home.open_record(RealClock(), write=False) as record:
        document = find_document(record, curved)
        cells = all_cells(record, document)
        assert cells["dci/pair/p"] == "1.5000 A"
        assert cells["dci/pair/u(p)"] == "0.0020 A"
        tree = explain(record, document, "dci/line/s", laboratory.home.traffic)
        # printed under one of several tables of its section
        walk = Walk(curved, tuple(record.events(curved)), laboratory.home.traffic)
        assert len(list(coefficient(walk, "dci-error", "line", 0))) == 1
        assert list(coefficient(walk, "dcv-error", "line", 0)) == []
    (node,) = tree.children
    assert node.facts["exact"].startswith(cells["dci/line/s"][:6])
    assert "covariance with z" in node.facts
    points = {name.rpartition("/")[0] for name in cells if name.endswith("/pfa")}
    assert {child.what for child in node.children} == {f"point {name}" for name in points}
    assert as_text(tree).count("bytes on the wire") == 20 * len(points)


def test_a_changed_curve_in_the_record_is_found(laboratory: Any, curved: str) -> None:
    events = laboratory.events()
    index = next(i for i, event in enumerate(events) if event.kind == "section.evaluated")
    body = json.loads(json.dumps(dict(events[index].body)))
    assert recompute_events(events) == ()
    for change, place in (
        (lambda curves: curves[0]["values"].__setitem__(0, "0.5"), ("dci/line", "values[0]")),
        (lambda curves: curves[1]["covariance"][0].__setitem__(1, "0"), ("dci/pair", "covariance[0][1]")),
        (lambda curves: curves.pop(), ("dci/pair", "curve")),
    ):
        forged = json.loads(json.dumps(body))
        change(forged["curves"])
        events[index] = type(events[index])(**{**fields(events[index]), "body": forged})
        assert place in [(found.point, found.field) for found in recompute_events(events)]


def fields(event: Any) -> dict[str, Any]:
    from dataclasses import fields as names

    return {item.name: getattr(event, item.name) for item in names(event)}


@pytest.mark.parametrize(
    "wrong", ["((4e-6, -1e-6), (1e-6, 1e-6))", "((4e-6,),)", "((-1.0, 0.0), (0.0, 1.0))", "((1, 2), (2, 1))"]
)
def test_a_matrix_that_is_no_covariance_is_refused(
    laboratory: Any, curved: str, plug_in: Callable[..., None], wrong: str
) -> None:
    plug_in("wrong", evaluate=EVALUATE.replace(FINE, wrong))
    with pytest.raises(ConfigurationError) as caught:
        curves_of_section(laboratory.events(), load("wrong"), "dci")
    assert caught.value.code == "not-a-covariance"
