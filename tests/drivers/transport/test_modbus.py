"""Modbus: pymodbus's own server over TCP, and a hand-made unit on a serial line."""

from __future__ import annotations

import asyncio
import os
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calibrator_drivers import (
    BadResource,
    ConnectFailed,
    ConnectionLost,
    InstrumentReportedError,
    ReadTimeout,
    WrongIdentity,
)
from calibrator_drivers.clock import RealClock
from calibrator_drivers.modbus import ModbusSession, from_words, open_modbus, to_words
from calibrator_drivers.traffic import TrafficLog
from calibrator_drivers.transport import Policy

from ._servers import Served

Started = Callable[[Any], Any]


@pytest.fixture(scope="module")
def meter() -> Iterator[str]:
    """An energy meter on pymodbus's server: 230.125 V at input 0, 10 holding registers."""
    from pymodbus.server import ModbusTcpServer
    from pymodbus.simulator import DataType, SimData, SimDevice

    device = SimDevice(
        1,
        simdata=(
            [SimData(0, values=[False] * 8, datatype=DataType.BITS)],
            [SimData(0, values=[False] * 8, datatype=DataType.BITS)],
            [SimData(0, values=[0] * 10, datatype=DataType.REGISTERS)],
            [SimData(0, values=[0x4366, 0x2000], datatype=DataType.REGISTERS)],
        ),
    )
    ready, port, loop = threading.Event(), [0], asyncio.new_event_loop()
    stop = asyncio.Event()

    async def run() -> None:
        server = ModbusTcpServer(device, address=("127.0.0.1", 0))
        task = asyncio.ensure_future(server.serve_forever(background=False))
        while not getattr(server, "transport", None):
            await asyncio.sleep(0.01)
        port[0] = server.transport.sockets[0].getsockname()[1]
        ready.set()
        await stop.wait()
        await server.shutdown()
        await asyncio.gather(task, return_exceptions=True)

    thread = threading.Thread(target=lambda: loop.run_until_complete(run()))
    thread.start()
    assert ready.wait(30.0)
    yield f"MODBUS::127.0.0.1::{port[0]}::1"
    loop.call_soon_threadsafe(stop.set)
    thread.join()
    loop.close()


def test_registers_of_another_s_server(meter: str, tmp_path: Path) -> None:
    log = TrafficLog(tmp_path / "modbus.jsonl", RealClock())
    session = open_modbus(meter, timeout_s=30.0, name="meter", traffic=log)
    assert session.read("input", 0, 2) == (0x4366, 0x2000)
    assert session.read_number("input", 0) == 230.125
    session.write("holding", 2, [7, 8])
    assert session.read("holding", 2, 2) == (7, 8)
    session.write_number(4, -2, "i", "CDAB")
    assert session.read_number("holding", 4, "i", "CDAB") == -2
    with pytest.raises(InstrumentReportedError, match="illegal data address"):
        session.read("input", 50)
    session.close()
    log.close()
    lines = (tmp_path / "modbus.jsonl").read_text(encoding="utf-8").splitlines()
    assert len(lines) == 14  # a line each way for seven exchanges
    assert '"hex": "000100000006010400000002"' in lines[0]
    assert '"hex": "000100000007010404' in lines[1]


def test_a_log_of_registers_replays(meter: str, tmp_path: Path) -> None:
    from calibrator_drivers.bus import bus_lock
    from calibrator_drivers.replay import ReplayLink, load_traffic
    from calibrator_drivers.transport import Line, parse_address
    from calibrator_drivers.transport._frames import Wire

    path = tmp_path / "modbus.jsonl"
    log = TrafficLog(path, RealClock())
    session = open_modbus(meter, timeout_s=30.0, name="meter", traffic=log)
    assert session.read_number("input", 0) == 230.125
    session.close()
    log.close()
    link = ReplayLink(load_traffic(path, "meter"))
    wire = Wire(link, key="", lock=bus_lock("replay"))
    again = ModbusSession(
        wire, parse_address(meter), Line(), name="meter", timeout_s=5.0, traffic=None, policy=None
    )
    assert again.read_number("input", 0) == 230.125
    link.assert_finished()


class _Tcp(Served):
    """Answers the first question late, when the second has come, and drops the connection at register 9."""

    def __init__(self) -> None:
        self.held = b""
        self.offset = 0
        super().__init__()

    def serve(self, connection: socket.socket) -> None:
        while request := connection.recv(260):
            (address,) = struct.unpack(">H", request[8:10])
            reply = (
                request[:4] + b"\0\5" + request[6:8] + b"\2" + struct.pack(">H", 100 + address + self.offset)
            )
            if address == 9:
                return
            if address == 0 and not self.held:
                self.held = reply
            else:
                connection.sendall((b"" if self.held == b"done" else self.held) + reply)
                self.held = b"done"


