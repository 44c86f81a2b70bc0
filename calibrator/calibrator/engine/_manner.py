"""A job in the manner of an edition: its limits, how errors are rounded, and the rule that judges them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from calibrator._errors import UsageError
from calibrator.procedure import Manner, Point, PointLimits, ProcedureInfo, Rounded, Section
from calibrator.regulations import (
    Checked,
    Edition,
    Known,
    MpeRow,
    limit_at,
    load_checked,
    load_library,
    step_of,
    unverified,
)
from calibrator.standards import Lab

__all__ = ["AS_EDITION", "Judging", "as_editions_have_it", "as_recorded", "edition_limit"]

AS_EDITION = "edition"  # the rule of a job that is judged as the edition in force has it
CHECKED = "checked"


@dataclass(frozen=True, slots=True)
class Judging:
    """The sections with what editions decide in them, and the rule of the job."""

    sections: tuple[Section, ...]
    rule: str
    judged_as: str = ""  # id of the edition that decides rule and rounding; "" where the job does


def as_editions_have_it(
    sections: Sequence[Section], info: ProcedureInfo, lab: Lab, day: date, rule: str
) -> Judging:
    """Return the sections with the figures of the editions in force on the day of the work.

    Raises:
        UsageError: `unknown-regulation`, `no-edition-limit`, `no-step`; with the rule "edition" also
            `rule-without-edition`.
    """
    wanted = {section.manner.regulation for section in sections if section.manner is not None}
    if not wanted and rule != AS_EDITION:
        return Judging(tuple(sections), rule)
    library = load_library()
    found = [library.find(name, day).edition for name in info.regulations]
    editions = {edition.regulation: edition for edition in found if edition.regulation in wanted}
    judged_as = ""
    if rule == AS_EDITION:
        rule, judged_as = _rule(sections, editions, info)
    return Judging(_decided(sections, editions, lab, bool(judged_as)), rule, judged_as)


def as_recorded(sections: Sequence[Section], opened: Mapping[str, Any], lab: Lab) -> tuple[Section, ...]:
    """Return the sections as the editions have it that a run recorded, whatever is in force now."""
    if all(section.manner is None for section in sections):
        return tuple(sections)
    library = load_library()
    names = [str(body["id"]) for body in opened["procedure"].get("regulations", ())]
    found = [library.edition(name) for name in names]
    editions = {edition.regulation: edition for edition in found}
    return _decided(sections, editions, lab, bool(opened.get("judged_as")))


def _rule(
    sections: Sequence[Section], editions: Mapping[str, Edition], info: ProcedureInfo
) -> tuple[str, str]:
    """Return the rule of the one edition that all sections are judged by, and its id.

    An edition that states no rule, as a calibration specification may, leaves it to the procedure.
    """
    found = {
        None if section.manner is None else editions.get(section.manner.regulation)
        for section in sections
        if not all(point.supporting for point in section.points)  # such as a checklist
    }
    edition = next(iter(found)) if len(found) == 1 else None
    if edition is None:
        named = ", ".join(sorted("none" if item is None else item.number for item in found)) or "none"
        raise UsageError(
            f"no one edition judges the sections of this job ({info.id}): their tables name {named}",
            where="--rule edition",
            way_out="Name a rule, such as --rule simple; or state `edition` in each section of the table.",
            code="rule-without-edition",
        )
    return (info.rule if edition.decision is None else edition.decision.rule), edition.id


def _decided(
    sections: Iterable[Section], editions: Mapping[str, Edition], lab: Lab, judging: bool
) -> tuple[Section, ...]:
    checked = load_checked(Path(lab.path).parent / "regulations.toml", lab) if lab.path else ()
    done = []
    for section in sections:
        manner = section.manner
        edition = None if manner is None else editions.get(manner.regulation)
        if manner is not None and edition is not None:
            points = tuple(_point(point, manner, edition, checked, judging) for point in section.points)
            section = replace(section, points=points)  # noqa: PLW2901 - the same section, with its figures
        elif manner is not None and any(
            _open(limits) for p in section.points for limits in p.limits.values()
        ):
            raise UsageError(
                f"the section {section.id} takes limits from {manner.regulation}, which the procedure does"
                " not follow",
                where=f"section {section.id}, key edition.regulation",
                way_out="List it under `regulations` of procedure.toml.",
                code="unknown-regulation",
            )
        done.append(section)
    return tuple(done)


def _point(
    point: Point, manner: Manner, edition: Edition, checked: Sequence[Checked], judging: bool
) -> Point:
    return replace(
        point,
        limits={
            key: _limits(limits, point, manner, edition, checked, judging)
            for key, limits in point.limits.items()
        },
    )


def _limits(  # noqa: PLR0917 - what one limit rests on
    limits: PointLimits,
    point: Point,
    manner: Manner,
    edition: Edition,
    checked: Sequence[Checked],
    judging: bool,
) -> PointLimits:
    if _open(limits):
        limits = _of_edition(limits, point, manner, edition, checked)
    if not judging or edition.rounding is None:
        return limits
    rounding = edition.rounding
    step = step_of(
        edition,
        _tolerance(limits),
        interval=manner.interval_at(point),
        resolution=manner.resolution,
        accuracy_class=manner.accuracy_class,
    )
    written = Decimal(1) if step is None else _short(step)
    status = _status("rounding", rounding.known, edition, checked)
    source = _source(edition, rounding.known)
    return replace(limits, rounding=Rounded(written, rounding.judged, status, source))


def edition_limit(edition: Edition, manner: Manner, point: Point) -> tuple[Decimal, MpeRow] | None:
    """Return the limit that an edition's formula gives at a point, and its line; None where it has none.

    Raises `UsageError` (`edition-unit`) for a line in a unit that is no multiple of the point's.
    """
    return limit_at(
        edition,
        manner.argument(point),
        item=manner.item(point),
        accuracy_class=manner.accuracy_class,
        span=manner.high - manner.low,
        interval=manner.interval_at(point),
        unit=point.unit,
    )


def _of_edition(
    limits: PointLimits, point: Point, manner: Manner, edition: Edition, checked: Sequence[Checked]
) -> PointLimits:
    found = edition_limit(edition, manner, point)
    if found is None:
        raise UsageError(
            f"{edition.number} states no limit of {manner.item(point)} for the class"
            f" {manner.accuracy_class or 'none'} at {point.id}",
            where=f"point {point.id}, key limits",
            way_out="State the limit in the point table, with its source.",
            code="no-edition-limit",
        )
    half, row = _short(found[0]), found[1]
    return replace(
        limits,
        lower=-half,
        upper=half,
        status=_status("mpe", row.known, edition, checked),
        source=_source(edition, row.known),
        edition=edition.id,
    )


def _tolerance(limits: PointLimits) -> Decimal:
    """Return half the tolerance; of a limit on one side only, as of a repeatability, what it allows."""
    if limits.half is not None:
        return limits.half
    return max(abs(limit) for limit in (limits.lower, limits.upper) if limit is not None)


def _short(value: Decimal) -> Decimal:
    """Return a product of coefficients without the zeros that only multiplying brought."""
    return Decimal(f"{value.normalize():f}")


def _open(limits: PointLimits) -> bool:
    """Say whether the table leaves a limit to the edition."""
    return limits.lower is None and limits.upper is None


def _status(figure: str, known: Known, edition: Edition, checked: Sequence[Checked]) -> str:
    """Return how well a figure is known: as its file says, until a person has checked it (METROLOGY 9)."""
    by_person = edition.checked or any(
        item.edition == edition.id and item.figure == figure for item in checked
    )
    return CHECKED if by_person and figure not in unverified(edition, checked) else known.status


def _source(edition: Edition, known: Known) -> str:
    clause = f", {known.clause}" if known.clause else ""
    return f"{edition.number}{clause}: {known.source}"
