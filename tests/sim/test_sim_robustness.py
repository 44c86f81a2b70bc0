"""Clients that send anything: every server answers by its rules or closes, stays up and stays small."""

from __future__ import annotations

import contextlib
import os
import socket
import struct
import subprocess
import sys
import tomllib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calibrator_drivers.clock import RealClock
from calibrator_sim import SIMULATOR
from calibrator_sim._config import parse_bench
from calibrator_sim._defects import Defects
from calibrator_sim._faults import FaultScript
from calibrator_sim._network import Network
from calibrator_sim.servers import Exchange, Served
from calibrator_sim.servers._hart import HartSession, parity
from calibrator_sim.servers._hislip import HislipServer
from calibrator_sim.servers._hislip_messages import message
from calibrator_sim.servers._modbus import ModbusRtuSession, ModbusTcpSession, crc16
from calibrator_sim.servers._prologix import Controller
from calibrator_sim.servers._vxi11 import Gateway
from calibrator_sim.servers._xdr import opaque, uints

CASES = int(os.environ.get("FUZZ_CASES", "100000"))  # of the slow one, to run a slice of it

WORDS = (
    b"*IDN?",
    b"READ?",
    b"CONF:VOLT:DC 10",
    b"VOLT:RANG",
    b"SYST:ERR?",
    b"OUT 5 V",
    b"OPER",
    b"*OPC?",
    b"DISP:TEXT '",
)
GLUE = (
    b";",
    b":",
    b",",
    b" ",
    b"\n",
    b"\r\n",
    b"#",
    b"#0",
    b"#15",
    b"#9999999999",
    b'"',
    b"'",
    b"(@1",
    b"?",
    b"\0",
    b"\xff",
)
PROTOCOL = (
    b"++addr 22\n", b"++read eoi\n", b"++clr\n", b"++spoll\n", b"\x1b", b"HS\x07\x00", b"HS",
    message(7, 1, 0xFFFFFF00, b"*IDN?\n"), message(6, 0, 2, b"*ID"), message(0, 0, 0x01005858, b"hislip0"),
    uints(0x80000000 | 52), uints(1, 0, 2, 0x0607AF, 1, 10, 0, 0, 0, 0), opaque(b"inst0"), uints(0x80000028),
)  # fmt: skip


def modbus(pdu):
    """A request as TCP and as RTU carry it."""
    rtu = b"\x01" + pdu
    return struct.pack(">HHHB", 7, 0, len(pdu) + 1, 1) + pdu, rtu + crc16(rtu).to_bytes(2, "little")


def hart(command, data=b"", address=b"\x80"):
    """A command frame, with a short address or a long one."""
    head = b"\x82" if len(address) == 5 else b"\x02"
    body = head + address + bytes((command, len(data))) + data
    return b"\xff" * 5 + body + bytes((parity(body),))


pdus = st.one_of(
    st.builds(
        lambda function, address, count, body: struct.pack(">BHH", function, address, count) + body,
        st.integers(0, 255),
        st.one_of(st.integers(0, 0x200), st.integers(0, 0xFFFF)),
        st.one_of(st.integers(0, 130), st.integers(0, 0xFFFF)),
        st.one_of(st.just(b""), st.binary(max_size=12)),
    ),
    st.binary(min_size=1, max_size=12),
)
commands = st.builds(
    hart,
    st.one_of(
        st.sampled_from((0, 1, 2, 3, 6, 11, 12, 13, 14, 15, 33, 34, 35, 40, 45, 46, 48)), st.integers(0, 255)
    ),
    st.binary(max_size=12),
    st.sampled_from((b"\x80", b"\x00", bytes(5), b"\x85")),
)
FRAMES = st.one_of(pdus.flatmap(lambda pdu: st.sampled_from(modbus(pdu))), commands)
pieces = st.lists(
    st.one_of(st.sampled_from((*WORDS, *GLUE, *PROTOCOL)), st.binary(max_size=24), FRAMES),
    min_size=1,
    max_size=24,
).map(b"".join)


class Clock:
    """Virtual time without a lock."""

    def __init__(self):
        self.ns = 0

    def advance(self, ns):
        self.ns = max(self.ns, ns)