def test_a_late_answer_is_never_another_question_s(started: Started) -> None:
    server = started(_Tcp())
    session = started(open_modbus(f"MODBUS::127.0.0.1::{server.port}::1", timeout_s=1.0))
    with pytest.raises(ReadTimeout):
        session.read("holding", 0)
    server.held = b""
    assert session.read("holding", 5) == (105,)
    assert (session.resynchronisations, len(server.connections)) == (1, 2)


def test_a_read_is_repeated_by_policy_and_counted_a_write_never(started: Started) -> None:
    server = started(_Tcp())
    policy = Policy(query_retries=1)
    session = started(open_modbus(f"MODBUS::127.0.0.1::{server.port}::1", timeout_s=1.0, policy=policy))
    assert session.read("holding", 0) == (100,)
    assert session.retries == 1
    silent = started(Served())
    silent.serve = lambda connection: connection.recv(1) and threading.Event().wait(0.5)
    session = started(open_modbus(f"MODBUS::127.0.0.1::{silent.port}::1", timeout_s=0.1, policy=policy))
    with pytest.raises(ReadTimeout):
        session.write("holding", 0, [1])
    assert session.retries == 0


def test_a_peer_that_drops_is_lost_and_stays_so_until_reopened(started: Started) -> None:
    server = started(_Tcp())
    session = started(open_modbus(f"MODBUS::127.0.0.1::{server.port}::1", timeout_s=60.0))
    with pytest.raises(ConnectionLost):
        session.read("holding", 9)
    with pytest.raises(ConnectionLost, match="stays closed"):
        session.read("holding", 5)
    session.reopen()
    server.held = b""
    assert session.read("holding", 5) == (105,)


def test_a_unit_is_recognised_by_its_registers_when_the_connection_comes_back(started: Started) -> None:
    server = started(_Tcp())
    server.held = b"done"
    policy = Policy(on_loss="reconnect")
    session = started(open_modbus(f"MODBUS::127.0.0.1::{server.port}::1", timeout_s=30.0, policy=policy))
    assert session.identify("holding", 7, 1) == (107,)
    with pytest.raises(ConnectionLost, match="was not repeated") as caught:
        session.read("holding", 9)
    assert caught.value.restored
    assert session.read("holding", 5) == (105,)
    server.offset = 1
    with pytest.raises(WrongIdentity, match="107"):
        session.read("holding", 9)
    assert session.reconnections == 1


def test_what_is_no_modbus_resource_is_named() -> None:
    with pytest.raises(BadResource):
        open_modbus("TCPIP::127.0.0.1::502::SOCKET")
    with socket.socket() as reserved:
        reserved.bind(("127.0.0.1", 0))
        with pytest.raises(ConnectFailed):
            open_modbus(f"MODBUS::127.0.0.1::{reserved.getsockname()[1]}::1")


def _crc(data: bytes) -> bytes:
    crc = 0xFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ 0xA001 if crc & 1 else crc >> 1
    return struct.pack("<H", crc)


@pytest.mark.skipif(os.name != "posix", reason="pseudo-terminals are POSIX")
def test_two_units_on_one_serial_line() -> None:
    import pty
    import tty

    master, slave = pty.openpty()
    tty.setraw(slave)

    def units() -> None:
        pending = b""
        try:
            while data := os.read(master, 64):
                pending += data
                while len(pending) >= 8:
                    request, pending = pending[:8], pending[8:]
                    assert _crc(request[:-2]) == request[-2:]
                    body = request[:2] + b"\2" + bytes([request[0], request[3]])
                    os.write(master, body + _crc(body))
        except OSError:
            return

    thread = threading.Thread(target=units)
    thread.start()
    device = os.ttyname(slave)
    sessions = [open_modbus(f"MODBUS-RTU::{device}::{unit}?baud=19200", timeout_s=30.0) for unit in (1, 2)]
    wrong: list[int] = []

    def ask(unit: int, session: ModbusSession) -> None:
        for index in range(40):
            if session.read("input", index) != (unit << 8 | index,):
                wrong.append(index)

    threads = [threading.Thread(target=ask, args=(u, s)) for u, s in zip((1, 2), sessions, strict=True)]
    for asking in threads:
        asking.start()
    for asking in threads:
        asking.join()
    for session in sessions:
        session.close()
    os.close(slave)
    thread.join()
    os.close(master)
    assert wrong == []


@given(st.floats(width=32, allow_nan=False), st.sampled_from(["ABCD", "CDAB", "BADC", "DCBA"]))
def test_words_hold_numbers_in_any_order(value: float, order: Any) -> None:
    assert from_words(to_words(value, "f", order), "f", order) == value
    assert from_words(to_words(value, "d", order), "d", order) == value
