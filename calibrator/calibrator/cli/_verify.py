"""`calibrator verify`: is the record what was written, and do its results recompute?"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from calibrator._errors import UsageError
from calibrator.cli._settings import Settings, command, settings

if TYPE_CHECKING:
    from calibrator.record import Record

__all__ = ["verify"]

ALTERED = 6
DOCUMENTS = (".pdf", ".html", ".json", ".xml")


@command(short_help="Check a document, a run, or the whole record.")
@click.argument("what", metavar="[RUN_OR_FILE]", required=False)
@click.pass_context
def verify(ctx: click.Context, what: str | None) -> int:
    """Check that nothing was altered and that every result recomputes from the recorded readings.

    An existing file is a document; a run is checked alone; without an argument the whole record is
    checked. Exit code 6 when something does not agree.
    """
    chosen = settings(ctx)
    if what is not None and Path(what).is_file():
        return _verify_document(chosen, Path(what))
    if what is not None and Path(what).suffix.lower() in DOCUMENTS:
        raise UsageError("There is no such document", where=what, way_out="Name the file where it lies.")
    return _verify_record(chosen, what)


def _verify_record(chosen: Settings, run: str | None) -> int:
    from calibrator.cli._access import opened

    say = chosen.words
    with opened(chosen) as record:
        stream = record.find_run(run) if run is not None else None
        streams = [stream] if stream is not None else [summary.id for summary in record.runs()]
        wrong = [*_chain_findings(record, stream), *_result_findings(record, streams)]
        events = sum(record.head(name)[0] for name in streams)
    for line in wrong:
        click.echo(line, err=True)
    if wrong:
        click.echo(f"{say('NOT intact')}: {len(wrong)}", err=True)
        return ALTERED
    click.echo(
        f"{say('intact')}: {len(streams)} {say('runs')}, {events} {say('events')}; "
        f"{say('every result recomputes from its readings')}"
    )
    return 0


def _chain_findings(record: Record, stream: str | None) -> Iterator[str]:
    for finding in record.verify(stream):
        place = f"{finding.stream}" if finding.seq is None else f"{finding.stream}, event {finding.seq}"
        yield f"{place}: {finding.what} [{finding.code}]"


def _result_findings(record: Record, streams: list[str]) -> Iterator[str]:
    from calibrator import evaluation

    for stream in streams:
        for difference in evaluation.recompute(record, stream):
            yield (
                f"{stream}, {difference.point} {difference.field}: "
                f"recorded {difference.recorded}, recomputed {difference.recomputed}"
            )


def _verify_document(chosen: Settings, file: Path) -> int:
    """Compare a document with the record that it says it comes from."""
    from calibrator.certificates import read_back
    from calibrator.cli._access import opened

    say = chosen.words
    found = read_back(file)
    with opened(chosen) as record:
        wrong = found.compare(record)
    for line in wrong:
        click.echo(f"{file}: {line}", err=True)
    if wrong:
        return ALTERED
    click.echo(f"{file}: {say('as issued; it agrees with the record')}")
    return 0
