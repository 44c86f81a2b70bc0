"""Public names, their examples, and that a command which records nothing does not load the database."""

from __future__ import annotations

import doctest
import importlib
import subprocess
import sys

import pytest

MODULES = ["calibrator.record._canonical", "calibrator.record._ids", "calibrator.standards._lines"]


@pytest.mark.parametrize("room", ["calibrator.record", "calibrator.standards"])
def test_every_public_name_is_there_and_documented(room: str) -> None:
    module = importlib.import_module(room)
    assert module.__all__ == sorted(module.__all__, key=lambda name: (name[0].islower(), name))
    for name in module.__all__:
        assert getattr(module, name).__doc__
        assert name in dir(module)
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = module.nothing


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_run(name: str) -> None:
    result = doctest.testmod(importlib.import_module(name))
    assert result.attempted
    assert result.failed == 0


def test_naming_the_rooms_loads_neither_database_nor_numbers() -> None:
    heavy = ("sqlalchemy", "filelock", "numpy", "pint", "scipy", "pyvisa", "platformdirs")
    script = (
        "import sys, calibrator.record, calibrator.standards, calibrator._home;"
        f"print([name for name in {heavy!r} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