class Stand:
    """Instruments of a bench, whose state goes from case to case, and sessions of every protocol."""

    def __init__(self):
        bench, clock, faults = tomllib.loads(SIMULATOR.default_bench()), Clock(), FaultScript((), lambda: 0)
        for model in ("eastron_sdm630", "transmitter_4_20ma", "mettler_xs205du"):
            bench["instruments"][model] = {"model": model, "serial": f"SIM-{model}"}
        self.defects = Defects()
        network = Network(parse_bench(bench), lambda: clock.ns, faults, self.defects)
        network.connect("volts")
        self.served = {
            name: Served(device, faults, lambda: clock.ns, clock.advance, RealClock(), self.defects)
            for name, device in network.devices.items()
        }

    def sessions(self):
        both, stir = [self.served["meter"], self.served["calibrator"]], Stir()
        hislip = HislipServer({f"hislip{i}": one for i, one in enumerate(both)})
        started = hislip.channel(stir)
        started.feed(message(0, 0, 0x01005858, b"hislip1"))
        hislip.channel(stir).feed(message(17, 0, 1))
        core = Gateway({f"inst{i}": one for i, one in enumerate(both)}, lambda *_: None).core(stir)
        linked = uints(7, 0, 2, 0x0607AF, 1, 10, 0, 0, 0, 0, 1, 0, 0) + opaque(b"inst1")
        core.feed(uints(0x80000000 | len(linked)) + linked)
        controller = Controller({4: both[0], 22: both[1]}, RealClock())
        controller.settings["read_tmo_ms"] = 0  # nobody waits in a fuzz
        raw = [Exchange(one) for one in both]
        lines = [Exchange(one, one.device.serial_line.framing) for one in self.served.values()]
        energy, loop = self.served["eastron_sdm630"], self.served["transmitter_4_20ma"]
        slaves = [
            ModbusTcpSession(energy, energy.device.registers(), 1),
            ModbusRtuSession(energy, energy.device.registers(), 1),
            HartSession(loop, loop.device.hart()),
        ]
        return [*raw, *lines, *slaves, started, hislip.channel(stir), core, controller.session(stir)]

    def answers(self):
        """Ask everybody what they answer however they were treated before."""
        for name, ask, expected in (
            ("meter", b"\n*IDN?\n", b"HEWLETT"),
            ("calibrator", b"\n*IDN?\n", b"FLUKE"),
            ("mettler_xs205du", b"\r\nI2\r\n", b"I2 A"),
        ):
            assert Exchange(self.served[name]).feed(ask)[-1].data.startswith(expected)
        energy, loop = self.served["eastron_sdm630"], self.served["transmitter_4_20ma"]
        over_tcp, over_rtu = modbus(b"\x04\x00\x00\x00\x02")
        [told] = ModbusTcpSession(energy, energy.device.registers(), 1).feed(over_tcp)
        assert told.data[7:9] == b"\x04\x04"
        [told] = ModbusRtuSession(energy, energy.device.registers(), 1).feed(over_rtu)
        assert told.data[1:3] == b"\x04\x04"
        slave = loop.device.hart()
        [told] = HartSession(loop, slave).feed(hart(0, address=bytes((0x80 | slave.polling_address,))))
        assert told.data.lstrip(b"\xff")[0] == 0x06
        assert self.defects.kept == ()


@pytest.fixture(scope="module")
def stand():
    return Stand()


class Stir:
    """Nobody waits."""

    def __call__(self):
        pass

    def pull(self):
        pass


def fuzz(stand, chunks):
    for session in stand.sessions():
        for chunk in chunks:
            if session.broken:
                break
            out = session.feed(chunk)
            assert sum(len(item.data) for item in out) < 1 << 20
        session.end_of_input()
        session.close()
    stand.answers()


@given(st.lists(pieces, min_size=1, max_size=4))
@settings(max_examples=150, deadline=None)
def test_no_bytes_break_a_server(stand, chunks):
    fuzz(stand, chunks)


@pytest.mark.slow
@pytest.mark.timeout(3600)
@given(st.lists(pieces, min_size=1, max_size=4))
@settings(max_examples=CASES, deadline=None)
def test_a_hundred_thousand_times_no_bytes_break_a_server(stand, chunks):
    fuzz(stand, chunks)


