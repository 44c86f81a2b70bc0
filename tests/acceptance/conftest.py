"""The command line as a person uses it: real processes, a home of its own, real files."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

import pytest

from calibrator.bench import find_simulator
from calibrator_drivers.clock import RealClock

COMMAND = [sys.executable, "-m", "calibrator"]
TIMEOUT_S = 90


def environment(home: Path, extra: Mapping[str, str] = {}) -> dict[str, str]:
    """Return the environment of a child that uses `home` and speaks UTF-8."""
    return {**os.environ, "CALIBRATOR_HOME": str(home), "PYTHONUTF8": "1", **extra}


@dataclass(frozen=True)
class Cli:
    """Calls `calibrator` with one home."""

    home: Path

    def __call__(self, *arguments: str, input_: str | None = None) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*COMMAND, *arguments],
            env=environment(self.home),
            cwd=self.home.parent,
            input=input_,
            stdin=subprocess.DEVNULL if input_ is None else None,
            capture_output=True,
            encoding="utf-8",
            timeout=TIMEOUT_S,
            check=False,
        )

    def start(
        self, *arguments: str, command: Sequence[str] = COMMAND, **options: Any
    ) -> subprocess.Popen[str]:
        """Start a command that goes on, its standard output a pipe."""
        return subprocess.Popen(
            [*command, *arguments],
            env=environment(self.home),
            cwd=self.home.parent,
            stdout=subprocess.PIPE,
            encoding="utf-8",
            **options,
        )

    def json(self, *arguments: str) -> Any:
        """Return what a command prints as JSON."""
        done = self(*arguments)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)


@pytest.fixture(scope="session", autouse=True)
def _interrupts_reach_children() -> None:
    """A shell that starts the tests in the background ignores SIGINT, and every child would inherit that."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture
def cli(tmp_path: Path) -> Cli:
    """The command line with a home that is not there yet."""
    return Cli(tmp_path / "home")


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[Cli, subprocess.CompletedProcess[str]]:
    """One `calibrator demo`, and the command line with its home; only to be read."""
    made = Cli(tmp_path_factory.mktemp("demo") / "home")
    return made, made("demo")


@pytest.fixture
def bench(tmp_path: Path) -> Callable[..., Path]:
    """Writes the simulated bench with some of its text replaced; returns the file."""

    def write(*changes: tuple[str, str], name: str = "bench.toml", more: str = "") -> Path:
        text = find_simulator().default_bench()
        for old, new in changes:
            assert old in text, old
            text = text.replace(old, new)
        path = tmp_path / name
        path.write_text(text + more, encoding="utf-8")
        return path

    return write


@pytest.fixture(scope="session")
def comparable() -> Callable[[Mapping[str, Any]], dict[str, Any]]:
    """What of a `show --json` two runs must have in common."""
    return without_ids_and_times


def without_ids_and_times(shown: Mapping[str, Any]) -> dict[str, Any]:
    """Return a `show --json` without what may differ between two runs: ids and wall-clock times."""
    text = json.loads(json.dumps(shown))
    run = text["run"]
    for key in ("id", "opened_at", "closed_at"):
        run.pop(key, None)
    for point in text["points"]:
        for reading in point["readings"]:
            reading.pop("seq", None) if isinstance(reading, dict) else None
    return dict(text)


@contextmanager
def serving(
    cli: Cli, *arguments: str, expected: int = 0
) -> Iterator[tuple[subprocess.Popen[str], dict[str, dict[str, str]]]]:
    """Serve until the block ends; give the process and what it announced, by name."""
    process = cli.start("sim", "serve", *arguments, "--json", stdin=subprocess.PIPE)
    assert process.stdout is not None
    try:
        announced: dict[str, dict[str, str]] = {}
        expected = expected or (1 if "keysight_34401a" in arguments else 2)
        while len(announced) < expected:
            line = process.stdout.readline()
            assert line, "the server ended"
            row = json.loads(line)
            assert list(row) == ["name", "model", "serial", "resource"]
            announced[row["name"]] = row
        yield process, announced
    finally:
        process.kill()
        process.communicate(timeout=10)


def with_addresses(bench: Callable[..., Path], announced: dict[str, dict[str, str]]) -> Path:
    """Return the bench file of a client: the same bench with the addresses that the server announced."""
    serials = {name: f'serial = "{row["serial"]}"\n' for name, row in announced.items()}
    return bench(
        *(
            (f"{serials[name]}{after}", f'{serials[name]}resource = "{announced[name]["resource"]}"\n{after}')
            for name, after in (("calibrator", "zeroed_at"), ("meter", "uut"))
        ),
        name="client.toml",
    )


class Person:
    """Moves leads when asked, and types what a careful person would type."""

    def __init__(self, server: subprocess.Popen[str], terminal: int, run: subprocess.Popen[str]) -> None:
        assert server.stdin is not None
        self._leads = server.stdin
        self._terminal = terminal
        self.asked: list[str] = []
        self._run = run
        self._read = ""
        self._reader = threading.Thread(target=self._look, args=(run.stderr,), daemon=True)
        self._reader.start()

    def _look(self, screen: TextIO) -> None:
        while character := screen.read(1):
            self._read += character

    def read_to_the_end(self) -> str:
        """Wait for the run to end, close its pipes and return all that stood on the screen."""
        self._run.wait(timeout=30)
        self._reader.join(timeout=30)
        for pipe in (self._run.stdout, self._run.stderr):
            if pipe is not None:
                pipe.close()
        return self._read

    def hear(self, event: dict[str, Any]) -> None:
        if event["kind"] != "prompt.asked":
            return
        body = event["body"]
        self.asked.append(body["prompt"])
        answer = "120" if body["kind"] == "warm-up" else ""
        if body["kind"] == "hazard":
            answer = str(body["hazard"]["value"])
            while f"Type {answer} to release" not in self._read:  # typed before, it would be thrown away
                RealClock().sleep(0.02)
        if body["wiring"]:
            self._leads.write(f"{body['wiring']}\n")
            self._leads.flush()
            RealClock().sleep(0.2)  # leads are moved before Enter is pressed
        os.write(self._terminal, f"{answer}\n".encode())


@pytest.fixture
def served() -> Callable[..., Any]:
    """Serves a bench for the time of a block."""
    return serving


@pytest.fixture
def addressed() -> Callable[..., Path]:
    """Writes the bench file of a client of a served bench."""
    return with_addresses


@pytest.fixture
def person() -> type[Person]:
    """Someone who moves leads and types."""
    return Person
