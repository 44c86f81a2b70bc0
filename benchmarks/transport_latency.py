"""What an exchange costs: ours, plain pyvisa-py, and a raw socket with TCP_NODELAY, in one run.

    python benchmarks/transport_latency.py [--bars]

With `--bars` it ends with 1 where 1.6 times the raw socket, 100 MB/s or 0.5 s for a closed port is missed.
A loopback connection to a server in a process of its own that answers at once. The sessions take turns, and
the best batch of each counts, so that a busy machine does not decide. Both processes stay on one CPU where
the system can say so: left alone, one session's server thread now and then stays on the other CPU for all of
its batches, and that session, a raw socket as well, takes 2.4 to 3.5 times as long.
"""

from __future__ import annotations

import multiprocessing
import os
import socket
import struct
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Protocol

from calibrator_drivers import ConnectFailed, ConnectionLost, TrafficLog
from calibrator_drivers.clock import RealClock
from calibrator_drivers.transport import open_session

COUNT = 1_000_000  # float64
DATA = struct.pack("<d", 1.2345) * COUNT  # no byte is a line feed
BLOCK = b"#" + str(len(str(len(DATA)))).encode() + str(len(DATA)).encode() + DATA + b"\n"
ROUNDS, BATCH = 100, 50
missed: list[str] = []


def serve(connection: socket.socket) -> None:
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    pending = b""
    while data := connection.recv(4096):
        *lines, pending = (pending + data).split(b"\n")
        for line in lines:
            if line == b"BYE?":
                connection.shutdown(socket.SHUT_RDWR)
                return
            if line == b"CURV?":
                connection.sendall(BLOCK)
            elif line == b"SYST:ERR?":
                connection.sendall(b'+0,"No error"\n')
            elif line.endswith(b"?"):
                connection.sendall(b"+1.00000000E+01\n")


def server(told: Connection) -> None:
    listening = socket.create_server(("127.0.0.1", 0))
    told.send(listening.getsockname()[1])
    while True:
        connection, _ = listening.accept()
        threading.Thread(target=serve, args=(connection,), daemon=True).start()


class Speaks(Protocol):
    def write(self, text: str) -> object: ...
    def query(self, text: str) -> str: ...
    def query_block(self, text: str) -> object: ...


class Raw:
    """The yardstick: a socket with TCP_NODELAY, a buffer, and nothing else."""

    def __init__(self, port: int) -> None:
        self.sock = socket.create_connection(("127.0.0.1", port))
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def write(self, text: str) -> None:
        self.sock.sendall(text.encode() + b"\n")

    def query(self, text: str) -> str:
        self.write(text)
        reply = b""
        while not reply.endswith(b"\n"):
            reply += self.sock.recv(65536)
        return reply[:-1].decode()

    def query_block(self, text: str) -> bytearray:
        self.write(text)
        data = bytearray(len(BLOCK))
        view = memoryview(data)
        while view:
            view = view[self.sock.recv_into(view) :]
        return data


def three(session: Speaks) -> None:
    session.write("VOLT:RANG 10")
    session.write("VOLT:NPLC 10")
    session.query("READ?")


def checked(session: Speaks) -> None:
    session.write("VOLT:RANG 10")
    session.query("SYST:ERR?")


def asked(session: Speaks) -> None:
    session.query("READ?")


def best_us(call: Callable[[Speaks], None], sessions: dict[str, Speaks], slow: str = "") -> dict[str, float]:
    """Return the best batch's mean per session; a slow one gets few calls."""
    times: dict[str, list[float]] = {name: [] for name in sessions}
    for turn in range(ROUNDS):
        for name, session in sessions.items():
            if name == slow and turn:
                continue
            count = 5 if name == slow else BATCH
            begun = time.perf_counter()
            for _ in range(count):
                call(session)
            times[name].append((time.perf_counter() - begun) / count)
    return {name: min(values) * 1e6 for name, values in times.items()}


def rate(session: Speaks) -> float:
    """Return MB/s of the best of five blocks, which a busy machine disturbs least."""
    best = float("inf")
    for _ in range(5):
        begun = time.perf_counter()
        session.query_block("CURV?")
        best = min(best, time.perf_counter() - begun)
    return len(DATA) / best / 1e6


def main() -> None:
    import pyvisa

    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})  # the server's process takes it over
    here, there = multiprocessing.Pipe()
    context = multiprocessing.get_context("spawn")
    process = context.Process(target=server, args=(there,), daemon=True)
    process.start()
    port = here.recv()
    resource = f"TCPIP0::127.0.0.1::{port}::SOCKET"
    plain: Any = pyvisa.ResourceManager("@py").open_resource(
        resource, read_termination="\n", write_termination="\n"
    )
    plain.timeout = 2000
    log = TrafficLog(Path(tempfile.mkdtemp()) / "traffic.jsonl", RealClock())
    ours = open_session(resource, timeout_s=2.0)
    sessions: dict[str, Any] = {
        "raw": Raw(port),
        "ours": ours,
        "ours, logged": open_session(resource, timeout_s=2.0, traffic=log, name="meter"),
        "plain": plain,
    }
    for title, call in (("query", asked), ("write, write, query", three), ("setting, error check", checked)):
        found = best_us(call, sessions, slow="" if call is asked else "plain")
        told = "  ".join(f"{name} {value:9.1f} us" for name, value in found.items())
        ratios = [found[name] / found["raw"] for name in ("ours", "ours, logged")]
        if call is not asked and ratios[0] > 1.6:
            missed.append(title)
        print(f"{title:21} {told}   ours/raw {ratios[0]:.2f}, logged/raw {ratios[1]:.2f}")
    block = rate(ours)
    if block < 100.0:
        missed.append("block")
    print(f"block of 1e6 float64  raw {rate(sessions['raw']):.0f} MB/s  ours {block:.0f} MB/s  ", end="")
    begun = time.perf_counter()
    plain.query_binary_values("CURV?", datatype="d")
    print(f"plain {len(DATA) / (time.perf_counter() - begun) / 1e6:.0f} MB/s")

    for name, session in (("ours", ours), ("plain", plain)):
        wall, cpu = time.perf_counter(), time.thread_time()
        try:
            session.query("BYE?")
        except (ConnectionLost, pyvisa.VisaIOError) as error:
            wall, cpu = time.perf_counter() - wall, time.thread_time() - cpu
            spent = f"{wall * 1e3:8.1f} ms, {cpu * 1e3:8.1f} ms CPU"
            print(f"lost peer, {name:5}      {spent}, {type(error).__name__}")

    begun = time.perf_counter()
    try:
        open_session("TCPIP0::127.0.0.1::9::SOCKET")
    except ConnectFailed:
        took_s = time.perf_counter() - begun
        if took_s > 0.5:
            missed.append("closed port")
        print(f"closed port, ours      {took_s * 1e3:8.1f} ms, ConnectFailed")
    process.terminate()


if __name__ == "__main__":
    main()
    if "--bars" in sys.argv and missed:
        sys.exit(f"missed: {', '.join(missed)}")
