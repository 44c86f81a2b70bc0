"""Results that are curves: as the evaluation of a section recorded them, and in words."""

from __future__ import annotations

import re
from typing import Final

from calibrator.certificates._bodies import Body, number, optional_number, text
from calibrator.certificates._model import Curve
from calibrator.certificates._numbers import signed
from calibrator.certificates._words import Speaker

__all__ = ["coefficient_texts", "curve_lines", "curve_of"]

_POWERS: Final = {"**2": "²", "**3": "³"}


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
        *([f"{name} = {value}, u = {u}"] for name, value, u in coefficient_texts(curve)),
        speaker.say("The covariance matrix stands in the attached certificate.json and in the DCC."),
    ]


def coefficient_texts(curve: Curve) -> list[tuple[str, str, str]]:
    """Return each coefficient as it is printed: name, value, and standard uncertainty, with their unit."""
    from calibrator_uncertainty import round_like, round_uncertainty

    found = []
    for index, (name, value, unit) in enumerate(zip(curve.names, curve.values, curve.units, strict=True)):
        u = round_uncertainty(curve.covariance[index][index].sqrt())
        written = signed(round_like(value, u), plus=False)
        shown = _unit(unit)
        found.append((name, f"{written} {shown}".rstrip(), f"{u:f} {shown}".rstrip()))
    return found


def _unit(unit: str) -> str:
    """Return a unit such as "ohm/degC" as readers write it; that of a difference of temperatures is K."""
    symbols = {"ohm": "Ω", "degC": "°C", "delta_degC": "K", "1": "1", "deg": "°"}
    words = re.split(r"(/|\*\*\d+|\*)", unit)
    shown = "".join(_POWERS.get(word, symbols.get(word, word.replace("**", "^"))) for word in words)
    return "" if shown == "1" else shown


def _head(curve: Curve, speaker: Speaker) -> list[str]:
    if curve.domain_lower is None or curve.domain_upper is None:
        return speaker.say("{title}: parameters with standard uncertainties:", title=curve.title)
    return speaker.say(
        "{title}: {formula}, {input} from {low} to {high} {unit}. Coefficients with standard uncertainties:",
        title=curve.title,
        formula=curve.formula,
        input=curve.input,
        low=signed(curve.domain_lower, plus=False),
        high=signed(curve.domain_upper, plus=False),
        unit=_unit(curve.input_unit),
    )
