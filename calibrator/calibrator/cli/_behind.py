"""A clock that was set back between two commands: said before the next one writes with its times."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from calibrator.cli._format import padded
from calibrator.cli._settings import Settings

if TYPE_CHECKING:
    from datetime import datetime

    from calibrator.record import Record

__all__ = ["name_clock", "name_clock_since"]

_FORM = "%Y-%m-%dT%H:%M:%SZ"


def name_clock(chosen: Settings, record: Record) -> None:
    """Say on stderr that the clock is behind the record's last event; the register says so with the next one.

    Nothing is refused: what is written follows what was written by number and hash, not by time.
    """
    before = record.fell_behind()
    if before is not None:
        _tell(chosen, f"{record.now():{_FORM}}", f"{before:{_FORM}}")


def name_clock_since(chosen: Settings, record: Record, begun: datetime) -> None:
    """Say the same of a command that wrote to the record already, before it could be asked."""
    from calibrator.record import parse_utc

    said = record.last(record.REGISTER, "clock.went_back")
    if said is None or said.at < begun:
        name_clock(chosen, record)
    else:
        _tell(chosen, f"{parse_utc(said.body['now']):{_FORM}}", f"{parse_utc(said.body['before']):{_FORM}}")


def _tell(chosen: Settings, now: str, before: str) -> None:
    say = chosen.words
    text = say(
        "this computer's clock says {now}, and the record has an event of {time}: the clock was set back, or "
        "was ahead then; nothing is lost, and the register notes it. Check date and time before you go on: "
        "due dates and the dates of certificates are counted by it"
    )
    click.echo(f"{padded(say('note'))} {text.format(now=now, time=before)}", err=True)
