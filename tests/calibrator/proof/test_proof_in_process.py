"""What a proof stands on: bytes without sockets, a record in memory, a bench file written again."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calibrator._errors import UsageError
from calibrator._home import Home
from calibrator.proof._folders import lend_folders
from calibrator.proof._runner import first_difference
from calibrator.proof._toml import dump_toml
from calibrator.record import MemoryRecord, Record
from calibrator_drivers import ConnectFailed, ConnectionLost, ReadTimeout
from calibrator_drivers.registry import open_instrument
from calibrator_drivers.transport import open_session, plug, unplug
from calibrator_sim import SIMULATOR

WHERE = "MEMORY::test::INSTR"


class Peer:
    """An instrument that echoes, stays silent, or hangs up."""

    def __init__(self) -> None:
        self.broken = False
        self.closed = False

    def feed(self, data: bytes) -> bytes:
        self.broken = data == b"BYE\n"
        return data if data.endswith(b"?\n") and data != b"SILENT?\n" else b""

    def close(self) -> None:
        self.closed = True


@pytest.fixture
def peers() -> Iterator[list[Peer]]:
    made: list[Peer] = []

    def connect() -> Peer:
        made.append(Peer())
        return made[-1]

    plug(WHERE, connect)
    yield made
    unplug(WHERE)


def test_an_exchange_in_memory_is_an_exchange(peers: list[Peer]) -> None:
    session = open_session(WHERE)
    assert session.query("*IDN?") == "*IDN?"
    session.write("SET 1")
    session.close()
    assert peers[0].closed


def test_a_reply_that_is_not_there_never_comes(peers: list[Peer]) -> None:
    session = open_session(WHERE)
    with pytest.raises(ReadTimeout):
        session.query("SILENT?", timeout_s=1000.0)  # a wait would outlast the test
    assert session.query("HERE?") == "HERE?"  # in step again, on a connection of its own
    assert len(peers) == 2


def test_a_peer_that_hangs_up_is_a_lost_connection(peers: list[Peer]) -> None:
    session = open_session(WHERE)
    session.write("BYE")
    with pytest.raises(ConnectionLost):
        session.query("STILL?")


def test_nobody_there_and_a_refusal_are_named() -> None:
    with pytest.raises(ConnectFailed, match="no such instrument in this process"):
        open_session("MEMORY::nobody::INSTR")
    plug(WHERE, lambda: None)
    try:
        with pytest.raises(ConnectFailed, match="refused"):
            open_session(WHERE)
    finally:
        unplug(WHERE)


def test_a_driver_reads_the_same_numbers_through_a_pipe_and_a_socket() -> None:
    tables = tomllib.loads(SIMULATOR.default_bench())
    read = []
    for in_process in (True, False):
        bench: Any = (SIMULATOR.open_in_process if in_process else SIMULATOR.open)(tables, seed=4)
        if in_process:
            plug(bench.resources["meter"], bench.pipes["meter"])
        bench.connect("short")
        meter: Any = open_instrument("keysight_34401a", bench.resources["meter"], clock=bench.clock)
        meter.configure_voltage_dc(0.1, nplc=10.0, high_impedance=True)
        read.append([meter.read().value for _ in range(5)])
        meter.close()
        bench.close()
        unplug(bench.resources["meter"])
    assert read[0] == read[1]
    assert len(set(read[0])) > 1  # noise, so that equal numbers say something


class Steps:
    """A clock that moves a second at each look."""

    def __init__(self) -> None:
        self._count = 0

    def now(self) -> datetime:
        self._count += 1
        return datetime(2026, 11, 23, tzinfo=UTC) + timedelta(seconds=self._count)

    def monotonic_ns(self) -> int:
        return self._count * 1_000_000_000

    def sleep(self, seconds: float) -> None:
        del seconds


def test_events_in_memory_have_the_text_and_chain_of_a_database() -> None:
    kept = []
    for record in (MemoryRecord(Steps()), Record.open(None, clock=Steps())):
        record.append(
            "run-1", "run.opened", {"mode": "simulated", "x": 0.1, "at": datetime(2026, 1, 1, tzinfo=UTC)}
        )
        record.append("run-1", "reading", {"value": (1.5).hex(), "seq": [1, None, True]})
        record.append("run-1", "run.closed", {"outcome": "completed"})
        kept.append([(event.seq, event.kind, event.body) for event in record.events("run-1")])
        assert record.head("run-1")[0] == 3
        assert [event.kind for event in record.events("register")][-2:] == ["run.began", "run.ended"]
        assert record.last("run-1", "reading") is not None
        record.close()
    assert kept[0] == kept[1]


def test_a_run_in_memory_begins_once_and_first() -> None:
    record = MemoryRecord(Steps(), chain=False)
    with pytest.raises(UsageError):
        record.append("run-1", "reading", {})
    record.append("run-1", "run.opened", {"mode": "simulated"})
    with pytest.raises(UsageError):
        record.append("run-1", "run.opened", {"mode": "simulated"})


_SCALARS = (
    st.booleans()
    | st.integers(-(2**62), 2**62)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=("Cs",)), max_size=20)
    | st.dates()
)
_TABLES = st.dictionaries(
    st.text(st.characters(exclude_categories=("Cs",)), max_size=8),
    st.recursive(
        _SCALARS,
        lambda inner: (
            st.lists(inner, max_size=3) | st.dictionaries(st.text('ab é"', max_size=3), inner, max_size=3)
        ),
        max_leaves=8,
    ),
    max_size=4,
)


@given(_TABLES)
def test_toml_that_is_written_reads_back(tables: dict[str, Any]) -> None:
    assert tomllib.loads(dump_toml(tables)) == tables


def test_a_laboratory_s_folders_are_lent_and_nothing_else(tmp_path: Path) -> None:
    own, lent = Home(tmp_path / "own"), Home(tmp_path / "lent")
    lend_folders(own, lent)
    assert not lent.path.exists()
    own.path.mkdir()
    own.settings_file.write_text('procedures = ["mine"]\nlanguage = "zh"\n', encoding="utf-8")
    (own.path / "approved.toml").write_text("", encoding="utf-8")
    lend_folders(own, lent)
    held = tomllib.loads(lent.settings_file.read_text(encoding="utf-8"))
    assert held == {"procedures": [str((own.path / "mine").resolve())]}
    assert (lent.path / "approved.toml").is_file()


def test_the_first_difference_is_named_by_its_path() -> None:
    one = {"run": {"seed": 1}, "points": [{"u": "1", "k": "2"}]}
    assert first_difference(one, one, "") == ""
    assert first_difference(one, {**one, "points": [{"u": "1", "k": "3"}]}, "") == ".points[0].k"
    assert first_difference(one, {**one, "points": []}, "") == ".points"
