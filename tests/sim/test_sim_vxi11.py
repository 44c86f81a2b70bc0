"""VXI-11 call by call: links, reads in pieces, status, locks, abort, interrupt channel, portmapper."""

from __future__ import annotations

import socket
import struct

import pytest

from calibrator_sim import ServeError, SimBench, VirtualClock
from calibrator_sim._config import parse_bench
from calibrator_sim.servers import _portmap
from calibrator_sim.servers._portmap import Portmapper, PortmapSession
from calibrator_sim.servers._xdr import Reader, opaque, uints

CORE, ABORT, INTERRUPT = 0x0607AF, 0x0607B0, 0x0607B1
CREATE, WRITE, READ, STATUS, TRIGGER, CLEAR, REMOTE, LOCAL, LOCK, UNLOCK, ENABLE = range(10, 21)
DESTROY, CREATE_INTERRUPT, DESTROY_INTERRUPT = 23, 25, 26
END, WAIT, STOP = 8, 1, 128


class Rpc:
    """A client of one program."""

    def __init__(self, place, program):
        self.sock = socket.create_connection(place, timeout=30)
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.program, self.xid = program, 0

    def send(self, procedure, arguments=b"", program=None, version=1):
        self.xid += 1
        head = uints(self.xid, 0, 2, program or self.program, version, procedure, 0, 0, 0, 0)
        record = head + arguments
        # two fragments, as RFC 5531 allows
        self.sock.sendall(uints(len(head)) + head + uints(0x80000000 | len(record) - len(head)) + arguments)

    def receive(self):
        mark = struct.unpack(">I", self.take(4))[0]
        reader = Reader(self.take(mark & 0x7FFFFFFF))
        assert [reader.uint() for _ in range(5)] == [self.xid, 1, 0, 0, 0]
        return reader.uint(), reader

    def take(self, count):
        data = b""
        while len(data) < count:
            part = self.sock.recv(count - len(data))
            if not part:
                raise ConnectionError
            data += part
        return data

    def call(self, procedure, *numbers, data=b""):
        self.send(procedure, uints(*numbers) + data)
        accepted, reader = self.receive()
        assert accepted == 0
        return reader


class Link:
    """A link to one instrument."""

    def __init__(self, rpc, device="inst0", lock=0):
        reader = rpc.call(CREATE, 1, lock, 0, data=opaque(device.encode()))
        self.rpc = rpc
        self.error, self.number, self.abort_port, self.most = (reader.uint() for _ in range(4))

    def write(self, text, flags=END, lock_ms=0):
        reader = self.rpc.call(WRITE, self.number, 5000, lock_ms, flags, data=opaque(text))
        return reader.uint(), reader.uint()

    def read(self, most=4096, io_ms=30_000, flags=0, stop=0):
        reader = self.rpc.call(READ, self.number, most, io_ms, 0, flags, stop)
        return reader.uint(), reader.uint(), reader.opaque()

    def query(self, text):
        assert self.write(text)[0] == 0
        error, reason, data = self.read()
        assert (error, reason) == (0, 4)
        return data

    def generic(self, procedure, flags=0, lock_ms=0):
        return self.rpc.call(procedure, self.number, flags, lock_ms, 1000).uint()

    def status(self):
        reader = self.rpc.call(STATUS, self.number, 0, 0, 1000)
        assert reader.uint() == 0
        return reader.uint()


@pytest.fixture
def place(open_bench):
    bench = open_bench(simulation={"transports": {"meter": "vxi11", "calibrator": "vxi11"}})
    host, port = bench.resources["meter"].split("::")[1].split(",")
    assert bench.resources["meter"].endswith("::inst1::INSTR")
    yield host, int(port)
    assert bench.failure is None


@pytest.fixture
def core(place):
    opened = []

    def connect(program=CORE, port=None):
        opened.append(Rpc((place[0], port or place[1]), program))
        return opened[-1]

    yield connect
    for rpc in opened:
        rpc.sock.close()


@pytest.fixture
def meter(core):
    return Link(core(), "inst1")


