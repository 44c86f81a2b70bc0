"""Point objects of `show --json` as results of the model, by section."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Final, get_args

from calibrator._errors import IntegrityError
from calibrator.certificates._bodies import Body, number, optional_number, text
from calibrator.certificates._figures import standing
from calibrator.certificates._model import Result, ResultSection, Verdict, Version
from calibrator.certificates._particulars import particulars
from calibrator.certificates._people import person
from calibrator.certificates._recorded_curves import curve_of
from calibrator.certificates._sources import Sources
from calibrator.certificates._versions import Measured
from calibrator.evaluation import Rounder, rounding_of
from calibrator.i18n import bilingual
from calibrator.procedure import Text

__all__ = ["FUNCTION_TITLES", "NO_NUMBER", "result_sections"]

# msgids of the catalogue; a run recorded without section titles is headed by its functions
FUNCTION_TITLES: Final = {
    "dcv": "Direct voltage",
    "res4w": "Resistance, four-wire",
    "res2w": "Resistance, two-wire",
    "dci": "Direct current",
    "acv": "Alternating voltage",
    "aci": "Alternating current",
    "freq": "Frequency",
}


NO_NUMBER: Final = ("overload", "not-settled", "no-uncertainty")
"""Why a point can be without a number, as its notes say it."""


def result_sections(sources: Sources) -> tuple[ResultSection, ...]:
    """Return the results of every section in the order in which they were measured.

    A section whose points name tables (setting `table`) is printed in several; its curves follow the last.
    """
    by_section: dict[str, list[Result]] = {}
    titles = sources.opened["procedure"].get("section_titles") or {}
    write = rounding_of(sources.opened["lab"])
    references = {str(body["point"]["id"]): body for body in sources.references.get("points", ())}
    for point in sources.points:
        units = sources.reading_units.get(str(point["id"]), frozenset())
        table = _table_of(point, references.get(str(point["id"])), titles)
        result = _result(point, references.get(str(point["id"])), write, units, table)
        versions = sources.versions.get(result.id, ())
        whole = replace(result, versions=tuple(_version(item, result, sources) for item in versions))
        by_section.setdefault(table, []).append(whole)
    last = {_section_of(results[0].id, sources): name for name, results in by_section.items()}
    return tuple(
        ResultSection(
            id=name,
            title=_title(name, titles, results),
            results=tuple(results),
            curves=tuple(
                curve_of(body)
                for section, at in last.items()
                if at == name
                for body in sources.curves.get(section, ())
            ),
        )
        for name, results in by_section.items()
    )


def _table_of(point: Body, references: Body | None, titles: Mapping[str, Body]) -> str:
    """Return the id of the table in which a point stands: that of its section, or one of several in it."""
    section = str(point["section"])
    settings = references["point"].get("settings", {}) if references is not None else {}
    own = f"{section}-{settings.get('table', '')}"
    return own if own in titles else section


def _section_of(point: str, sources: Sources) -> str:
    return next(str(item["section"]) for item in sources.points if item["id"] == point)


def _title(section: str, titles: Mapping[str, Body], results: list[Result]) -> Text:
    if section in titles:
        return text(titles[section])
    functions = dict.fromkeys(result.function for result in results)
    if len(functions) == 1:
        known = FUNCTION_TITLES.get(next(iter(functions)))
        if known is not None:
            return bilingual(known)
    return text(section)


def _version(measured: Measured, result: Result, sources: Sources) -> Version:
    """Return one measurement of a repeated point as it stood before anything was set aside."""
    seen = (
        None if measured.point is None else _result(measured.point, None, rounding_of(sources.opened["lab"]))
    )
    asked = measured.asked if measured.attempt != result.attempt else None
    return Version(
        attempt=measured.attempt,
        error=seen.error if seen else None,
        expanded_uncertainty=seen.expanded_uncertainty if seen else None,
        verdict=seen.verdict if seen else None,
        no_number=seen.no_number if seen else "no-number",
        reason=asked.reason if asked else "",
        by=person(sources.opened["lab"], asked.by) if asked and asked.by else None,
    )


def _result(
    point: Body,
    references: Body | None,
    write: Rounder,
    units: frozenset[str] = frozenset(),
    table: str = "",
) -> Result:
    missing = _no_number(point)
    # readings in a unit of their own (4-20 mA of a transmitter) are no indication of the result's quantity
    readings = (
        [] if missing or units - {"", str(point["unit"])} else [number(value) for value in point["readings"]]
    )
    status, clause8 = standing(point["figure_status"], references), point.get("clause8")

    def computed(key: str) -> Decimal | None:
        return None if missing else optional_number(point[key])

    error, rounding = computed("error"), point.get("rounding") or {}
    measured = _measured(point) if error is not None and rounding else error
    beside, indication = particulars(point, references, table, _mean(readings), measured)
    return Result(
        id=str(point["id"]),
        function=str(point["function"]),
        unit=str(point["unit"]),
        nominal=number(point["nominal"]),
        range=number(point["range"]),
        indication=indication,
        readings=len(point["readings"]),
        error=error,
        standard_uncertainty=computed("u"),
        expanded_uncertainty=computed("U"),
        coverage_factor=computed("k"),
        dof="" if missing else str(point["dof"] or ""),
        limit_lower=optional_number(point["lower_limit"]),
        limit_upper=optional_number(point["upper_limit"]),
        guard_band=computed("guard_band"),
        pfa=computed("pfa"),
        clause8=bool(clause8["ok"]) if clause8 else None,
        verdict=_verdict(point),
        limit_status=str(status["limit"]),
        standard_status=str(status["standard"]),
        standard=str(point.get("standard") or ""),
        attempt=int(point.get("attempt", 1)),
        attempts=int(point.get("attempts", 1)),
        notes=tuple(map(str, point.get("notes") or ())),
        no_number=missing,
        rounding=write.policy,
        rounding_step=write.step,
        edition_step=optional_number(rounding.get("step")),
        judged=str(rounding["judged"]) if rounding else None,
        frequency_hz=_frequency(references),
        particulars=beside,
        coverage=computed("coverage") if "coverage" in point else None,
        taxon=None if references is None else references.get("taxon"),
    )


def _measured(point: Body) -> Decimal:
    """Return the error before an edition had it rounded: the reference value is the indication less this."""
    return Decimal(repr(float.fromhex(str(point["exact"]["error"]))))


def _frequency(references: Body | None) -> Decimal | None:
    hertz = ((references or {}).get("point") or {}).get("settings", {}).get("frequency_hz")
    if isinstance(hertz, Mapping):  # a float, as the record holds it
        hertz = repr(float.fromhex(hertz["float"]))
    return Decimal(str(hertz)).normalize() if hertz else None


def _no_number(point: Body) -> str:
    """Return why a point has no number, empty where it has one.

    Such a point is recorded with an error without bound, or with none; its other numbers mean nothing.
    """
    if str(point.get("error") or "inf").lstrip("+-") != "inf":
        return ""
    known = set(map(str, point.get("notes") or ()))
    return next((code for code in NO_NUMBER if code in known), "no-number")


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
