"""The help costs nothing heavy, names every command, and the page of the manual says the same."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from pathlib import Path

import pytest

from calibrator import __version__
from calibrator.cli import main
from calibrator.cli._app import COMMANDS

ROOT = Path(__file__).parents[3]
HEAVY = (
    "numpy",
    "scipy",
    "pint",
    "pyvisa",
    "pyvisa_py",
    "serial",
    "sqlalchemy",
    "rich",
    "typst",
    "jinja2",
    "lxml",
)
ROOMS = ("calibrator_sim", "calibrator_procedures", "calibrator_uncertainty")


def modules_after(*arguments: str) -> set[str]:
    """Return the top-level modules that a fresh interpreter has loaded after a command."""
    code = (
        "import json, sys\nfrom calibrator.cli import main\n"
        f"main({list(arguments)!r})\n"
        "sys.stderr.write(json.dumps(sorted({name.split('.')[0] for name in sys.modules})))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(json.loads(done.stderr.splitlines()[-1]))


@pytest.mark.parametrize(
    "arguments", [["--help"], ["run", "--help"], ["--version"], ["sim", "serve", "--help"]]
)
def test_help_loads_nothing_heavy(arguments: list[str]) -> None:
    assert not modules_after(*arguments).intersection(HEAVY + ROOMS)


def test_help_names_every_command_and_every_exit_code(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    text = capsys.readouterr().out
    for name in COMMANDS:
        assert f"\n  {name} " in text
    assert "130 interrupted" in " ".join(text.split())


def test_version_is_the_one_of_the_package(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"calibrator {__version__}\n"


def test_module_and_script_are_the_same_command() -> None:
    by_module = subprocess.run(
        [sys.executable, "-m", "calibrator", "--version"], capture_output=True, text=True, check=True
    )
    assert by_module.stdout == f"calibrator {__version__}\n"


def test_the_page_of_the_command_line_is_the_help() -> None:
    spec = importlib.util.spec_from_file_location("command_line", ROOT / "docs" / "command_line.py")
    assert spec is not None
    assert spec.loader is not None
    generator = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(generator)
    text = generator.PAGE.read_text(encoding="utf-8")
    assert generator.page(text) == text, "run: python docs/command_line.py"
    for name in COMMANDS:
        assert f"### calibrator {name}\n" in text
