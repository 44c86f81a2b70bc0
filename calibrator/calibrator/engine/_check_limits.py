"""The control limits of a session check: as the bench file states them, or of recorded opening checks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from calibrator.engine._session_check import TABLED, reader_of, standards_on, table_of
from calibrator.evaluation import OPENING, control_limits
from calibrator_drivers.accuracy import AccuracyError, AccuracyTable

if TYPE_CHECKING:
    from calibrator.engine._setting import Setting
    from calibrator.record import Record
    from calibrator.standards import BenchFile, BenchInstrument, CheckPoint, SessionCheck

__all__ = ["fixed_check"]


def fixed_check(setting: Setting, record: Record, *, live: bool) -> dict[str, Any] | None:
    """Return the control limits of this session with their ground, for `references.fixed`.

    Limits that no file states are made of the first recorded opening checks of the same check standard on
    the same standards, live and simulated apart. None on a bench without a check standard.
    """
    bench, check = setting.bench, setting.bench.session_check
    if check is None:
        return None
    meter = bench.instruments[check.meter]
    names = (standards_on(bench.wirings[point.wiring], point.function, check.meter) for point in check.points)
    standards = [
        bench.instruments[name].asset for name in dict.fromkeys(name for found in names for name in found)
    ]
    table = table_of(meter)
    stated = all(point.limit is not None for point in check.points)
    before = [] if stated else list(_history(record, meter.asset, standards, live=live))
    return {
        "asset": meter.asset,
        "meter": meter.name,
        "title": _title(bench, meter, table),
        "standards": standards,
        "baseline": check.baseline,
        "points": [
            _fixed_point(item, check, table_of(reader_of(bench, check, item.wiring)), before)
            for item in check.points
        ],
    }


def _title(bench: BenchFile, meter: BenchInstrument, table: AccuracyTable | None) -> str:
    serial = meter.serial or "no serial"
    if table is not None:
        return f"{table.manufacturer} {table.model}, {serial}"
    asset = bench.assets.get(meter.asset)
    maker = f"{asset.manufacturer} " if asset is not None and asset.manufacturer else ""
    return f"{maker}{meter.model}, {serial}"


def _fixed_point(
    item: CheckPoint,
    check: SessionCheck,
    table: AccuracyTable | None,
    before: Sequence[tuple[str, Mapping[str, str]]],
) -> dict[str, Any]:
    least = _least(item, table)
    head: dict[str, Any] = {
        "id": item.id,
        "wiring": item.wiring,
        "function": item.function,
        "nominal": item.nominal,
        "range": item.range,
        "unit": item.unit,
        "least": least,
    }
    if item.limit is not None:
        stated = {"status": item.status, "source": item.source, "history": []}
        return {**head, "reference": item.reference, "limit": item.limit, "basis": "stated", **stated}
    values = [(run, deviations[item.id]) for run, deviations in before if item.id in deviations]
    values = values[: check.baseline]
    ground = {"status": "derived", "history": [{"run": run, "value": value} for run, value in values]}
    if len(values) < check.baseline:
        source = f"{len(values)} of {check.baseline} recorded checks: no limits yet"
        return {**head, "reference": None, "limit": None, "basis": "collecting", "source": source, **ground}
    reference, limit = control_limits([float.fromhex(value) for _, value in values], least)
    source = f"the first {check.baseline} recorded opening checks"
    return {**head, "reference": reference, "limit": limit, "basis": "history", "source": source, **ground}


def _least(item: CheckPoint, table: AccuracyTable | None) -> float:
    """Return one count of the indication: limits from few quiet checks may not be narrower."""
    if table is None:
        return 0.0  # weights have no indication
    try:
        row = table.row(
            TABLED.get(item.function, item.function),
            float(item.nominal),
            range_high=float(item.range),
            frequency_hz=item.frequency_hz,
        )
    except AccuracyError:
        return 0.0  # preflight refuses the point
    return row.indication_resolution or 0.0


def _history(
    record: Record, asset: str, standards: Sequence[str], *, live: bool
) -> Iterator[tuple[str, Mapping[str, str]]]:
    """Yield the deviations of each former opening check, the oldest first."""
    mode = "live" if live else "simulated"
    for summary in record.runs():
        if summary.mode != mode:
            continue
        opened = next(record.events(summary.id, kinds={"run.opened"})).body
        if list(opened.get("batch", ()))[:1] not in ([], [summary.id]):
            continue  # the one check of several units stands in the run of each, and counts once
        bodies = [event.body for event in record.events(summary.id, kinds={"session.checked"})]
        opening: Iterable[Mapping[str, Any]] = [body for body in bodies if body["phase"] == OPENING]
        for body in list(opening)[-1:]:
            if body["asset"] == asset and list(body["standards"]) == list(standards):
                found = {p["id"]: p["deviation"] for p in body["points"] if p["deviation"] is not None}
                yield summary.id, found
