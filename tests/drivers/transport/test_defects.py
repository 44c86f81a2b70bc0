"""The probe tells the defect apart from its absence, so that the workaround can switch itself off."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from importlib.metadata import version
from typing import Any

import pytest

from calibrator_drivers import ReadTimeout
from calibrator_drivers.transport import _defects, _socket, open_session


@pytest.fixture(autouse=True)
def _forget() -> Iterator[None]:
    _defects.sleeps_through_a_lost_peer.cache_clear()
    yield
    _defects.sleeps_through_a_lost_peer.cache_clear()


def test_the_probe_finds_the_defect_in_the_version_it_was_seen_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_defects, "LAST_SEEN", "0.0.0")  # as for a version that nobody has tried yet
    assert _defects.sleeps_through_a_lost_peer() is (version("pyvisa-py") == "0.8.1")


def test_the_probe_finds_a_repaired_version_without_the_defect(monkeypatch: pytest.MonkeyPatch) -> None:
    import pyvisa
    from pyvisa_py.tcpip import TCPIPSocketSession

    def read(self: Any, count: int) -> tuple[bytes, Any]:
        data = self.interface.recv(count)
        code = pyvisa.constants.StatusCode
        return (data, code.success) if data else (b"", code.error_connection_lost)

    monkeypatch.setattr(_defects, "LAST_SEEN", "0.0.0")
    monkeypatch.setattr(TCPIPSocketSession, "read", read)
    assert _defects.sleeps_through_a_lost_peer() is False


def test_a_version_known_to_have_it_is_not_tried_out(monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: object, **__: object) -> None:
        raise AssertionError("no probe is needed")

    monkeypatch.setattr(_defects.socket, "create_server", never)
    monkeypatch.setattr(_defects, "LAST_SEEN", version("pyvisa-py"))
    assert _defects.sleeps_through_a_lost_peer() is True


def test_without_the_defect_reads_go_through_plain_pyvisa(
    serve: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def handler(line: bytes, connection: socket.socket) -> None:
        if line == b"A?":
            connection.sendall(b"A\n")

    monkeypatch.setattr(_socket, "sleeps_through_a_lost_peer", lambda: False)
    session = open_session(serve(handler).resource, timeout_s=30.0)
    assert session.query("A?") == "A"
    with pytest.raises(ReadTimeout):
        session.query("B?", timeout_s=0.1)
    assert session.query("A?") == "A"
    assert session.resynchronisations == 1
    session.close()


def test_delayed_sending_shows_on_the_socket() -> None:
    with socket.socket() as sock:
        assert _defects.delays_small_messages(sock)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        assert not _defects.delays_small_messages(sock)


def test_a_socket_without_a_peer_shows_itself() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, socket.socket() as sock:
        assert _defects.has_no_peer(sock)
        sock.connect(server.getsockname())
        assert not _defects.has_no_peer(sock)
