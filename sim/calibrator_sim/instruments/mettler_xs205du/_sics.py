"""An XS205DU as its line sees it: MT-SICS levels 0 to 2 (reference manual 11780711).

Streams, display, keys, standby, tests and external adjustment are from memory.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING, Any, Self

from calibrator_drivers.accuracy import load_table
from calibrator_sim.instruments._balance import TICK_NS, Balance, OnPan
from calibrator_sim.instruments._device import World
from calibrator_sim.instruments._line import Framing, SerialLine
from calibrator_sim.instruments._text import TextDevice
from calibrator_sim.instruments.mettler_xs205du._streams import Streams
from calibrator_sim.instruments.mettler_xs205du._upkeep import Answer, Upkeep

if TYPE_CHECKING:
    from calibrator_sim._config_types import InstrumentConfig, UnitConfig

__all__ = ["MettlerXS205DU"]

_SECOND = 1_000_000_000
_FRAMING = Framing(ends=b"\n", reply_end=b"\r\n", blocks=False)
_REPLY_NS = 30_000_000
_TIMEOUT_NS = 15 * _SECOND
_DOOR_NS = 2 * _SECOND
_COMMANDS = (
    (0, ("@", "I0", "I1", "I2", "I3", "I4", "S", "SI", "SIR", "Z", "ZI")),
    (1, ("D", "DW", "K", "SR", "T", "TA", "TAC", "TI")),
    (2, ("C1", "C2", "C3", "E01", "I10", "I11", "M28", "PWR", "SNR", "TST0", "TST1", "TST2", "TST3")),
    (2, ("UPD", "WS")),
)
_ALWAYS = ("@", "I0", "I1", "I2", "I3", "I4", "I10", "I11", "PWR")  # also in standby
_RATES = (0.1, 100.0)  # values a second of a stream
_GRAMS = {"g": 1.0, "mg": 1e-3, "kg": 1e3}


class MettlerXS205DU(OnPan, TextDevice):
    """A simulated XS205DU; a wiring of the bench says what lies on its pan."""

    identity_messages = ("I2", "I3", "I4")
    without_faults = ("queue-overflow",)
    framing = _FRAMING
    serial_line = SerialLine(handshake="xonxoff", framing=_FRAMING)

    def __init__(self, name: str, balance: Balance, world: World) -> None:
        self.name = name
        self.serial = balance.serial
        self.identity = f'I4 A "{balance.serial}"'
        self.world = world
        self.balance = balance
        self.label = "XS205DU"
        self.streams = Streams(balance, world.time_ns)
        self.upkeep = Upkeep(balance, world)

    @classmethod
    def build(cls, name: str, instrument: InstrumentConfig, unit: UnitConfig, world: World) -> Self:
        """Return the instrument as the bench file describes it."""
        return cls(name, Balance(name, instrument, unit, load_table(instrument.model), world), world)

    def respond(self, message: str) -> Generator[int | str, None, tuple[str, int]]:
        """Carry out a command; one at a time, as MT-SICS asks. A text that it yields goes out at once."""
        word, _, rest = message.strip().partition(" ")
        run = getattr(self, f"_{_names(word)}", None) if _known(word) else None
        if run is None:
            return "ES", _REPLY_NS
        if not self.upkeep.on and word not in _ALWAYS:
            return f"{word} I", _REPLY_NS
        if word in ("@", "S", "SI", "SIR", "SR", "SNR"):
            self.streams.end()
        answer = yield from run(rest.strip())
        return answer, _REPLY_NS

    def stream_due_ns(self) -> int | None:
        """Return when it may send the next line of a stream."""
        return self.streams.due_ns

    def stream_line(self) -> str:
        """Return the stream's line of now, or nothing."""
        state = self.streams.state_to_tell()
        return self._weight("S", state) if state else ""

    def reset(self) -> None:
        """Keep zero and tare, as `@` does."""

    def save(self) -> dict[str, Any]:
        """Return the state for a snapshot."""
        return {
            "pan": self.balance.save(),
            "label": self.label,
            "stream": self.streams.save(),
            "upkeep": self.upkeep.save(),
        }

    def load(self, state: dict[str, Any]) -> None:
        """Take the state of a snapshot."""
        self.balance.load(state["pan"])
        self.label = state["label"]
        self.streams.load(state["stream"])
        self.upkeep.load(state["upkeep"])

    # Commands: each returns its line or lines.

    def _at(self, rest: str) -> Answer:
        yield from ()
        return "ES" if rest else self.identity

    def _i0(self, _: str) -> Answer:
        yield from ()
        lines = [f'{level} "{name}"' for level, names in _COMMANDS for name in names]
        return "\r\n".join(f"I0 {'A' if i == len(lines) - 1 else 'B'} {line}" for i, line in enumerate(lines))

    def _i1(self, _: str) -> Answer:
        yield from ()
        return 'I1 A "012" "2.30" "2.20" "1.00" ""'

    def _i2(self, _: str) -> Answer:
        yield from ()
        return f'I2 A "XS205DU Excellence {self.balance.full_g:.4f} g"'

    def _i3(self, _: str) -> Answer:
        yield from ()
        return 'I3 A "3.10 10.28.0.493.142"'

    def _i4(self, _: str) -> Answer:
        yield from ()
        return self.identity

    def _i10(self, rest: str) -> Answer:
        yield from ()
        if rest:
            self.label = rest.strip('"')[:20]
            return "I10 A"
        return f'I10 A "{self.label}"'

    def _i11(self, _: str) -> Answer:
        yield from ()
        return 'I11 A "XS205DU"'

    def _s(self, _: str) -> Answer:
        stable = yield from self._rest()
        return self._weight("S", "S") if stable else "S I"

    def _si(self, _: str) -> Answer:
        yield from ()
        return self._weight("S", "S" if self.balance.stable(self._now()) else "D")

    def _sir(self, _: str) -> Answer:
        answer = yield from self._si("")
        self.streams.begin("SIR")
        return answer

    def _sr(self, rest: str) -> Answer:
        return self._on_change("SR", rest)

    def _snr(self, rest: str) -> Answer:
        return self._on_change("SNR", rest)

    def _on_change(self, name: str, rest: str) -> Answer:
        """Tell the stable value, then each time that it has changed by an amount."""
        least_g: float | None = None
        if rest:
            value, _, unit = rest.partition(" ")
            try:
                least_g = float(value) * _GRAMS[unit]
            except (ValueError, KeyError):
                return "S L"
        stable = yield from self._rest()
        if not stable:
            return "S I"
        self.streams.begin(name, least_g)
        return self._weight("S", "S")

    def _z(self, _: str) -> Answer:
        stable = yield from self._rest()
        return f"Z {self._zeroed()}" if stable else "Z I"

    def _zi(self, _: str) -> Answer:
        yield from ()
        stable = self.balance.stable(self._now())
        told = self._zeroed()
        return f"ZI {('S' if stable else 'D') if told == 'A' else told}"

    def _t(self, _: str) -> Answer:
        stable = yield from self._rest()
        return self._tared("T", "S") if stable else "T I"

    def _ti(self, _: str) -> Answer:
        yield from ()
        return self._tared("TI", "S" if self.balance.stable(self._now()) else "D")

    def _ta(self, rest: str) -> Answer:
        yield from ()
        if rest:
            value, _, unit = rest.partition(" ")
            try:
                self.balance.state.tare_g = float(value) * _GRAMS[unit]
            except (ValueError, KeyError):
                return "TA L"
        return f"TA A {self._plain(self.balance.state.tare_g)}"

    def _tac(self, _: str) -> Answer:
        yield from ()
        self.balance.state.tare_g = 0.0
        return "TAC A"

    def _c1(self, _: str) -> Answer:
        return self.upkeep.inside("C1", adjust=True)

    def _c2(self, _: str) -> Answer:
        return self.upkeep.outside("C2", adjust=True)

    def _c3(self, _: str) -> Answer:
        return self.upkeep.inside("C3", adjust=True)

    def _tst0(self, _: str) -> Answer:
        yield from ()
        return 'TST0 A 0 ""'

    def _tst1(self, _: str) -> Answer:
        return self.upkeep.inside("TST1", adjust=False)

    def _tst2(self, _: str) -> Answer:
        return self.upkeep.outside("TST2", adjust=False)

    def _tst3(self, _: str) -> Answer:
        return self.upkeep.inside("TST3", adjust=False)

    def _d(self, rest: str) -> Answer:
        yield from ()
        return self.upkeep.show(rest)

    def _dw(self, _: str) -> Answer:
        yield from ()
        self.upkeep.shown = None
        return "DW A"

    def _k(self, rest: str) -> Answer:
        yield from ()
        return self.upkeep.lock(rest)

    def _upd(self, rest: str) -> Answer:
        yield from ()
        if not rest:
            return f"UPD A {self.streams.rate:.1f}"
        try:
            rate = float(rest)
        except ValueError:
            return "UPD L"
        if not _RATES[0] <= rate <= _RATES[1]:
            return "UPD L"
        self.streams.rate = rate
        return "UPD A"

    def _e01(self, _: str) -> Answer:
        yield from ()
        return 'E01 A 0 ""'

    def _pwr(self, rest: str) -> Answer:
        yield from ()
        if rest not in ("0", "1"):
            return "PWR L"
        self.upkeep.on = rest == "1"
        self.streams.end()
        return f"PWR A\r\n{self.identity}" if self.upkeep.on else "PWR A"

    def _m28(self, _: str) -> Answer:
        yield from ()
        celsius = 23.0 + self.world.excess_c(self._now())
        return f"M28 B 1 {celsius + 0.8:.1f}\r\nM28 A 2 {celsius + 1.1:.1f}"

    def _ws(self, rest: str) -> Answer:
        if rest not in ("", "0", "1", "2"):
            yield from ()
            return "WS L"
        if rest:
            yield self._now() + _DOOR_NS
            self.balance.state.door_open = rest != "0"
            return "WS A"
        return f"WS A {1 if self.balance.state.door_open else 0}"

    def _now(self) -> int:
        return self.world.time_ns()

    def _rest(self) -> Generator[int, None, bool]:
        """Wait until the weight is stable, for fifteen seconds at most."""
        end = self._now() + _TIMEOUT_NS
        while not self.balance.stable(self._now()):
            if self._now() >= end:
                return False
            yield (self._now() // TICK_NS + 2) * TICK_NS
        return True

    def _zeroed(self) -> str:
        self.world.before_change()
        return {0: "A", 1: "+", -1: "-"}[self.balance.set_zero(self._now())]

    def _tared(self, name: str, state: str) -> str:
        over = self.balance.over(self._now())
        if over:
            return f"{name} {'+' if over > 0 else '-'}"
        self.world.before_change()
        self.balance.set_tare(self._now())
        return f"{name} {state} {self._plain(self.balance.state.tare_g)}"

    def _weight(self, name: str, state: str) -> str:
        now = self._now()
        over = 1 if self.balance.upset.beyond() else self.balance.over(now)
        if over:
            return f"{name} {'+' if over > 0 else '-'}"
        return f"{name} {state} {self._plain(self.balance.upset.shown(self.balance.tell_g(now)))}"

    def _plain(self, grams: float) -> str:
        digits = 5 if self.balance.step_g(self.balance.state.tare_g + abs(grams)) < 5e-5 else 4
        return f"{grams:10.{digits}f} g"


def _known(word: str) -> bool:
    return any(word in names for _, names in _COMMANDS)


def _names(word: str) -> str:
    return "at" if word == "@" else word.lower()
