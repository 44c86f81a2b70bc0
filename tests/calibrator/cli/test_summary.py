"""What a person reads at the end: worst points first, durations and columns as people write them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from calibrator.cli._format import called_as, duration, limits_of, padded, plain, validation
from calibrator.cli._look import _without_number
from calibrator.cli._screens import PlainScreen
from calibrator.cli._settings import Settings
from calibrator.cli._summary import _figures, name_next_steps, worst_points
from calibrator.cli._view import RunView
from calibrator.cli._words import words
from calibrator.engine import Outcome


def point(name: str, error: str | None, expanded: str, limit: str) -> dict[str, str | None]:
    return {"id": name, "error": error, "U": expanded, "limit": limit}


def test_the_worst_points_come_nearest_to_their_limits_with_their_uncertainty() -> None:
    points = [
        point("far", "0.1", "0.1", "1"),
        point("near", "-0.8", "0.1", "1"),
        point("uncertain", "0.1", "0.7", "1"),
        point("out", "0.0012", "0.0001", "0.001"),
    ]
    assert [item["id"] for item in worst_points(points)] == ["out", "near", "uncertain"]


def test_an_overload_is_worse_than_any_number() -> None:
    points = [point("out", "9", "0.1", "1"), point("overload", None, "0", "1")]
    assert [item["id"] for item in worst_points(points, 1)] == ["overload"]


def test_a_limit_on_one_side_is_near_on_that_side_only() -> None:
    one: dict[str, str | None] = {"lower_limit": None, "upper_limit": "2", "limit": None, "U": "0.1"}
    points = [
        {"id": "far", "error": "-9", **one},
        {"id": "near", "error": "1.8", **one},
        {"id": "uneven", "error": "-0.5", **one, "lower_limit": "-1", "limit": "1.5"},
    ]
    assert [item["id"] for item in worst_points(points)] == ["near", "uneven", "far"]
    assert [limits_of(item) for item in points] == ["<= +2", "<= +2", "-1/+2"]


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0 s"), (89, "89 s"), (90, "2 min"), (5340, "89 min"), (5400, "1 h 30 min"), (11100, "3 h 05 min")],
)
def test_durations(seconds: float, text: str) -> None:
    assert duration(seconds) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1000.003, "1000.003"),
        (5.4e-7, "0.00000054"),
        (100331400.0, "100331400"),
        (-0.0, "-0"),
        (0.1 + 0.2, "0.3"),
    ],
)
def test_indications_have_no_exponent(value: float, text: str) -> None:
    assert plain(value) == text


def test_columns_count_chinese_twice() -> None:
    assert padded("时间", 6) == "时间  "
    assert padded("longer than that", 6) == "longer than that"


def test_the_way_to_call_again_names_home_and_quotes_spaces(
    tmp_path, monkeypatch: pytest.MonkeyPatch
) -> None:  # type: ignore[no-untyped-def]
    home = tmp_path / "my home"
    monkeypatch.chdir(tmp_path)
    assert called_as(home).endswith('--home "my home"')
    assert "--home" not in called_as(None)


def test_a_point_without_a_number_says_why_and_prints_no_figures() -> None:
    """It printed "error inf %, U 0, k 0", as if something had been measured."""
    view = RunView()
    unsettled = {**point("p", "inf", "0", "1"), "unit": "%", "verdict": "undetermined"}
    failed = {**unsettled, "id": "o", "verdict": "fail", "notes": ["overload"]}
    screen = PlainScreen(words("en"), "en")
    screen.view = view
    view.judge([{**unsettled, "notes": ["not-settled"]}, failed])
    told = list(screen._results([{"id": "p"}, {"id": "o"}]))
    assert [" ".join(line.split()) for line in told[1:]] == [
        "p no number: not settled undetermined",
        "o error inf % U 0 fail",
    ]
    assert _figures({**unsettled, "notes": ["no-result"]}, words("zh")).startswith("无数值: 所需的测量未完成")
    cells = _without_number({**unsettled, "notes": ["not-settled"]}, words("en"))
    assert cells["verdict"] == "undetermined (not settled)"
    assert {cells[key] for key in ("U", "k", "pfa")} == {""}
    assert not _without_number(failed, words("en"))


def test_a_u_that_monte_carlo_does_not_bear_out_says_so_beside_itself() -> None:
    """METROLOGY 16: in the lines, in the table of `show` and at the worst points, in both languages."""
    doubtful = {**point("p", "1", "2", "9"), "unit": "Pa", "verdict": "pass", "clause8": {"ok": False}}
    sound = {**doubtful, "id": "q", "clause8": {"ok": True}}
    screen = PlainScreen(words("en"), "en")
    screen.view.judge([doubtful, sound])
    told = list(screen._results([{"id": "p"}, {"id": "q"}]))
    assert [" ".join(line.split()) for line in told[1:]] == [
        "p error 1 Pa U 2 pass, U NOT validated",
        "q error 1 Pa U 2 pass",
    ]
    assert "U 2 (NOT validated)" in _figures(doubtful, words("en"))
    assert "U 2 (未通过验证)" in _figures(doubtful, words("zh"))
    assert "alidated" not in _figures(sound, words("en"))
    assert [validation(each) for each in (doubtful, sound, {**sound, "clause8": None})] == [
        "NOT validated",
        "validated",
        "",
    ]


def test_a_broken_run_of_several_units_goes_on_as_one_of_a_single_unit_does(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    one = Outcome("r1", 130, "", 1.0, 1.0, "stopped", "simulated", "stopped")
    chosen = Settings(tmp_path, "en", False)
    for outcome in (one, replace(one, further=(one,))):
        name_next_steps(chosen, outcome, to_stderr=False)
        assert "resume" in capsys.readouterr().out


def test_what_was_found_names_the_command_that_goes_on_as_left(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = Outcome("r1", 1, "fail", 1.0, 1.0, "", "simulated", "as-left-open")
    for language, why in (("en", "go on as left, when it is adjusted"), ("zh", "调整完成后继续调整后测量")):
        name_next_steps(Settings(tmp_path, language, False), found, to_stderr=False)
        first = capsys.readouterr().out.splitlines()[0]
        assert "resume" in first
        assert why in first
    name_next_steps(Settings(tmp_path, "en", False), replace(found, code=""), to_stderr=False)
    assert "resume" not in capsys.readouterr().out
