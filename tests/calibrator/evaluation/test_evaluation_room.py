"""The room's door, and what passing through it costs."""

from __future__ import annotations

import subprocess
import sys

import calibrator.evaluation as room
import calibrator.procedure as api


def test_all_names_are_there() -> None:
    for door in (room, api):
        assert sorted(door.__all__, key=str.casefold) == sorted(dict.fromkeys(door.__all__), key=str.casefold)
        for name in door.__all__:
            assert getattr(door, name) is not None


def test_importing_evaluation_brings_no_numbers() -> None:
    code = (
        "import sys, calibrator.evaluation;"
        "print([m for m in ('numpy','scipy','pint','pyvisa','sqlalchemy') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
