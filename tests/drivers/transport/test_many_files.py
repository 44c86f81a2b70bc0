"""A process with more open files than select() of POSIX can wait for (1024)."""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Iterator

import pytest

from calibrator_drivers import ConnectFailed
from calibrator_drivers.transport import open_session
from calibrator_drivers.transport._wait import Readable

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="select() of Windows has no such limit")


@pytest.fixture
def many_files() -> Iterator[None]:
    """More than 1024 open files."""
    import resource

    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    if 0 <= limits[1] < 2048:
        pytest.skip("this machine allows fewer files")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(limits[0], 2048), limits[1]))
    held = [os.open(os.devnull, os.O_RDONLY) for _ in range(1030)]
    yield
    for number in held:
        os.close(number)
    resource.setrlimit(resource.RLIMIT_NOFILE, limits)


def test_a_socket_of_a_high_number_can_be_waited_for(many_files: None) -> None:
    near, far = socket.socketpair()
    with near, far:
        assert near.fileno() >= 1024
        readable = Readable(near)
        assert not readable.within(0.0)
        far.sendall(b"x")
        assert readable.within(30.0)
        near.recv(1)
        far.close()
        assert readable.within(30.0)  # its end is something to read as well


def test_a_connection_that_pyvisa_py_cannot_wait_for_says_so(many_files: None) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        resource = f"TCPIP0::127.0.0.1::{server.getsockname()[1]}::SOCKET"
        with pytest.raises(ConnectFailed) as caught:
            open_session(resource, timeout_s=0.3, name="unit").query("*IDN?")
    assert "too many open files" in str(caught.value)
