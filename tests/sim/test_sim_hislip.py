"""HiSLIP 1.0 as IVI-6.1 has it, byte by byte: both channels, status, service request, clear, lock, modes."""

from __future__ import annotations

import socket
import struct

import pytest

INITIALIZE, INITIALIZED, FATAL, ERROR, LOCK, LOCKED, DATA, END = range(8)
CLEAR_DONE, CLEAR_ACKNOWLEDGED, TRIGGER, INTERRUPTED, ASYNC_INTERRUPTED = 8, 9, 12, 13, 14
MAXIMUM, MAXIMUM_IS, ASYNC_INITIALIZE, ASYNC_INITIALIZED, ASYNC_CLEAR, SERVICE = 15, 16, 17, 18, 19, 20
STATUS, STATUS_IS, ASYNC_CLEARED, LOCK_INFO, LOCK_INFO_IS = 21, 22, 23, 24, 25


OPENED = []


class Channel:
    """One connection that speaks in messages."""

    def __init__(self, place):
        self.sock = socket.create_connection(place, timeout=30)
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        OPENED.append(self.sock)
        self.held = b""

    def send(self, kind, control=0, parameter=0, payload=b"", prologue=b"HS", length=None):
        size = len(payload) if length is None else length
        self.sock.sendall(struct.pack(">2sBBIQ", prologue, kind, control, parameter, size) + payload)

    def take(self, count):
        while len(self.held) < count:
            data = self.sock.recv(65536)
            if not data:
                raise ConnectionError
            self.held += data
        data, self.held = self.held[:count], self.held[count:]
        return data

    def receive(self):
        prologue, kind, control, parameter, length = struct.unpack(">2sBBIQ", self.take(16))
        assert prologue == b"HS"
        return kind, control, parameter, self.take(length)


class Client:
    """Both channels, opened by the rules."""

    def __init__(self, resource):
        _, host, device, _ = resource.split("::")
        unit, port = device.split(",")
        self.place = (host, int(port))
        self.sync = Channel(self.place)
        self.sync.send(INITIALIZE, 0, 0x0100 << 16 | 0x5858, unit.encode())
        kind, self.overlap, parameter, _ = self.sync.receive()
        assert kind == INITIALIZED
        assert parameter >> 16 == 0x0100
        self.session = parameter & 0xFFFF
        self.async_ = Channel(self.place)
        self.async_.send(ASYNC_INITIALIZE, 0, self.session)
        assert self.async_.receive()[0] == ASYNC_INITIALIZED
        self.number, self.read = 0xFFFFFF00, 1

    def write(self, text, kind=END):
        self.sync.send(kind, self.read, self.number, text)
        self.last, self.number, self.read = self.number, self.number + 2, 0

    def query(self, text):
        self.write(text)
        return self.answer()

    def answer(self):
        kind, control, number, data = self.sync.receive()
        assert (kind, control, number) == (END, 0, self.last)
        self.read = 1
        return data

    def status(self):
        self.async_.send(STATUS, self.read, self.number)
        self.read = 0
        kind, byte, _, _ = self.async_.receive()
        assert kind == STATUS_IS
        return byte

    def lock(self, milliseconds=0, name=b""):
        self.async_.send(LOCK, 1, milliseconds, name)
        return self.locked()

    def locked(self):
        kind, control, _, _ = self.async_.receive()
        assert kind == LOCKED
        return control

    def unlock(self):
        self.async_.send(LOCK, 0, self.number)
        return self.locked()

    def close(self):
        self.sync.sock.close()
        self.async_.sock.close()


@pytest.fixture
def served(open_bench):
    bench = open_bench(simulation={"transports": {"meter": "hislip", "calibrator": "hislip"}})
    yield lambda name="meter": Client(bench.resources[name])
    while OPENED:
        OPENED.pop().close()
    assert bench.failure is None


