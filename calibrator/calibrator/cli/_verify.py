"""`calibrator verify`: is the record what was written, and do its results recompute?"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import click

from calibrator._errors import IntegrityError, UsageError
from calibrator.cli._settings import Settings, command, settings

if TYPE_CHECKING:
    from calibrator.evaluation import Difference
    from calibrator.record import Finding, Record

__all__ = ["verify"]

ALTERED = 6
DOUBTFUL = 3
DOCUMENTS = (".pdf", ".html", ".json", ".xml", ".zip")


@command(short_help="Check a document, a run, or the whole record.")
@click.argument("what", metavar="[RUN_OR_FILE]", required=False)
@click.option("--head", default="", metavar="HASH", help="Of a bundle: the run's head on its certificate.")
@click.pass_context
def verify(ctx: click.Context, what: str | None, head: str) -> int:
    """Check that nothing was altered and that every result recomputes from the recorded readings.

    An existing file is a document: its seal is checked, it is held against the record where there is one,
    and what replaces it is named. A run is checked alone; without an argument the whole record is checked.
    Exit code 6 when something does not agree; 3 for a document that is intact but superseded, or that
    nobody known vouches for, and where only another version of the program or the procedure explains that
    results differ.
    """
    chosen = settings(ctx)
    if what is not None and Path(what).is_file():
        return _verify_document(chosen, Path(what), head)
    if what is not None and Path(what).exists():
        raise UsageError(
            "A folder was named, and no document" if Path(what).is_dir() else "That is no ordinary file",
            where=what,
            way_out="Name a PDF, HTML, JSON or XML file, a bundle (.zip) or a run.",
            code="not-a-file",
        )
    if what is not None and Path(what).suffix.lower() in DOCUMENTS:
        raise UsageError("There is no such document", where=what, way_out="Name the file where it lies.")
    return _verify_record(chosen, what)


def _verify_record(chosen: Settings, run: str | None) -> int:
    from calibrator.cli._access import opened
    from calibrator.evidence import altered_documents
    from calibrator.record import damage_named

    say = chosen.words
    with opened(chosen) as record:
        stream = record.find_run(run) if run is not None else None
        findings = record.verify(stream)  # first: what follows reads the rows as sound ones
        streams = [stream] if stream is not None else [summary.id for summary in record.runs()]
        if chosen.home.heads is None and stream is None:
            findings += record.missing_heads()
        wrong, told = [*_chain_findings(findings, say)], _Told()
        try:
            with damage_named(record.place):
                wrong += _result_findings(chosen, record, streams, told)
        except IntegrityError as error:
            if not wrong:
                raise
            wrong.append(f"{say('what follows cannot be evaluated again')}: {error.what}")
        if not wrong:  # rows that were altered name their documents otherwise as well
            kept = altered_documents(record, streams, chosen.home.certificates)
            wrong += [f"{chosen.home.certificates}: {say(what)}" for what in kept]
        events = sum(record.head(name)[0] for name in streams)
    for line in (*wrong, *dict.fromkeys(say(item.way_out) for item in findings if item.way_out)):
        click.echo(line, err=True)
    if wrong:
        click.echo(f"{say('NOT intact')}: {len(wrong)} {say('findings')}", err=True)
        return ALTERED
    for line in told.stand:
        click.echo(line)
    for line in told.otherwise:
        click.echo(line, err=True)
    some = told.stand or told.otherwise
    every = "every other result recomputes" if some else "every result recomputes from its readings"
    click.echo(f"{say('intact')}: {len(streams)} {say('runs')}, {events} {say('events')}; {say(every)}")
    return DOUBTFUL if told.otherwise else 0


@dataclass(slots=True)
class _Told:
    """Runs whose results differ and that are no finding: let stand, or of another version."""

    stand: list[str] = field(default_factory=list)
    otherwise: list[str] = field(default_factory=list)


def _chain_findings(findings: Iterable[Finding], say: Callable[[str], str]) -> Iterator[str]:
    for finding in findings:
        place = (
            f"{finding.stream}" if finding.seq is None else f"{finding.stream}, {say('event')} {finding.seq}"
        )
        yield f"{place}: {say(finding.what)} [{finding.code}]"


def _result_findings(chosen: Settings, record: Record, streams: list[str], told: _Told) -> Iterator[str]:
    """Give one line a point: its first difference that a reader knows, and how many more there are.

    A run whose results somebody let stand as they were evaluated, or that another version evaluated
    otherwise, is no finding; it is told.
    """
    from calibrator import evaluation
    from calibrator.certificates import NOT_HERE, contradicted, evaluated_otherwise, let_stand

    say = chosen.words
    own_runs = {summary.id for summary in record.runs() if record.is_own(summary)}
    for stream in streams:
        # The traffic log of another station's run lies in its home.
        traffic = chosen.home.traffic if stream in own_runs else None
        differences = evaluation.recompute(record, stream, traffic=traffic)
        events = list(record.events(stream)) if differences else []
        stands = let_stand(events, differences)
        if stands:
            told.stand.append(f"{stream}: {say(NOT_HERE)}{stands.removeprefix(NOT_HERE)}")
            continue
        otherwise = evaluated_otherwise(events, differences)
        speaks = contradicted(record, stream, differences) if otherwise else ""
        if otherwise and not speaks:
            told.otherwise.append(f"{stream}: {say(otherwise)}")
            continue
        if speaks:
            yield f"{stream}: {say(speaks)}"
        yield from _of_points(stream, differences, say)


def _of_points(stream: str, differences: Iterable[Difference], say: Callable[[str], str]) -> Iterator[str]:
    """Give one line a point, those that differ only by drawing with the others counted."""
    points: dict[str, list[Difference]] = {}
    for difference in differences:
        points.setdefault(difference.point or difference.field, []).append(difference)
    # A point whose own numbers agree differs only by drawing with the others of its section.
    own = {name: found for name, found in points.items() if any(map(_is_of_the_point, found))}
    for found in (own or points).values():
        first = min(found, key=_rank)
        rest = f" ({len(found) - 1} {say('more')})" if len(found) > 1 else ""
        yield (
            f"{stream}, {f'{first.point} {first.field}'.strip()}: "
            f"{say('recorded')} {first.recorded}, {say('recomputed')} {first.recomputed}{rest}"
        )
    if own and len(own) < len(points):
        yield f"{stream}: {len(points) - len(own)} {say('points differ only in their Monte Carlo check')}"


def _is_of_the_point(difference: Difference) -> bool:
    return not difference.field.startswith("clause8")


def _rank(difference: Difference) -> int:
    fields = ("reading", "verdict", "error", "U", "u", "k", "pfa")
    name = difference.field.partition(" ")[0]
    return fields.index(name) if name in fields else len(fields)


def _verify_document(chosen: Settings, file: Path, head: str) -> int:
    """Say whether a document is as it was issued, by whom, and whether another one replaces it."""
    from calibrator.cli._verify_bundle import is_bundle, verify_bundle_file

    if is_bundle(file):
        return verify_bundle_file(chosen, file, head)
    from calibrator.certificates import examine
    from calibrator.certificates.seals import load_seal_settings
    from calibrator.cli._access import opened
    from calibrator.evidence import foreign_head
    from calibrator_drivers.clock import RealClock

    say = chosen.words
    foreign = ""
    seal = load_seal_settings(chosen.home.seal_file)
    if chosen.home.has_record:
        with opened(chosen) as record:
            found = examine(file, record, seal, RealClock().now())
            foreign = foreign_head(file, record)
    else:
        found = examine(file, None, seal, RealClock().now())
    if foreign:
        click.echo(f"{file}: {say(foreign)}", err=True)
    for line in found.wrong:
        click.echo(f"{file}: {say(line)}", err=True)
    for line in found.said:
        click.echo(f"{file}: {say(line)}")
    return ALTERED if foreign else found.exit_code
