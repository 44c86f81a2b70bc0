"""How soon a lost peer is noticed in the middle of a query, and what the waiting costs, on every way.

    python benchmarks/transport_drops.py [--bars]

With `--bars` it ends with 1 where a drop was noticed later than 50 ms or the waiting took more CPU than that.
The instrument takes the question and 0.3 s later drops the connection; the time-out is 60 s. The time is that
from the drop to the error.
"""

from __future__ import annotations

import importlib.util
import os
import socket
import sys
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from calibrator_drivers import ConnectionLost
from calibrator_drivers.hart import open_hart
from calibrator_drivers.modbus import open_modbus
from calibrator_drivers.transport import open_session

SERVERS = Path(__file__).parents[1] / "tests" / "drivers" / "transport" / "_servers.py"
WAIT_S, TIMEOUT_S = 0.3, 60.0
BAR_S = 0.05
missed: list[str] = []


def servers() -> Any:  # noqa: ANN401 - a module of the tests
    spec = importlib.util.spec_from_file_location("transport_servers", SERVERS)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def silent(_: str) -> None:
    return


def slowly(_: bytes) -> bytes:
    time.sleep(WAIT_S * 3)
    return b""


def measure(title: str, drop: Callable[[], None], ask: Callable[[], object]) -> None:
    dropped = [0.0]

    def later() -> None:
        time.sleep(WAIT_S)
        dropped[0] = time.perf_counter()
        drop()

    thread = threading.Thread(target=later)
    cpu = time.thread_time()
    thread.start()
    try:
        ask()
    except ConnectionLost:
        noticed = time.perf_counter()
    thread.join()
    cpu = time.thread_time() - cpu
    if max(noticed - dropped[0], cpu) > BAR_S:
        missed.append(title)
    print(f"{title:12} {(noticed - dropped[0]) * 1e3:7.2f} ms after the drop, {cpu * 1e3:6.1f} ms CPU")


def main() -> None:
    made = servers()
    ways: list[tuple[str, Any, Callable[[Any], Any]]] = [
        ("HiSLIP", made.HislipServer(silent), lambda s: open_session(s.resource, timeout_s=TIMEOUT_S)),
        ("Prologix", made.PrologixServer({"4": silent}), lambda s: open_session(
            f"PRLGX-TCPIP::127.0.0.1::{s.port}::4::INSTR", timeout_s=TIMEOUT_S)),
    ]  # fmt: skip
    for title, server, open_way in ways:
        session = open_way(server)
        measure(title, server.drop, partial(session.query, "A?"))

    class Mute(made.Served):
        def serve(self, connection: socket.socket) -> None:
            while connection.recv(4096):
                pass

    def asked(form: str) -> Callable[[int], object]:
        return lambda port: open_session(form.format(port), timeout_s=TIMEOUT_S).query("A?")

    def modbus(port: int) -> object:
        return open_modbus(f"MODBUS::127.0.0.1::{port}::1", timeout_s=TIMEOUT_S).read("input", 0)

    def hart(port: int) -> object:
        return open_hart(f"HART::socket://127.0.0.1:{port}::0", timeout_s=TIMEOUT_S).identify()

    for title, ask in (
        ("SOCKET", asked("TCPIP::127.0.0.1::{}::SOCKET")),
        ("serial URL", asked("ASRLsocket://127.0.0.1:{}::INSTR")),
        ("Modbus TCP", modbus),
        ("HART", hart),
    ):
        server = Mute()
        measure(title, server.drop, partial(ask, server.port))

    vxi11 = made.Vxi11Server(silent)
    vxi11._read = slowly
    session = open_session(vxi11.resource, timeout_s=TIMEOUT_S)
    measure("VXI-11", vxi11.drop, partial(session.query, "A?"))
    if os.name == "posix":
        line = made.SerialServer(silent)
        session = open_session(line.resource, timeout_s=TIMEOUT_S)
        measure("serial pty", line.hang_up, partial(session.query, "A?"))


if __name__ == "__main__":
    main()
    if "--bars" in sys.argv and missed:
        sys.exit(f"missed: {', '.join(missed)}")
