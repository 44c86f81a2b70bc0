"""What was valid at the start must be valid when a run goes on, and when each section begins."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from calibrator._errors import RefusedError, RunError
from calibrator.engine._context import Context
from calibrator.engine._standards import Moment, Shelf
from calibrator.engine._types import Refusal
from calibrator.evaluation import standards_of
from calibrator.procedure import PointReferences, Section
from calibrator.standards import Register

__all__ = ["check_same_figures", "check_section"]


def check_section(context: Context, section: Section) -> None:
    """Look at the dates of a section's standards again: a run may take longer than was planned.

    Raises `RunError` with the refusal's code, such as `certificate-expired`.
    """
    for problem in _expired(context, section):
        raise RunError(
            f"{problem.asset} cannot be the standard any more: {problem.reason}",
            where=problem.place,
            code=problem.code,
        )


def _expired(context: Context, section: Section) -> Iterator[Refusal]:
    setting, now = context.setting, context.station.now()
    live = context.chronicle.events[0].body["mode"] == "live"
    passing = frozenset(deviation.code for deviation in setting.job.deviations)
    shelf = Shelf(setting.bench, setting.lab, Register(context.chronicle.record), {}, live, passing)
    used = context.assets_of(section)
    for instrument in setting.bench.instruments.values():
        if instrument.asset in used:
            yield from shelf.artefact_problems(instrument, Moment(now, now, None))


def check_same_figures(
    fixed: Mapping[str, PointReferences], now: Mapping[str, PointReferences], run: str
) -> None:
    """Refuse to go on where the figures of a point are no longer those that were fixed.

    Another column of the specification, another status or confirmation, a zero that has grown old; or
    limits of the unit under test that an edition or a table gives otherwise by now, said as such.
    """
    for name, before in fixed.items():
        after = now.get(name)
        if after is not None and _limits(before) != _limits(after):
            by = before.limits.edition or after.limits.edition
            cause = f"the edition {by} was edited or checked since" if by else "the table was edited since"
            raise RefusedError(
                f"the run cannot go on: the limits of the unit at {name} are not those of its start",
                where=f"run {run}",
                way_out=f"Begin a new run: {cause}, or a figure of it was confirmed.",
                code="resume-refused",
            )
        if after is None or _figures(before) != _figures(after):
            raise RefusedError(
                f"the run cannot go on: the figures of the standard at {name} are not those of its start",
                where=f"run {run}",
                way_out="Begin a new run: certificate, temperature, zero or confirmation are others now.",
                code="resume-refused",
            )


def _limits(references: PointReferences) -> tuple[object, ...]:
    limits = references.limits
    return (limits.lower, limits.upper, limits.confirmed, limits.rounding, limits.edition)


def _figures(references: PointReferences) -> tuple[object, ...]:
    standard = tuple(
        (item.half_width, item.status, item.source, item.confirmed) for item in standards_of(references)
    )
    return (references.standard_asset, *standard)
