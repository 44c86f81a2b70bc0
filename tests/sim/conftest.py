"""Benches and plain socket clients for the simulator's tests."""

from __future__ import annotations

import copy
import socket
import tomllib
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from calibrator_sim import SIMULATOR, SimBench


class Client:
    """A client that knows nothing but bytes and lines."""

    def __init__(self, resource: str, timeout_s: float = 5.0) -> None:
        _, host, port, _ = resource.split("::")
        self.sock = socket.create_connection((host, int(port)), timeout=timeout_s)
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._held = b""

    def write(self, text: str) -> None:
        self.sock.sendall(text.encode("latin-1") + b"\n")

    def send(self, data: bytes) -> None:
        self.sock.sendall(data)

    def read(self) -> str:
        while b"\n" not in self._held:
            data = self.sock.recv(65536)
            if not data:
                raise ConnectionError("closed by the instrument")
            self._held += data
        line, self._held = self._held.split(b"\n", 1)
        return line.decode("latin-1")

    def query(self, text: str) -> str:
        self.write(text)
        return self.read()

    def silent(self, seconds: float = 0.05) -> bool:
        """Say whether nothing comes."""
        self.sock.settimeout(seconds)
        try:
            self._held += self.sock.recv(65536)
        except TimeoutError:
            pass
        finally:
            self.sock.settimeout(5.0)
        return not self._held

    def close(self) -> None:
        self.sock.close()


def merged(base: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    out = copy.deepcopy(base)
    for key, value in changes.items():
        out[key] = merged(out[key], value) if isinstance(value, dict) and key in out else value
    return out


@pytest.fixture(scope="session")
def client_class() -> type[Client]:
    """The client itself, for tests that open many."""
    return Client


@pytest.fixture
def default() -> dict[str, Any]:
    """The parsed default bench."""
    return tomllib.loads(SIMULATOR.default_bench())


@pytest.fixture
def open_bench(default: dict[str, Any]) -> Iterator[Callable[..., SimBench]]:
    """Open the default bench with changes, given as nested keywords."""
    opened: list[SimBench] = []

    def opener(seed: int | None = None, **changes: Any) -> SimBench:
        bench = SIMULATOR.open(merged(default, changes), seed=seed)
        opened.append(bench)
        return bench

    yield opener
    for bench in opened:
        bench.close()


@pytest.fixture
def connect() -> Iterator[Callable[[SimBench, str], Client]]:
    """Open a socket to an instrument of a bench."""
    clients: list[Client] = []

    def connector(bench: SimBench, name: str) -> Client:
        client = Client(bench.resources[name])
        clients.append(client)
        return client

    yield connector
    for client in clients:
        client.close()


@pytest.fixture
def bench(open_bench: Callable[..., SimBench]) -> SimBench:
    """The default bench."""
    return open_bench()


@pytest.fixture
def meter(bench: SimBench, connect: Callable[[SimBench, str], Client]) -> Client:
    """A connection to the default bench's 34401A."""
    return connect(bench, "meter")


@pytest.fixture
def calibrator(bench: SimBench, connect: Callable[[SimBench, str], Client]) -> Client:
    """A connection to the default bench's 5522A."""
    return connect(bench, "calibrator")