FLOOD = """
import json, resource, sys, tomllib
from calibrator_sim import SIMULATOR
bench = tomllib.loads(SIMULATOR.default_bench())
bench["simulation"]["transports"] = {"meter": sys.argv[1]}
with SIMULATOR.open(bench) as opened:
    at = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    begun = at()
    print(json.dumps(dict(opened.resources)), flush=True)
    sys.stdin.readline()
    print((at() - begun) / 1024, opened.failure, flush=True)
"""


@contextlib.contextmanager
def process(transport):
    """A bench in a process of its own, which says at the end how far its memory grew."""
    import json

    command = [sys.executable, "-c", FLOOD, transport]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as running:
        resources = json.loads(running.stdout.readline())

        def grown():
            running.stdin.write("\n")
            running.stdin.flush()
            megabytes, failure = running.stdout.readline().split()
            assert failure == "None"
            return float(megabytes)

        try:
            yield resources["meter"], grown
        finally:
            running.kill()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows does not say how large a process was")
def test_a_hundred_megabytes_without_an_end_are_dropped(client_class):
    with process("socket") as (resource, grown):
        client = client_class(resource, 60)
        client.write("*CLS")
        for start in (b"#9900000000", b"DISP:TEXT '"):
            client.send(start)
            for _ in range(50):
                client.send(b"x" * (1 << 20))
            client.write("")
        assert client.query("SYST:ERR?").startswith("+521")
        assert client.query("*IDN?").startswith("HEWLETT")
        client.close()
        assert grown() < 32.0


@pytest.mark.skipif(sys.platform == "win32", reason="Windows does not say how large a process was")
@pytest.mark.parametrize(
    ("transport", "head"),
    [
        ("hislip", message(7, 0, 0, b"")[:8] + struct.pack(">Q", 100 << 20)),
        ("vxi11", uints(0x80000000 | (100 << 20))),
    ],
    ids=["hislip", "vxi11"],
)
def test_a_frame_of_a_hundred_megabytes_is_not_held(transport, head):
    with process(transport) as (resource, grown):
        host, device = resource.split("::")[1:3]
        port = int((device if "," in device else host).split(",")[1])
        with (
            socket.create_connection((host.split(",")[0], port), timeout=60) as client,
            contextlib.suppress(OSError),
        ):
            client.sendall(head)
            for _ in range(100):
                client.sendall(bytes(1 << 20))
        assert grown() < 32.0


def test_a_thousand_connections(client_class):
    with process("socket") as (resource, grown):
        _, host, port, _ = resource.split("::")
        with contextlib.ExitStack() as stack:
            for _ in range(1000):
                with contextlib.suppress(OSError):  # this process may have no descriptors left; the bench has
                    stack.enter_context(socket.create_connection((host, int(port)), timeout=60))
        client = client_class(resource, 60)
        assert client.query("*IDN?").startswith("HEWLETT")
        client.close()
        if sys.platform != "win32":
            assert grown() < 48.0


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no limits of descriptors")
def test_a_server_without_descriptors_turns_clients_away_and_goes_on(open_bench, client_class):
    import resource

    opened = open_bench()
    held = client_class(opened.resources["meter"], 60)
    assert held.query("*IDN?").startswith("HEWLETT")
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    _, host, port, _ = opened.resources["calibrator"].split("::")
    with socket.socket() as early:
        resource.setrlimit(resource.RLIMIT_NOFILE, (early.fileno() + 1, hard))
        try:
            early.settimeout(60)
            early.connect((host, int(port)))
            assert early.recv(1) == b""  # let go
            assert held.query("*IDN?").startswith("HEWLETT")
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    again = client_class(opened.resources["calibrator"], 60)
    assert again.query("*IDN?").startswith("FLUKE")
    again.close()
    held.close()
    assert opened.failure is None


def test_half_a_block_and_a_client_that_goes(open_bench, client_class):
    opened = open_bench()
    for half in (b"DISP:TEXT #15ab", b"CAL:STR #3", b"*IDN", b"READ?;"):
        client = client_class(opened.resources["meter"], 60)
        client.send(half)
        client.sock.shutdown(socket.SHUT_WR)
        assert client.sock.recv(100) == b""
        client.close()
    meter = client_class(opened.resources["meter"], 60)
    assert [meter.query("SYST:ERR?")[:4] for _ in range(4)] == ["-420"] * 4
    meter.close()
