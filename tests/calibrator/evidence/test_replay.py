"""Evaluated again and rendered again from the record: the same, or the first difference is named."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from calibrator import certificates
from calibrator.evaluation import _recompute
from calibrator.evaluation import _section as section

Call = Callable[..., Any]


def test_a_run_agrees_and_its_documents_have_the_same_bytes(call: Call, home: Path) -> None:
    said = call("replay")
    assert said.code == 0, said.err
    assert "agree to 1e-12 and in every printed digit; 1 documents rendered again" in said.out
    (file,) = (home / "certificates").iterdir()
    by_file = call("replay", str(file), "--json")
    made = json.loads(by_file.out)
    assert made["agrees"]
    assert [item["same"] for item in made["documents"]] == [True]


def test_a_json_certificate_and_both_languages_too(call: Call) -> None:
    for extra in (["--format", "json"], ["--format", "html", "--lang", "zh"]):
        assert call("certificate", *extra).code == 0
    assert "3 documents rendered again" in call("replay", "last").out


def _changed(monkeypatch: pytest.MonkeyPatch, factor: float) -> None:
    """Let the program evaluate the first point otherwise."""
    honest = section.evaluate_content

    def other(*args: Any, **options: Any) -> list[dict[str, Any]]:
        points = honest(*args, **options)
        exact = points[0]["exact"]
        points[0]["exact"] = {**exact, "error": (float.fromhex(exact["error"]) * factor).hex()}
        return points

    monkeypatch.setattr(_recompute, "evaluate_content", other)


def _another_version(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    honest = _recompute._present
    monkeypatch.setattr(_recompute, "_present", lambda names: {**honest(names), name: "9.9"})


def test_a_changed_evaluation_is_named(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    _changed(monkeypatch, 1 + 1e-11)
    said = call("replay")
    assert said.code == 6
    assert said.err.startswith("dci")
    assert "exact.error" in said.err.splitlines()[0]
    assert not json.loads(call("replay", "--json").out)["explained"]


def test_what_another_version_explains_is_in_doubt(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    _changed(monkeypatch, 1 + 1e-11)
    _another_version(monkeypatch, "numpy")
    said = call("replay")
    assert said.code == 3, said.err
    first, *rest = said.err.splitlines()
    assert first.split(":")[0] == "dci"
    assert "exact.error" in first
    assert any("versions.numpy" in line and "now 9.9" in line for line in rest)
    assert "intact; its results were evaluated by numpy" in rest[-1]
    made = json.loads(call("replay", "--json").out)
    assert (made["agrees"], made["explained"]) == (False, True)
    assert "完整" in call("--language", "zh", "replay").err.splitlines()[-1]


def test_a_version_of_which_the_register_says_otherwise_explains_nothing(
    call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The register knows that this program evaluated it: no other version did."""
    _changed(monkeypatch, 1 + 1e-11)
    _another_version(monkeypatch, "numpy")
    monkeypatch.setattr(certificates, "contradicted", lambda *_: "recorded by this one")
    assert call("replay").code == 6


def test_the_tolerance_is_1e_12(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    _changed(monkeypatch, 1 + 2e-13)
    assert call("replay").code == 0


def test_a_changed_template_is_seen_in_the_bytes(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    from calibrator.certificates import _html

    honest = _html.html_bytes
    monkeypatch.setattr(_html, "html_bytes", lambda seen: honest(seen) + b"<!-- -->")
    said = call("replay")
    assert said.code == 6
    assert "OTHER BYTES" in said.err
    assert "changed without a new version" in said.err


def test_other_bytes_of_another_version_of_the_program_are_in_doubt(
    call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    from calibrator.certificates import _html

    honest = _html.html_bytes
    monkeypatch.setattr(_html, "html_bytes", lambda seen: honest(seen) + b"<!-- -->")
    _another_version(monkeypatch, "calibrator")
    said = call("replay")
    assert said.code == 3
    assert "OTHER BYTES" in said.err
    assert "versions.calibrator" in said.err