def test_a_query_and_a_setting_and_a_message_in_pieces(served):
    meter = served()
    assert meter.query(b"*IDN?\n") == b"HEWLETT-PACKARD,34401A,0,11-5-2\n"
    meter.write(b"CONF:VOLT:DC 10")
    assert meter.query(b"CONF?") == b'"VOLT +1.000000E+01,+1.000000E-05"\n'
    meter.write(b"*IDN?;", DATA)
    assert meter.query(b"*ESE?") == b"HEWLETT-PACKARD,34401A,0,11-5-2\n"  # -440: nothing after *IDN?
    assert meter.query(b"SYST:ERR?").startswith(b"-440")
    assert served("calibrator").query(b"*IDN?").startswith(b"FLUKE,5522A")


def test_service_is_requested_once_for_each_new_reason(served):
    meter = served()
    meter.write(b"*CLS;*ESE 1;*SRE 32")
    meter.write(b"*OPC")
    assert meter.async_.receive()[:2] == (SERVICE, 0x60)
    assert [meter.status() for _ in range(2)] == [0x60, 0x20]  # the poll ends the request
    meter.write(b"*OPC")  # no new reason
    assert meter.query(b"*ESR?;*STB?") == b"+1;+16\n"
    meter.write(b"*OPC")
    assert meter.async_.receive()[:2] == (SERVICE, 0x60)


def test_message_available_lasts_until_the_client_says_that_it_read(served):
    meter = served()
    meter.write(b"*CLS")
    meter.write(b"*ESE?")
    assert meter.status() == 16
    meter.answer()
    assert meter.status() == 0


def test_an_unread_reply_is_interrupted_on_both_channels(served):
    meter = served()
    assert meter.query(b"*CLS;*ESE?") == b"+0\n"
    meter.read = 0  # as if it had not been read
    meter.write(b"SYST:ERR?")
    assert meter.sync.receive()[:3] == (INTERRUPTED, 0, meter.last)
    assert meter.async_.receive()[:3] == (ASYNC_INTERRUPTED, 0, meter.last)
    assert meter.answer().startswith(b"-410")


def test_a_message_during_a_query_interrupts_it(served):
    meter = served()
    first = struct.pack(">2sBBIQ", b"HS", END, 1, meter.number, 5) + b"*IDN?"
    second = struct.pack(">2sBBIQ", b"HS", END, 0, meter.number + 2, 9) + b"SYST:ERR?"
    meter.sync.sock.sendall(first + second)  # both are there before the first is carried out
    meter.last = meter.number + 2
    assert meter.sync.receive()[:3] == (INTERRUPTED, 0, meter.last)
    assert meter.async_.receive()[:3] == (ASYNC_INTERRUPTED, 0, meter.last)
    assert meter.answer().startswith(b"-410")


def test_overlap_mode_is_chosen_by_a_device_clear(served):
    meter = served()
    assert meter.overlap == 0
    meter.write(b"INIT;*TRG;CONF:VOLT:DC", DATA)  # begun and cleared
    meter.async_.send(ASYNC_CLEAR)
    assert meter.async_.receive()[:2] == (ASYNC_CLEARED, 0)
    meter.write(b"*RST")  # the server drops what comes before the end of the clear
    meter.sync.send(CLEAR_DONE, 1)
    assert meter.sync.receive()[:2] == (CLEAR_ACKNOWLEDGED, 1)
    meter.number, meter.read = 0xFFFFFF00, 1
    for text in (b"*ESE 7", b"*ESE?", b"*SRE?"):
        meter.write(text)
        meter.read = 0
    assert [meter.sync.receive()[2:] for _ in range(2)] == [(0xFFFFFF02, b"+7\n"), (0xFFFFFF04, b"+0\n")]


def test_a_trigger_is_a_message_with_a_number(served):
    meter = served()
    meter.write(b"TRIG:SOUR BUS;:INIT")
    meter.sync.send(TRIGGER, 0, meter.number)
    meter.number += 2
    assert len(meter.query(b"FETC?")) == 16


