"""Bytes of the file changed past SQLite: what the rows say is found to differ, or the file is called damaged.

A change that leaves every row as it was (in unused space, in the layout) may be found and need not be.
"""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from calibrator._errors import IntegrityError
from calibrator.cli import main
from calibrator.record import Record

TABLES = ("events", "runs", "points", "readings", "assets", "certificates", "meta")
PAGE = 4096


def content(file: Path) -> list[list[str]] | None:
    """Return every row of every table as bytes, None where SQLite cannot read them."""
    with closing(sqlite3.connect(f"file:{file.as_posix()}?immutable=1", uri=True)) as opened:
        opened.text_factory = bytes
        try:
            return [sorted(map(repr, opened.execute(f"SELECT * FROM {table}"))) for table in TABLES]
        except (sqlite3.Error, UnicodeDecodeError):
            return None


def flip(data: bytearray, chance: random.Random) -> None:
    data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)


def flips(data: bytearray, chance: random.Random) -> None:
    for _ in range(20):
        flip(data, chance)


def zeroed(data: bytearray, chance: random.Random) -> None:
    at = chance.randrange(len(data) // PAGE) * PAGE
    data[at : at + PAGE] = bytes(PAGE)


def noise(data: bytearray, chance: random.Random) -> None:
    at = chance.randrange(len(data) // PAGE) * PAGE
    data[at : at + PAGE] = chance.randbytes(PAGE)


def swapped(data: bytearray, chance: random.Random) -> None:
    one, two = (chance.randrange(len(data) // PAGE) * PAGE for _ in range(2))
    data[one : one + PAGE], data[two : two + PAGE] = data[two : two + PAGE], data[one : one + PAGE]


def cut(data: bytearray, chance: random.Random) -> None:
    del data[chance.randrange(len(data)) :]


WAYS = (flip, flips, zeroed, noise, swapped, cut)


def tampered(filed: Any, tmp_path: Path, count: int, seed: int) -> list[str]:
    """Damage copies of a record; return what was neither found nor called damaged, by its number."""
    for _ in range(3):
        filed.whole_run(40)
    filed.record.close()
    whole, good = (tmp_path / "record.sqlite").read_bytes(), content(tmp_path / "record.sqlite")
    chance, missed = random.Random(seed), []
    folder = tmp_path / "damaged"
    folder.mkdir()
    found = 0
    for number in range(count):
        way = WAYS[number % len(WAYS)]
        data = bytearray(whole)
        way(data, chance)
        file = folder / "record.sqlite"
        file.write_bytes(data)
        same = content(file) == good
        try:
            with Record.open(folder, clock=filed.clock, write=False) as record:
                seen = bool(record.verify())
        except IntegrityError:  # exit code 6
            seen = True
        found += seen
        if not seen and not same:
            missed.append(f"{number} {way.__name__}")
    assert found > count // 3
    return missed


def test_no_changed_byte_that_changes_a_row_goes_unseen(filed: Any, tmp_path: Path) -> None:
    assert tampered(filed, tmp_path, 180, 20261123) == []


@pytest.mark.slow
def test_nor_among_three_thousand(filed: Any, tmp_path: Path) -> None:
    assert tampered(filed, tmp_path, 3000, 7) == []


def test_a_byte_that_is_no_text_is_located(filed: Any, tmp_path: Path) -> None:
    run = filed.whole_run()
    filed.record.close()
    file = tmp_path / "record.sqlite"
    text = filed_text(file, run, 4)
    data = file.read_bytes()
    at = data.index(text.encode()) + 40
    file.write_bytes(data[:at] + b"\xff" + data[at + 1 :])
    with Record.open(tmp_path, clock=filed.clock, write=False) as record:
        named = [(finding.code, finding.seq) for finding in record.verify()]
    assert ("changed", 4) in named


def filed_text(file: Path, run: str, seq: int) -> str:
    with closing(sqlite3.connect(file)) as opened:
        query = "SELECT canonical FROM events WHERE stream = ? AND seq = ?"
        return str(opened.execute(query, (run, seq)).fetchone()[0])


@pytest.mark.parametrize("damage", [lambda data: data[: len(data) // 2], lambda data: b"no database" * 500])
def test_the_command_says_damaged_and_ends_with_6(
    filed: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str], damage: Callable[[bytes], bytes]
) -> None:
    for _ in range(3):
        filed.whole_run(40)
    filed.record.close()
    file = tmp_path / "record.sqlite"
    file.write_bytes(damage(file.read_bytes()))
    assert main(["--home", str(tmp_path), "verify"]) == 6
    assert "damaged" in capsys.readouterr().err


def test_a_row_out_of_its_place_in_the_tree_is_seen(filed: Any, tmp_path: Path) -> None:
    """A key changed inside the tree was passed over by a search for its neighbours."""
    run = filed.whole_run(60)
    filed.record.close()
    file = tmp_path / "record.sqlite"
    data = file.read_bytes()
    places = [at for at in range(len(data)) if data.startswith(run.encode(), at)]
    missed = []
    good = content(file)
    for at in places[::7]:
        file.write_bytes(data[: at + 35] + b"\x10" + data[at + 36 :])
        if content(file) == good:
            continue
        try:
            with Record.open(tmp_path, clock=filed.clock, write=False) as record:
                if not record.verify():
                    missed.append(at)
        except IntegrityError:
            continue
    assert missed == []
