"""A Quintix 224 as its line sees it: SBI, output "manual without stability".

Lines have 22 characters with their end, as delivered, or 16 with the option "16".
"""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING, Any, Self

from calibrator_drivers.accuracy import load_table
from calibrator_sim.instruments._balance import Balance, OnPan
from calibrator_sim.instruments._device import World
from calibrator_sim.instruments._line import Framing, SerialLine
from calibrator_sim.instruments._text import TextDevice

if TYPE_CHECKING:
    from calibrator_sim._config_types import InstrumentConfig, UnitConfig

__all__ = ["SartoriusQuintix224"]

_SECOND = 1_000_000_000
_FRAMING = Framing(ends=b"\n", reply_end=b"\r\n", blocks=False)
_REPLY_NS = 30_000_000
_ADJUSTMENT_NS = 40 * _SECOND
_ESC = "\x1b"


class SartoriusQuintix224(OnPan, TextDevice):
    """A simulated Quintix 224; a wiring of the bench says what lies on its pan."""

    identity_messages = ("\x1bX1_", "\x1bX2_")
    without_faults = ("queue-overflow",)
    framing = _FRAMING
    serial_line = SerialLine(parity="O", handshake="rtscts", framing=_FRAMING)

    def __init__(self, name: str, balance: Balance, world: World, *, short: bool) -> None:
        self.name = name
        self.serial = balance.serial
        self.identity = "QUINTIX224-1S"
        self.world = world
        self.balance = balance
        self.short = short
        self.busy_until_ns = 0
        self.ambience = "L"
        self.locked = False  # the keys of its front panel

    @classmethod
    def build(cls, name: str, instrument: InstrumentConfig, unit: UnitConfig, world: World) -> Self:
        """Return the instrument as the bench file describes it."""
        balance = Balance(name, instrument, unit, load_table(instrument.model), world)
        return cls(name, balance, world, short="16" in instrument.options)

    def respond(self, message: str) -> Generator[int, None, tuple[str, int]]:
        """Carry out a key: only `ESC P` and the questions for model, serial and software answer."""
        yield from ()
        key = message.strip().removeprefix(_ESC) if message.strip().startswith(_ESC) else ""
        self._finish()
        if key in ("P", "kP_"):
            return self._line(), _REPLY_NS
        told = {"x1_": self.identity, "x2_": self.serial, "x3_": "00-50-05.15"}.get(key)
        if told is not None:
            return told, _REPLY_NS
        self._press(key)
        return "", 0

    def reset(self) -> None:
        """Keep zero and tare."""

    def save(self) -> dict[str, Any]:
        """Return the state for a snapshot."""
        return {
            "pan": self.balance.save(),
            "busy_until_ns": self.busy_until_ns,
            "ambience": self.ambience,
            "locked": self.locked,
        }

    def load(self, state: dict[str, Any]) -> None:
        """Take the state of a snapshot."""
        self.balance.load(state["pan"])
        self.busy_until_ns, self.ambience = state["busy_until_ns"], state["ambience"]
        self.locked = state["locked"]

    def _finish(self) -> None:
        """Let an adjustment end whose time has passed."""
        if self.busy_until_ns and self.world.time_ns() >= self.busy_until_ns:
            self.balance.adjust(self.busy_until_ns)
            self.busy_until_ns = 0

    def _press(self, key: str) -> None:
        now = self.world.time_ns()
        if key == "S":  # restart: an adjustment is given up, zero is taken anew
            self.busy_until_ns, self.locked = 0, False
            self.world.before_change()
            self.balance.set_zero(now)
            return
        if key in ("O", "R"):
            self.locked = key == "O"
            return
        if self.busy_until_ns or key not in ("T", "U", "V", "Z", "K", "L", "M", "N"):
            return
        self.world.before_change()
        if key in ("K", "L", "M", "N"):
            self.ambience = key
        elif key == "Z":
            if abs(self.balance.net_g(now)) < 0.02 * self.balance.full_g:
                self.busy_until_ns = now + _ADJUSTMENT_NS
        elif key == "V" or (key == "T" and abs(self.balance.gross_g(now)) < 0.02 * self.balance.full_g):
            self.balance.set_zero(now)
        else:
            self.balance.set_tare(now)

    def _line(self) -> str:
        now = self.world.time_ns()
        if self.busy_until_ns:
            return self._framed("Stat", "   Cal.Int.   ")
        over = 1 if self.balance.upset.beyond() else self.balance.over(now)
        if over:
            return self._framed("Stat", "     High     " if over > 0 else "     Low      ")
        value = self.balance.upset.shown(self.balance.tell_g(now))
        unit = "g  " if self.balance.stable(now) else "   "
        return self._framed("N", f"{'-' if value < 0 else '+'}{abs(value):9.4f} {unit}")

    def _framed(self, identifier: str, body: str) -> str:
        return body if self.short else f"{identifier:6}{body}"
