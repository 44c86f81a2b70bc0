"""The error plot is drawn where the numbers say."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from xml.etree import ElementTree

import pytest

from calibrator.certificates import Certificate
from calibrator.certificates._model import Result, Verdict
from calibrator.certificates._plots import PlotText, error_plot

SVG = "{http://www.w3.org/2000/svg}"


def drawn(*results: Result) -> ElementTree.Element:
    labels = tuple((f"{r.nominal} <V>", f"({r.range})") for r in results)
    return ElementTree.fromstring(error_plot(results, PlotText("E / T", labels)))


def lines(root: ElementTree.Element) -> dict[str, float]:
    """The heights of +T, 0 and -T, from the labels beside them (a label sits 3.2 below its line)."""
    texts = {e.text: float(e.attrib["y"]) - 3.2 for e in root.iter(f"{SVG}text")}
    return {"high": texts["+T"], "zero": texts["0"], "low": texts["−T"]}


@pytest.fixture
def point(whole_live: Certificate) -> Result:
    return replace(
        whole_live.sections[2].results[0],
        error=Decimal("0.5"), expanded_uncertainty=Decimal("0.25"), guard_band=Decimal("0.25"),
        limit_lower=Decimal(-1), limit_upper=Decimal(1), verdict="pass",
    )  # fmt: skip


@pytest.mark.parametrize("share", ["-0.9", "-0.5", "0", "0.3", "1"])
def test_the_mark_stands_at_the_error(point: Result, share: str) -> None:
    root = drawn(replace(point, error=Decimal(share)))
    at = lines(root)
    y = float(root.find(f"{SVG}circle").attrib["cy"])  # type: ignore[union-attr]
    assert (at["zero"] - y) / (at["zero"] - at["high"]) == pytest.approx(float(share), abs=0.001)


def test_limits_zone_and_bar_are_in_scale(point: Result) -> None:
    root = drawn(point)
    at = lines(root)
    unit = at["zero"] - at["high"]
    assert at["low"] - at["zero"] == pytest.approx(unit, abs=0.01)
    zone = root.find(f"{SVG}rect")
    assert zone is not None
    assert float(zone.attrib["height"]) == pytest.approx(2 * 0.75 * unit, abs=0.02)  # ±(T - w)
    bar = next(e.attrib["d"] for e in root.iter(f"{SVG}path") if "h8" in e.attrib["d"])
    top, bottom = (
        float(bar.partition(" ")[2].partition("V")[0]),
        float(bar.partition("V")[2].partition("M")[0]),
    )
    assert bottom - top == pytest.approx(2 * 0.25 * unit, abs=0.02)


def test_verdicts_differ_in_shape_not_only_in_colour(point: Result) -> None:
    shapes: dict[Verdict, str] = {}
    verdicts: tuple[Verdict, ...] = ("pass", "conditional pass", "fail", "undetermined")
    for verdict in verdicts:
        root = drawn(replace(point, verdict=verdict))
        marks = [
            e for e in root if e.tag in (f"{SVG}circle", f"{SVG}rect") or "l4.8" in e.attrib.get("d", "")
        ]
        mark = marks[-1]
        shapes[verdict] = f"{mark.tag} {mark.attrib['fill'] == '#ffffff'}"
    assert len(set(shapes.values())) == 4


def test_an_error_beyond_the_axis_is_an_arrow_inside_the_picture(point: Result) -> None:
    for share in (Decimal(50), Decimal(-50)):
        root = drawn(replace(point, error=share, verdict="fail"))
        arrow = [e.attrib["d"] for e in root.iter(f"{SVG}path")][-1]
        assert arrow.endswith("z")
        assert 0 <= float(arrow.split(" ")[1].partition("h")[0]) <= float(root.attrib["height"])
        assert not [e for e in root.iter(f"{SVG}path") if "h8" in e.attrib["d"]]


def test_no_acceptance_zone_is_drawn_as_a_line(point: Result) -> None:
    zone = drawn(replace(point, guard_band=Decimal("1.5"))).find(f"{SVG}rect")
    assert zone is not None
    assert float(zone.attrib["height"]) < 1


def test_a_point_over_the_range_is_drawn_without_numbers(point: Result) -> None:
    none = replace(point, error=None, expanded_uncertainty=None, guard_band=None, verdict="fail")
    above = drawn(replace(none, no_number="overload"))
    below = drawn(replace(none, no_number="overload", nominal=-point.nominal))
    tips = [[e.attrib["d"] for e in root.iter(f"{SVG}path")][-1] for root in (above, below)]
    assert [tip.endswith(end) for tip, end in zip(tips, ("-5z", "5z"), strict=True)] == [True, True]
    assert [tip.endswith("-5z") for tip in tips] == [True, False]  # to the side that the level is on


def test_a_point_that_did_not_settle_is_a_question_mark(point: Result) -> None:
    none = replace(point, error=None, expanded_uncertainty=None, guard_band=None, verdict="undetermined")
    root = drawn(replace(none, no_number="not-settled"))
    assert [e.text for e in root.iter(f"{SVG}text")].count("?") == 1
    assert not [e for e in root.iter(f"{SVG}path") if e.attrib["d"].endswith("z")]


def test_labels_are_escaped_and_thinned(point: Result) -> None:
    root = drawn(*(replace(point, nominal=Decimal(n)) for n in range(40)))
    labels = [e.text for e in root.iter(f"{SVG}text") if e.text and "<V>" in e.text]
    assert 10 <= len(labels) <= 14
    assert labels[0] == "0 <V>"
