"""A 1502A as its serial line sees it: words that ask, `word=value` sets; one probe at one of two currents."""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING, Any, Self

from calibrator_sim._units import StandardUnit
from calibrator_sim.instruments._device import World
from calibrator_sim.instruments._line import Framing, SerialLine
from calibrator_sim.instruments._readout import Readout
from calibrator_sim.instruments._text import TextDevice

if TYPE_CHECKING:
    from calibrator_sim._config_types import InstrumentConfig, UnitConfig

__all__ = ["Fluke1502A"]

_SECOND = 1_000_000_000
_FRAMING = Framing(ends=b"\r\n", reply_end=b"\r\n", blocks=False)
_REPLY_NS = 80_000_000
_CURRENTS = (0.5, 1.0)  # mA
_TERMINAL = "1"


class Fluke1502A(TextDevice):
    """A simulated 1502A; it measures its probe once a second."""

    identity_messages = ("*IDN?", "*VER")
    without_faults = ("queue-overflow",)
    framing = _FRAMING
    serial_line = SerialLine(baud=2400, framing=_FRAMING)

    def __init__(self, name: str, unit: StandardUnit, world: World) -> None:
        self.name = name
        self.serial = unit.config.serial
        self.identity = f"HART,1502A,{self.serial},1.03"
        self.world = world
        self.readout = Readout(name, unit, world)
        self.current_ma = 1.0

    @classmethod
    def build(cls, name: str, instrument: InstrumentConfig, unit: UnitConfig, world: World) -> Self:
        """Return the instrument as the bench file describes it."""
        return cls(name, StandardUnit.of(instrument, unit, world.config, world.draws), world)

    def respond(self, message: str) -> Generator[int, None, tuple[str, int]]:
        """Carry out a message; spaces are ignored, and so is what it does not know."""
        yield from ()
        word, equals, value = message.replace(" ", "").casefold().partition("=")
        if equals:
            self._set(word, value)
            return "", 0
        told = self._tell(word)
        return told, _REPLY_NS if told else 0

    def _set(self, word: str, value: str) -> None:
        if word != "cu":
            return  # duplex, unit, filter: as it is already
        try:
            wanted_ma = float(value)
        except ValueError:
            return
        if wanted_ma in _CURRENTS:
            self.world.before_change()
            self.current_ma = wanted_ma
            self.world.after_change()

    def _tell(self, word: str) -> str:
        if word in ("*idn?", "idn?"):
            return self.identity
        if word == "*ver":
            return "ver.1502A,1.03"
        if word in ("t", "fetc?", "fetch?"):
            shown = self._shown()
            return f"t: {shown:>8} C" if word == "t" else shown
        settings = {"cu": f"{self.current_ma:.1f}", "u": "C", "fi": "0", "du": "HALF", "lf": "ON"}
        return f"{word}: {settings[word]}" if word in settings else ""

    def _shown(self) -> str:
        """Return the last conversion, dashes without a probe."""
        moment = self.world.time_ns() // _SECOND * _SECOND
        celsius = self.readout.celsius(_TERMINAL, "pt100", moment, current_a=self.current_ma * 1e-3)
        return "-----" if celsius is None else f"{celsius:.3f}"

    def reset(self) -> None:
        """Keep everything: probe and coefficients are set by hand."""

    def save(self) -> dict[str, Any]:
        """Return the state for a snapshot."""
        return {"current_ma": self.current_ma, "last": self.readout.upset.last}

    def load(self, state: dict[str, Any]) -> None:
        """Take the state of a snapshot."""
        self.current_ma, self.readout.upset.last = state["current_ma"], state["last"]
