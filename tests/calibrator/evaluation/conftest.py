"""Runs made by hand in a real in-memory record: the shape of events, without engine or bench."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from calibrator.procedure import (
    Contribution,
    Point,
    PointReferences,
    Section,
    encode_references,
    load,
)
from calibrator.record import Record
from calibrator_drivers.accuracy import load_table

MODEL = "keysight_34401a"


class StillClock:
    """A clock that moves only by `sleep`."""

    def __init__(self) -> None:
        self.at = datetime(2026, 11, 23, 8, tzinfo=UTC)

    def now(self) -> datetime:
        return self.at

    def monotonic_ns(self) -> int:
        return round(self.at.timestamp() * 1e9)

    def sleep(self, seconds: float) -> None:
        self.at += timedelta(seconds=max(0.0, seconds))


def references_of(point: Point, interval: str = "1y") -> PointReferences:
    """References as the engine fixes them on the default bench: a 5522A within its 1-year interval."""
    dmm = load_table(MODEL).row(point.function, float(point.nominal), range_high=float(point.range))
    count = dmm.resolution or 0.0
    found = [
        Contribution("resolution", 0.0, count / 2, point.unit, 0.0, "limit_rectangular", "seen", "34401A")
    ]
    short = point.section.startswith("zero")
    wiring = "short" if short else point.section
    if point.function != "dci":
        emf = Contribution("emf", 0.0, 1e-6, "V", 0.0, "limit_rectangular", "memory_high", "bench file")
        found.append(replace(emf, shared=f"emf:{wiring}"))
    if point.function == "res4w":
        current = dmm.test_current_a or 0.0
        found.append(
            Contribution("test_current", current, 0.0, "A", 0.0, "limit_rectangular", "seen", "34401A")
        )
    if not short:
        found += _of_the_standard(point)
    return PointReferences(point, point.limits[interval], "SIM-CAL-01", "Fluke 5522A", tuple(found))


def _of_the_standard(point: Point) -> list[Contribution]:
    table, nominal = load_table("fluke_5522a"), float(point.nominal)
    limit, row = table.limit(point.function, nominal), table.row(point.function, nominal)
    standard = Contribution(
        "standard",
        0.0,
        limit.half_width,
        point.unit,
        limit.k,
        str(limit.treat_as),
        str(limit.status),
        limit.source,
    )
    found = [replace(standard, shared=f"standard:SIM5522001:{point.function}:{row.id}")]
    flat = Contribution("", 0.0, 0.0, "", 0.0, "limit_rectangular", "memory_high", "bench file")
    if point.function == "dcv":
        half = float(point.settings["input_conductance_half_width_s"])
        inside = float(point.settings["input_conductance_s"])
        found += [
            replace(flat, kind="source_resistance", estimate=row.source_impedance_ohm or 0.0, unit="ohm"),
            replace(flat, kind="leads", estimate=0.1, half_width=0.1, unit="ohm", shared="leads:volts"),
            replace(flat, kind="loading", estimate=inside, half_width=half, unit="S"),
        ]
    if point.function == "res4w":
        found.append(replace(flat, kind="leakage", estimate=5e-13, half_width=5e-13, unit="S"))
    return found


@dataclass
class HandRun:
    """A run written by hand: `measure` appends the events of one complete point."""

    record: Record
    sections: tuple[Section, ...]
    mode: str = "simulated"
    rule: str = "guard-band-u"
    confirm: Mapping[str, str] = field(default_factory=dict)  # kind of figure -> who confirmed it
    run: str = ""
    steps: int = 0

    def open(self) -> HandRun:
        self.run = self.record.new_run()
        uut = {"asset": "SIM-DMM-01", "model": MODEL, "table": MODEL, "manufacturer": "HP", "serial": "SIM1"}
        info = load("dmm").info
        head = {
            "id": "dmm",
            "version": info.version,
            "title": {"en": "e", "zh": "z"},
            "hash": info.content_hash,
        }
        self.append(
            "run.opened",
            mode=self.mode,
            procedure={**head, "document": info.document, "document_status": "seen", "approved": True},
            uut={**uut, "firmware": "", "identity": ""},
            bench={"file": "bench.toml", "hash": "", "text": ""},
            lab={"name": "Lab"},
            interval="1y",
            rule=self.rule,
            policy="p95",
            sections=[section.id for section in self.sections],
            seed=1,
            person="",
            versions={"numpy": "0.0.1"},
            complete=False,
            **{"pass": "as-found"},
        )
        points = [
            self._confirmed(references_of(point)) for section in self.sections for point in section.points
        ]
        self.append("references.fixed", points=[encode_references(item) for item in points], standards=[])
        return self

    def _confirmed(self, references: PointReferences) -> PointReferences:
        limits = replace(references.limits, confirmed=self.confirm.get("limit", ""))
        contributions = tuple(
            replace(item, confirmed=self.confirm.get(item.kind, "")) for item in references.contributions
        )
        return replace(references, limits=limits, contributions=contributions)

    def append(self, event: str, **body: Any) -> int:
        return self.record.append(self.run, event, body).seq

    def measure(
        self,
        point: Point,
        indications: list[str],
        *,
        attempt: int = 1,
        done: bool = True,
        outcome: str = "measured",
        applied: float | None = None,
    ) -> list[int]:
        """Append a point's step; returns the sequence numbers of the readings that count."""
        self.steps += 1
        step = f"point:{point.id}:{attempt}"
        begun = {"kind": "point", "point": point.id, "attempt": attempt, "instruments": {}, "snapshot": None}
        self.append("step.begun", step=step, **begun)
        self.append("environment", temperature_c="23.0", humidity_rh="45", sensor="", how="simulated")
        value = applied if applied is not None else float(point.nominal)
        for raw in indications[:1]:
            self._reading(point, raw, "discard", attempt=attempt, index=0, applied=value)
        seqs = [
            self._reading(point, raw, "result", attempt=attempt, index=index, applied=value)
            for index, raw in enumerate(indications, start=1)
        ]
        if done:
            self.append("step.done", step=step, outcome=outcome)
        return seqs

    def _reading(self, point: Point, raw: str, use: str, *, attempt: int, index: int, applied: float) -> int:
        overload = abs(float(raw)) > 9e37
        return self.append(
            "reading",
            point=point.id,
            attempt=attempt,
            index=index,
            use=use,
            raw=raw,
            value="nan" if overload else float(raw).hex(),
            unit=point.unit,
            asset="SIM-DMM-01",
            monotonic_ns=0,
            overload=overload,
            applied=applied.hex() if point.standard == "source" else None,
            traffic=None,
        )

    def evaluate(self, section: Section) -> list[dict[str, Any]]:
        """Evaluate and record a section as the engine does."""
        from calibrator.evaluation import evaluate_section

        results = evaluate_section(self.record.events(self.run), load("dmm"), section.id)
        self.append("section.evaluated", section=section.id, results=results)
        return results

    def events(self) -> list[Any]:
        return list(self.record.events(self.run))


@pytest.fixture
def sections() -> dict[str, Section]:
    return {section.id: section for section in load("dmm").sections(MODEL)}


@pytest.fixture
def hand_run(sections: dict[str, Section]) -> Iterator[Callable[..., HandRun]]:
    """A factory of opened runs over some sections, default DC volts."""
    record = Record.open(None, clock=StillClock())

    def make(*names: str, **options: Any) -> HandRun:
        chosen = tuple(sections[name] for name in names or ("dcv",))
        return HandRun(record, chosen, **options).open()

    yield make
    record.close()


def spread(nominal: float, error: float, count: int = 5, step: float = 0.0) -> list[str]:
    """Replies of a 34401A around nominal + error, with a small scatter of `step`."""
    offsets = (0.0, 1.0, -1.0, 2.0, -2.0, 1.0, -1.0)[:count]
    return [f"{nominal + error + step * offset:+.9E}" for offset in offsets]


@pytest.fixture
def replies() -> Callable[..., list[str]]:
    return spread
