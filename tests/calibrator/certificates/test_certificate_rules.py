"""Every rule of a job reaches verdicts, words and documents; results are written as the laboratory chose."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from calibrator._errors import ConfigurationError
from calibrator.certificates import build, gate, render
from calibrator.certificates._numbers import printed, rounded
from calibrator.certificates._statements import conformity_statement
from calibrator.certificates._words import Speaker
from calibrator.evaluation import Rounder, show
from calibrator.record import Record
from calibrator.standards import load_lab

POINT = "dcv:10V:+10V"
RULES = {
    "guard-band-u-binary": "Binary statement",
    "iso14253": "ISO 14253-1:2017",
    "jjf1094": "JJF 1094-2002",
    "rss": "A = √(T² − U²)",
    "z540.3-6": "method 6",
    "pfa-2": "at most 2 %",
}


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_decides_and_stands_in_words(record: Record, written: Callable[..., str], rule: str) -> None:
    run = written(mode="live", rule=rule, sections=("dcv",), shares={POINT: 0.999})
    model = build(record, run)
    by_id = {result.id: result for result in model.results}
    expected = {
        "guard-band-u-binary": "fail",
        "iso14253": "undetermined",
        "jjf1094": "pass",
        "rss": "conditional pass",
        "z540.3-6": "conditional pass",  # TUR between 3 and 4.6
        "pfa-2": "fail",
    }
    # at 99.9 % of the limit, with U between a fifth and a third of it
    assert by_id[POINT].verdict == expected[rule]
    english = render(model, "html", "en").decode("utf-8")
    assert RULES[rule] in english


def test_what_a_rule_leaves_open_is_a_result_and_no_missing_figure(
    record: Record, written: Callable[..., str]
) -> None:
    model = build(record, written(mode="live", rule="iso14253", sections=("dcv",), shares={POINT: 1.0}))
    result = next(r for r in model.results if r.id == POINT)
    assert result.verdict == "undetermined"
    assert "undetermined-by-rule" in result.notes
    assert "undetermined" not in {missing.code for missing in gate(model)}
    assert "figure-not-verified" not in {missing.code for missing in gate(model)}
    page = render(model, "html", "zh").decode("utf-8")
    assert "待定" in page
    assert "未经核实" not in page.partition("待定")[0][-400:]


@pytest.mark.parametrize(
    ("policy", "step", "U", "value", "written_u", "written_value"),
    [
        ("nearest", 1, "0.1049", "0.35500", "0.10", "0.36"),
        ("upward", 1, "0.1049", "0.35500", "0.11", "0.36"),
        ("ea-4/02", 1, "0.1040", "0.35500", "0.10", "0.36"),
        ("nearest", 5, "0.1049", "0.3749", "0.10", "0.35"),
        ("nearest", 5, "0.1249", "0.3749", "0.15", "0.35"),  # 0.10 would be 20 % smaller (GUM 7.2.6)
        ("nearest", 2, "0.1090", "0.35", "0.12", "0.36"),
        ("nearest", 5, "0.1251", "-0.0249", "0.15", "0.00"),
        ("upward", 2, "0.1201", "0.35", "0.14", "0.36"),
    ],
)
def test_results_are_written_as_chosen(
    policy: str, step: int, U: str, value: str, written_u: str, written_value: str
) -> None:
    write = Rounder(policy, step)
    uncertainty = write.uncertainty(Decimal(U))
    assert str(uncertainty) == written_u
    assert str(write.like(Decimal(value), uncertainty)) == written_value


def test_the_choice_of_the_laboratory_reaches_every_number(
    record: Record, written: Callable[..., str]
) -> None:
    from calibrator.evaluation import recompute

    lab = {"name": "L", "address": "A", "timezone": "UTC", "rounding": {"uncertainty": "upward", "step": 5}}
    run = written(sections=("dci",), lab=lab)
    model = build(record, run)
    for result, point in zip(model.results, show(record, run)["points"], strict=True):
        exact = rounded(result)
        assert exact is not None
        assert result.expanded_uncertainty is not None
        assert str(exact.expanded_uncertainty.as_tuple().digits[-1]) in "05"
        assert f"{exact.expanded_uncertainty:f}" == point["U"]
        assert f"{exact.error:f}" == point["error"]
        assert printed(result).error != "−0"
    assert "U is rounded upward." in render(model, "html", "en").decode("utf-8")
    assert "steps of 5" in render(model, "html", "en").decode("utf-8")
    assert [d for d in recompute(record, run) if d.field in ("error", "U", "guard_band", "verdict")] == []


def test_a_laboratory_says_how_it_rounds(tmp_path: Path) -> None:
    path = tmp_path / "lab.toml"
    head = 'name = "L"\ntimezone = "UTC"\n[rounding]\n'
    path.write_text(f'{head}uncertainty = "upward"\nstep = 5\n', encoding="utf-8")
    assert load_lab(path).as_body()["rounding"] == {"uncertainty": "upward", "step": 5}
    for wrong in ('uncertainty = "down"', "step = 3", "digits = 1"):
        path.write_text(f"{head}{wrong}\n", encoding="utf-8")
        with pytest.raises(ConfigurationError):
            load_lab(path)


def _stated(record: Record, run: str) -> str:
    statement = conformity_statement(build(record, run), Speaker("en"))
    return " ".join(line[0] for line in statement.lines)


@pytest.mark.parametrize(
    ("rule", "share", "sentence"),
    [
        ("guard-band-u-binary", -0.9, "Inside the limits, but not accepted by the decision rule: +10 V"),
        ("guard-band-u-binary", 1.05, "Outside the limits by less than U, which fails by the decision rule"),
        ("guard-band-u-binary", 1.9, "Outside the limits beyond doubt: +10 V"),
        ("pfa-2", 0.97, "Inside the limits, but not accepted by the decision rule: +10 V"),
        ("jjf1094", 1.05, "Outside the limits by less than U, which fails by the decision rule: +10 V"),
        ("rss", 1.05, "Outside the limits by less than U, which fails by the decision rule: +10 V"),
        ("rss", 0.99, "Inside the limits by less than U: +10 V"),
        ("z540.3-6", 1.05, "Outside the limits by less than U, which fails by the decision rule: +10 V"),
        ("iso14253", 1.25, "Outside the limits: +10 V"),  # by 100 µV of U = 110 µV, to 10 µV
        ("iso14253", 1.9, "Outside the limits beyond doubt: +10 V"),
        ("simple", 1.05, "Outside the limits: +10 V"),
        ("guard-80", 1.05, "Outside the limits: +10 V"),
        # at the limit in every digit that is printed: the rule says on which side, or nobody
        ("simple", -1.0, "Outside the limits: +10 V"),
        ("guard-band-u-binary", 1.0, "Not accepted by the decision rule: +10 V"),
        ("pfa-2", 1.0, "Not accepted by the decision rule: +10 V"),
        ("rss", 1.275, "Outside the limits: +10 V"),  # by U, in every digit
    ],
)
def test_the_words_follow_from_where_error_and_uncertainty_lie(
    record: Record, written: Callable[..., str], rule: str, share: float, sentence: str
) -> None:
    text = _stated(record, written(mode="live", rule=rule, sections=("dcv",), shares={POINT: share}))
    assert sentence in text
    assert ("beyond doubt" in sentence) == ("beyond doubt" in text)


def test_every_form_says_what_is_true_of_a_failure_inside_the_limits(
    record: Record, written: Callable[..., str]
) -> None:
    run = written(mode="live", rule="guard-band-u-binary", sections=("dcv",), shares={POINT: 0.9})
    model = build(record, run)
    model = replace(model, laboratory=replace(model.laboratory, country="CN"))
    for form in ("html", "dcc"):
        content = render(model, form, "both").decode("utf-8")
        assert "not accepted by the decision rule" in content
        assert "按判定规则不予接受" in content
        assert "beyond doubt" not in content


def test_a_figure_that_decides_nothing_on_a_simulated_bench_is_not_the_reason(
    record: Record, written: Callable[..., str]
) -> None:
    run = written(rule="iso14253", sections=("dcv",), shares={POINT: 1.0}, status="memory_low")
    model = build(record, run)
    result = next(r for r in model.results if r.id == POINT)
    assert {"undetermined-by-rule", "unverified-figure"} <= set(result.notes)
    assert "Undetermined by the decision rule: +10 V" in _stated(record, run)
    page = render(model, "html", "zh").decode("utf-8")
    assert "待定" in page
    assert "数据未经核实" not in page.partition("待定")[0][-400:]
