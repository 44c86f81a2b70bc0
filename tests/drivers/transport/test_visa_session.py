"""Other VISA resources through plain pyvisa: here a serial line, which is a pseudo-terminal."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress

import pytest

from calibrator_drivers import ConnectFailed, ConnectionLost, ReadTimeout
from calibrator_drivers.transport import Line, open_session

pytestmark = pytest.mark.skipif(os.name != "posix", reason="pseudo-terminals are POSIX")


@pytest.fixture
def serial_line() -> Iterator[str]:
    """A serial device that answers each question with its own text, and SLOW? not at all."""
    import pty

    master, slave = pty.openpty()

    def answer() -> None:
        pending = b""
        with suppress(OSError):
            while data := os.read(master, 256):
                *lines, pending = (pending + data).split(b"\n")
                for line in lines:
                    if line.endswith(b"?") and line != b"SLOW?":
                        os.write(master, line[:-1] + b"\n")

    thread = threading.Thread(target=answer, daemon=True)
    thread.start()
    yield f"ASRL{os.ttyname(slave)}::INSTR"
    os.close(slave)
    thread.join(timeout=5.0)
    os.close(master)


def test_a_serial_session_has_the_same_interface(serial_line: str) -> None:
    session = open_session(serial_line, timeout_s=5.0, name="unit")
    session.write("STBY")
    assert session.query("A?") == "A"
    session.write("B?")
    assert session.read() == "B"
    session.close()
    with pytest.raises(ConnectionLost):
        session.query("A?")


def test_a_time_out_is_named_and_the_next_exchange_is_in_step(serial_line: str) -> None:
    session = open_session(serial_line, timeout_s=30.0, name="unit", line=Line(marker="*IDN?"))
    with pytest.raises(ReadTimeout):
        session.query("SLOW?", timeout_s=0.1)
    assert session.dirty
    assert session.query("A?") == "A"
    assert session.resynchronisations == 1
    session.close()


@pytest.mark.parametrize("resource", ["ASRL/dev/does-not-exist::INSTR", "NOT::A::RESOURCE"])
def test_a_device_that_is_not_there_is_named(resource: str) -> None:
    opening: Callable[[], object] = lambda: open_session(resource, name="unit")  # noqa: E731
    with pytest.raises(ConnectFailed) as caught:
        opening()
    assert resource in str(caught.value)