def test_instruments_have_names_and_unknown_ones_are_refused(core):
    rpc = core()
    assert Link(rpc, "inst0").query(b"*IDN?\n").startswith(b"FLUKE,5522A")
    assert Link(rpc, "INST1").query(b"*IDN?\n") == b"HEWLETT-PACKARD,34401A,0,11-5-2\n"
    assert Link(rpc, "inst7").error == 3
    assert rpc.call(DESTROY, 999).uint() == 4


def test_a_reply_is_read_in_pieces_by_count_and_by_character(meter):
    assert meter.write(b"*ID", flags=0) == (0, 3)
    assert meter.write(b"N?\n") == (0, 3)
    assert meter.read(most=7) == (0, 1, b"HEWLETT")
    assert meter.read(flags=STOP, stop=ord(",")) == (0, 2, b"-PACKARD,")
    assert meter.read() == (0, 4, b"34401A,0,11-5-2\n")


def test_a_read_without_a_reply_times_out_and_is_an_error_of_the_instrument(meter):
    assert meter.read(io_ms=10) == (15, 0, b"")
    assert meter.query(b"SYST:ERR?").startswith(b"-420")


def test_an_unread_reply_is_lost_to_the_next_message(meter):
    assert meter.write(b"*IDN?")[0] == 0
    assert meter.query(b"SYST:ERR?").startswith(b"-410")


def test_status_service_trigger_and_clear(meter):
    meter.write(b"*CLS;*ESE 1;*SRE 32")
    meter.write(b"*OPC")
    assert [meter.status() for _ in range(2)] == [0x60, 0x20]
    meter.write(b"*IDN?")
    assert meter.status() == 0x30
    assert meter.generic(CLEAR) == 0
    assert meter.status() == 0x20  # the reply is gone, the event is not
    meter.write(b"TRIG:SOUR BUS;:INIT")
    assert [meter.generic(what) for what in (TRIGGER, REMOTE, LOCAL)] == [0, 0, 0]
    assert len(meter.query(b"FETC?")) == 16


def test_a_lock_keeps_other_links_out(core, meter):
    other = Link(core(), "inst1")
    assert meter.rpc.call(LOCK, meter.number, 0, 0).uint() == 0
    assert other.write(b"*RST")[0] == 11
    assert other.write(b"*RST", flags=END | WAIT, lock_ms=10)[0] == 11
    assert other.rpc.call(LOCK, other.number, 0, 0).uint() == 11
    assert other.generic(CLEAR) == 11
    other.rpc.send(LOCK, uints(other.number, WAIT, 30_000))
    assert meter.rpc.call(UNLOCK, meter.number).uint() == 0
    assert other.rpc.receive()[1].uint() == 0
    assert meter.rpc.call(UNLOCK, meter.number).uint() == 12
    other.rpc.sock.close()  # and a client that goes gives its lock back
    assert meter.rpc.call(LOCK, meter.number, WAIT, 30_000).uint() == 0


def test_a_waiting_read_is_aborted_over_its_own_channel(core, meter):
    abort = core(ABORT, meter.abort_port)
    meter.rpc.send(READ, uints(meter.number, 100, 60_000, 0, 0, 0))
    # The abort may come before the read waits: it is asked again until the read has ended.
    meter.rpc.sock.settimeout(0.2)
    for _ in range(150):
        assert abort.call(1, meter.number).uint() == 0
        try:
            _, reader = meter.rpc.receive()
            break
        except TimeoutError:
            continue
    assert reader.uint() == 23
    assert abort.call(1, 999).uint() == 4


def test_service_requests_come_over_the_interrupt_channel(meter):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(30)
        address = struct.unpack(">I", socket.inet_aton("127.0.0.1"))[0]
        port = listener.getsockname()[1]
        assert meter.rpc.call(CREATE_INTERRUPT, address, port, INTERRUPT, 1, 0).uint() == 0
        assert meter.rpc.call(CREATE_INTERRUPT, address, port, INTERRUPT, 1, 0).uint() == 29
        assert meter.rpc.call(ENABLE, meter.number, 1, data=opaque(b"meter")).uint() == 0
        meter.write(b"*CLS;*ESE 1;*SRE 32")
        meter.write(b"*OPC")
        called, _ = listener.accept()
        called.settimeout(30)
        record = called.recv(4096)
        called.close()
    reader = Reader(record[4:])
    assert [reader.uint() for _ in range(6)][1:] == [0, 2, INTERRUPT, 1, 30]
    assert [reader.uint() for _ in range(4)] == [0, 0, 0, 0]
    assert reader.opaque() == b"meter"
    assert meter.rpc.call(DESTROY_INTERRUPT).uint() == 0
    assert meter.rpc.call(DESTROY_INTERRUPT).uint() == 6


