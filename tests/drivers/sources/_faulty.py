"""A simulated source behind a wire that fails once, at a message of our choice and in a way of our choice."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from calibrator_drivers import open_instrument
from calibrator_drivers.transport import plug, unplug
from calibrator_sim import SIMULATOR

NEVER = -1
UNITS = {"V": "A", "A": "V", "HPA": "BAR", "KPA": "MPA", "VRMS": "VPP", "C": "F", "22": "23", "G": "A"}
UNIT = re.compile(r"(?<![A-Z0-9.])(VRMS|HPA|KPA|22|[VACG])(?![A-Z0-9.])", re.IGNORECASE)


def _other_unit(reply: str) -> str:
    return UNIT.sub(lambda found: UNITS[found[0].upper()], reply)


def _opposite(reply: str) -> str:
    swap = {"0": "1", "1": "0", "ON": "OFF", "OFF": "ON", "YES": "NO", "NO": "YES"}
    head, space, last = reply.rpartition(" ")
    return f"{head}{space}{swap.get(last.strip().upper(), last)}"


REPLIES: dict[str, Callable[[str], str]] = {
    "garbage": lambda _: "#?",
    "an empty reply": lambda _: "",
    "an error": lambda _: '-113,"Undefined header"',
    "nan": lambda _: "nan",
    "negative zero": lambda _: "-0",
    "a huge number": lambda _: "9.9E37",
    "another number": lambda _: "12345.678",
    "another unit": _other_unit,
    "the opposite": _opposite,
}
WIRES = (
    "no reply",
    "a late reply",
    "half a reply",
    "a lost message",
    "a drop before",
    "a drop after",
    "gone",
)
KINDS = (*REPLIES, *WIRES)


@dataclass(slots=True)
class Trouble:
    """What goes wrong, and at which message from now."""

    kind: str = ""
    at: int = NEVER
    seen: int = 0
    struck: bool = False

    def arm(self, kind: str, at: int) -> None:
        self.kind, self.at, self.seen, self.struck = kind, at, 0, False


class Peer:
    """The far end of one connection, which fails when its turn comes."""

    def __init__(self, pipe: Any, trouble: Trouble) -> None:
        self._pipe, self._trouble = pipe, trouble
        self._late, self._broken = b"", False

    @property
    def broken(self) -> bool:
        return self._broken or self._pipe.broken

    def feed(self, data: bytes) -> bytes:
        trouble = self._trouble
        trouble.seen += 1
        if trouble.struck or trouble.at != trouble.seen - 1:
            late, self._late = self._late, b""
            return late + bytes(self._pipe.feed(data))
        trouble.struck = True
        return self._fail(data, trouble.kind)

    def _fail(self, data: bytes, kind: str) -> bytes:
        if kind == "a lost message":
            return b""
        if kind in ("a drop before", "gone"):
            self._broken = True
            return b""
        reply: bytes = self._pipe.feed(data)
        if kind == "a drop after":
            self._broken = True
        elif kind == "a late reply":
            self._late = reply
        elif kind == "half a reply":
            return reply[: len(reply) // 2]
        elif kind in REPLIES and reply:
            text = reply.decode("latin-1")
            body = text.rstrip("\r\n")
            return (REPLIES[kind](body) + text[len(body) :]).encode("latin-1")
        return b"" if kind in WIRES else reply

    def close(self) -> None:
        self._pipe.close()


class Rig:
    """One simulated source, the true state of its output, and drivers on a wire that can fail."""

    def __init__(self, bench: Any, model: str) -> None:
        self.bench, self.model, self.trouble = bench, model, Trouble()
        self.resource = f"MEMORY::faulty/{id(self):x}/src::INSTR"
        plug(self.resource, self._connect)

    def _connect(self) -> Peer | None:
        if self.trouble.struck and self.trouble.kind == "gone":
            return None
        return Peer(self.bench.pipes["src"](), self.trouble)

    @contextmanager
    def driver(self, **how: Any) -> Iterator[Any]:
        driver: Any = open_instrument(
            self.model, self.resource, clock=self.bench.clock, timeout_s=60.0, **how
        )
        yield driver
        self.trouble.arm("", NEVER)
        driver.close()

    @property
    def _device(self) -> Any:
        return self.bench._network.devices["src"]

    @property
    def on(self) -> bool:
        return bool(self._device.operating())

    @property
    def line_pa(self) -> float:
        """The true pressure of a controller's line, 0 Pa of what has none."""
        now = self.bench._network.time_ns()
        pressure = getattr(self._device, "true_pressure_pa", None)
        return 0.0 if pressure is None else float(pressure(now))


AMMETER = """[instruments.meter]
asset = "B"
model = "keysight_34401a"
serial = "SIM2"
[wirings.amperes]
title = { en = "AUX to the meter's current terminals", zh = "AUX" }
from = "src"
to = "meter"
terminals = "aux-current"
max_voltage_v = 1000
max_current_a = 3
"""


@contextmanager
def rig(model: str, *, closed: bool = False, barometer: bool = False) -> Iterator[Rig]:
    """Open a bench in this process with one source on its virtual clock.

    `closed` lets its current flow, a `barometer` lets it control absolute pressure.
    """
    unit = f'[instruments.src]\nasset = "A"\nmodel = "{model}"\nserial = "SIM1"\n'
    if barometer:
        unit += 'options = ["barometer"]\n'
    text = f'name = "b"\n{unit}{AMMETER if closed else ""}[simulation]\nseed = 1\n'
    with SIMULATOR.open_in_process(tomllib.loads(text)) as bench:
        if closed:
            bench.connect("amperes")
        opened = Rig(bench, model)
        yield opened
        unplug(opened.resource)
