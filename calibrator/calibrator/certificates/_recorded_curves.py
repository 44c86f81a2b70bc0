"""Results that are curves: as the evaluation of a section recorded them, and as tables of a document."""

from __future__ import annotations

import re
from typing import Any, Final

from calibrator.certificates._bodies import Body, number, optional_number, text
from calibrator.certificates._model import Curve
from calibrator.certificates._numbers import signed
from calibrator.certificates._readable import plain_number, readable_formula, unit_text, written_parameters
from calibrator.certificates._words import Speaker

__all__ = ["coefficient_texts", "curve_of", "curve_table"]

_IN_WORDS: Final = re.compile(r"[a-z]{3,}(?: [a-z]{3,})+")
_SMALLEST: Final = re.compile(r"by (U\(W\)|2 s), ([\d.]+)")  # of the smallest net weight
# msgids of the catalogue
_PARAMETER, _VALUE, _U = "Parameter", "Value", "Standard uncertainty u"
_MATRIX: Final = "The covariance matrix stands in the attached certificate.json and in the DCC."


def curve_of(body: Body) -> Curve:
    """Return a curve from an entry of `curves` in the event `section.evaluated`.

    Its keys: id, title, formula (LaTeX), names, values, units, covariance (rows), input, input_unit, domain.
    """
    low, high = body["domain"] or (None, None)
    return Curve(
        id=str(body["id"]),
        title=text(body["title"]),
        formula=str(body["formula"]),
        names=tuple(map(str, body["names"])),
        values=tuple(number(value) for value in body["values"]),
        units=tuple(map(str, body["units"])),
        covariance=tuple(tuple(number(value) for value in row) for row in body["covariance"]),
        input=str(body["input"]),
        input_unit=str(body["input_unit"]),
        domain_lower=optional_number(low),
        domain_upper=optional_number(high),
    )


def curve_table(curve: Curve, speaker: Speaker) -> dict[str, Any]:
    """Return a curve as a table: title, formula and range, each parameter with its standard uncertainty."""
    rows = written_parameters(curve)
    known = any(u for _, _, u in rows)
    heads = [_PARAMETER, _VALUE, *([_U] if known else [])]
    return {
        "title": speaker.tell(curve.title),
        "formula": _formula(curve, speaker),
        "columns": [speaker.say(head) for head in heads],
        "rows": [
            [_name(name, speaker), [value], *([[u or "–"]] if known else [])] for name, value, u in rows
        ],
        "matrix": speaker.say(_MATRIX) if any(any(row) for row in curve.covariance) else [],
    }


def _name(name: str, speaker: Speaker) -> list[str]:
    """Return the name of a parameter; one in words stands in the catalogue."""
    found = _SMALLEST.fullmatch(name)
    if found is not None:
        return speaker.say("by {how}, {share}", how=found[1], share=found[2])
    return speaker.say(name) if _IN_WORDS.fullmatch(name) else [name]


def _formula(curve: Curve, speaker: Speaker) -> list[str]:
    if curve.domain_lower is None or curve.domain_upper is None:
        return []
    return speaker.say(
        "{formula}, {input} from {low} to {high} {unit}",
        formula=readable_formula(curve.formula),
        input=curve.input,
        low=plain_number(curve.domain_lower),
        high=plain_number(curve.domain_upper),
        unit=unit_text(curve.input_unit),
    )


def coefficient_texts(curve: Curve) -> list[tuple[str, str, str]]:
    """Return each coefficient in plain digits: name, value and standard uncertainty, with their unit.

    Evidence compares these, so they keep the form that frozen results have.
    """
    from calibrator_uncertainty import round_like, round_uncertainty

    found = []
    for index, (name, value, unit) in enumerate(zip(curve.names, curve.values, curve.units, strict=True)):
        u = round_uncertainty(curve.covariance[index][index].sqrt())
        written = signed(round_like(value, u), plus=False)
        shown = unit_text(unit)
        found.append((name, f"{written} {shown}".rstrip(), f"{u:f} {shown}".rstrip()))
    return found
