"""Whole calibrations by the same drivers, engine and evaluation as a real run, one a seed."""

from __future__ import annotations

import gc
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from calibrator._errors import RunError
from calibrator._home import Home
from calibrator.engine import Job, Outcome, run_here
from calibrator.engine._setting import Setting, setting_of
from calibrator.engine._station import Station
from calibrator.evaluation import collect, show
from calibrator.plugins import plug_in
from calibrator.procedure import is_approved, load
from calibrator.proof._folders import lend_folders
from calibrator.proof._plug import find_plug
from calibrator.proof._points import Alter, PointProof, lines_of, prove_events
from calibrator.proof._station import MemoryHome, open_in_process
from calibrator.record import MemoryRecord, Record
from calibrator.standards import BenchFile
from calibrator_drivers.clock import RealClock

if TYPE_CHECKING:
    from calibrator.record import Event

__all__ = ["Case", "RunProof", "Runner"]

_COMPLETED = (0, 1, 3)  # exit codes of a run that came to its end
_OF_THE_TRANSPORT = ("id",)  # what no two runs have in common


@dataclass(frozen=True, slots=True)
class Case:
    """What is proved, as a worker is told: names and the bench's text."""

    procedure: str
    uut: str
    bench: str
    sections: tuple[str, ...] | None = None
    home: str = ""  # whose folders bring procedures and drivers of a laboratory


@dataclass(frozen=True, slots=True)
class RunProof:
    """One run: its points, how long it took on the bench, and where a repeat over sockets differed."""

    seed: int
    points: tuple[PointProof, ...]
    duration_s: float
    verdict: str
    differs: str | None = None  # None: not repeated; "": the same in every field
    lost: str = ""  # why it gave fewer numbers than were asked for


