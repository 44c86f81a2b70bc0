"""Small real servers that misbehave as instruments do: serial, Prologix, HiSLIP, VXI-11."""

from __future__ import annotations

import os
import select
import socket
import struct
import threading
from collections.abc import Callable
from contextlib import suppress

Answer = Callable[[str], bytes | None]


def echo(text: str) -> bytes | None:
    """Answer each question with its own text."""
    return text[:-1].encode() + b"\n" if text.endswith("?") else None


class Held:
    """Answers SLOW? only when told to, and everything else at once."""

    def __init__(self) -> None:
        self.go = threading.Event()
        self.heard: list[str] = []

    def __call__(self, text: str) -> bytes | None:
        self.heard.append(text)
        if text == "*IDN?":
            return b"MAKER,MODEL,1,2\n"
        if text == "SLOW?":
            self.go.wait(30.0)
            return b"LATE\n"
        return echo(text)


class SerialServer:
    """An instrument on a pseudo-terminal: one message after the other, replies in order."""

    def __init__(self, answer: Answer) -> None:
        import pty
        import tty

        self._master, self._slave = pty.openpty()
        tty.setraw(self._slave)
        self._answer = answer
        self.device = os.ttyname(self._slave)
        self.resource = f"ASRL{self.device}::INSTR"
        self._stop = threading.Event()
        self._open = True
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        pending = b""
        while not self._stop.is_set():
            if not select.select([self._master], [], [], 0.02)[0]:
                continue
            *lines, pending = (pending + os.read(self._master, 256)).split(b"\n")
            for line in lines:
                if (reply := self._answer(line.decode())) is not None:
                    os.write(self._master, reply)

    def hang_up(self) -> None:
        """Take the instrument's end away, as a cable that is pulled out."""
        self._stop.set()
        self._thread.join(30.0)
        os.close(self._slave)
        os.close(self._master)
        self._open = False

    def close(self) -> None:
        if self._open:
            self.hang_up()


class Served:
    """A TCP server on loopback, one thread a connection."""

    def __init__(self) -> None:
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._server.getsockname()[1]
        self.connections: list[socket.socket] = []
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self._threads[0].start()

    def serve(self, connection: socket.socket) -> None:
        raise AssertionError("a server says how it serves")

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._server.accept()
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self.connections.append(connection)
                thread = threading.Thread(target=self._one, args=(connection,), daemon=True)
                self._threads.append(thread)
                thread.start()

    def _one(self, connection: socket.socket) -> None:
        with suppress(OSError), connection:
            self.serve(connection)

    def drop(self) -> None:
        """Close every connection, as a power cut does."""
        for connection in self.connections:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        with suppress(OSError):
            self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()
        self.drop()
        for thread in self._threads:
            thread.join(5.0)


class PrologixServer(Served):
    """A gateway with instruments by address; a reply leaves when `++read` asks for it or when it is there."""

    def __init__(self, instruments: dict[str, Answer]) -> None:
        self.instruments = instruments
        self.told: list[str] = []
        self.cleared: list[str] = []
        self._output: dict[str, bytes] = {}
        super().__init__()

    def serve(self, connection: socket.socket) -> None:
        unit, pending = "", b""
        while data := connection.recv(4096):
            pending += data
            while (cut := _line_end(pending)) >= 0:
                line, pending = pending[:cut], pending[cut + 1 :]
                if line.startswith(b"++"):
                    unit = self._command(line[2:].decode(), unit, connection)
                else:
                    text = _unescaped(line).decode()
                    reply = self.instruments[unit](text)
                    if reply is not None:
                        self._output[unit] = reply

    def _command(self, command: str, unit: str, connection: socket.socket) -> str:
        self.told.append(command)
        if command.startswith("addr "):
            return command[5:]
        if command == "read eoi":
            connection.sendall(self._output.pop(unit, b""))
        elif command == "spoll":
            connection.sendall(b"80\r\n")
        elif command == "clr":
            self.cleared.append(unit)
            self._output.pop(unit, None)
        return unit


def _line_end(data: bytes) -> int:
    index = 0
    while index < len(data):
        if data[index] == 0x1B:
            index += 2
            continue
        if data[index] == 0x0A:
            return index
        index += 1
    return -1


def _unescaped(line: bytes) -> bytes:
    """Take escapes out, and as the gateway does the plus signs that are not escaped."""
    out, index = bytearray(), 0
    while index < len(line):
        escaped = line[index] == 0x1B
        index += escaped
        if escaped or line[index] != 0x2B:
            out.append(line[index])
        index += 1
    return bytes(out)


