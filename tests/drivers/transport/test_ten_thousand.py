"""Two instruments on one wire, 10 000 queries: no reply goes to the wrong one."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from typing import Any

import pytest

from calibrator_drivers.transport import Session, open_session

from ._servers import HislipServer, PrologixServer, SerialServer, Vxi11Server, echo

pytestmark = pytest.mark.timeout(600)
EACH = 5000


def _serial(started: Callable[[Any], Any]) -> list[str]:
    resource = started(SerialServer(echo)).resource
    return [f"{resource}?unit=1", f"{resource}?unit=2"]


def _prologix(started: Callable[[Any], Any]) -> list[str]:
    port = started(PrologixServer({"1": echo, "2": echo})).port
    return [f"PRLGX-TCPIP::127.0.0.1::{port}::{unit}::INSTR" for unit in (1, 2)]


def _hislip(started: Callable[[Any], Any]) -> list[str]:
    return [started(HislipServer(echo)).resource for _ in range(2)]


def _vxi11(started: Callable[[Any], Any]) -> list[str]:
    return [started(Vxi11Server(echo)).resource for _ in range(2)]


@pytest.mark.parametrize("wire", [_serial, _prologix, _hislip, _vxi11])
def test_no_reply_of_ten_thousand_goes_to_the_wrong_one(started: Callable[[Any], Any], wire: Any) -> None:
    if wire is _serial and os.name != "posix":
        pytest.skip("pseudo-terminals are POSIX")
    sessions = [open_session(resource, timeout_s=60.0, library="") for resource in wire(started)]
    wrong: list[str] = []

    def ask(name: str, session: Session) -> None:
        for index in range(EACH):
            question = f"{name}{index}"
            if (answer := session.query(f"{question}?")) != question:
                wrong.append(f"{question}: {answer}")

    threads = [threading.Thread(target=ask, args=pair) for pair in zip("AB", sessions, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for session in sessions:
        session.close()
    assert wrong == []
