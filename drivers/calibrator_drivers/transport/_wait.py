"""Waiting for a socket, without the limit of select() to 1024 files and without a selector a call."""

from __future__ import annotations

import select
import socket
import sys
from collections.abc import Callable

__all__ = ["Readable"]


class Readable:
    """Says whether a socket has something to read; its end counts as something."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self._poll: Callable[[float], object] | None = None
        # select() of POSIX refuses file numbers from 1024 on; Windows has no poll() and no such limit.
        if sys.platform != "win32":
            poll = select.poll()
            poll.register(sock, select.POLLIN)
            self._poll = poll.poll

    def now(self) -> bool:
        """Look and do not wait."""
        if self._poll is not None:
            return bool(self._poll(0))  # a whole number: poll() rounds a fraction in a slow way
        return bool(select.select([self._sock], [], [], 0)[0])

    def within(self, seconds: float) -> bool:
        """Wait at most `seconds`."""
        if self._poll is not None:
            return bool(self._poll(seconds * 1000.0))
        return bool(select.select([self._sock], [], [], seconds)[0])
