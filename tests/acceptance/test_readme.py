"""The README's two commands, as they are printed, in a copy of the checkout with nothing installed."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of what git would take, in a folder with a space in its name."""
    target = tmp_path_factory.mktemp("read me") / "Calibrator copy"
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    for name in listed.stdout.splitlines():
        if (ROOT / name).is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, target / name)
    return target


def commands() -> list[list[str]]:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```\w*\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    return [shlex.split(block) for block in blocks[:2]]


def perform(command: list[str], folder: Path, **extra: str) -> subprocess.CompletedProcess[str]:
    assert command[0] == "python"
    clean = {k: v for k, v in os.environ.items() if k not in ("CALIBRATOR_HOME", "PYTHONPATH", "VIRTUAL_ENV")}
    return subprocess.run(
        [sys.executable, *command[1:]],
        cwd=folder,
        env={**clean, "PYTHONUTF8": "1", **extra},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_the_first_command_ends_with_a_certificate_and_is_quick_the_second_time(copy: Path) -> None:
    first, _ = commands()
    done = perform(first, copy)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    assert "[make]" in done.stdout
    (pdf,) = [line.split(maxsplit=1)[1] for line in done.stdout.splitlines() if line.endswith(".pdf")]
    assert Path(pdf).is_file()
    shutil.rmtree(copy / "demo-home")  # and its log of heads, which lies beside it, is left
    again = perform(first, copy)
    assert again.returncode == 0, again.stderr
    assert "[make]" not in again.stdout, "nothing is installed twice"
    assert (copy / "demo-home.heads.jsonl.former-1").is_file()
    verified = perform(["python", "-m", "calibrator", "verify"], copy, CALIBRATOR_HOME="demo-home")
    assert verified.returncode == 0, verified.stderr


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_the_second_command_passes(copy: Path) -> None:
    _, second = commands()
    done = perform(second, copy, PYTEST_ADDOPTS="--ignore=tests/acceptance")
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    assert re.search(r"\d+ passed", done.stdout)