class HislipServer(Served):
    """HiSLIP 1.0, synchronized mode: data, clear, status, service requests when told."""

    def __init__(self, answer: Answer) -> None:
        self._answer = answer
        self.status = 0x10
        self.cleared = 0
        self.triggered = 0
        self.last_id = 0
        self.asynchronous: socket.socket | None = None
        self.synchronous: socket.socket | None = None
        super().__init__()
        self.resource = f"TCPIP0::127.0.0.1::hislip0,{self.port}::INSTR"

    def request_service(self) -> None:
        assert self.asynchronous is not None
        self.status |= 0x40
        self.asynchronous.sendall(_hislip(20, self.status))

    def late(self, text: bytes) -> None:
        assert self.synchronous is not None
        self.synchronous.sendall(_hislip(7, 0, self.last_id, text))

    def serve(self, connection: socket.socket) -> None:
        while True:
            _, kind, _, parameter, length = struct.unpack("!2sBBIQ", _all(connection, 16))
            payload = _all(connection, length)
            if kind == 0:
                self.synchronous = connection
                connection.sendall(_hislip(1, 0, 0x01000001))
            elif kind == 17:
                self.asynchronous = connection
                connection.sendall(_hislip(18))
            elif kind == 15:
                connection.sendall(_hislip(16, 0, 0, struct.pack("!Q", 1 << 20)))
            elif kind == 7:
                self.last_id = parameter
                reply = self._answer(payload.decode().rstrip("\n"))
                if reply is not None:
                    connection.sendall(_hislip(7, 0, parameter, reply))
            elif kind == 12:
                self.triggered += 1
            elif kind == 19:
                self.cleared += 1
                connection.sendall(_hislip(23))
            elif kind == 8:
                connection.sendall(_hislip(9))
            elif kind == 21:
                connection.sendall(_hislip(22, self.status))
                self.status &= ~0x40


def _hislip(kind: int, control: int = 0, parameter: int = 0, payload: bytes = b"") -> bytes:
    return struct.pack("!2sBBIQ", b"HS", kind, control, parameter, len(payload)) + payload


def _all(connection: socket.socket, count: int) -> bytes:
    data = b""
    while len(data) < count:
        part = connection.recv(count - len(data))
        if not part:
            raise ConnectionResetError
        data += part
    return data


class Vxi11Server(Served):
    """The core channel of VXI-11 over ONC RPC: link, write, read, status byte, trigger, clear."""

    def __init__(self, answer: Answer) -> None:
        self._answer = answer
        self._output = b""
        self.cleared = 0
        self.triggered = 0
        self.reading = threading.Event()
        super().__init__()
        self.resource = f"TCPIP0::127.0.0.1,{self.port}::inst0::INSTR"

    def serve(self, connection: socket.socket) -> None:
        while True:
            (length,) = struct.unpack("!I", _all(connection, 4))
            call = _all(connection, length & 0x7FFF_FFFF)
            xid, _, _, _, _, procedure = struct.unpack("!6I", call[:24])
            result = self._call(procedure, call[40:], connection)
            reply = struct.pack("!6I", xid, 1, 0, 0, 0, 0) + result
            connection.sendall(struct.pack("!I", 0x8000_0000 | len(reply)) + reply)

    def _call(self, procedure: int, body: bytes, connection: socket.socket) -> bytes:
        if procedure == 10:
            return struct.pack("!iiII", 0, 1, 0, 1 << 20)
        if procedure == 11:
            (size,) = struct.unpack("!I", body[16:20])
            reply = self._answer(body[20 : 20 + size].decode().rstrip("\n"))
            self._output += reply or b""
            return struct.pack("!iI", 0, size)
        if procedure == 12:
            return self._read(body)
        if procedure == 13:
            return struct.pack("!iI", 0, 0x50)
        if procedure == 14:
            self.triggered += 1
        if procedure == 15:
            self.cleared += 1
            self._output = b""
        return struct.pack("!i", 0)

    def _read(self, body: bytes) -> bytes:
        size, timeout_ms = struct.unpack("!II", body[4:12])
        self.reading.set()
        if not self._output:
            threading.Event().wait(timeout_ms / 1000.0)
            return struct.pack("!iiI", 15, 0, 0)
        data, self._output = self._output[:size], self._output[size:]
        padding = bytes(-len(data) % 4)
        return struct.pack("!iiI", 0, 0 if self._output else 4, len(data)) + data + padding
