"""A home with a laboratory's own folders, taken out of the process afterwards."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from calibrator._home import Home
from calibrator.cli import main
from calibrator.plugins import plug_in

Said = Callable[..., tuple[int, str, str]]


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "home"
    folder.mkdir()
    yield folder
    (folder / "calibrator.toml").unlink(missing_ok=True)
    plug_in(Home(folder))
    for name in ("calibrator", "calibrator_drivers", "calibrator_procedures", "calibrator_sim"):
        logger = logging.getLogger(name)
        for handler in list(logger.handlers):
            logger.removeHandler(handler)
            handler.close()
        logger.propagate = True


@pytest.fixture
def lists(home: Path) -> Callable[..., None]:
    """List folders in calibrator.toml."""

    def write(**keys: list[Path]) -> None:
        lines = (f"{key} = {[path.as_posix() for path in paths]}\n" for key, paths in keys.items())
        (home / "calibrator.toml").write_text("".join(lines).replace("'", '"'), encoding="utf-8")

    return write


@pytest.fixture
def said(home: Path, capsys: pytest.CaptureFixture[str]) -> Said:
    """Run a command in the home; return exit code, output and errors."""

    def run(*arguments: str) -> tuple[int, str, str]:
        code = main([*arguments, "--home", str(home)])
        out, err = capsys.readouterr()
        return code, out, err

    return run
