"""What a query costs, and what each defect of pyvisa-py costs, ours against plain.

    python benchmarks/transport_latency.py

Prints medians over a loopback connection to a server that answers at once.
"""

from __future__ import annotations

import socket
import statistics
import threading
import time
from collections.abc import Callable

from calibrator_drivers import ConnectFailed, ConnectionLost
from calibrator_drivers.transport import open_session


def serve(connection: socket.socket) -> None:
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    pending = b""
    while data := connection.recv(4096):
        *lines, pending = (pending + data).split(b"\n")
        for line in lines:
            if line == b"BYE?":
                connection.shutdown(socket.SHUT_RDWR)
                return
            if line.endswith(b"?"):
                connection.sendall(b"+1.00000000E+01\n")


def accept(server: socket.socket) -> None:
    while True:
        connection, _ = server.accept()
        threading.Thread(target=serve, args=(connection,), daemon=True).start()


def median_us(call: Callable[[], object], count: int) -> float:
    times = []
    for _ in range(count):
        begun = time.perf_counter()
        call()
        times.append(time.perf_counter() - begun)
    return statistics.median(times) * 1e6


def main() -> None:
    import pyvisa

    server = socket.create_server(("127.0.0.1", 0))
    threading.Thread(target=accept, args=(server,), daemon=True).start()
    resource = f"TCPIP0::127.0.0.1::{server.getsockname()[1]}::SOCKET"
    ours = open_session(resource, timeout_s=2.0)
    plain = pyvisa.ResourceManager("@py").open_resource(
        resource, read_termination="\n", write_termination="\n"
    )
    plain.timeout = 2000

    def three(session: object) -> Callable[[], None]:
        def call() -> None:
            session.write("A 1")
            session.write("B 2")
            session.query("READ?")

        return call

    print(f"query                 ours {median_us(lambda: ours.query('READ?'), 2000):9.0f} us", end="")
    print(f"   plain {median_us(lambda: plain.query('READ?'), 2000):9.0f} us")
    print(f"write, write, query   ours {median_us(three(ours), 500):9.0f} us", end="")
    print(f"   plain {median_us(three(plain), 20):9.0f} us")

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
        print(f"closed port, ours      {(time.perf_counter() - begun) * 1e3:8.1f} ms, ConnectFailed")


if __name__ == "__main__":
    main()
