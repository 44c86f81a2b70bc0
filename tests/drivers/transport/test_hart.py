"""HART frames: published packing, a transmitter on a socket, noise, refusals and late answers."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calibrator_drivers import (
    BadResource,
    ConnectionLost,
    InstrumentReportedError,
    ReadTimeout,
    UnexpectedReply,
    WrongIdentity,
)
from calibrator_drivers.clock import RealClock
from calibrator_drivers.hart import HartIdentity, Variable, build_request, open_hart, parse_reply
from calibrator_drivers.traffic import TrafficLog
from calibrator_drivers.transport import Policy

from ._servers import Served

Started = Callable[[Any], Any]
IDENTITY = bytes([254, 0x26, 0x06, 5, 5, 1, 7, 0x08, 0, 0x12, 0x34, 0x56])
UNIQUE = bytes([0x26, 0x06, 0x12, 0x34, 0x56])


def _xor(data: bytes) -> int:
    result = 0
    for byte in data:
        result ^= byte
    return result


class Transmitter(Served):
    """Answers commands 0 to 3 and 40; refuses 35; hears nothing else."""

    def __init__(self) -> None:
        self.requests: list[tuple[bytes, int, bytes]] = []
        self.noise = b""
        self.status = 0
        self.broken_parity = False
        self.silent = 0
        self.drops_at: int | None = None
        self.identity = IDENTITY
        super().__init__()
        self.resource = f"HART::socket://127.0.0.1:{self.port}::0"

    def serve(self, connection: socket.socket) -> None:
        pending = b""
        while data := connection.recv(256):
            pending += data
            body = pending.lstrip(b"\xff")
            size = 5 if body[:1] == b"\x82" else 1
            if len(body) < size + 4 or len(body) < size + 4 + body[size + 2]:
                continue
            pending = b""
            assert _xor(body) == 0
            command, argument = body[size + 1], body[size + 3 : -1]
            self.requests.append((body[1 : 1 + size], command, argument))
            if command == self.drops_at:
                self.drops_at = None
                return
            if self.silent:
                self.silent -= 1
                continue
            connection.sendall(self.noise + self._reply(body[0], body[1 : 1 + size], command, argument))

    def _reply(self, delimiter: int, address: bytes, command: int, argument: bytes) -> bytes:
        data = {
            0: self.identity,
            1: bytes([57]) + struct.pack(">f", 51.25),
            2: struct.pack(">ff", 12.2, 51.25),
            3: struct.pack(">f", 12.2)
            + bytes([57])
            + struct.pack(">f", 51.25)
            + bytes([32])
            + struct.pack(">f", 23.5),
            40: argument,
        }.get(command)
        body = bytes([64 if data is None else 0, self.status]) + (data or b"")
        if command == 35:
            body = bytes([7, 0])
        frame = bytes([delimiter | 4]) + address + bytes([command, len(body)]) + body
        return b"\xff" * 5 + frame + bytes([_xor(frame) ^ self.broken_parity])


def test_a_frame_is_packed_as_published() -> None:
    # Command 0 to polling address 0: preambles, delimiter 02, address 80 (primary master), and their parity.
    assert build_request(b"\0", 0) == bytes.fromhex("ffffffffff 02 80 00 00 82")
    long = build_request(UNIQUE, 3)
    assert long == bytes.fromhex("ffffffffff 82 a606123456 03 00") + bytes([_xor(long[5:-1])])


def test_identity_variables_and_loop_current(started: Started) -> None:
    server = started(Transmitter())
    session = started(open_hart(server.resource, timeout_s=30.0, name="transmitter"))
    assert session.identify() == HartIdentity(0x26, 0x06, 5, 7, 0x123456, UNIQUE)
    assert session.primary_variable() == Variable(51.25, 57)
    assert session.loop_current() == pytest.approx((12.2, 51.25))
    current, variables = session.dynamic_variables()
    assert (round(current, 4), variables) == (12.2, (Variable(51.25, 57), Variable(23.5, 32)))
    assert session.fix_current(4.0) == 4.0
    server.status = 0x08
    assert session.command(1).fixed_current
    assert server.requests[0] == (b"\x80", 0, b"")
    assert server.requests[1][0] == bytes([0xA6]) + UNIQUE[1:]


def test_noise_before_a_frame_is_passed(started: Started) -> None:
    server = started(Transmitter())
    server.noise = b"\x00\xff\x31\xff\xff"
    session = started(open_hart(server.resource, timeout_s=30.0))
    assert session.identify().device_id == 0x123456


def test_refusals_are_named(started: Started) -> None:
    session = started(open_hart(started(Transmitter()).resource, timeout_s=30.0))
    session.identify()
    with pytest.raises(InstrumentReportedError, match="7 write-protected after 'command 35'"):
        session.command(35, bytes(9))
    with pytest.raises(InstrumentReportedError, match="command not implemented"):
        session.command(99)


def test_a_frame_with_wrong_parity_is_not_used(started: Started) -> None:
    server = started(Transmitter())
    server.broken_parity = True
    session = started(open_hart(server.resource, timeout_s=30.0))
    with pytest.raises(UnexpectedReply, match="parity"):
        session.identify()
    assert session.dirty


def test_reading_commands_are_repeated_by_policy_and_setting_ones_never(
    started: Started, tmp_path: Path
) -> None:
    server = started(Transmitter())
    log = TrafficLog(tmp_path / "hart.jsonl", RealClock())
    session = started(
        open_hart(server.resource, timeout_s=1.0, policy=Policy(query_retries=3), traffic=log, name="loop")
    )
    server.silent = 1
    assert session.identify().device_id == 0x123456
    assert (session.retries, log.counts["retry"]) == (1, 1)
    server.silent = 1
    with pytest.raises(ReadTimeout):
        session.fix_current(4.0)
    assert [command for _, command, _ in server.requests] == [0, 0, 40]
    log.close()


def test_a_modem_that_goes_away_is_lost(started: Started) -> None:
    server = started(Transmitter())
    server.silent = 1
    session = started(open_hart(server.resource, timeout_s=60.0))
    threading.Timer(0.2, server.drop).start()
    with pytest.raises(ConnectionLost):
        session.identify()


def test_what_is_no_hart_resource_is_named() -> None:
    with pytest.raises(BadResource):
        open_hart("ASRL/dev/ttyUSB0::INSTR")


@given(st.binary(max_size=30), st.integers(0, 255), st.integers(0, 255))
def test_every_answer_comes_back_as_it_was_sent(data: bytes, code: int, status: int) -> None:
    frame = bytes([0x06, 0x80, 3, len(data) + 2, code, status]) + data
    reply = parse_reply(frame + bytes([_xor(frame)]))
    assert (reply.command, reply.response_code, reply.device_status, reply.data) == (3, code, status, data)
    with pytest.raises(ValueError, match="parity"):
        parse_reply(frame + bytes([_xor(frame) ^ 1]))


def test_a_transmitter_is_recognised_when_its_line_comes_back(started: Started) -> None:
    server = started(Transmitter())
    policy = Policy(on_loss="reconnect", query_retries=1)
    session = started(open_hart(server.resource, timeout_s=30.0, policy=policy))
    session.identify()
    server.drops_at = 1
    assert session.primary_variable().value == 51.25  # reading is safe to repeat
    server.drops_at = 40
    with pytest.raises(ConnectionLost, match="was not repeated") as caught:
        session.fix_current(4.0)
    assert caught.value.restored
    assert (session.reconnections, session.retries) == (2, 1)
    assert [command for _, command, _ in server.requests] == [0, 1, 0, 1, 40, 0]
    server.identity = IDENTITY[:-1] + b"\x57"
    server.drops_at = 1
    with pytest.raises(WrongIdentity):
        session.primary_variable()
    with pytest.raises(ConnectionLost, match="stays closed"):
        session.primary_variable()


def test_a_transmitter_that_nobody_identified_is_not_brought_back(started: Started) -> None:
    server = started(Transmitter())
    session = started(open_hart(server.resource, timeout_s=30.0, policy=Policy(on_loss="reconnect")))
    server.drops_at = 1
    with pytest.raises(ConnectionLost) as caught:
        session.primary_variable()
    assert not caught.value.restored
    assert session.reconnections == 0


def test_frames_of_others_on_the_loop_are_passed(started: Started) -> None:
    server = started(Transmitter())
    session = started(open_hart(server.resource, timeout_s=30.0))
    session.identify()
    other = bytes([0x86, 0xA6, 0x06, 9, 9, 9, 1, 7, 0, 0, 57]) + struct.pack(">f", 99.0)
    earlier = bytes([0x86, 0xA6]) + UNIQUE[1:] + bytes([2, 10, 0, 0]) + struct.pack(">ff", 20.0, 100.0)
    server.noise = b"".join(b"\xff" * 5 + frame + bytes([_xor(frame)]) for frame in (other, earlier))
    assert session.primary_variable() == Variable(51.25, 57)
