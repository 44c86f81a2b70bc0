"""Runs written by hand into a real record, evaluated by the real procedure."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from calibrator.certificates import Certificate, build
from calibrator.evaluation import evaluate_section, joint, summarize
from calibrator.procedure import Contribution, Point, PointReferences, Section, encode_references, load
from calibrator.record import Record
from calibrator_drivers.accuracy import State, load_table

MODEL = "keysight_34401a"
LAB = {
    "name": "Hangzhou Example Metrology Laboratory",
    "address": "88 Wensan Road, Xihu District, Hangzhou",
    "timezone": "Asia/Shanghai",
    "persons": [
        {"id": "li", "name": "Li Wei 李伟", "roles": ["technician"]},
        {"id": "chen", "name": "Chen Jing 陈静", "roles": ["signatory"]},
    ],
}
STANDARD = {
    "asset": "CAL-01",
    "model": "fluke_5522a",
    "serial": "3120045",
    "certificate": "CN-2026-04711",
    "issued": "2026-05-07",
    "due": "2027-05-06",
    "by": "Example Calibration Centre",
    "traceability": "SI through NIM",
    "hash": "7d" * 32,
    "route": "specification",
    "interval": "1y",
}


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


def write_run(
    record: Record,
    clock: StillClock,
    *,
    mode: str = "simulated",
    sections: tuple[str, ...] | None = None,
    shares: Mapping[str, float] | None = None,
    rule: str = "guard-band-u",
    outcome: str | None = "completed",
    status: str = "seen",
    lab: Mapping[str, Any] = LAB,
    changes: Mapping[str, Any] | None = None,
    deviations: tuple[Any, ...] = (),
    standard: Mapping[str, Any] | None = None,
    numberless: Mapping[str, str] | None = None,
    affirmed_by: str | None = None,
    confirmed: str = "",
    repeats: Sequence[Mapping[str, Any]] = (),
) -> str:
    """Write a run over `sections` (None: all) and return its id.

    `shares` gives a point's error as a share of its limit (0.2 where nothing is said); `status` that of
    all figures of the standard and, where derived, of the limits; `outcome` None leaves the run open.
    `numberless` names points that end with "overload" or "not-settled"; `affirmed_by` answers the question
    of the 24 hour limits; `confirmed` stands with every figure of limit and standard that nobody has seen.
    `repeats` measures points again before their section ends, each {point, share, ends, reason, by}; without
    a reason and a person the run had broken.
    """
    procedure = load("dmm")
    everything = procedure.sections(MODEL)
    chosen = [s for s in everything if sections is None or s.id in sections]
    run = record.new_run()
    opened = _opened(mode, rule, lab, [s.id for s in chosen], complete=len(chosen) == len(everything))
    opened.update(changes or {})
    record.append(run, "run.opened", opened)
    if affirmed_by is not None:
        answer = {"prompt": "interval:24h", "answer": "yes", "by": affirmed_by, "how": "typed"}
        record.append(run, "prompt.answered", answer)
    record.append(run, "preflight", {"points": [], "refused": [], "deviations": list(deviations)})
    points = [_confirm(_references(point, status), confirmed) for s in chosen for point in s.points]
    record.append(
        run,
        "references.fixed",
        {
            "points": [encode_references(item) for item in points],
            "standards": [{**STANDARD, **(standard or {})}],
        },
    )
    generator = random.Random(7)
    for section in chosen:
        for point in section.points:
            share = (shares or {}).get(point.id, 0.2)
            ends = (numberless or {}).get(point.id, "ok")
            _measure(record, clock, run, point, share=share, generator=generator, ends=ends)
        _evaluate(record, run, section.id)
        for attempt, again in enumerate((r for r in repeats if _in(section, r)), start=2):
            _again(record, clock, run, section, again, attempt=attempt, generator=generator)
    if outcome is not None:
        _close(record, run, outcome, [s.id for s in everything if s not in chosen])
    return run


def _confirm(references: PointReferences, told: str) -> PointReferences:
    """Let a person stand for every figure of the limit and of the standard."""
    own = ("standard", "source_resistance")
    figures = [replace(f, confirmed=told) if f.kind in own else f for f in references.contributions]
    limits = replace(references.limits, confirmed=told)
    return replace(references, limits=limits, contributions=tuple(figures))


def _in(section: Section, again: Mapping[str, Any]) -> bool:
    return again["point"] in [point.id for point in section.points]


def _evaluate(record: Record, run: str, section: str) -> None:
    results = evaluate_section(record.events(run), load("dmm"), section)
    record.append(run, "section.evaluated", {"section": section, "results": results})


def _again(
    record: Record,
    clock: StillClock,
    run: str,
    section: Section,
    again: Mapping[str, Any],
    *,
    attempt: int,
    generator: random.Random,
) -> None:
    """Set the version of a point that counts aside and measure it again, as the engine records it."""
    name, by = again["point"], again.get("by", "")
    if by:
        body = {"flags": [], "repeat": [name], "reason": again["reason"], "by": by}
        record.append(run, "review", {"section": section.id, **body})
    gone = {seq for e in record.events(run, kinds={"readings.discarded"}) for seq in e.body["seqs"]}
    readings = [e.seq for e in record.events(run, kinds={"reading"}) if e.body["point"] == name]
    reason = f"{again['reason']} ({by})" if by else again["reason"]
    seqs = [seq for seq in readings if seq not in gone]
    record.append(run, "readings.discarded", {"point": name, "seqs": seqs, "reason": reason})
    point = next(p for p in section.points if p.id == name)
    share, ends = again.get("share", 0.2), again.get("ends", "ok")
    _measure(record, clock, run, point, share=share, generator=generator, ends=ends, attempt=attempt)
    _evaluate(record, run, section.id)


def _opened(
    mode: str, rule: str, lab: Mapping[str, Any], sections: list[str], *, complete: bool
) -> dict[str, Any]:
    procedure = load("dmm")
    info = procedure.info
    return {
        "mode": mode,
        "procedure": {
            "id": info.id,
            "version": info.version,
            "title": {"en": info.title.en, "zh": info.title.zh},
            "hash": info.content_hash,
            "document": info.document,
            "document_status": info.document_status,
            "approved": True,
            "not_tested": [{"en": t.en, "zh": t.zh} for t in info.not_tested],
            "section_titles": {s.id: {"en": s.title.en, "zh": s.title.zh} for s in procedure.sections(MODEL)},
        },
        "uut": {
            "asset": "DMM-017",
            "model": "34401A",
            "table": MODEL,
            "manufacturer": "Keysight",
            "serial": "MY41012345",
            "firmware": "10-5-2",
            "identity": "HEWLETT-PACKARD,34401A,0,10-5-2",
            "customer": {"name": "Ningbo Sample Instruments Co., Ltd.", "address": "1 Port Road, Ningbo"},
        },
        "bench": {"file": "bench.toml", "hash": "", "text": ""},
        "lab": dict(lab),
        "interval": "1y",
        "rule": rule,
        "policy": "p95",
        "sections": sections,
        "seed": 1,
        "person": "li",
        "versions": {
            "calibrator": "0.1.0",
            "python": "3.11.7",
            "numpy": "2.0.0",
            "scipy": "1.14.0",
            "pint": "0.25",
        },
        "pass": "as-found",
        "complete": complete,
    }


def _references(point: Point, status: str) -> PointReferences:
    dmm = load_table(MODEL).row(point.function, float(point.nominal), range_high=float(point.range))
    found = [
        Contribution(
            "resolution",
            0.0,
            (dmm.resolution or 0.0) / 2,
            point.unit,
            0.0,
            "limit_rectangular",
            "seen",
            "34401A",
        )
    ]
    flat = Contribution("", 0.0, 0.0, "", 0.0, "limit_rectangular", "seen", "bench file")
    short = point.section.startswith("zero")
    if point.function != "dci":
        shared = f"emf:{'short' if short else point.section}"
        found.append(replace(flat, kind="emf", half_width=1e-6, unit="V", shared=shared))
    if point.function == "res4w":
        found.append(replace(flat, kind="test_current", estimate=dmm.test_current_a or 0.0, unit="A"))
    if not short:
        zeroed = State(temperature_c=23.0, hours_since_zero=1.0, temperature_change_since_zero_c=0.0)
        limit = load_table("fluke_5522a").limit(point.function, float(point.nominal), state=zeroed)
        found.append(
            Contribution(
                "standard", 0.0, limit.half_width, point.unit, limit.k, str(limit.treat_as), status,
                "Fluke 5522A Operators Manual", shared=f"standard:{point.function}:{limit.row}",
            )
        )  # fmt: skip
    if point.function == "dcv" and not short:
        found += [
            replace(flat, kind="source_resistance", estimate=0.0, unit="ohm"),
            replace(flat, kind="leads", estimate=0.1, half_width=0.1, unit="ohm", shared="leads:volts"),
            replace(flat, kind="loading", estimate=5e-11, half_width=5e-11, unit="S"),
        ]
    if point.function == "res4w" and not short:
        found.append(replace(flat, kind="leakage", estimate=5e-13, half_width=5e-13, unit="S"))
    limits = point.limits["1y"]
    if status == "seen":
        limits = replace(limits, status="seen")
    return PointReferences(point, limits, "CAL-01", "Fluke 5522A", tuple(found))


def _measure(
    record: Record,
    clock: StillClock,
    run: str,
    point: Point,
    *,
    share: float,
    generator: random.Random,
    ends: str,
    attempt: int = 1,
) -> None:
    step = f"point:{point.id}:{attempt}"
    record.append(
        run,
        "step.begun",
        {
            "step": step,
            "kind": "point",
            "point": point.id,
            "attempt": attempt,
            "instruments": {},
            "snapshot": None,
        },
    )
    temperature = Decimal("22.9") + Decimal(generator.randrange(3)) / 10
    record.append(
        run,
        "environment",
        {"temperature_c": str(temperature), "humidity_rh": "45", "sensor": "TH-03", "how": "measured"},
    )
    limit = float(point.limits["1y"].upper)
    for index in range(0 if ends == "not-settled" else 5):
        clock.sleep(2.0)
        value = float(point.nominal) + share * limit + generator.gauss(0.0, 0.01 * limit)
        raw = f"{9.9e37 if ends == 'overload' else value:+.8E}"
        record.append(
            run,
            "reading",
            {
                "point": point.id, "attempt": attempt, "index": index, "use": "result", "raw": raw,
                "value": float(raw).hex(), "unit": point.unit, "asset": "DMM-017",
                "monotonic_ns": clock.monotonic_ns(), "overload": ends == "overload",
                "applied": float(point.nominal).hex() if point.standard == "source" else None,
                "traffic": None,
            },
        )  # fmt: skip
    record.append(run, "step.done", {"step": step, "outcome": ends})


def _close(record: Record, run: str, outcome: str, left: list[str]) -> None:
    events = list(record.events(run))
    points = [p for e in events if e.kind == "section.evaluated" for p in e.body["results"]]
    summary = summarize(points)
    record.append(
        run,
        "run.closed",
        {
            "outcome": outcome,
            "exit_code": summary.exit_code,
            "verdict": summary.verdict,
            "traffic": None,
            "duration_s": "1.0",
            "not_tested": [
                point.id for s in load("dmm").sections(MODEL) if s.id in left for point in s.points
            ],
            "head": record.head(run)[1],
            "joint": joint(events, load("dmm")) if outcome == "completed" else None,
        },
    )


@pytest.fixture
def clock() -> StillClock:
    return StillClock()


@pytest.fixture
def record(clock: StillClock) -> Iterator[Record]:
    with Record.open(None, clock=clock) as opened:
        yield opened


@pytest.fixture
def written(record: Record, clock: StillClock) -> Callable[..., str]:
    """Write a run by hand into the record of the test; see `write_run`."""
    return lambda **options: write_run(record, clock, **options)


@pytest.fixture
def write() -> Callable[..., str]:
    """Write a run by hand into any record; see `write_run`."""
    return write_run


@pytest.fixture(scope="session")
def whole_live() -> Certificate:
    """The model of a live run over all sections that passes everywhere."""
    return _whole("chen", mode="live")


@pytest.fixture(scope="session")
def whole_simulated() -> Certificate:
    """The model of a simulated run with every kind of verdict and with unverified figures."""
    shares = {"dcv:10V:+10V": 1.1, "dcv:100V:+100V": 0.9, "dcv:1000V:+1000V": 3.0, "dci:3A:+2A": -1.3}
    return _whole(mode="simulated", status="memory_high", shares=shares)


def _whole(authorised_by: str | None = None, **options: Any) -> Certificate:
    clock = StillClock()
    with Record.open(None, clock=clock) as record:
        return build(record, write_run(record, clock, **options), authorised_by=authorised_by)
