"""Every start first: what guards reported is recorded, what was left energised is made safe and looked at."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from calibrator._errors import NotSafeError, RefusedError, StorageError
from calibrator._home import Home
from calibrator.engine._advice import advice_on
from calibrator.engine._guarding import reports_folder, wait_for_guard
from calibrator.engine._leftovers import Leftover, leftovers_of
from calibrator.engine._levels import looking_ranges
from calibrator.engine._prompts import unsafe_prompt
from calibrator.engine._safety import Looks, Quantity, make_sources_safe, safe_body
from calibrator.engine._station import Station, roles_of
from calibrator.engine._types import Answer, Prompt, SafeReport, SafeSource
from calibrator.standards import BenchFile, load_bench
from calibrator_drivers.accuracy import load_table
from calibrator_drivers.clock import RealClock

if TYPE_CHECKING:
    from calibrator.record import Record

__all__ = ["Ask", "make_everything_safe", "safe_before_start"]

Ask = Callable[[Prompt], Answer]


@dataclass(frozen=True, slots=True)
class _Made:
    """What making one bench safe came to; `leftover` is the run that is told so."""

    sources: tuple[SafeSource, ...]
    leftover: Leftover | None


def safe_before_start(record: Record, home: Home, ask: Ask | None) -> SafeReport:
    """Record the guards' reports, then make safe and confirm what broken runs left energised.

    `ask` puts a prompt to a person present; None where there is none.

    Raises:
        NotSafeError: something could not be confirmed; no job begins then.
    """
    wait_for_guard(home.path)
    _take_reports(record, home)
    made = _each_made_safe(leftovers_of(record), ask)
    _record(record, made, "start")
    report = _report(made)
    if not report.confirmed:
        unsafe = [item for item in report.sources if not item.confirmed]
        raise NotSafeError(
            report.message,
            where=", ".join(item.asset for item in unsafe),
            way_out=f"{advice_on([item.kind for item in unsafe])} Then begin again at a terminal: it asks.",
        )
    return report


def make_everything_safe(home: Home, bench: Path | None, ask: Ask | None) -> SafeReport:
    """Act first, then record: an emergency does not wait for the lock of a run that is under way."""
    named = None if bench is None else load_bench(bench)
    with home.open_record(RealClock(), write=False) as reading:
        leftovers = leftovers_of(reading)
    made = _each_made_safe(leftovers, ask)
    if named is not None and not named.in_process:
        quantity: Quantity = next((item.quantity for item in leftovers), "voltage")
        made.append(_Made(_of_bench(named, _marked_uut(named), quantity), None))
    note = _try_record(home, made)
    report = _report(made)
    return replace(report, message=f"{report.message}{note}")


def _each_made_safe(leftovers: Iterable[Leftover], ask: Ask | None) -> list[_Made]:
    """Make each bench safe once: several units that were measured at once share their sources."""
    made: list[_Made] = []
    for item in leftovers:
        shared = next((m for m in made if m.leftover is not None and item.batch == m.leftover.batch), None)
        if shared is None or not item.batch or item.bench.in_process:
            made.append(_seen(_make_safe(item), ask))
        else:
            made.append(replace(shared, leftover=item))
    return made


def _make_safe(leftover: Leftover) -> _Made:
    if leftover.bench.in_process:
        note = "the simulated bench lived in the engine's process and ended with it"
        gone = tuple(SafeSource(asset, "gone", None, "", True, note) for asset in leftover.assets)
        return _Made(gone, leftover)
    uut = next(item.name for item in leftover.bench.instruments.values() if item.asset == leftover.uut)
    found = _of_bench(leftover.bench, uut, leftover.quantity)
    return _Made(tuple(_gone(i) if i.asset in leftover.imitated else i for i in found), leftover)


def _seen(made: _Made, ask: Ask | None) -> _Made:
    """Ask a person present about what no instrument can tell any more: it may be switched off by now."""
    if ask is None or made.leftover is None:
        return made
    found = []
    for source in made.sources:
        if not source.confirmed and source.indicated is None and source.reported != "operate":
            answer = ask(unsafe_prompt(source.asset, made.leftover.run, source.kind))
            if not answer.refused:
                note = f"{answer.by or answer.value} saw it switched off or in standby; {source.note}"
                source = replace(source, reported="seen by a person", confirmed=True, note=note)  # noqa: PLW2901
        found.append(source)
    return replace(made, sources=tuple(found))


def _gone(source: SafeSource) -> SafeSource:
    """A served simulated source that answers no more was ended: nobody can touch what is not there."""
    if source.reported == "no answer" and "connect-failed" in source.note:
        return replace(
            source, reported="gone", confirmed=True, note="the simulated bench is no longer served"
        )
    return source


def _of_bench(bench: BenchFile, uut: str, quantity: Quantity) -> tuple[SafeSource, ...]:
    station = Station.open(bench)
    try:
        looks = Looks("", "none")
        uut = _voltmeter(bench, uut)
        if uut:
            ranges = looking_ranges(load_table(bench.instruments[uut].model))
            looks = Looks(uut, quantity, *ranges, bench.instruments[uut].serial)
        return make_sources_safe(station.places(), looks, station, station.clock)
    finally:
        station.close()


def _voltmeter(bench: BenchFile, uut: str) -> str:
    """Return what can look at the terminals: the unit under test where it is a meter, else another one."""
    roles = roles_of(bench)
    for name in (uut, *bench.instruments):
        item = bench.instruments.get(name)
        if item is not None and not item.artefact and "MeasureVoltageDC" in roles[item.model]:
            return name
    return ""


def _marked_uut(bench: BenchFile) -> str:
    return next((item.name for item in bench.instruments.values() if item.uut), "")


def _take_reports(record: Record, home: Home) -> None:
    """Put each guard's report into the register once; the file goes when it is committed."""
    known = [event.body for event in record.events(record.REGISTER, kinds={"guard.report"})]
    for path in sorted(reports_folder(home.path).glob("*.json")):
        try:
            body: Mapping[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            body = {"unreadable": f"{path.name}: {error}"}
        if _plain(body) not in known:
            known.append(record.append(record.REGISTER, "guard.report", body).body)
        path.unlink(missing_ok=True)


def _plain(body: Mapping[str, Any]) -> Any:  # noqa: ANN401 - as the record holds it
    from calibrator.record import canonical

    return json.loads(canonical(body))


def _record(record: Record, made: Iterable[_Made], by: str) -> None:
    for item in made:
        if item.leftover is not None:
            body = safe_body(item.sources, by, "energised and not closed")
            record.append(item.leftover.run, "safe", body, at=item.leftover.at)


def _try_record(home: Home, made: Sequence[_Made]) -> str:
    try:
        with home.open_record(RealClock()) as record:
            _take_reports(record, home)
            _record(record, made, "command")
    except (StorageError, RefusedError) as error:  # another process writes, or the disk is full
        return f" Not recorded: {error.what}."
    return ""


def _report(made: Sequence[_Made]) -> SafeReport:
    sources = tuple(source for item in made for source in item.sources)
    runs = tuple(item.leftover.run for item in made if item.leftover is not None)
    confirmed = all(source.confirmed for source in sources)
    if not sources:
        message = "Nothing was left energised."
    elif confirmed:
        message = f"Safe and confirmed: {', '.join(dict.fromkeys(source.asset for source in sources))}."
    else:
        open_ones = "; ".join(
            f"{source.asset} {source.reported}{f', {source.note}' if source.note else ''}"
            for source in sources
            if not source.confirmed
        )
        message = f"The safe state is not confirmed, do not touch: {open_ones}."
    return SafeReport(sources, confirmed, 0 if confirmed else 7, runs, message)
