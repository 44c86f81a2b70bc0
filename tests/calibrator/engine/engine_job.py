"""Run by tests in a process of its own: a job, or a resume, that may be broken at one event.

`engine_job.py {"home": …, "what": "run" or "resume", "job": {…}, "at": …, "break": …, "points": […]}`

`at` is a number of events of the run, or a kind (and value) such as "energise 1000". `break` is what happens
there: "kill" (SIGKILL, or its like on Windows), "hang" (the process stops to run), "full" (no file grows any
more), or the name of a signal.
`every` strikes at the events of every unit that is measured at once, and not only of the first one.
`points` keeps these points of the table only, and makes them settle at once.
The outcome goes to standard output as JSON.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from calibrator._home import Home
from calibrator.engine import Deviation, Job, resume, run
from calibrator.engine._chronicle import Chronicle
from calibrator.procedure import Section, load
from calibrator.record import Event

QUICK = {"settle_min_s": 0.05, "nplc": 1, "readings": 3}


def keep(points: list[str]) -> None:
    """Let the procedure have only these points."""
    kind: Any = type(load("dmm"))
    real = kind.sections

    def sections(procedure: Any, model: str) -> tuple[Section, ...]:
        found = []
        for section in real(procedure, model):
            kept = tuple(
                replace(point, settings={**point.settings, **QUICK})
                for point in section.points
                if point.id in points
            )
            if kept:
                proof = section.proof and replace(section.proof, settings={"settle_min_s": 0.05})
                found.append(replace(section, points=kept, proof=proof))
        return tuple(found)

    kind.sections = sections


class Breaker:
    def __init__(self, at: int | str, how: str) -> None:
        self.at, self.how, self.count = at, how, 0

    def __call__(self, event: Event) -> None:
        if event.stream == "register":
            return
        self.count += 1
        words = f"{event.kind} {event.body.get('value', event.body.get('point', ''))}"
        if self.at == self.count or (isinstance(self.at, str) and words.startswith(self.at)):
            self.strike()

    def strike(self) -> None:
        sys.stdout.write("struck\n")
        sys.stdout.flush()
        if self.how == "kill":
            os.kill(os.getpid(), getattr(signal, "SIGKILL", signal.SIGTERM))
        elif self.how == "hang":
            os.kill(os.getpid(), signal.SIGSTOP)
        elif self.how == "full":
            import resource

            resource.setrlimit(resource.RLIMIT_FSIZE, (1, resource.RLIM_INFINITY))
        else:
            signal.raise_signal(getattr(signal, self.how))


def hear_all(breaker: Breaker) -> None:
    """Let the breaker hear every event that the engine has committed, of whichever unit."""
    real = Chronicle.emit

    def emit(chronicle: Chronicle, kind: str, body: Any) -> Event:
        event = real(chronicle, kind, body)
        breaker(event)
        return event

    Chronicle.emit = emit  # type: ignore[method-assign]


def main(given: dict[str, Any]) -> None:
    if given.get("points"):
        keep(given["points"])
    listeners = [Breaker(given["at"], given["break"])] if given.get("break") else []
    if given.get("every"):
        hear_all(listeners.pop())
    home = Home.resolve(Path(given["home"]))
    if given["what"] == "resume":
        answers = given.get("answers")
        outcome = resume(
            None,
            home,
            answers=Path(answers) if answers else None,
            interactive=False,
            listeners=listeners,
        )
    else:
        job = given["job"]
        for key in ("bench", "answers"):
            job[key] = Path(job[key]) if job.get(key) else None
        job["further"] = tuple(job.get("further", ()))
        job["sections"] = tuple(job["sections"]) if job.get("sections") else None
        job["deviations"] = tuple(Deviation(**item) for item in job.get("deviations", ()))
        outcome = run(Job(**job), home, listeners=listeners)
    sys.stdout.write(json.dumps(asdict(outcome)) + "\n")


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
