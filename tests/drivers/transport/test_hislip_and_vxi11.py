"""TCPIP INSTR: HiSLIP and VXI-11 on real sockets, each defect of pyvisa-py shown and worked around."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from importlib.metadata import version
from typing import Any

import pytest

from calibrator_drivers import ConnectFailed, ReadTimeout
from calibrator_drivers.transport import open_session

from ._servers import HislipServer, Vxi11Server, echo

PLAIN = pytest.param(
    "plain",
    marks=pytest.mark.xfail(version("pyvisa-py") == "0.8.1", reason="pyvisa-py 0.8.1", strict=True),
)
Started = Callable[[Any], Any]
BLOCK = bytes(range(256)) * 40


class PlainSession:
    """What a program gets that uses pyvisa and pyvisa-py as they come."""

    def __init__(self, resource: str, timeout_s: float) -> None:
        import pyvisa

        self.visa: Any = pyvisa.ResourceManager("@py").open_resource(
            resource, read_termination="\n", write_termination="\n"
        )
        self.visa.timeout = timeout_s * 1000.0

    def query(self, text: str) -> str:
        return str(self.visa.query(text))

    def clear(self) -> None:
        self.visa.clear()

    def status_byte(self) -> int:
        return int(self.visa.read_stb())

    def close(self) -> None:
        inner = self.visa.visalib.sessions[self.visa.session].interface
        if hasattr(inner, "destroy_link"):  # would wait 5 s for an answer of the peer that is gone
            inner.destroy_link = lambda link: None
        try:
            self.visa.close()
        except (OSError, RuntimeError):
            return


def _open(how: str, resource: str, timeout_s: float) -> Any:
    if how == "plain":
        return PlainSession(resource, timeout_s)
    return open_session(resource, timeout_s=timeout_s, name="unit", library="@py")


def _answer(text: str) -> bytes | None:
    if text == "CURV?":
        return b"#5%05d" % len(BLOCK) + BLOCK + b"\n"
    if text == "OPEN?":
        return b"#0" + BLOCK + b"\n"
    return None if text == "SLOW?" else echo(text)


@pytest.mark.parametrize("kind", [HislipServer, Vxi11Server])
def test_messages_blocks_status_trigger_and_clear(started: Started, kind: Any) -> None:
    server = started(kind(_answer))
    session = started(_open("ours", server.resource, 30.0))
    session.write("OUT 1")
    assert session.query("A?") == "A"
    assert session.query_block("CURV?") == BLOCK  # line feeds among its bytes
    assert session.query_block("OPEN?") == BLOCK
    assert session.query("B?") == "B"
    assert session.status_byte() & 0x10
    session.trigger()
    session.clear()
    assert session.query("C?") == "C"
    assert (server.triggered, server.cleared, session.resynchronisations) == (1, 1, 0)


@pytest.mark.parametrize("kind", [HislipServer, Vxi11Server])
def test_after_a_time_out_the_device_is_cleared_and_the_next_reply_is_its_own(
    started: Started, kind: Any
) -> None:
    server = started(kind(_answer))
    session = started(_open("ours", server.resource, 30.0))
    with pytest.raises(ReadTimeout):
        session.query("SLOW?", timeout_s=0.2)
    assert session.query("NEXT?") == "NEXT"
    assert (session.resynchronisations, server.cleared) == (1, 1)


@pytest.mark.parametrize("how", [PLAIN, "ours"])
def test_a_vxi11_peer_that_drops_is_not_waited_for(started: Started, how: str) -> None:
    """Plain pyvisa-py waits for its time-out and a second more, at full CPU, and calls it an I/O error."""
    server = started(Vxi11Server(lambda text: None))
    session = started(_open(how, server.resource, 60.0 if how == "ours" else 0.3))

    def cut() -> None:
        server.reading.wait(30.0)
        server.drop()

    thread = threading.Thread(target=cut)
    server._read = lambda body: server.reading.set() or threading.Event().wait(0.5) or b""
    thread.start()
    with pytest.raises(Exception, match=r".") as caught:
        session.query("A?")
    thread.join()
    assert isinstance(caught.value, ConnectionError)


@pytest.mark.parametrize("how", [PLAIN, "ours"])
def test_a_hislip_peer_that_drops_is_a_named_error(started: Started, how: str) -> None:
    asked = threading.Event()

    def answer(text: str) -> bytes | None:
        asked.set()
        return None

    server = started(HislipServer(answer))
    session = started(_open(how, server.resource, 60.0))
    thread = threading.Thread(target=lambda: asked.wait(30.0) and server.drop())
    thread.start()
    with pytest.raises(Exception, match=r".") as caught:
        session.query("A?")
    thread.join()
    assert isinstance(caught.value, ConnectionError)


@pytest.mark.parametrize("how", [PLAIN, "ours"])
def test_a_hislip_clear_goes_past_a_late_reply(started: Started, how: str) -> None:
    server = started(HislipServer(_answer))
    session = started(_open(how, server.resource, 1.0))
    with pytest.raises(Exception, match=r"[Tt]imeout|No complete"):
        session.query("SLOW?")
    server.late(b"LATE\n")
    session.clear()
    assert session.query("NEXT?").strip() == "NEXT"


@pytest.mark.parametrize("how", [PLAIN, "ours"])
def test_a_hislip_status_byte_is_told_though_service_is_requested(started: Started, how: str) -> None:
    server = started(HislipServer(_answer))
    session = started(_open(how, server.resource, 30.0))
    session.query("A?")
    server.request_service()
    assert session.status_byte() == 0x50


def test_a_service_request_wakes_who_waits_for_it(started: Started) -> None:
    server = started(HislipServer(_answer))
    session = started(_open("ours", server.resource, 30.0))
    timer = threading.Timer(0.3, server.request_service)
    timer.start()
    assert session.wait_for_service() & 0x40
    timer.join()
    assert session.query("A?") == "A"
    with pytest.raises(ReadTimeout):
        session.wait_for_service(timeout_s=0.1)


def test_a_service_request_that_was_lost_is_found_by_asking(started: Started) -> None:
    server = started(HislipServer(_answer))
    session = started(_open("ours", server.resource, 30.0))
    server.status |= 0x40
    assert session.wait_for_service() & 0x40


def test_vxi11_is_polled_for_service(started: Started) -> None:
    server = started(Vxi11Server(_answer))
    assert started(_open("ours", server.resource, 30.0)).wait_for_service() == 0x50


@pytest.mark.parametrize(
    "form", ["TCPIP0::127.0.0.1,{}::inst0::INSTR", "TCPIP0::127.0.0.1::hislip0,{}::INSTR"]
)
def test_a_closed_port_is_named_at_opening(form: str) -> None:
    with socket.socket() as reserved:
        reserved.bind(("127.0.0.1", 0))
        with pytest.raises(ConnectFailed):
            _open("ours", form.format(reserved.getsockname()[1]), 5.0)


def test_the_connection_of_a_hislip_server_that_answers_no_clear_is_opened_anew(
    started: Started, monkeypatch: pytest.MonkeyPatch
) -> None:
    from calibrator_drivers.transport import _visa_py

    monkeypatch.setattr(_visa_py, "_CLEAR_S", 0.1)
    monkeypatch.setattr(_visa_py, "_ASYNC_DEVICE_CLEAR", 99)  # a message that the server does not know
    server = started(HislipServer(_answer))
    session = started(_open("ours", server.resource, 30.0))
    with pytest.raises(ReadTimeout):
        session.query("SLOW?", timeout_s=0.2)
    assert session.query("NEXT?") == "NEXT"
    assert len(server.connections) == 4
