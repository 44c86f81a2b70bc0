"""A home with one run of the simulated bench and its certificate, made once and copied for each test."""

from __future__ import annotations

import logging
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from calibrator.cli import main
from calibrator.record import Record
from calibrator_drivers.clock import RealClock


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home of a finished run over real sockets, with an issued HTML certificate; never changed."""
    home = tmp_path_factory.mktemp("evidence") / "home"
    environ = {**os.environ, "CALIBRATOR_HOME": str(home), "PYTHONUTF8": "1"}
    job = ["run", "dmm", "--uut", "34401A", "--sim", "--seed", "3", "--section", "zero-open"]
    for command in ([*job, "--section", "dci", "--non-interactive"], ["certificate", "--format", "html"]):
        done = subprocess.run(
            [sys.executable, "-m", "calibrator", *command],
            env=environ,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            timeout=110,
            check=False,
        )
        assert done.returncode in (0, 1, 3), done.stderr
    return home


@pytest.fixture
def home(finished: Path, tmp_path: Path) -> Path:
    """A copy of it to change."""
    return Path(shutil.copytree(finished, tmp_path / "home"))


@dataclass
class Said:
    """What a command said and its exit code."""

    code: int
    out: str
    err: str


@pytest.fixture
def call(home: Path, capsys: pytest.CaptureFixture[str]) -> Iterator[Callable[..., Said]]:
    """Call the command line on the copy."""

    def run(*arguments: str) -> Said:
        code = main(["--home", str(home), *arguments])
        seen = capsys.readouterr()
        return Said(code, seen.out, seen.err)

    yield run
    for name in ("calibrator", "calibrator_drivers", "calibrator_procedures", "calibrator_sim"):
        logger = logging.getLogger(name)
        for handler in list(logger.handlers):
            logger.removeHandler(handler)
            handler.close()
        logger.propagate = True


@pytest.fixture
def record(home: Path) -> Iterator[Record]:
    """The record of the copy, to read."""
    opened = Record.open(home, clock=RealClock(), write=False)
    yield opened
    opened.close()
