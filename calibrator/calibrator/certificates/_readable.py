r"""Curves as a reader has them: formulas without the marks of LaTeX, parameters with a power of ten."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from calibrator.certificates._numbers import signed

if TYPE_CHECKING:
    from calibrator.certificates._model import Curve

__all__ = [
    "SUPERSCRIPT",
    "plain_number",
    "readable_formula",
    "readable_name",
    "unit_text",
    "written_parameters",
]

SUPERSCRIPT: Final = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")
_SUBSCRIPT: Final = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
_DOTTED: Final = re.compile(r"\\(?:cdot|times)\s*")
_FRACTION: Final = re.compile(r"\\frac\{([^{}]*)\}\{([^{}]*)\}")
_UPRIGHT: Final = re.compile(r"\\(?:mathrm|text|operatorname)\{([^{}]*)\}")
_ROOT: Final = re.compile(r"\\sqrt\{([^{}]*)\}")
_GREEK: Final = {"alpha": "α", "beta": "β", "delta": "δ", "lambda": "λ", "Delta": "Δ", "Omega": "Ω"}
_POWER: Final = re.compile(r"\^(?:\{(-?\d+)\}|(\d))")
_INDEX: Final = re.compile(r"_(?:\{(\d+)\}|(\d))(?!\d)")
_NAMED_INDEX: Final = re.compile(r"_\{([^{}]*)\}")
_POWERS: Final = {"**2": "²", "**3": "³"}
_PLAIN: Final = range(-4, 6)  # powers of ten of numbers that are written without one
_SIGNIFICANT: Final = 6  # digits of a value that has no uncertainty


def readable_formula(formula: str) -> str:
    r"""Return a LaTeX formula on one line without its marks.

    Example:
        >>> readable_formula(r"E(t) - E_{\mathrm{ref}}(t) = \frac{a t}{2} + b t^2")
        'E(t) − E_ref(t) = (a t)/(2) + b t²'
    """
    text = formula.replace(r"\left", "").replace(r"\right", "")
    text = _DOTTED.sub("· ", _UPRIGHT.sub(r"\1", text))
    text = _POWER.sub(lambda found: (found[1] or found[2]).translate(SUPERSCRIPT), text)
    text = _INDEX.sub(lambda found: (found[1] or found[2]).translate(_SUBSCRIPT), text)
    text = _NAMED_INDEX.sub(r"_\1", text)
    before = ""
    while before != text:
        before, text = text, _ROOT.sub(r"√(\1)", _FRACTION.sub(r"(\1)/(\2)", text))
    text = re.sub(r"\\(\w+)", lambda found: _GREEK.get(found[1], found[0]), text)
    text = re.sub(r"\\(?:[,;:! ]|quad\b)", " ", text)
    return re.sub(r"\\(?=[A-Za-z])|[{}]", "", text).replace(" - ", " − ").strip()


def readable_name(name: str) -> str:
    """Return the name of a parameter: R₀ for `R_0`, "mean deviation" for `mean_deviation`.

    Example:
        >>> readable_name("R_0"), readable_name("mean_deviation")
        ('R₀', 'mean deviation')
    """
    if re.fullmatch(r"[a-z]{3,}(?:_[a-z]{3,})+", name):
        return name.replace("_", " ")
    return readable_formula(name)


def plain_number(value: Decimal) -> str:
    """Return a number without the zeros that only a float's digits left at its end.

    Example:
        >>> plain_number(Decimal("140.030000000")), plain_number(Decimal("1E+3"))
        ('140.03', '1000')
    """
    return signed(value.normalize() if value else Decimal(0), plus=False)


def unit_text(unit: str) -> str:
    """Return a unit such as "ohm/degC" as readers write it; that of a difference of temperatures is K."""
    symbols = {"ohm": "Ω", "degC": "°C", "delta_degC": "K", "1": "1", "deg": "°"}
    words = re.split(r"(/|\*\*\d+|\*)", unit)
    shown = "".join(_POWERS.get(word, symbols.get(word, word.replace("**", "^"))) for word in words)
    return "" if shown == "1" else shown


def written_parameters(curve: Curve) -> list[tuple[str, str, str]]:
    """Return name, value and standard uncertainty of each parameter, both with the same power of ten.

    The standard uncertainty is empty where the parameter has none.
    """
    from calibrator_uncertainty import round_like, round_uncertainty

    found = []
    for index, (name, value, unit) in enumerate(zip(curve.names, curve.values, curve.units, strict=True)):
        variance, shown = curve.covariance[index][index], unit_text(unit)
        if variance:
            u = round_uncertainty(variance.sqrt())
            rounded = round_like(value, u)
        else:
            u, rounded = Decimal(0), _significant(value)
        power = max(rounded.adjusted() if rounded else u.adjusted(), u.adjusted() if u else -99)
        power = 0 if power in _PLAIN else power
        texts = [_with_power(number, power, shown) if number or variance else "" for number in (rounded, u)]
        found.append((readable_name(name), texts[0] or "0", texts[1]))
    return found


def _significant(value: Decimal) -> Decimal:
    if not value:
        return Decimal(0)
    short = value.quantize(Decimal(1).scaleb(value.adjusted() - _SIGNIFICANT + 1)).normalize()
    return short.quantize(Decimal(1)) if short == short.to_integral_value() else short


def _with_power(number: Decimal, power: int, unit: str) -> str:
    digits = signed(number.scaleb(-power), plus=False)
    tens = f" × 10{str(power).translate(SUPERSCRIPT)}" if power else ""
    return f"{digits}{tens} {unit}".rstrip()
