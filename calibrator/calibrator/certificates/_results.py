"""Point objects of `show --json` as results of the model, by section."""

from __future__ import annotations

import math
from collections.abc import Mapping
from decimal import Decimal
from typing import Final, get_args

from calibrator._errors import IntegrityError
from calibrator.certificates._bodies import Body, number, optional_number, text
from calibrator.certificates._model import Result, ResultSection, Verdict
from calibrator.certificates._sources import Sources
from calibrator.i18n import bilingual
from calibrator.procedure import Text

__all__ = ["FUNCTION_TITLES", "result_sections"]

# msgids of the catalogue; a run recorded without section titles is headed by its functions
FUNCTION_TITLES: Final = {
    "dcv": "Direct voltage",
    "res4w": "Resistance, four-wire",
    "res2w": "Resistance, two-wire",
    "dci": "Direct current",
}


def result_sections(sources: Sources) -> tuple[ResultSection, ...]:
    """Return the results of every section in the order in which they were measured."""
    by_section: dict[str, list[Result]] = {}
    for point in sources.points:
        by_section.setdefault(str(point["section"]), []).append(_result(point))
    titles = sources.opened["procedure"].get("section_titles") or {}
    return tuple(
        ResultSection(id=name, title=_title(name, titles, results), results=tuple(results))
        for name, results in by_section.items()
    )


def _title(section: str, titles: Mapping[str, Body], results: list[Result]) -> Text:
    if section in titles:
        return text(titles[section])
    functions = dict.fromkeys(result.function for result in results)
    if len(functions) == 1:
        known = FUNCTION_TITLES.get(next(iter(functions)))
        if known is not None:
            return bilingual(known)
    return text(section)


def _result(point: Body) -> Result:
    readings = [] if point.get("error") is None else [number(value) for value in point["readings"]]
    status, clause8 = point["figure_status"], point.get("clause8")
    return Result(
        id=str(point["id"]),
        function=str(point["function"]),
        unit=str(point["unit"]),
        nominal=number(point["nominal"]),
        range=number(point["range"]),
        indication=_mean(readings),
        readings=len(point["readings"]),
        error=optional_number(point["error"]),
        standard_uncertainty=optional_number(point["u"]),
        expanded_uncertainty=optional_number(point["U"]),
        coverage_factor=optional_number(point["k"]),
        dof=str(point["dof"] or ""),
        limit_lower=number(point["lower_limit"]),
        limit_upper=number(point["upper_limit"]),
        guard_band=optional_number(point["guard_band"]),
        pfa=optional_number(point["pfa"]),
        clause8=bool(clause8["ok"]) if clause8 else None,
        verdict=_verdict(point),
        limit_status=str(status["limit"]),
        standard_status=str(status["standard"]),
        standard=str(point.get("standard") or ""),
        attempt=int(point.get("attempt", 1)),
        attempts=int(point.get("attempts", 1)),
        notes=tuple(map(str, point.get("notes") or ())),
    )


def _mean(readings: list[Decimal]) -> Decimal | None:
    """Return the mean as the evaluation takes it, in floats, so that indication and error round alike."""
    if not readings:
        return None
    return Decimal(repr(math.fsum(map(float, readings)) / len(readings)))


def _verdict(point: Body) -> Verdict:
    verdict = str(point["verdict"])
    known: tuple[Verdict, ...] = get_args(Verdict)
    for candidate in known:
        if candidate == verdict:
            return candidate
    raise IntegrityError(
        f"the point {point['id']} has the unknown verdict {verdict!r}",
        where=str(point["id"]),
        way_out="Check the record: calibrator verify.",
        code="unknown-verdict",
    )
