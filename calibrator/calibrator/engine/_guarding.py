"""The engine's end of the guard process: start it, keep its heart beating, see when it had to act."""

from __future__ import annotations

import json
import queue
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from calibrator._errors import RunError
from calibrator.engine._levels import levels
from calibrator.engine._safety import Looks, Place, Quantity
from calibrator_drivers.clock import RealClock

__all__ = ["LOCK", "Guard", "reports_folder", "wait_for_guard"]

LOCK = "guard.lock"

BEAT_S = 0.2
# Longer than any exchange that an output stays energised for: a session's time-out and its resynchronisation.
ALIVE_S = 20.0
HUNG_S = (
    5.0  # beats that the guard's own loop leaves unanswered: longer than a busy laptop holds a process up
)
_END_S = 5.0
_GUARD_GIVES_UP_S = 45.0


def reports_folder(home: Path) -> Path:
    """Return the folder where guards leave their reports."""
    return home / "guard"


def wait_for_guard(home: Path) -> None:
    """Wait until a guard whose engine died has done what it can; it gives up by itself."""
    folder = reports_folder(home)
    if not folder.is_dir():
        return
    lock = FileLock(folder / LOCK)
    try:
        with lock.acquire(timeout=_GUARD_GIVES_UP_S):
            return
    except Timeout:
        return  # it hangs: the start makes safe by itself and looks


class Guard:
    """A running guard. Its heart beats as long as the engine's thread came by within `ALIVE_S`."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process
        self._clock = RealClock()
        self._lock = threading.Lock()
        self._messages: queue.SimpleQueue[Mapping[str, Any]] = queue.SimpleQueue()
        self._stopping = threading.Event()
        self._alive_until_ns = 0
        self._unanswered_ns: int | None = None  # when the first beat went out that is not answered yet
        self.acted = ""
        self.readiness: tuple[Mapping[str, Any], ...] = ()
        self.alive()
        threading.Thread(target=self._listen, daemon=True, name="guard-listener").start()

    @classmethod
    def start(
        cls,
        home: Path,
        run: str,
        sources: Sequence[Place],
        meter: Place | None,
        looks: Looks,
        *,
        folder: Path | None = None,
    ) -> Guard:
        """Start the process and wait until it holds its own sessions; `folder` is for lock and report.

        Raises `RunError` (code `guard-not-started`) when it is not ready in time.
        """
        folder = folder or reports_folder(home)
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / "guard.log").open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-P", "-m", "calibrator.engine.guard"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                cwd=folder,
                **_own_group(),
            )
        guard = cls(process)
        head = {
            "run": run,
            "home": str(home),  # whose folders bring drivers
            "report": str(folder / f"{run}-{process.pid}.json"),
            "lock": str(folder / LOCK),
            "sources": [asdict(place) for place in sources],
            "meter": asdict(meter) if meter else None,
            "range_v": looks.range_v,
            "range_a": looks.range_a,
        }
        guard._write(json.dumps(head))
        guard._wait_ready()
        threading.Thread(target=guard._beat, daemon=True, name="guard-heart").start()
        return guard

    @property
    def pid(self) -> int:
        """The guard's process id."""
        return self._process.pid

    @property
    def possible(self) -> bool:
        """Whether it has a session of its own to every source."""
        return all(row["possible"] for row in self.readiness if row["role"] == "source")

    @property
    def reason(self) -> str:
        """Why not, where it has not."""
        return "; ".join(f"{row['asset']}: {row['reason']}" for row in self.readiness if not row["possible"])

    def alive(self, for_s: float = ALIVE_S) -> None:
        """Say that the engine's thread lives and comes by again within `for_s`."""
        self._alive_until_ns = self._clock.monotonic_ns() + round(for_s * 1e9)

    def check(self) -> None:
        """Raise `RunError` when the guard acted, hangs or is gone: nothing may stay energised then."""
        since_ns = self._unanswered_ns
        if not self.acted and since_ns is not None:
            silent_s = (self._clock.monotonic_ns() - since_ns) / 1e9
            if silent_s > HUNG_S and self._process.poll() is None:
                raise RunError(
                    f"the guard process has not answered for {silent_s:.1f} s",
                    where=f"process {self.pid}",
                    way_out="Look at guard/guard.log in the home, then: calibrator resume",
                    code="guard-hung",
                )
        if self.acted or self._process.poll() is not None:
            raise RunError(
                f"the guard process {'made everything safe: ' + self.acted if self.acted else 'is gone'}",
                where=f"process {self.pid}",
                way_out="Go on with: calibrator resume",
                code="guard-acted" if self.acted else "guard-gone",
            )

    def energised(self, quantity: Quantity) -> None:
        """Tell it, before the command goes out, that something will be energised."""
        self.check()
        self._write(f"energised {quantity}")

    def idle(self) -> None:
        """Tell it that nothing is energised."""
        self._write("idle")

    def end(self) -> None:
        """Tell it that all is safe; it exits."""
        self._stopping.set()
        self._write("end")
        self._leave()

    def abandon(self) -> None:
        """Let go without saying that all is safe: it tries by itself, reports and exits."""
        self._stopping.set()
        self._close_input()

    def _leave(self) -> None:
        self._close_input()
        try:
            self._process.wait(_END_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _close_input(self) -> None:
        with self._lock:
            if self._process.stdin is not None:
                try:
                    self._process.stdin.close()
                except OSError:
                    return  # it is gone already

    def _write(self, line: str) -> None:
        with self._lock:
            stream = self._process.stdin
            if stream is None or stream.closed:
                return
            try:
                stream.write(line.encode("utf-8") + b"\n")
                stream.flush()
            except OSError:
                return  # `check` says that it is gone

    def _beat(self) -> None:
        while not self._stopping.wait(BEAT_S):
            now_ns = self._clock.monotonic_ns()
            if now_ns < self._alive_until_ns:
                if self._unanswered_ns is None:
                    self._unanswered_ns = now_ns
                self._write("beat")

    def _listen(self) -> None:
        stream = self._process.stdout
        if stream is None:
            return
        with stream:
            for line in stream:
                message = json.loads(line)
                self._unanswered_ns = None
                self.acted = message.get("acted", self.acted)
                if "alive" not in message:
                    self._messages.put(message)
        self._messages.put({})

    def _wait_ready(self) -> None:
        try:
            message = self._messages.get(timeout=levels().start_timeout_s)
        except queue.Empty:
            message = {}
        if "ready" in message:
            self.readiness = tuple(message["ready"])
            return
        self._process.kill()
        self._leave()
        raise RunError(
            "the guard process did not start",
            where=f"{sys.executable} -m calibrator.engine.guard",
            way_out="Look at guard/guard.log in the home; run `calibrator doctor`.",
            code="guard-not-started",
        )


def _own_group() -> dict[str, Any]:
    """Keep the engine's Ctrl-C and a closed terminal away from the guard."""
    if sys.platform == "win32":
        return {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.CREATE_NO_WINDOW}
    return {"start_new_session": True}
