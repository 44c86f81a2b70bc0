"""How fast the simulated bench is: opening, draws, requests over loopback, snapshots.

python benchmarks/sim_bench.py
"""

from __future__ import annotations

import socket
import statistics
import time
import tomllib
from collections.abc import Callable

from calibrator_sim import SIMULATOR, SimBench
from calibrator_sim._random import Draws


def timed(work: Callable[[], object], count: int) -> float:
    """Return the median time of one call in microseconds."""
    times = []
    for _ in range(count):
        begun = time.perf_counter()
        work()
        times.append((time.perf_counter() - begun) * 1e6)
    return statistics.median(times)


def session(bench: SimBench, name: str) -> Callable[[bytes], bytes]:
    """Return what sends a query to an instrument and takes its reply."""
    _, host, port, _ = bench.resources[name].split("::")
    sock = socket.create_connection((host, int(port)))
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def query(text: bytes) -> bytes:
        sock.sendall(text + b"\n")
        return sock.recv(65536)

    return query


def main() -> None:
    text = SIMULATOR.default_bench()
    begun = time.perf_counter()
    bench = SIMULATOR.open(tomllib.loads(text))
    first = (time.perf_counter() - begun) * 1e3
    draws = Draws(1)
    meter, calibrator = session(bench, "meter"), session(bench, "calibrator")
    meter(b"CONF:VOLT:DC 10;:CONF?")

    def thousand() -> list[float]:
        return [draws.normal("noise", "meter", tick) for tick in range(1000)]

    rows = (
        ("open the first bench (tables are loaded)", first, "ms"),
        ("open a further one", timed(lambda: SIMULATOR.open(tomllib.loads(text)).close(), 20) / 1e3, "ms"),
        ("one normal draw", timed(thousand, 20) / 1e3, "us"),
        ("OPER? (5522A)", timed(lambda: calibrator(b"OPER?"), 3000), "us"),
        ("READ? (34401A, one reading)", timed(lambda: meter(b"READ?"), 3000), "us"),
        ("snapshot", timed(bench.snapshot, 300), "us"),
        ("sleep on the virtual clock", timed(lambda: bench.clock.sleep(1.0), 3000), "us"),
    )
    bench.close()
    for what, figure, unit in rows:
        print(f"{what:<42}{figure:8.1f} {unit}")


if __name__ == "__main__":
    main()