class Runner:
    """Does the runs of a case in this process; a context manager, since it has a folder."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self._folder = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        plug_in(self._home_in(Path(self._folder.name)))
        self._plug = find_plug(case.procedure)
        self._watch: Callable[..., Mapping[str, float]] | None = getattr(self._plug, "watch", None)
        self._procedure = load(case.procedure)
        self._bench = Path(self._folder.name) / "bench.toml"
        self._bench.write_text(case.bench, encoding="utf-8")
        self._count = 0
        self._setting: Setting | None = None

    def __enter__(self) -> Runner:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._folder.cleanup()

    def run(self, seed: int, *, alter: Alter | None = None, repeat: bool = False) -> RunProof:
        """Do one run and prove it; with `repeat` once more over sockets and SQLite, which is compared.

        Raises:
            RunError: the run did not come to its end.
        """
        home = MemoryHome(Path(self._folder.name), MemoryRecord(RealClock(), chain=False))
        outcome, bench, seen = self._do(home, seed, open_in_process)
        events = list(home.record.events(outcome.run))
        points = prove_events(events, bench, self._plug, self._procedure, seen=seen, alter=alter)
        differs = self._repeat(seed, show(home.record, outcome.run)) if repeat else None
        self._tidy()
        lost = self._lost({point.point for point in points}, events)
        return RunProof(seed, tuple(points), outcome.duration_s, outcome.verdict, differs, lost)

    def lines(self, seed: int) -> tuple[str, ...]:
        """Do one run and return every line of its budgets that is not exact, and the figures behind them."""
        events, _, _ = self.events(seed)
        content = collect(events)
        kinds = {part.kind for item in content.references.values() for part in item.contributions}
        return tuple(sorted(kinds | lines_of(content, self._procedure)))

    def _lost(self, have: set[str], events: Sequence[Event]) -> str:
        """Say which points that were asked for gave no number, and why, "" where all did."""
        sections = () if self._setting is None else self._setting.sections
        wanted = [point.id for section in sections for point in section.points if not point.supporting]
        missing = [name for name in wanted if name not in have]
        if not missing:
            return ""
        notes = {
            result["id"]: result["notes"][0]
            for event in events
            if event.kind == "section.evaluated"
            for result in event.body["results"]
            if result["id"] in missing and result["notes"]
        }
        first = missing[0]
        why = f": {notes[first]}" if first in notes else ""
        return f"{len(missing)} of {len(wanted)} points gave no number, the first {first}{why}"

    def events(self, seed: int) -> tuple[list[Event], Any, Mapping[int, Mapping[str, float]]]:
        """Do one run and return its events, the bench as the run left it, and what was watched."""
        home = MemoryHome(Path(self._folder.name), MemoryRecord(RealClock(), chain=False))
        outcome, bench, seen = self._do(home, seed, open_in_process)
        return list(home.record.events(outcome.run)), bench, seen

    def _do(
        self, home: Home, seed: int, opener: Callable[..., Station]
    ) -> tuple[Outcome, Any, Mapping[int, Mapping[str, float]]]:
        benches: list[Any] = []
        seen: dict[int, Mapping[str, float]] = {}
        watch = self._watch

        def open_station(bench: BenchFile, *, seed: int | None, traffic: Path | None) -> Station:
            station = opener(bench, seed=seed, traffic=traffic)
            benches.append(station.simulated)
            return station

        if watch is not None and isinstance(home, MemoryHome):

            def listen(event: Event) -> None:
                if event.kind == "reading":
                    seen[event.seq] = watch(benches[-1], event.body)

            home.record.subscribe(listen)
        case = self.case
        job = Job(
            case.procedure,
            case.uut,
            bench=self._bench,
            seed=seed,
            sections=case.sections,
            interactive=False,
            person="proof",
        )
        outcome = run_here(job, home, prepare=self._prepared, open_station=open_station)
        if outcome.exit_code not in _COMPLETED:
            raise RunError(
                f"the run with seed {seed} ended with exit code {outcome.exit_code}: {outcome.message}",
                where=f"proof of {case.procedure}",
                way_out=f"Look at it alone: calibrator prove {case.procedure} --runs 1 --seed {seed}",
                code="proof-run-failed",
            )
        return outcome, benches[-1], seen

    def _prepared(self, job: Job, home: Home) -> Setting:
        """Return what a job names, found once: only its seed differs between runs."""
        if self._setting is None:
            info = self._procedure.info
            listed = is_approved(info.id, info.content_hash)
            self._setting = replace(setting_of(job, home), lean=True, approved=listed)
        return replace(self._setting, job=job)

    def _home_in(self, folder: Path) -> Home:
        """Return a home of its own that has the folders of the laboratory's, and nothing else of it."""
        home = Home(folder)
        if self.case.home:
            lend_folders(Home(Path(self.case.home)), home)
        return home

    def _repeat(self, seed: int, fast: Mapping[str, Any]) -> str:
        """Return the first field in which the same run over sockets and SQLite differs, "" for none."""
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
            home = self._home_in(Path(folder) / "home")
            outcome, _, _ = self._do(home, seed, Station.open)
            record: Record = home.open_record(RealClock(), write=False)
            try:
                slow = show(record, outcome.run)
            finally:
                record.close()
        return first_difference(_comparable(fast), _comparable(slow), "")

    def _tidy(self) -> None:
        """Collect what refers to itself now and then: the collector itself is switched off in workers."""
        self._count += 1
        if not self._count % 50 and not gc.isenabled():
            gc.collect()


def _comparable(shown: Mapping[str, Any]) -> dict[str, Any]:
    run = {key: value for key, value in shown["run"].items() if key not in _OF_THE_TRANSPORT}
    return {**shown, "run": run}


def first_difference(one: object, other: object, path: str) -> str:
    """Return the path of the first field in which two JSON objects differ, "" where they are the same."""
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        for key in dict.fromkeys((*one, *other)):
            found = first_difference(one.get(key), other.get(key), f"{path}.{key}")
            if found:
                return found
        return ""
    if isinstance(one, Sequence) and isinstance(other, Sequence) and not isinstance(one, str):
        if len(one) != len(other):
            return path
        pairs = zip(one, other, strict=True)
        return next(
            (found for i, (a, b) in enumerate(pairs) if (found := first_difference(a, b, f"{path}[{i}]"))), ""
        )
    return "" if one == other else path
