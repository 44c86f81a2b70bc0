"""make.py: what it does before there is anything but Python."""

from __future__ import annotations

import ast
import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[1]
SCRIPT = ROOT / "make.py"


@pytest.fixture
def make() -> ModuleType:
    spec = importlib.util.spec_from_file_location("make", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_it_needs_the_standard_library_alone() -> None:
    for node in ast.walk(ast.parse(SCRIPT.read_text(encoding="utf-8"))):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom):
            names = [node.module or ""]
        for name in names:
            assert name.partition(".")[0] in sys.stdlib_module_names


def test_an_old_python_can_read_it_and_is_told_what_is_needed(
    make: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    ast.parse(SCRIPT.read_text(encoding="utf-8"), feature_version=(3, 7))
    monkeypatch.setattr(make.sys, "version_info", (3, 9, 2))
    assert make.main(["demo"]) == 2
    assert "needs Python 3.11 or later; this is Python 3.9" in capsys.readouterr().err


@pytest.mark.parametrize(("arguments", "code"), [([], 2), (["dmo"], 2), (["--help"], 0), (["-h"], 0)])
def test_it_says_what_it_can_do(
    make: ModuleType, arguments: list[str], code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    assert make.main(arguments) == code
    text = capsys.readouterr().err
    assert all(f"\n  {name}" in text for name in ("demo", "test", "check"))


def test_its_output_fits_any_code_page() -> None:
    assert SCRIPT.read_bytes().isascii()


def test_the_exit_code_is_that_of_the_command(make: ModuleType) -> None:
    assert make.call([sys.executable, "-c", "raise SystemExit(3)"]) == 3


@pytest.mark.skipif(os.name == "nt", reason="Windows has no signals between processes")
def test_a_command_that_a_signal_ended_has_the_shells_code(make: ModuleType) -> None:
    assert make.call([sys.executable, "-c", "import os; os.kill(os.getpid(), 15)"]) == 128 + 15


def test_what_is_installed_is_not_installed_again(
    make: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(make, "VENV", tmp_path)
    monkeypatch.setattr(make, "STAMP", tmp_path / "stamp.json")
    monkeypatch.setattr(make, "environment_python", lambda _begun: Path(sys.executable))
    calls: list[list[str]] = []
    monkeypatch.setattr(make, "run_pip", lambda _python, arguments, _begun: calls.append(arguments) or 0)
    make.install(())
    make.install(())
    assert calls == [["install", "--editable", "."]]
    make.install(("test",))
    make.install(())
    make.install(("test",))
    assert calls[1:] == [["install", "--editable", ".[test]"]]
    stamp = json.loads((tmp_path / "stamp.json").read_text(encoding="utf-8"))
    (tmp_path / "stamp.json").write_text(
        json.dumps({**stamp, "key": "of another pyproject"}), encoding="utf-8"
    )
    make.install(())
    assert len(calls) == 3


def test_a_failed_installation_leaves_no_stamp(
    make: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(make, "STAMP", tmp_path / "stamp.json")
    monkeypatch.setattr(make, "environment_python", lambda _begun: Path(sys.executable))
    monkeypatch.setattr(make, "run_pip", lambda *_arguments: 1)
    assert make.main(["demo"]) == 2
    assert "run the same command again" in capsys.readouterr().err
    assert not (tmp_path / "stamp.json").exists()


def test_a_folder_that_is_no_environment_is_left_alone(
    make: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "mine.txt").write_text("keep", encoding="utf-8")
    monkeypatch.setattr(make, "VENV", tmp_path)
    assert make.main(["demo"]) == 2
    assert "Move it away" in capsys.readouterr().err
    assert (tmp_path / "mine.txt").read_text(encoding="utf-8") == "keep"


def test_without_an_index_it_says_so(make: ModuleType, tmp_path: Path) -> None:
    """A real pip, told of an index that is not there."""
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("PIP_")},
        "PIP_CONFIG_FILE": os.devnull,
        "PIP_INDEX_URL": "http://127.0.0.1:9/simple",
        "PIP_RETRIES": "0",
    }
    code = (
        f"import sys; sys.path.insert(0, {str(ROOT)!r}); import make; from pathlib import Path\n"
        f"wanted = ['download', 'calibrator-needs-this', '--dest', {str(tmp_path / 'x')!r}]\n"
        "try:\n    make.run_pip(Path(sys.executable), wanted, 0.0)\n"
        "except make.MakeError as error:\n    print(error)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=environment,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "index could not be reached" in done.stdout
    assert "PIP_INDEX_URL" in done.stdout


def test_it_says_how_long_the_tests_take(
    make: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    called: list[list[str]] = []
    monkeypatch.setattr(make, "install", lambda _extras: sys.executable)
    monkeypatch.setattr(make, "call", lambda command: called.append(command) or 0)
    assert make.main(["test"]) == 0
    assert "minutes" in capsys.readouterr().out
    assert called[0][1:3] == ["-m", "pytest"]