def test_calls_that_are_none_are_refused_by_the_rules(core, meter):
    rpc = meter.rpc
    for program, version, procedure, arguments, reason in (
        (100003, 1, 10, b"", 1),
        (CORE, 2, 10, b"", 2),
        (CORE, 1, 99, b"", 3),
        (CORE, 1, 11, b"\0\0", 4),
    ):
        rpc.send(procedure, arguments, program, version)
        assert rpc.receive()[0] == reason
    assert rpc.call(0)
    lost = core()
    lost.sock.sendall(uints(0x80000000 | 0x7FFFFFF))
    with pytest.raises(ConnectionError):
        lost.take(1)
    assert meter.query(b"*IDN?").startswith(b"HEWLETT")


@pytest.mark.parametrize(
    ("version", "asked", "expected"),
    [
        (2, uints(CORE, 1, 6, 0), uints(1024)),
        (2, uints(CORE, 1, 17, 0), uints(0)),
        (2, uints(CORE, 9, 6, 0), uints(0)),
        (3, uints(CORE, 1) + opaque(b"tcp"), opaque(b"127.0.0.1.4.0")),
    ],
)
def test_the_portmapper_says_where_the_core_channel_is(version, asked, expected):
    session = PortmapSession(Portmapper("127.0.0.1", {(CORE, 1): 1024}), marked=False)
    call = uints(5, 0, 2, 100000, version, 3, 0, 0, 0, 0)
    [answer] = session.feed(call + asked)
    assert answer.data == uints(5, 1, 0, 0, 0, 0) + expected


def test_late_and_lost_replies_are_late_and_lost_on_a_bus_as_well(open_bench):
    faults = [
        {"kind": "late-reply", "instrument": "meter", "delay_s": 0.2, "count": 1},
        {"kind": "no-reply", "instrument": "meter", "after": 1, "count": 1},
    ]
    bench = open_bench(simulation={"faults": faults, "transports": {"meter": "vxi11"}})
    host, port = bench.resources["meter"].split("::")[1].split(",")
    rpc = Rpc((host, int(port)), CORE)
    meter = Link(rpc)
    assert meter.query(b"*ESE?") == b"+0\n"  # waited for
    assert meter.write(b"*ESE?")[0] == 0
    assert meter.read(io_ms=10) == (15, 0, b"")
    assert meter.query(b"*ESE?") == b"+0\n"
    rpc.sock.close()


def test_a_served_bench_answers_on_the_portmappers_port(default, monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as free:
        wanted = free.getsockname()[1]
    monkeypatch.setattr(_portmap, "PORT", wanted)  # 111 is not everybody's
    default["simulation"]["transports"] = {"meter": "vxi11"}
    config = parse_bench(default)
    with SimBench(config, VirtualClock(config.start), portmapper=True) as bench:
        core = int(bench.resources["meter"].split("::")[1].split(",")[1])
        asked = uints(5, 0, 2, 100000, 2, 3, 0, 0, 0, 0) + uints(CORE, 1, 6, 0)
        expected = uints(5, 1, 0, 0, 0, 0, core)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
            udp.settimeout(30)
            udp.sendto(asked, ("127.0.0.1", wanted))
            assert udp.recv(100) == expected
        with socket.create_connection(("127.0.0.1", wanted), timeout=30) as tcp:
            tcp.sendall(uints(0x80000000 | len(asked)) + asked)
            assert tcp.recv(100) == uints(0x80000000 | len(expected)) + expected
        with pytest.raises(ServeError, match=r"PORT::inst0::INSTR"):
            SimBench(config, VirtualClock(config.start), portmapper=True)
