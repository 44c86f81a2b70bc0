"""The guard process: `python -m calibrator.engine.guard`, started before anything is energised.

A dead process makes nothing safe (METROLOGY 1). The engine holds this process's standard input; when that
ends, or falls silent while something is energised, the sources go to standby on sessions of the guard's own,
the meter looks at the terminals, and a report waits in the home for the next start.

Input, one line each: a JSON head, then `beat`, `energised <quantity>`, `idle`, `end`.
Output: one JSON line when ready, one in answer to beats, one when it had to act.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, BinaryIO, cast

from filelock import FileLock, Timeout

from calibrator._home import Home
from calibrator.engine._levels import levels
from calibrator.engine._safety import Looks, Place, Quantity, make_sources_safe
from calibrator.engine._types import SafeSource
from calibrator.plugins import plug_in
from calibrator_drivers import DriversError
from calibrator_drivers.clock import Clock, Deadline, RealClock
from calibrator_drivers.roles import Instrument

__all__ = ["main"]

TRY_FOR_S = 30.0  # a source that does not answer by then is reported as not confirmed
BETWEEN_S = 0.5
TIMEOUT_S = 1.0


class _Sessions:
    """Sessions of the guard's own; satisfies `Reach`."""

    def __init__(self, places: Sequence[Place], clock: Clock) -> None:
        self._places = {place.name: place for place in places}
        self._open: dict[str, Instrument] = {}
        self._clock = clock

    def driver(self, name: str) -> Instrument:
        if name not in self._open:
            self._open[name] = self._connect(name)
        return self._open[name]

    def reopen(self, name: str) -> Instrument:
        former = self._open.pop(name, None)
        if former is not None:
            try:
                former.close()
            except DriversError as error:
                _note(f"{name}: {error}")
        return self.driver(name)

    def close(self) -> None:
        for name in tuple(self._open):
            self._open.pop(name).close()

    def _connect(self, name: str) -> Instrument:
        from calibrator_drivers.registry import open_instrument

        place = self._places[name]
        return open_instrument(
            place.model, place.resource, clock=self._clock, timeout_s=TIMEOUT_S, name=f"{name} (guard)"
        )


class _Listener:
    """What the engine said last; lines are read on a thread of their own."""

    def __init__(self, stream: BinaryIO, clock: Clock) -> None:
        self._stream = stream
        self._clock = clock
        self.changed = threading.Event()
        self.heard_ns = clock.monotonic_ns()
        self.beats = 0
        self.energised = False
        self.quantity: Quantity = "voltage"
        self.ended = False  # the engine said that all is safe
        self.dead = False  # the pipe ended without that
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        for line in self._stream:
            word, _, rest = line.decode("ascii", "replace").strip().partition(" ")
            self.heard_ns = self._clock.monotonic_ns()
            if word == "energised":
                self.quantity = cast("Quantity", rest) if rest in ("current", "none") else "voltage"
                self.energised = True
            elif word == "idle":
                self.energised = False
            elif word == "beat":
                self.beats += 1
            elif word == "end":
                self.ended = True
                break
        self.dead = not self.ended
        self.changed.set()

    def verdict(self, silence_s: float) -> str:
        """Return why the guard has to act, "end" when it may go, "" while all is well."""
        if self.ended:
            return "end"
        if self.dead:
            return "the engine's process ended"
        silent_s = (self._clock.monotonic_ns() - self.heard_ns) / 1e9
        if self.energised and silent_s > silence_s:
            return f"the engine was silent for {silent_s:.1f} s with the output energised"
        return ""


