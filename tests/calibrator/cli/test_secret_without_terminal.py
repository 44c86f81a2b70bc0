"""`calibrator secret` where nobody can be asked: one sentence, and no warning of a library."""

from __future__ import annotations

import io
import sys

import pytest

from calibrator.cli import main


def test_nobody_to_ask_is_one_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("CALIBRATOR_PERSON_SECRET", raising=False)
    monkeypatch.setattr(sys, "stdin", io.StringIO())
    assert main(["secret"]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.count("\n") == 1
    assert "CALIBRATOR_PERSON_SECRET" in said.err
