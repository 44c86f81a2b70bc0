"""A 1586A as its LAN socket sees it: channels that are configured, then scanned."""

from __future__ import annotations

import re
from collections.abc import Generator
from typing import TYPE_CHECKING, Any, Self

from calibrator_sim._units import StandardUnit
from calibrator_sim.instruments._device import World
from calibrator_sim.instruments._readout import Readout
from calibrator_sim.instruments._text import TextDevice
from calibrator_sim.scpi import ScpiError, Status

if TYPE_CHECKING:
    from calibrator_sim._config_types import InstrumentConfig, UnitConfig

__all__ = ["Fluke1586A"]

_QUERY_NS = 5_000_000
_CHANNEL_NS = 1_000_000_000  # of a slow scan
_LIST = re.compile(r"\(@([\d,:\s]+)\)")
_KINDS = "BEJKNRST"


class Fluke1586A(TextDevice):
    """A simulated 1586A; its command set is as little known as that of the driver."""

    def __init__(self, name: str, unit: StandardUnit, world: World) -> None:
        self.name = name
        self.serial = unit.config.serial
        self.identity = f"FLUKE,1586A,{self.serial},1.0"
        self.world = world
        self.readout = Readout(name, unit, world)
        self.status = Status()
        self.kinds: dict[str, str] = {}
        self.scan: list[str] = []
        self.readings: list[float | None] = []

    @classmethod
    def build(cls, name: str, instrument: InstrumentConfig, unit: UnitConfig, world: World) -> Self:
        """Return the instrument as the bench file describes it."""
        return cls(name, StandardUnit.of(instrument, unit, world.config, world.draws), world)

    def respond(self, message: str) -> Generator[int, None, tuple[str, int]]:
        """Carry out a message: yields moments (ns) until which it is busy, returns response and its ns."""
        answers: list[str] = []
        for text in message.split(";"):
            word, _, rest = text.strip().lstrip(":").partition(" ")
            try:
                answer = yield from self._unit(_short(word), rest.strip())
            except ScpiError as error:
                self.status.report(error.code)
                continue
            if answer is not None:
                answers.append(answer)
        return ";".join(answers), _QUERY_NS if answers else 0

    def _unit(self, word: str, rest: str) -> Generator[int, None, str | None]:
        if word in ("READ?", "INIT"):
            yield from self._scan()
            return self._told() if word == "READ?" else None
        if word in ("FETC?", "*IDN?", "SYST:ERR?", "UNIT:TEMP?", "*OPC?"):
            return self._tell(word)
        self._set(word, rest)
        return None

    def _tell(self, word: str) -> str:
        if word == "FETC?":
            if not self.readings:
                raise ScpiError(-230)
            return self._told()
        if word == "SYST:ERR?":
            return self.status.next_error()
        return {"*IDN?": self.identity, "UNIT:TEMP?": "C", "*OPC?": "1"}[word]

    def _set(self, word: str, rest: str) -> None:
        if word == "*CLS":
            self.status.clear()
        elif word == "*RST":
            self.reset()
        elif word == "ROUT:SCAN":
            self.scan = _channels(rest)
        elif word == "CONF:TEMP:TC":
            kind = rest.partition(",")[0].strip().upper()
            if len(kind) != 1 or kind not in _KINDS:
                raise ScpiError(-224)
            self.kinds |= dict.fromkeys(_channels(rest), kind)
        elif word == "CONF:TEMP:FRTD":
            if not rest.upper().startswith("PT100_385"):
                raise ScpiError(-224)
            self.kinds |= dict.fromkeys(_channels(rest), "pt100")
        elif word == "UNIT:TEMP":
            if rest.upper() not in ("C", "CEL"):
                raise ScpiError(-224)
        else:
            raise ScpiError(-113)

    def _scan(self) -> Generator[int, None, None]:
        channels = self.scan or sorted(self.kinds)
        if not channels or any(channel not in self.kinds for channel in channels):
            raise ScpiError(-221)
        found: list[float | None] = []
        for channel in channels:
            yield self.world.time_ns() + _CHANNEL_NS
            found.append(self.readout.celsius(channel, self.kinds[channel], self.world.time_ns()))
        self.readings = found

    def _told(self) -> str:
        return ",".join("+9.90000000E+37" if each is None else f"{each:+.8E}" for each in self.readings)

    def status_byte(self, *, message_available: bool) -> int:
        """Return the status byte as a serial poll sees it."""
        return self.status.byte(message_available=message_available)

    def reset(self) -> None:
        """Forget channels and scan."""
        self.kinds, self.scan, self.readings = {}, [], []

    def save(self) -> dict[str, Any]:
        """Return the state for a snapshot."""
        return {
            "kinds": dict(self.kinds),
            "scan": list(self.scan),
            "readings": list(self.readings),
            "status": self.status.save(),
            "last": self.readout.upset.last,
        }

    def load(self, state: dict[str, Any]) -> None:
        """Take the state of a snapshot."""
        self.kinds, self.scan = dict(state["kinds"]), list(state["scan"])
        self.readings = list(state["readings"])
        self.status.load(state["status"])
        self.readout.upset.last = state["last"]


def _short(header: str) -> str:
    """Return a header in capital short forms, such as CONF:TEMP:FRTD for configure:temperature:frtd."""
    known = {"CONFIGURE": "CONF", "TEMPERATURE": "TEMP", "ROUTE": "ROUT", "SYSTEM": "SYST"}
    known |= {"ERROR?": "ERR?", "TEMPERATURE?": "TEMP?", "FETCH?": "FETC?", "INITIATE": "INIT"}
    return ":".join(known.get(word, word) for word in header.upper().split(":")).replace("ERR:NEXT?", "ERR?")


def _channels(text: str) -> list[str]:
    found = _LIST.search(text)
    if found is None:
        raise ScpiError(-109)
    channels: list[str] = []
    for part in found.group(1).replace(" ", "").split(","):
        first, _, last = part.partition(":")
        span = range(int(first), int(last or first) + 1)
        if not all(101 <= channel <= 322 for channel in span):
            raise ScpiError(-222)
        channels += [str(channel) for channel in span]
    return channels
