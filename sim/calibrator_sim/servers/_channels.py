"""The ends of connections: a TCP socket, or the master side of a pseudo-terminal."""

from __future__ import annotations

import contextlib
import os
import socket
import sys
from typing import Protocol

__all__ = ["Channel", "GoneError", "PtyChannel", "SocketChannel", "open_pty"]


class GoneError(Exception):
    """The other side has closed the connection or lost it."""


class Channel(Protocol):
    """A connection that never blocks: `BlockingIOError` where nothing can be moved now."""

    def fileno(self) -> int:
        """Return the descriptor that a selector waits for."""
        ...

    def receive(self, most: int) -> bytes:
        """Return what has come.

        Raises:
            BlockingIOError: nothing.
            GoneError: the other side sends no more.
        """
        ...

    def send(self, data: bytes | bytearray) -> int:
        """Send what fits and return how much that was.

        Raises:
            BlockingIOError: nothing fits.
            GoneError: the other side takes no more.
        """
        ...

    def gone(self) -> bool:
        """Say whether the other side has closed, without taking anything."""
        ...

    def shut(self) -> None:
        """Tell the other side that this is the end."""
        ...

    def close(self) -> None:
        """Give the descriptor back."""
        ...


class SocketChannel:
    """A TCP connection."""

    def __init__(self, sock: socket.socket) -> None:
        sock.setblocking(False)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.sock = sock

    def fileno(self) -> int:
        """Return the descriptor that a selector waits for."""
        return self.sock.fileno()

    def receive(self, most: int) -> bytes:
        """Return what has come."""
        try:
            data = self.sock.recv(most)
        except BlockingIOError:
            raise
        except OSError as error:
            raise GoneError from error
        if not data:
            raise GoneError
        return data

    def send(self, data: bytes | bytearray) -> int:
        """Send what fits and return how much that was."""
        try:
            return self.sock.send(data)
        except BlockingIOError:
            raise
        except OSError as error:
            raise GoneError from error

    def gone(self) -> bool:
        """Say whether the other side has closed, without taking anything."""
        try:
            return self.sock.recv(1, socket.MSG_PEEK) == b""
        except BlockingIOError:
            return False
        except OSError:
            return True

    def shut(self) -> None:
        """Tell the other side that this is the end."""
        with contextlib.suppress(OSError):  # the client has gone before
            self.sock.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Give the descriptor back."""
        self.sock.close()


class PtyChannel:
    """The master side of a pseudo-terminal; its slave side stays open, so that clients may come and go."""

    def __init__(self, master: int, slave: int, baud: int) -> None:
        if sys.platform != "win32":
            os.set_blocking(master, False)
        self._master = master
        self._slave = slave
        self._baud = baud

    def fileno(self) -> int:
        """Return the descriptor that a selector waits for."""
        return self._master

    def receive(self, most: int) -> bytes:
        """Return what has come; garbled where the client's line is set to another speed."""
        data = os.read(self._master, most)
        return data if self._same_speed() else bytes(byte ^ 0xE5 | 0x80 for byte in data)

    def send(self, data: bytes | bytearray) -> int:
        """Send what fits and return how much that was."""
        if not self._same_speed():
            data = bytes(byte ^ 0xE5 | 0x80 for byte in data)
        return os.write(self._master, data)

    def gone(self) -> bool:
        """A serial line does not know who listens."""
        return False

    def shut(self) -> None:
        """A serial line has no end."""

    def close(self) -> None:
        """Give the descriptors back."""
        os.close(self._master)
        os.close(self._slave)

    def _same_speed(self) -> bool:
        if sys.platform == "win32":
            return True
        import termios

        attributes = termios.tcgetattr(self._slave)
        if not attributes[0] & termios.IXANY:
            # A pseudo-terminal takes no parity, which the C library calls an error where a client that opens
            # the line again changes nothing else. This flag has no effect and gives it something to change.
            attributes[0] |= termios.IXANY
            termios.tcsetattr(self._slave, termios.TCSANOW, attributes)
        speed = attributes[5]
        wanted = getattr(termios, f"B{self._baud}", speed)
        return bool(speed == wanted)


def open_pty(baud: int) -> tuple[PtyChannel, str]:
    """Return a pseudo-terminal and the path that a client opens.

    Raises:
        OSError: this system has none.
    """
    if sys.platform == "win32":
        raise OSError("Windows has no pseudo-terminals that a serial library could open")
    import termios
    import tty

    master, slave = os.openpty()
    tty.setraw(slave)
    attributes = termios.tcgetattr(slave)
    attributes[4] = attributes[5] = getattr(termios, f"B{baud}", termios.B9600)
    termios.tcsetattr(slave, termios.TCSANOW, attributes)
    return PtyChannel(master, slave, baud), os.ttyname(slave)
