"""Which defects of pyvisa-py's SOCKET sessions are there, so that a workaround goes when its defect goes.

Delayed sending and sockets without a peer show on the very socket. A read that sleeps through a lost
peer does not: up to the version in which it was seen it is taken to be there, and a later version is
tried out on a loopback connection, once a process.
"""

from __future__ import annotations

import socket
from functools import cache
from importlib.metadata import version

__all__ = ["LAST_SEEN", "delays_small_messages", "has_no_peer", "sleeps_through_a_lost_peer"]

LAST_SEEN = "0.8.1"
_PROBE_MS = 100


def delays_small_messages(sock: socket.socket) -> bool:
    """Say whether Nagle's algorithm is on: two writes and a query then take 44 ms in place of 0.15 ms."""
    return sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) == 0


def has_no_peer(sock: socket.socket) -> bool:
    """Say whether the connection was in truth refused; pyvisa-py 0.8.1 opens a closed port without error."""
    if sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
        return True
    try:
        sock.getpeername()
    except OSError:
        return True
    return False


@cache
def sleeps_through_a_lost_peer() -> bool:
    """Say whether a read waits for its time-out, at full CPU, after the peer has closed."""
    if _numbers(version("pyvisa-py")) <= _numbers(LAST_SEEN):
        return True
    import pyvisa

    with socket.create_server(("127.0.0.1", 0)) as server:
        manager = pyvisa.ResourceManager("@py")
        resource = manager.open_resource(f"TCPIP0::127.0.0.1::{server.getsockname()[1]}::SOCKET")
        server.accept()[0].close()
        resource.timeout = _PROBE_MS
        try:
            resource.visalib.read(resource.session, 1)
        except pyvisa.VisaIOError as error:
            return bool(error.error_code == pyvisa.constants.StatusCode.error_timeout)
        finally:
            resource.close()
    return True


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split(".")[:3] if part.isdigit())
