"""Runs of the real engine over the real simulator, sockets and SQLite."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

import calibrator_procedures.dmm
from calibrator._home import Home
from calibrator.bench import find_simulator
from calibrator.engine import Job, Operator, Outcome, StopSignal, resume, run
from calibrator.evaluation import show
from calibrator.record import Event, Finding
from calibrator_drivers.clock import RealClock


def bench_text(**changes: str) -> str:
    """Return the simulator's own bench with lines replaced (old -> new) or text added (`more`)."""
    text = find_simulator().default_bench()
    more = changes.pop("more", "")
    for old, new in changes.items():
        assert old in text, old
        text = text.replace(old, new)
    return f"{text}\n{more}"


@dataclass
class Laboratory:
    """A home, and jobs in it."""

    path: Path
    heard: list[Event] = field(default_factory=list)

    @property
    def home(self) -> Home:
        return Home.resolve(self.path)

    def bench(self, replaced: Mapping[str, str] | None = None, more: str = "") -> Path:
        """Write a bench file made of the default one."""
        path = self.path.parent / f"{self.path.name}-bench.toml"
        path.write_text(bench_text(**(replaced or {}), more=more), encoding="utf-8")
        return path

    def job(self, sections: Sequence[str] | None = ("dcv",), **changes: Any) -> Job:
        given: dict[str, Any] = {"sim": "bench" not in changes, "seed": 3} | changes
        return Job("dmm", "34401A", sections=None if sections is None else tuple(sections), **given)

    def run(
        self,
        job: Job,
        operator: Operator | None = None,
        *,
        then: Callable[[Event], None] | None = None,
        stop: StopSignal | None = None,
    ) -> Outcome:
        listeners = [self.heard.append, *([then] if then else [])]
        return run(job, self.home, operator, listeners=listeners, stop=stop)

    def resume(self, operator: Operator | None = None, **options: Any) -> Outcome:
        return resume(None, self.home, operator, listeners=[self.heard.append], **options)

    def events(self, run_id: str = "last", *, kinds: set[str] | None = None) -> list[Event]:
        with self.home.open_record(RealClock(), write=False) as record:
            return list(record.events(record.find_run(run_id), kinds=kinds))

    def register(self, kind: str) -> list[Mapping[str, Any]]:
        with self.home.open_record(RealClock(), write=False) as record:
            return [event.body for event in record.events(record.REGISTER, kinds={kind})]

    def bodies(self, kind: str) -> list[Mapping[str, Any]]:
        return [event.body for event in self.events(kinds={kind})]

    def findings(self) -> tuple[Finding, ...]:
        with self.home.open_record(RealClock(), write=False) as record:
            return record.verify()

    def runs(self) -> int:
        with self.home.open_record(RealClock(), write=False) as record:
            return len(record.runs())

    def results(self) -> dict[str, Any]:
        """Return `show --json` of the last run without ids and wall-clock times."""
        with self.home.open_record(RealClock(), write=False) as record:
            shown = json.loads(json.dumps(show(record, record.find_run("last"))))
        for key in ("id", "opened_at", "closed_at"):
            del shown["run"][key]
        return dict(shown)


@pytest.fixture
def laboratory(tmp_path: Path) -> Laboratory:
    return Laboratory(tmp_path / "home")


@pytest.fixture(scope="session")
def whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[Laboratory, Outcome]:
    """The whole job on the simulator's own bench, run once."""
    place = Laboratory(tmp_path_factory.mktemp("whole") / "home")
    return place, place.run(place.job(None))


@pytest.fixture(scope="session")
def volts(tmp_path_factory: pytest.TempPathFactory) -> tuple[Laboratory, Outcome]:
    """The section of DC volts, unbroken, with the seed that the other tests use."""
    place = Laboratory(tmp_path_factory.mktemp("volts") / "home")
    return place, place.run(place.job())


def _plug_in(
    folder: Path, monkeypatch: pytest.MonkeyPatch, name: str, *, head: str = "", evaluate: str = ""
) -> None:
    """Install a copy of the multimeter's procedure as `name`; `evaluate` is the body of a method of it."""
    module = f"lab_procedure_{name}"
    own = folder / module
    shipped = Path(calibrator_procedures.dmm.__file__).parent
    shutil.copytree(shipped, own, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    toml = own / "procedure.toml"
    text = toml.read_text(encoding="utf-8").replace('id = "dmm"', f'id = "{name}"', 1)
    toml.write_text(text + head, encoding="utf-8")
    lines = evaluate or "return super().evaluate(section, observations, references)"
    body = "\n".join(f"        {line}" for line in lines.splitlines())
    (own / "__init__.py").write_text(
        "from pathlib import Path\n"
        "from calibrator.procedure import CurveEvaluation, ParametersEvaluation, Text\n"
        "from calibrator_procedures.dmm.procedure import DmmVerification\n\n\n"
        "class Own(DmmVerification):\n"
        f"    def evaluate(self, section, observations, references):\n{body}\n\n\n"
        "PROCEDURE = Own(Path(__file__).parent)\n",
        encoding="utf-8",
    )
    info = folder / f"{module}-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {module}\nVersion: 1.0\n", encoding="utf-8")
    entry = f"[calibrator.procedures]\n{name} = {module}:PROCEDURE\n"
    (info / "entry_points.txt").write_text(entry, encoding="utf-8")
    monkeypatch.syspath_prepend(str(folder))


@pytest.fixture
def plug_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Install a laboratory's own procedure: the multimeter's, with more in its head or in what it returns."""

    def install(name: str, **options: str) -> None:
        folder = tmp_path / f"site-{name}"
        folder.mkdir()
        _plug_in(folder, monkeypatch, name, **options)

    return install


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    from importlib import import_module

    sys.path.insert(0, str(Path(__file__).parent))
    try:
        folders = import_module("lab_site").install(tmp_path / "site")
    finally:
        sys.path.remove(str(Path(__file__).parent))
    for folder in folders:
        monkeypatch.syspath_prepend(folder)
    return folders
