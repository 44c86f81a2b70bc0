"""Modbus and HART: frames from their documents, exceptions, and what is no frame."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calibrator_drivers.clock import RealClock
from calibrator_sim._faults import FaultScript
from calibrator_sim.instruments import ModbusError, TextDevice
from calibrator_sim.servers import Served, _modbus
from calibrator_sim.servers._hart import HartSession, parity
from calibrator_sim.servers._modbus import ModbusRtuSession, ModbusTcpSession, crc16


class Bank:
    """Ten registers and coils that count from 100."""

    def __init__(self):
        self.words = list(range(100, 110))
        self.bits = [i % 2 for i in range(10)]

    def read(self, table, address, count):
        if address + count > 10:
            raise ModbusError(2)
        return (self.bits if table in ("coil", "discrete") else self.words)[address : address + count]

    def write(self, table, address, values):
        if address + len(values) > 10:
            raise ModbusError(2)
        (self.bits if table == "coil" else self.words)[address : address + len(values)] = values


class Transmitter:
    """Answers commands with their own data."""

    polling_address = 3
    long_address = bytes.fromhex("3F06112233")

    def command(self, number, data):
        return b"\0\0", bytes((number,)) + data


class Silent(TextDevice):
    """An instrument that speaks no text."""

    name = "meter"


@pytest.fixture
def served():
    return Served(Silent(), FaultScript((), lambda: 0), lambda: 0, None, RealClock())


def tcp(session, pdu, unit=1):
    out = session.feed(struct.pack(">HHHB", 7, 0, len(pdu) + 1, unit) + pdu)
    return b"".join(item.data for item in out)[7:]


@pytest.mark.parametrize(
    ("request_", "response"),
    [
        ("0300000002", "030400640065"),  # read holding registers
        ("0400090001", "0402006d"),
        ("010000000a", "0102aa02"),  # coils, packed from the low bit
        ("0200010003", "020105"),
        ("060003002a", "060003002a"),
        ("050002ff00", "050002ff00"),
        ("100004000204000b000c", "1000040002"),
        ("0f0000000a02ff03", "0f0000000a"),
        ("0300090002", "8302"),  # beyond the last register
        ("0300000000", "8303"),
        ("030000007e", "8303"),
        ("0500021234", "8503"),
        ("0302", "8303"),
        ("2b0e0100", "ab01"),  # a function that it does not have
    ],
)
def test_modbus_answers_as_its_protocol_says(served, request_, response):
    assert tcp(ModbusTcpSession(served, Bank(), 1), bytes.fromhex(request_)).hex() == response


def test_modbus_writes_are_read_back_and_other_units_are_not_meant(served):
    bank = Bank()
    session = ModbusTcpSession(served, bank, 5)
    assert tcp(session, bytes.fromhex("060003002a"), unit=6) == b""
    assert tcp(session, bytes.fromhex("060003002a"), unit=5)
    assert tcp(session, bytes.fromhex("0300030001"), unit=5).hex() == "0302002a"
    session.feed(b"\0\0\0\1\0\1")
    session.feed(b"\0\0")
    assert session.broken  # no Modbus: the stream is lost


def test_modbus_rtu_finds_frames_among_noise(served):
    session = ModbusRtuSession(served, Bank(), 1)
    frame = bytes.fromhex("010300000002")
    frame += crc16(frame).to_bytes(2, "little")
    assert frame.hex() == "010300000002c40b"  # from Modbus over serial line V1.02
    answers = []
    for byte in b"\xff\x00\x37" + frame + frame:
        answers += session.feed(bytes((byte,)))
    answer = bytes.fromhex("01030400640065")
    assert [item.data for item in answers] == [answer + crc16(answer).to_bytes(2, "little")] * 2


@given(st.lists(st.binary(max_size=40), max_size=8))
@settings(max_examples=60, deadline=None)
def test_no_bytes_break_a_frame_server(pieces):
    device = Served(Silent(), FaultScript((), lambda: 0), lambda: 0, None, RealClock())
    rtu, hart = ModbusRtuSession(device, Bank(), 1), HartSession(device, Transmitter())
    for piece in pieces:
        rtu.feed(piece)
        hart.feed(piece)
        ModbusTcpSession(device, Bank(), 1).feed(piece)
    frame = bytes.fromhex("8203")  # a master's frame after it all
    data = b"\xff" * 600 + bytes.fromhex("02830000") + bytes((parity(bytes.fromhex("02830000")),))
    assert any(item.data for item in hart.feed(data)), frame


def test_hart_takes_short_and_long_frames_and_finds_the_wrong_parity(served):
    session = HartSession(served, Transmitter())

    def exchange(text):
        frame = bytes.fromhex(text)
        out = session.feed(b"\xff" * 5 + frame + bytes((parity(frame),)))
        return b"".join(item.data for item in out)

    reply = exchange("02830000")  # command 0 to polling address 3, from the primary master
    assert reply.hex() == "ff" * 5 + "0683000300" + "0000" + "86"
    assert exchange("02840000") == b""  # another polling address
    assert exchange("82bf0611223301" + "02aabb")[5:-1].hex() == "86bf06112233010500" + "0001aabb"
    assert session.feed(b"\xff\xff" + bytes.fromhex("0283000099"))[0].data[8:10] == b"\x02\x88"


def test_noise_on_a_line_costs_one_pass_a_byte(served, monkeypatch):
    counted = []
    table = _modbus._TABLE

    class Counting:
        def __getitem__(self, index):
            counted.append(index)
            return table[index]

    monkeypatch.setattr(_modbus, "_TABLE", Counting())
    session = ModbusRtuSession(served, Bank(), 1)
    session.feed(b"\x01\x2b" * 128)  # a unit's number at every second place, and no function
    assert len(counted) <= 128 * 256