def test_replies_are_cut_to_what_the_client_takes(served):
    meter = served()
    meter.async_.send(MAXIMUM, 0, 0, struct.pack(">Q", 64))
    kind, _, _, payload = meter.async_.receive()
    assert (kind, struct.unpack(">Q", payload)[0]) == (MAXIMUM_IS, 1 << 20)
    meter.write(b"SAMP:COUN 20;:READ?")
    pieces = []
    while not pieces or pieces[-1][0] != END:
        pieces.append(meter.sync.receive())
        assert len(pieces[-1][3]) <= 48
        assert pieces[-1][2] == meter.last
    assert b"".join(piece[3] for piece in pieces).count(b",") == 19


def test_a_message_that_is_too_large_is_skipped(served):
    meter = served()
    meter.sync.send(END, 1, meter.number, b"*RST" * 400_000)
    kind, code, _, _ = meter.sync.receive()
    assert (kind, code) == (ERROR, 4)
    meter.number += 2
    assert meter.query(b"*IDN?").startswith(b"HEWLETT")


def test_exclusive_and_shared_locks(served):
    one, two, three = served(), served(), served()
    assert one.lock() == 1
    assert two.lock() == 0  # held, and no time to wait
    assert one.lock() == 3  # it has it
    two.write(b"*ESE 5")  # waits until the lock is given back
    assert one.query(b"*ESE?") == b"+0\n"
    one.async_.send(LOCK_INFO)
    assert one.async_.receive()[:3] == (LOCK_INFO_IS, 1, 1)
    assert one.unlock() == 1
    assert two.query(b"*ESE?") == b"+5\n"
    assert one.unlock() == 3  # none is held
    assert (one.lock(0, b"us"), two.lock(0, b"us"), three.lock(0, b"them")) == (1, 1, 0)
    assert two.unlock() == 2
    assert three.lock() == 0
    one.close()  # a client that goes gives its locks back
    assert three.lock(30_000) == 1


def test_a_lock_that_is_waited_for_comes_or_does_not(served):
    one, two = served(), served()
    assert one.lock() == 1
    two.async_.send(LOCK, 1, 30_000, b"")
    assert one.unlock() == 1
    assert two.locked() == 1
    one.async_.send(LOCK, 1, 1, b"")
    assert one.locked() == 0  # its time is over


@pytest.mark.parametrize(
    ("spoil", "kind", "code"),
    [
        (lambda c: c.sync.send(END, 0, 0, prologue=b"XX"), FATAL, 1),
        (lambda c: c.sync.send(END, 0, 0, length=1 << 60), FATAL, 1),
        (lambda c: c.sync.send(30), ERROR, 1),
        (lambda c: c.sync.send(200), ERROR, 3),
        (lambda c: c.sync.send(STATUS), ERROR, 1),
    ],
)
def test_what_is_no_message_is_answered_by_the_rules(served, spoil, kind, code):
    meter = served()
    spoil(meter)
    assert meter.sync.receive()[:2] == (kind, code)
    if kind == FATAL:
        with pytest.raises(ConnectionError):
            meter.sync.receive()
    assert served().query(b"*IDN?").startswith(b"HEWLETT")


def test_a_wrong_beginning_is_refused(served):
    place = served().place
    for first in ((INITIALIZE, 0, 0, b"hislip9"), (ASYNC_INITIALIZE, 0, 999, b""), (END, 0, 0, b"*IDN?")):
        channel = Channel(place)
        channel.send(*first)
        assert channel.receive()[:2] == (FATAL, 3)
        with pytest.raises(ConnectionError):
            channel.receive()
    lone = Channel(place)
    lone.send(INITIALIZE, 0, 0x01005858, b"hislip1")
    assert lone.receive()[0] == INITIALIZED
    lone.send(END, 0, 0, b"*IDN?")
    assert lone.receive()[:2] == (FATAL, 2)
