"""A strict fake session that states the exact exchange, and small real servers on sockets."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta

import pytest

Exchange = tuple[str | None, str | None]


class ExpectedSession:
    """A session that accepts one exchange only: (sent, reply) in order, as PyMeasure's expected_protocol.

    `(text, None)` is a message without reply, `(text, reply)` a query; anything else fails the test.
    """

    name = "unit"
    resource = "TCPIP0::192.0.2.1::5025::SOCKET"
    dirty = False
    resynchronisations = 0
    last_offset: int | None = None

    def __init__(self, exchanges: Sequence[Exchange]) -> None:
        self._expected = list(exchanges)
        self.timeouts: list[float | None] = []
        self.closed = False

    def write(self, text: str) -> None:
        assert self._expected, f"sent {text!r}, nothing more was expected"
        sent, reply = self._expected.pop(0)
        assert text == sent
        assert reply is None, f"{text!r} was expected to be a query"

    def read(self, *, timeout_s: float | None = None) -> str:
        raise AssertionError("drivers use query")

    def query(self, text: str, *, timeout_s: float | None = None) -> str:
        assert self._expected, f"asked {text!r}, nothing more was expected"
        sent, reply = self._expected.pop(0)
        assert text == sent
        assert reply is not None, f"{text!r} was expected to be a message without reply"
        self.timeouts.append(timeout_s)
        self.last_offset = (self.last_offset or 0) + 100
        return reply

    def clear(self) -> None:
        raise AssertionError("not expected")

    def reopen(self) -> None:
        raise AssertionError("not expected")

    def close(self) -> None:
        self.closed = True

    def assert_all_done(self) -> None:
        assert self._expected == [], "these exchanges did not take place"


class StepClock:
    """A clock that moves only when it is slept on."""

    def __init__(self) -> None:
        self.slept_s = 0.0

    def now(self) -> datetime:
        return datetime(2026, 11, 23, 8, 0, tzinfo=UTC) + timedelta(seconds=self.slept_s)

    def monotonic_ns(self) -> int:
        return round(self.slept_s * 1e9)

    def sleep(self, seconds: float) -> None:
        self.slept_s += max(0.0, seconds)


@pytest.fixture
def expected_protocol() -> Callable[[Sequence[Exchange]], object]:
    """`with expected_protocol([...]) as session:` fails unless exactly these exchanges take place."""

    @contextmanager
    def protocol(exchanges: Sequence[Exchange]) -> Iterator[ExpectedSession]:
        session = ExpectedSession(exchanges)
        yield session
        session.assert_all_done()

    return protocol


@pytest.fixture
def step_clock() -> StepClock:
    return StepClock()


Handler = Callable[[bytes, socket.socket], None]


class LineServer:
    """A TCP server on loopback that hands each line to a handler; several connections at once."""

    def __init__(self, handler: Handler) -> None:
        self._handler = handler
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._server.getsockname()[1]
        self.resource = f"TCPIP0::127.0.0.1::{self.port}::SOCKET"
        self.connections: list[socket.socket] = []
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self._threads[0].start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._server.accept()
                self.connections.append(connection)
                thread = threading.Thread(target=self._serve, args=(connection,), daemon=True)
                self._threads.append(thread)
                thread.start()

    def _serve(self, connection: socket.socket) -> None:
        pending = b""
        with suppress(OSError), connection:
            while data := connection.recv(4096):
                *lines, pending = (pending + data).split(b"\n")
                for line in lines:
                    self._handler(line, connection)

    def close(self) -> None:
        with suppress(OSError):  # wakes the thread in accept
            self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()
        for connection in self.connections:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
            connection.close()
        for thread in self._threads:
            thread.join(timeout=5.0)


@pytest.fixture
def serve() -> Iterator[Callable[[Handler], LineServer]]:
    """Start servers that end with the test."""
    servers: list[LineServer] = []

    def start(handler: Handler) -> LineServer:
        servers.append(LineServer(handler))
        return servers[-1]

    yield start
    for server in servers:
        server.close()
