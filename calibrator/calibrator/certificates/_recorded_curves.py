"""Results that are curves: as the evaluation of a section recorded them, and in words."""

from __future__ import annotations

from typing import Final

from calibrator.certificates._bodies import Body, number, optional_number, text
from calibrator.certificates._model import Curve
from calibrator.certificates._numbers import signed
from calibrator.certificates._readable import plain_number, readable_formula, unit_text, written_parameters
from calibrator.certificates._words import Speaker

__all__ = ["coefficient_texts", "curve_lines", "curve_of"]

# msgid of the catalogue
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


def curve_lines(curve: Curve, speaker: Speaker) -> list[list[str]]:
    """Return a curve in words: formula and range, then each coefficient with its standard uncertainty."""
    return [
        _head(curve, speaker),
        *(
            [f"{name} = {value}, u = {u}" if u else f"{name} = {value}"]
            for name, value, u in written_parameters(curve)
        ),
        *([speaker.say(_MATRIX)] if any(any(row) for row in curve.covariance) else []),
    ]


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


def _head(curve: Curve, speaker: Speaker) -> list[str]:
    if curve.domain_lower is None or curve.domain_upper is None:
        if not any(map(any, curve.covariance)):
            return speaker.say("{title}: parameters:", title=curve.title)
        return speaker.say("{title}: parameters with standard uncertainties:", title=curve.title)
    return speaker.say(
        "{title}: {formula}, {input} from {low} to {high} {unit}. Coefficients with standard uncertainties:",
        title=curve.title,
        formula=readable_formula(curve.formula),
        input=curve.input,
        low=plain_number(curve.domain_lower),
        high=plain_number(curve.domain_upper),
        unit=unit_text(curve.input_unit),
    )
