"""The runner of other people's software: tools that are not there, and sets that never end."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from typing import Any

import pytest

RUN = Path(__file__).parents[1] / "interop" / "run.py"


@pytest.fixture
def runner(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The runner as a module."""
    spec = importlib.util.spec_from_file_location("interop_run", RUN)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def ended(runner: Any, monkeypatch: pytest.MonkeyPatch, *sets: str) -> int:
    monkeypatch.setattr(sys, "argv", ["run.py", *sets])
    return int(runner.main())


def test_tools_of_debian_that_are_absent_are_skipped_with_the_reason(
    runner: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(runner.shutil, "which", lambda _name: None)
    assert ended(runner, monkeypatch, "debian") == 0
    assert "skipped: this machine has no sigrok-cli and no lxi" in capsys.readouterr().out


def test_a_set_that_does_not_exist_is_named_with_those_that_do(
    runner: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert ended(runner, monkeypatch, "debian", "UNKNOWN") == 2
    said = capsys.readouterr()
    assert "there is no set UNKNOWN; there are debian, " in said.err
    assert said.out == ""


def test_a_set_that_never_ends_fails_by_name(
    runner: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "hangs").mkdir()
    (tmp_path / "hangs" / "set.toml").write_text("[serve]\n", encoding="utf-8")
    (tmp_path / "hangs" / "check.py").write_text(
        "while True:\n    __import__('time').sleep(1)\n", encoding="utf-8"
    )
    monkeypatch.setattr(runner, "HERE", tmp_path)
    monkeypatch.setattr(runner, "left_s", lambda: 1.0)
    assert ended(runner, monkeypatch, "hangs") == 1
    assert "FAILED" in capsys.readouterr().out


def test_no_time_left_is_a_failure_and_no_crash(
    runner: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(runner, "LIMIT_S", -1.0)
    assert ended(runner, monkeypatch, "protocols") == 1
    assert "not done within" in capsys.readouterr().out
