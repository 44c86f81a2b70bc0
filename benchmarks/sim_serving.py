"""How fast and how large a served bench is: queries against a bare asyncio echo, fifty instruments, a soak.

python benchmarks/sim_serving.py
"""

from __future__ import annotations

import json
import socket
import statistics
import subprocess
import sys
import time

from calibrator_sim import SIMULATOR

ECHO = """
import asyncio, sys
async def handle(reader, writer):
    while line := await reader.readline():
        writer.write(line)
async def main():
    server = await asyncio.start_server(handle, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()
asyncio.run(main())
"""
SERVE = """
import json, sys, tomllib
from calibrator_sim._bench import SimBench
from calibrator_sim._config import parse_bench
from calibrator_sim.clock import ScaledClock
from calibrator_sim import SIMULATOR
given = json.loads(sys.argv[1]) if len(sys.argv) > 1 else tomllib.loads(SIMULATOR.default_bench())
config = parse_bench(given)
with SimBench(config, ScaledClock(config.start)) as bench:
    print(json.dumps(dict(bench.resources)), flush=True)
    sys.stdin.read()
"""
ROUNDS, TURNS, BATCH = 5, 8, 250


def session(port: int) -> socket.socket:
    sock = socket.create_connection(("127.0.0.1", port), timeout=30)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return sock


def rate(sock: socket.socket, message: bytes, count: int = 4000) -> float:
    """Return queries a second of one client that waits for each reply."""
    begun = time.perf_counter()
    for _ in range(count):
        sock.sendall(message)
        while not sock.recv(4096).endswith(b"\n"):
            pass
    return count / (time.perf_counter() - begun)


def port_of(resource: str) -> int:
    return int(resource.split("::")[2])


def against_echo() -> None:
    """Same client, same run: medians of five rounds, of each the best of short turns that alternate."""
    echo = subprocess.Popen([sys.executable, "-c", ECHO], stdout=subprocess.PIPE, text=True)
    bench = subprocess.Popen(
        [sys.executable, "-c", SERVE], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert echo.stdout is not None
    assert bench.stdout is not None
    plain = session(int(echo.stdout.readline()))
    resources = json.loads(bench.stdout.readline())
    meter, calibrator = (session(port_of(resources[name])) for name in ("meter", "calibrator"))
    kinds = (
        ("asyncio echo", plain, b"*IDN?\n"),
        ("34401A *IDN?", meter, b"*IDN?\n"),
        ("34401A SYST:ERR?", meter, b"SYST:ERR?\n"),
        ("5522A OPER?", calibrator, b"OPER?\n"),
    )
    rounds: dict[str, list[float]] = {name: [] for name, _, _ in kinds}
    for _ in range(ROUNDS):
        best = dict.fromkeys(rounds, 0.0)
        for _ in range(TURNS):  # short turns: a neighbour's load meets all of them alike
            for name, sock, message in kinds:
                best[name] = max(best[name], rate(sock, message, BATCH))
        for name, found in best.items():
            rounds[name].append(found)
    base = statistics.median(rounds["asyncio echo"])
    for name, found in rounds.items():
        middle = statistics.median(found)
        spread = " to ".join(f"{value / base:.2f}" for value in (min(found), max(found)))
        print(f"{name:<42}{middle:10.0f} /s{middle / base:8.2f} of the echo ({spread})")
    for sock in (plain, meter, calibrator):
        sock.close()
    for process in (echo, bench):
        process.kill()
        process.communicate()


def fifty() -> None:
    """Fifty instruments in one process: its memory after each has answered."""
    names = [f"meter{i}" for i in range(25)] + [f"source{i}" for i in range(25)]
    instruments = {
        name: {
            "model": "keysight_34401a" if name.startswith("meter") else "fluke_5522a",
            "serial": f"SIM{i:04d}",
        }
        for i, name in enumerate(names)
    }
    bench = json.dumps({"instruments": instruments, "simulation": {"seed": 1}})
    process = subprocess.Popen(
        [sys.executable, "-c", SERVE, bench], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    resources = json.loads(process.stdout.readline())
    for resource in resources.values():
        sock = session(port_of(resource))
        rate(sock, b"*IDN?\n", 3)
        sock.close()
    with open(f"/proc/{process.pid}/status", encoding="ascii") as status:  # noqa: PTH123 - a file of the kernel
        kilobytes = next(int(line.split()[1]) for line in status if line.startswith("VmRSS"))
    print(f"{f'{len(resources)} instruments in one process':<42}{kilobytes / 1024:10.0f} MB")
    process.kill()
    process.communicate()


def soak() -> None:
    """2.6 h of a 9142's soak in virtual time: the well's indication each 10 s, over a socket."""
    bench = {
        "instruments": {"well": {"model": "fluke_9142", "serial": "SIM914201"}},
        "simulation": {"seed": 1},
    }
    begun = time.perf_counter()
    with SIMULATOR.open(bench) as opened:
        sock = session(port_of(opened.resources["well"]))
        sock.sendall(b"SOUR:SPO 100;:OUTP:STAT 1\n")
        for _ in range(936):
            opened.clock.sleep(10.0)
            sock.sendall(b"SOUR:SENS:DATA?\n")
            last = sock.recv(4096)
        sock.close()
        hours = opened.clock.monotonic_ns() / 3.6e12
    print(
        f"{f'{hours:.1f} h of soak, 936 readings by socket':<42}{time.perf_counter() - begun:10.2f} s,"
        f" {last.decode().strip()} degC"
    )


if __name__ == "__main__":
    against_echo()
    if sys.platform.startswith("linux"):
        fifty()
    soak()
