"""Who signs types a secret at a terminal, and nobody reads it there."""

from __future__ import annotations

import os
import select
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from calibrator.cli import main
from calibrator.record import Record
from calibrator.standards import load_lab, secret_hash, secret_id, secret_matches

if sys.platform == "win32":
    pytest.skip("no pseudo-terminals there", allow_module_level=True)

import termios

BOUND_S = 60.0
SECRET = "correct horse battery"
# The pseudo-terminal becomes the one that /dev/tty means, as it is for a person.
COMMAND = """
import fcntl, sys, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
from calibrator.cli import main
sys.exit(main(sys.argv[1:]))
"""
LAB = """
name = "Hangzhou Example Metrology Laboratory"
address = "88 Wensan Road"
timezone = "UTC"

[[person]]
id = "li"
name = "Li Wei"
roles = ["technician"]

[[person]]
id = "chen"
name = "Chen Jing"
roles = ["signatory"]
secret = "{secret}"
"""


class Terminal:
    """A command at a pseudo-terminal of its own."""

    def __init__(self, *arguments: str) -> None:
        environ = {k: v for k, v in os.environ.items() if k != "CALIBRATOR_PERSON_SECRET"}
        self.master, slave = os.openpty()
        self.child = subprocess.Popen(
            [sys.executable, "-c", COMMAND, *arguments],
            stdin=slave, stdout=slave, stderr=slave, start_new_session=True,
            env={**environ, "PYTHONUTF8": "1"},
        )  # fmt: skip
        os.close(slave)
        self.seen = b""

    def answer(self, asked: str, text: str) -> None:
        """Type a line when a question stands there and the terminal no longer echoes."""
        before = len(self.seen)
        for _ in range(int(BOUND_S / 0.05)):
            hidden = not termios.tcgetattr(self.master)[3] & termios.ECHO
            if hidden and asked.encode() in self.seen[before:]:
                os.write(self.master, f"{text}\n".encode())
                return
            assert self.child.poll() is None, self.seen.decode()
            self._read(0.05)
        raise AssertionError(f"never asked for {asked!r}: {self.seen!r}")

    def end(self) -> tuple[int, str]:
        """Return exit code and everything that was ever to be read at the terminal."""
        while self._read(BOUND_S):
            pass
        code = self.child.wait(BOUND_S)
        os.close(self.master)
        return code, self.seen.decode()

    def _read(self, wait_s: float) -> bool:
        if not select.select([self.master], [], [], wait_s)[0]:
            return False
        try:
            more = os.read(self.master, 65536)
        except OSError:  # EIO: nobody has the other end any more
            return False
        self.seen += more
        return bool(more)


def test_a_new_secret_is_asked_for_twice_and_never_shown(tmp_path: Path) -> None:
    terminal = Terminal("--home", str(tmp_path), "secret")
    terminal.answer("Secret", SECRET)
    terminal.answer("confirmation", SECRET)
    code, seen = terminal.end()
    assert code == 0
    assert SECRET not in seen
    line = next(line for line in seen.splitlines() if line.startswith("secret = "))
    assert secret_matches(SECRET, line.split('"')[1])


@pytest.mark.parametrize(("typed", "code"), [(SECRET, 0), ("correct horse batterie", 4)])
def test_who_checks_is_known_by_what_they_type(
    tmp_path: Path, clock: Any, write: Callable[..., str], typed: str, code: int
) -> None:
    home = tmp_path / "home"
    home.mkdir()
    (home / "lab.toml").write_text(LAB.format(secret=secret_hash(SECRET)), encoding="utf-8")
    lab = load_lab(home / "lab.toml").as_body()
    with Record.open(home, clock=clock) as record:
        run = write(record, clock, mode="live", sections=("dci",), lab=lab)
    terminal = Terminal("--home", str(home), "check-run", run, "--person", "chen", "--note", "all points")
    terminal.answer("Secret of chen", typed)
    ended, seen = terminal.end()
    assert ended == code, seen
    assert typed not in seen
    with Record.open(home, clock=clock, write=False) as record:
        checked = [event.body for event in record.events(run, kinds={"results.checked"})]
    assert [(body["by"], body["identified"]) for body in checked] == (
        [("chen", "secret")] if not code else []
    )
    assert ("That is not the secret of chen" in seen) == bool(code)
    own = load_lab(home / "lab.toml").person("chen").secret
    assert [body["secret"] for body in checked] == ([secret_id(own)] if not code else [])
    assert own not in str(checked)


def test_another_secret_in_lab_toml_is_told_and_recorded(
    tmp_path: Path,
    clock: Any,
    write: Callable[..., str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Who can write lab.toml can put another hash there; what was signed before tells that it is another."""
    home = tmp_path / "home"
    home.mkdir()
    ids = []
    for secret in (SECRET, "a secret of another"):
        (home / "lab.toml").write_text(LAB.format(secret=secret_hash(secret)), encoding="utf-8")
        lab = load_lab(home / "lab.toml")
        ids.append(secret_id(lab.person("chen").secret))
        with Record.open(home, clock=clock) as record:
            run = write(record, clock, mode="live", sections=("dci",), lab=lab.as_body())
        monkeypatch.setenv("CALIBRATOR_PERSON_SECRET", secret)
        assert main(["--home", str(home), "check-run", run, "--person", "chen"]) == 0
    said = capsys.readouterr().err
    assert f"another secret in lab.toml ({ids[1]}) than they signed with before ({ids[0]})" in said
    with Record.open(home, clock=clock, write=False) as record:
        held = [next(record.events(run.id, kinds={"results.checked"})).body for run in record.runs()]
    assert [body["secret"] for body in held] == ids


@pytest.mark.parametrize("listed", ["", 'pkcs12 = "nowhere.p12"'])
def test_nobody_gives_a_passphrase_for_a_simulated_run(
    tmp_path: Path, clock: Any, write: Callable[..., str], capsys: pytest.CaptureFixture[str], listed: str
) -> None:
    """Neither key nor passphrase is there: that of a simulated run is refused before either is asked for."""
    home = tmp_path / "home"
    home.mkdir()
    (home / "seal.toml").write_text(listed, encoding="utf-8")
    with Record.open(home, clock=clock) as record:
        write(record, clock, mode="simulated", sections=("dci",))
        write(record, clock, mode="live", sections=("dci",))
        runs = [run.id for run in record.runs()]
    for run, sentence in zip(runs, ("never sealed", "no key" if not listed else ""), strict=True):
        if sentence:
            assert main(["--home", str(home), "certificate", run, "--format", "dcc", "--seal"]) == 4
            told = capsys.readouterr()
            assert sentence in told.err
            assert "Passphrase" not in told.out + told.err
    assert not list(home.glob("certificates/*"))
    with Record.open(home, clock=clock, write=False) as record:
        assert not [e for run in runs for e in record.events(run, kinds={"certificate.issued"})]


def test_who_ends_the_finding_of_a_lost_log_is_known_by_their_secret(
    tmp_path: Path, clock: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    home = tmp_path / "home"
    home.mkdir()
    (home / "lab.toml").write_text(LAB.format(secret=secret_hash(SECRET)), encoding="utf-8")
    with Record.open(home, clock=clock):
        pass
    command = ["--home", str(home), "heads", "--reason", "restored from the backup of Monday", "--person"]
    monkeypatch.setenv("CALIBRATOR_PERSON_SECRET", "another one")
    assert main([*command, "chen"]) == 4
    assert "not the secret of chen" in capsys.readouterr().err
    monkeypatch.setenv("CALIBRATOR_PERSON_SECRET", SECRET)
    assert main([*command, "chen"]) == 0
