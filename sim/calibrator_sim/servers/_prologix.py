"""A Prologix GPIB-ETHERNET controller with instruments on its bus.

Commands: its user manual, firmware 1.6 (recalled, agreeing with the clients of pyvisa-py and InstrumentKit).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from calibrator_drivers.clock import Clock
from calibrator_sim.servers._conversation import Outgoing, Served
from calibrator_sim.servers._host import Stir
from calibrator_sim.servers._talker import Talker

__all__ = ["Controller", "PrologixSession"]

_ESCAPE, _PLUS = 27, 43
_ENDS = {0: b"\r\n", 1: b"\r", 2: b"\n", 3: b""}
_VERSION = "Prologix GPIB-ETHERNET Controller version 01.06.06.00"
_LINE_LIMIT = 1 << 20
_MILLISECOND = 1_000_000
# Settings with the values that they take.
_SETTINGS = {
    "auto": (0, 1),
    "eoi": (0, 1),
    "eos": (0, 3),
    "eot_enable": (0, 1),
    "eot_char": (0, 255),
    "mode": (0, 1),
    "lon": (0, 1),
    "read_tmo_ms": (1, 3000),
    "savecfg": (0, 1),
    "status": (0, 255),
}
_TALKS = 256  # bytes that are read at once


@dataclass(slots=True)
class Controller:
    """The controller's settings and its bus; one for all clients.

    Args:
        instruments: by primary address, 0 to 30.
        real: the machine's clock, for the read time-out.
    """

    instruments: Mapping[int, Served]
    real: Clock
    address: int = 0
    settings: dict[str, int] = field(default_factory=dict)
    talkers: dict[int, Talker] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.talkers = {address: Talker(served) for address, served in self.instruments.items()}
        self.address = min(self.talkers, default=0)
        self.reset()

    def reset(self) -> None:
        """Do what switching on does."""
        self.settings = {"auto": 0, "eoi": 1, "eos": 0, "eot_enable": 0, "eot_char": 0, "mode": 1,
                         "lon": 0, "read_tmo_ms": 200, "savecfg": 0, "status": 0}  # fmt: skip

    def session(self, stir: Stir) -> PrologixSession:
        """Return the session of a client."""
        return PrologixSession(self, stir)


@dataclass(slots=True)
class _Reading:
    """A read that is going on."""

    talker: Talker
    deadline_ns: int
    stop: int | None  # the character that ends it
    to_end: bool  # whether END ends it


class PrologixSession:
    """One TCP client of the controller."""

    def __init__(self, controller: Controller, _stir: Stir) -> None:
        self._controller = controller
        self._line = bytearray()
        self._escaped = False
        self._literal = False  # whether the line begins with an escaped character
        self._lines: list[tuple[bytes, bool]] = []
        self._reading: _Reading | None = None
        self._out = bytearray()
        self._commands: dict[str, Callable[[list[str]], None]] = {
            "addr": self._address,
            "clr": lambda _words: self._each([], Talker.clear),
            "help": lambda _words: self._say(
                "The following commands are available: ++addr ++auto ++clr ++eoi …"
            ),
            "ifc": lambda _words: None,
            "llo": lambda _words: None,
            "loc": lambda _words: None,
            "read": self._read,
            "rst": lambda _words: self._controller.reset(),
            "spoll": self._poll,
            "srq": lambda _words: self._say(str(int(any(t.served.watch.requesting for t in self._all())))),
            "trg": lambda words: self._each(words, Talker.trigger),
            "ver": lambda _words: self._say(_VERSION),
        }

    @property
    def broken(self) -> bool:
        """Whether a fault closes the connection."""
        return any(talker.broken for talker in self._all())

    @property
    def busy(self) -> bool:
        """Whether a read is going on: what comes waits in the connection."""
        return self._reading is not None

    @property
    def due_ns(self) -> int | None:
        """The bench time at which the first running operation ends; None when idle."""
        return min((due for talker in self._all() if (due := talker.due_ns) is not None), default=None)

    @property
    def deadline_ns(self) -> int | None:
        """The machine's time at which a read is over, or a late reply there."""
        if self._reading is None:
            return None
        ready = self._reading.talker.ready_ns
        return self._reading.deadline_ns if ready is None else min(ready, self._reading.deadline_ns)

    def feed(self, data: bytes) -> list[Outgoing]:
        """Take bytes from the client; return what goes out now."""
        for byte in data:
            self._byte(byte)
        return self.proceed()

    def proceed(self) -> list[Outgoing]:
        """Go on with what waits; return what goes out now."""
        for talker in self._all():
            talker.proceed()
        self._go_on_reading()
        while self._lines and self._reading is None:
            line, command = self._lines.pop(0)
            if command:
                self._command(line.decode("latin-1"))
            else:
                self._send(line)
            self._go_on_reading()
        out, self._out = bytes(self._out), bytearray()
        return [Outgoing(out)] if out else []

    def end_of_input(self) -> None:
        """The client sends no more."""

    def close(self) -> None:
        """The connection is gone; instruments stay as they are, for the next client."""
        for talker in self._all():
            talker.mend()

    def _all(self) -> list[Talker]:
        return list(self._controller.talkers.values())

    def _talker(self) -> Talker | None:
        return self._controller.talkers.get(self._controller.address)

    def _byte(self, byte: int) -> None:
        if self._escaped:
            self._literal = self._literal or not self._line
            self._escaped = False
            self._line.append(byte)
        elif byte == _ESCAPE:
            self._escaped = True
        elif byte in b"\r\n":
            if self._line:
                command = not self._literal and self._line.startswith(b"++")
                self._lines.append((bytes(self._line), command))
            self._line.clear()
            self._literal = False
        elif len(self._line) < _LINE_LIMIT and (byte != _PLUS or self._keeps_plus()):
            self._line.append(byte)

    def _keeps_plus(self) -> bool:
        """A plus that is not escaped stands only in `++` at the beginning of a line."""
        return bytes(self._line) in (b"", b"+") or self._line.startswith(b"++")

    def _send(self, data: bytes) -> None:
        """Send a line to the addressed instrument."""
        talker, settings = self._talker(), self._controller.settings
        if talker is None:
            return  # nobody takes the bytes; the bus times out
        talker.write(data + _ENDS[settings["eos"]], end=bool(settings["eoi"]))
        if settings["auto"]:
            self._begin(talker, None, to_end=True)

    def _command(self, line: str) -> None:
        name, *words = line[2:].split() or [""]
        command = self._commands.get(name.lower())
        if command is not None:
            command(words)
        elif name.lower() in _SETTINGS:
            self._set(name.lower(), words)
        else:
            self._say("Unrecognized command")

    def _set(self, name: str, words: list[str]) -> None:
        settings = self._controller.settings
        if not words:
            self._say(str(settings[name]))
            return
        low, high = _SETTINGS[name]
        number = _number(words[0])
        if number is None or not low <= number <= high:
            self._say("Unrecognized command")
            return
        settings[name] = number

    def _address(self, words: list[str]) -> None:
        if not words:
            self._say(str(self._controller.address))
            return
        number = _number(words[0])
        if number is None or not 0 <= number <= 30:
            self._say("Unrecognized command")
            return
        self._controller.address = number

    def _each(self, words: list[str], act: Callable[[Talker], None]) -> None:
        """Do something with the instruments at the addresses, or with the addressed one."""
        addresses = [_number(word) for word in words] or [self._controller.address]
        for address in addresses:
            talker = None if address is None else self._controller.talkers.get(address)
            if talker is not None:
                act(talker)

    def _poll(self, words: list[str]) -> None:
        address = _number(words[0]) if words else self._controller.address
        talker = None if address is None else self._controller.talkers.get(address)
        self._say(str(talker.poll() if talker is not None else 0))

    def _read(self, words: list[str]) -> None:
        talker = self._talker()
        if talker is None:
            return
        word = words[0].lower() if words else ""
        self._begin(talker, None if word in ("", "eoi") else _number(word), to_end=word == "eoi")

    def _begin(self, talker: Talker, stop: int | None, *, to_end: bool) -> None:
        talker.asked()
        self._reading = _Reading(talker, self._later(), stop, to_end)

    def _later(self) -> int:
        return self._controller.real.monotonic_ns() + self._controller.settings["read_tmo_ms"] * _MILLISECOND

    def _go_on_reading(self) -> None:
        reading = self._reading
        if reading is None:
            return
        settings = self._controller.settings
        while reading.talker.available:
            data, ended, stopped = reading.talker.take(_TALKS, reading.stop)
            self._out += data
            reading.deadline_ns = self._later()
            if ended and settings["eot_enable"]:
                self._out.append(settings["eot_char"])
            if stopped or (ended and reading.to_end):
                self._reading = None
                return
        if self._controller.real.monotonic_ns() >= reading.deadline_ns:
            self._reading = None

    def _say(self, text: str) -> None:
        self._out += text.encode("latin-1", "replace") + b"\r\n"


def _number(word: str) -> int | None:
    return int(word) if word.isascii() and word.isdigit() else None