@dataclass(frozen=True, slots=True)
class _Duty:
    """What this guard watches over."""

    head: Mapping[str, Any]
    sources: Sequence[Place]
    meter: Place | None
    sessions: _Sessions
    clock: Clock

    @classmethod
    def of(cls, head: Mapping[str, Any], clock: Clock) -> _Duty:
        sources = tuple(Place(**row) for row in head["sources"])
        meter = Place(**head["meter"]) if head["meter"] else None
        return cls(head, sources, meter, _Sessions([*sources, *([meter] if meter else [])], clock), clock)

    def prepare(self) -> list[dict[str, Any]]:
        """Open the guard's own sessions now: where one is not possible, the engine must know beforehand."""
        found = []
        for place in [*self.sources, *([self.meter] if self.meter else [])]:
            possible, reason = True, ""
            try:
                self.sessions.driver(place.name).identify()
            except DriversError as error:
                possible, reason = False, str(error)
            role = "meter" if place is self.meter else "source"
            found.append({"asset": place.asset, "role": role, "possible": possible, "reason": reason})
        return found

    def act(self, reason: str, quantity: Quantity) -> int:
        """Make safe until it is confirmed or the time is over; every try is reported."""
        deadline = Deadline.after(self.clock, TRY_FOR_S)
        noticed = self.clock.now().isoformat()
        name, serial = (self.meter.name, self.meter.serial) if self.meter else ("", "")
        looks = Looks(name, quantity, self.head["range_v"], self.head["range_a"], serial)
        while True:
            found = make_sources_safe(self.sources, looks, self.sessions, self.clock)
            try:
                self._report(reason, found, noticed)
            except OSError as error:  # a full disk: what is safe matters more than what is written of it
                _note(f"the report cannot be written: {error}")
            confirmed = all(item.confirmed for item in found)
            if confirmed or deadline.passed():
                _say({"acted": reason})
                return 0 if confirmed else 7
            self.clock.sleep(BETWEEN_S)

    def _report(self, reason: str, found: Sequence[SafeSource], noticed: str) -> None:
        """Write the report so that a loss of power cannot take it; the next start records it."""
        path = Path(self.head["report"])
        body = {
            "run": self.head["run"],
            "reason": reason,
            "noticed_at": noticed,
            "done_at": self.clock.now().isoformat(),
            "confirmed": all(item.confirmed for item in found),
            "sources": [asdict(item) for item in found],
        }
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_suffix(".draft")
        with draft.open("w", encoding="utf-8") as file:
            json.dump(body, file, ensure_ascii=False)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)


def main() -> int:
    """Guard until the engine says that all is safe, or act; return 0, 7 where safe was not confirmed."""
    for name in ("SIGINT", "SIGTERM", "SIGBREAK", "SIGHUP"):
        if hasattr(signal, name):  # a Ctrl-C in the engine's terminal is the engine's business
            signal.signal(getattr(signal, name), signal.SIG_IGN)
    clock = RealClock()
    head = json.loads(sys.stdin.buffer.readline() or b"{}")
    if not head:
        return 0
    if head.get("home"):
        plug_in(Home(Path(head["home"])), lambda error: _note(str(error)))
    duty = _Duty.of(head, clock)
    listener = _Listener(sys.stdin.buffer, clock)
    # Held to the end: the next start waits for it, so that a report is never missed.
    lock = FileLock(head["lock"])
    try:
        lock.acquire(timeout=levels().silence_s)
    except Timeout:
        _note("another guard holds the lock")
    _say({"ready": duty.prepare()})
    reason = _watch(listener, levels().silence_s)
    if reason != "end":
        return duty.act(reason, listener.quantity)
    duty.sessions.close()
    return 0


def _watch(listener: _Listener, silence_s: float) -> str:
    """Return why to act; each round answers the beats, so that the engine sees this very loop alive."""
    answered = 0
    while True:
        reason = listener.verdict(silence_s)
        if reason:
            return reason
        if listener.beats != answered:
            answered = listener.beats
            _say({"alive": answered})
        listener.changed.wait(silence_s / 10)


def _say(message: Mapping[str, Any]) -> None:
    try:
        sys.stdout.write(json.dumps(message) + "\n")
        sys.stdout.flush()
    except OSError:  # the engine that would read it is gone: the report file has it all
        return


def _note(text: str) -> None:
    sys.stderr.write(f"guard: {text}\n")


if __name__ == "__main__":
    sys.exit(main())
