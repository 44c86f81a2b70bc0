"""U is never issued below the laboratory's CMC; what is outside the scope is marked."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from calibrator._errors import ConfigurationError
from calibrator.certificates import build, render
from calibrator.evaluation import show
from calibrator.record import Record
from calibrator.standards import load_lab
from calibrator_uncertainty import judge

LAB: dict[str, Any] = {
    "name": "L",
    "address": "A",
    "timezone": "UTC",
    "country": "CN",
    "accreditation": "L0001",
    "scope": [
        {"function": "dci", "from": "0.05", "to": "2", "unit": "A", "U": "0.00000234", "U_relative": "0.005"},
        {"function": "dci", "from": "0", "to": "0.02", "unit": "A", "U": "1E-12", "U_relative": "0"},
    ],
}


def test_u_below_the_cmc_is_raised_judged_by_and_marked(record: Record, written: Callable[..., str]) -> None:
    run = written(sections=("dci",), lab=LAB, shares={"dci:1A:+1A": 0.2})
    points = {p["id"]: p for p in show(record, run)["points"]}
    raised = {name for name, p in points.items() if "raised-to-cmc" in p["notes"]}
    assert raised == {name for name, p in points.items() if 0.05 <= abs(float(p["nominal"])) <= 2}
    for name in raised:
        point = points[name]
        cmc = Decimal("0.00000234") + Decimal("0.005") * abs(Decimal(point["nominal"]))
        assert Decimal(point["U"]) >= cmc  # never written smaller
        assert point["k"] == "2.00"
        U = float.fromhex(point["exact"]["U"])
        assert pytest.approx(float(cmc)) == U
        again = judge(
            float.fromhex(point["exact"]["error"]), U, U / 2, float("inf"),
            float(point["lower_limit"]), float(point["upper_limit"]),
        )  # fmt: skip
        assert (again.verdict, again.guard_band) == (point["verdict"], U)
        assert again.pfa == float.fromhex(point["exact"]["pfa"])
    page = render(build(record, run), "html", "both").decode("utf-8")
    assert "† U was raised to the laboratory" in page
    assert "校准和测量能力" in page


def test_digits_of_u_do_not_fall_below_the_cmc_either(record: Record, written: Callable[..., str]) -> None:
    points = show(record, written(sections=("dci",), lab=LAB | {"scope": []}))["points"]
    exact = {p["id"]: Decimal(float.fromhex(p["exact"]["U"])) for p in points}
    name = next(p["id"] for p in points if Decimal(p["U"]) < exact[p["id"]] * Decimal("0.9999"))
    cmc = exact[name] * Decimal("0.9999")  # below U as evaluated, above U as it would be written
    line = {"function": "dci", "from": "0", "to": "3", "unit": "A", "U": str(cmc), "U_relative": "0"}
    run = written(sections=("dci",), lab=LAB | {"scope": [line]})
    point = next(p for p in show(record, run)["points"] if p["id"] == name)
    assert Decimal(point["U"]) >= cmc
    assert "raised-to-cmc" in point["notes"]
    printed = next(r for r in build(record, run).results if r.id == name)
    from calibrator.certificates._numbers import rounded

    numbers = rounded(printed)
    assert numbers is not None
    assert numbers.expanded_uncertainty >= cmc


def test_what_the_scope_does_not_cover_is_marked_and_keeps_its_u(
    record: Record, written: Callable[..., str], schemas: Path
) -> None:
    from calibrator.certificates.dcc import check, parse, validate

    run = written(sections=("dci", "dcv"), lab=LAB)
    plain = {p["id"]: p["U"] for p in show(record, written(sections=("dci", "dcv")))["points"]}
    points = {p["id"]: p for p in show(record, run)["points"]}
    outside = {name for name, p in points.items() if "outside-scope" in p["notes"]}
    assert {name for name in points if name.startswith("dcv")} <= outside
    for name in outside:
        assert points[name]["U"] == plain[name]
    model = build(record, run)
    assert "‡ Outside the accredited scope" in render(model, "html", "en").decode("utf-8")
    root = parse(render(model, "dcc", "both"), "dcc")
    assert validate(root, schemas / "dcc-3.3.0") == ()
    assert check(root) == ()
    refs = {e.get("refType") for e in root.iter("{https://ptb.de/dcc}statement")}
    assert {"calibrator_raisedToCmc", "calibrator_outsideScope"} <= refs


def test_without_a_scope_nothing_is_raised_or_marked(record: Record, written: Callable[..., str]) -> None:
    for point in show(record, written(sections=("dci",)))["points"]:
        assert not {"raised-to-cmc", "outside-scope"} & set(point["notes"])


def test_a_laboratory_states_its_scope(tmp_path: Path) -> None:
    path = tmp_path / "lab.toml"
    head = 'name = "L"\ntimezone = "UTC"\n[[scope]]\nfunction = "dcv"\nunit = "V"\n'
    path.write_text(f"{head}from = 0\nto = 10\nU = 2e-6\n", encoding="utf-8")
    (line,) = load_lab(path).as_body()["scope"]
    assert (line["to"], line["U"], line["U_relative"]) == (Decimal(10), Decimal("0.000002"), 0)
    for wrong in ("from = 1\nto = 0\nU = 1", "from = 0\nto = 1", "from = 0\nto = 1\nU = -1"):
        path.write_text(f"{head}{wrong}\n", encoding="utf-8")
        with pytest.raises(ConfigurationError):
            load_lab(path)
