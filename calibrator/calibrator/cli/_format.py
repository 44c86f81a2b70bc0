"""Small texts that several commands print."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any
from unicodedata import east_asian_width

__all__ = [
    "NOT_VALIDATED",
    "called_as",
    "duration",
    "engineering",
    "limits_of",
    "limits_text",
    "no_number",
    "padded",
    "plain",
    "probability",
    "rounded_like",
    "validation",
    "width",
]

NOT_VALIDATED = "NOT validated"
_PREFIXES = {9: "G", 6: "M", 3: "k", 0: "", -3: "m", -6: "\u00b5", -9: "n", -12: "p"}
_WITHOUT_KILO = ("V", "A")  # the trade says 1000 V


def width(text: str) -> int:
    """Return how many columns of a terminal `text` takes; Chinese takes two each."""
    return sum(2 if east_asian_width(character) in "WF" else 1 for character in text)


def padded(text: str, columns: int = 12) -> str:
    """Return `text` with spaces up to so many columns of a terminal.

    Example:
        >>> padded("time", 6) + "|", padded("用时", 6) + "|"
        ('time  |', '用时  |')
    """
    return text + " " * max(0, columns - width(text))


def plain(value: float) -> str:
    """Return an indication with eight digits and without an exponent.

    Example:
        >>> plain(100331400.0), plain(5.4e-7)
        ('100331400', '0.00000054')
    """
    return f"{Decimal(f'{value:.8g}'):f}"


def engineering(value: str, unit: str, like: str | None = None) -> tuple[str, str]:
    """Return decimal digits with the prefixed unit that suits them, or suits `like`; other texts stay.

    Example:
        >>> engineering("-0.00014", "V", "0.0004"), engineering("100331400", "ohm")
        (('-140', '\u00b5V'), ('100.3314', 'M\u03a9'))
    """
    symbol = "\u03a9" if unit == "ohm" else unit
    try:
        digits, model = Decimal(value), Decimal(value if like is None else like)
        digits = digits if like is not None else digits.normalize()
    except InvalidOperation:  # "overload", or nothing yet
        return value, symbol
    if not digits.is_finite() or not model.is_finite():
        return value, symbol
    exponent = 3 * (model.adjusted() // 3) if model else 0
    exponent = min(max(exponent, -12), 0 if unit in _WITHOUT_KILO else 9)
    return f"{digits.scaleb(-exponent):f}", f"{_PREFIXES[exponent]}{symbol}"


def rounded_like(value: str, uncertainty: str) -> str:
    """Return `value` to the second digit of U, so that no zero behind it looks as if it were measured.

    Example:
        >>> rounded_like("-331400", "240000"), rounded_like("-", "-")
        ('-3.3E+5', '-')
    """
    try:
        place = Decimal(uncertainty).adjusted() - 1
        return str(Decimal(value).quantize(Decimal(1).scaleb(place)))
    except InvalidOperation:  # "-": no number
        return value


def limits_text(lower: object, upper: object, half: object) -> str:
    """Return limits as a table shows them: T alone where they are ±T, else both, or the one that there is.

    Example:
        >>> limits_text("-0.2", "0.2", "0.2"), limits_text("-0.1", "0.5", "0.3")
        ('0.2', '-0.1/+0.5')
        >>> limits_text(None, "0.5", None)
        '<= +0.5'
    """
    low, high = (None if limit is None else Decimal(str(limit)) for limit in (lower, upper))
    if low is None or high is None:
        if low is None and high is None:
            return "" if half is None else str(half)
        return f"<= {high:+f}" if low is None else f">= {low:+f}"
    return str(half) if -low == high else f"{low:+f}/{high:+f}"


def limits_of(point: Mapping[str, Any]) -> str:
    """Return the limits of a point object as a table shows them."""
    return limits_text(point.get("lower_limit"), point.get("upper_limit"), point["limit"])


_WHY = {
    "not-settled": "not settled",
    "measured": "no reading was kept",
    "no-result": "what it is made from was not measured",
    "no-uncertainty": "its uncertainty is not known to the first order",
}


def no_number(point: Mapping[str, Any]) -> str:
    """Return why an undetermined point gave no number, "" where it gave one or fails without (an overload).

    Example:
        >>> no_number({"error": "inf", "verdict": "undetermined", "notes": ["not-settled"]})
        'not settled'
        >>> no_number({"error": "inf", "verdict": "fail", "notes": ["overload"]})
        ''
    """
    if point["verdict"] != "undetermined" or str(point["error"] or "inf").lstrip("+-") != "inf":
        return ""
    code = str(next(iter(point.get("notes") or ()), "no-result"))
    return _WHY.get(code, code)


def validation(point: Mapping[str, Any]) -> str:
    """Return how U stands against Monte Carlo (JCGM 101:2008, 8; METROLOGY 16), "" where that was not asked.

    Example:
        >>> validation({"clause8": {"ok": False}}), validation({"clause8": None})
        ('NOT validated', '')
    """
    found = point.get("clause8")
    if not found:
        return ""
    return "validated" if found["ok"] else NOT_VALIDATED


def duration(seconds: float) -> str:
    """Return a duration as a person says it: 45 s, 12 min, 3 h 05 min.

    Example:
        >>> duration(45.2), duration(754), duration(11100)
        ('45 s', '13 min', '3 h 05 min')
    """
    if seconds < 90:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60:02d} min"


def probability(text: str | None) -> str:
    """Return a recorded probability in percent, two digits; none is ever 0 or 1.

    Example:
        >>> probability("0.000000"), probability("0.0123"), probability("1.000000")
        ('< 0.0001 %', '1.2 %', '> 99.9999 %')
    """
    if text is None:
        return ""
    value = 100 * Decimal(text)
    if value < Decimal("0.0001"):
        return "< 0.0001 %"
    if value > Decimal("99.9999"):
        return "> 99.9999 %"
    rest = 100 - value
    rounded = Decimal(f"{value:.2g}") if value < rest else 100 - Decimal(f"{rest:.2g}")
    return f"{rounded:f} %"


def called_as(home: Path | None) -> str:
    """Return how the person can call the command line again, with the home where one was named.

    A command that is not the one on the PATH is named by its place.
    """
    script = Path(sys.executable).with_name("calibrator.exe" if sys.platform == "win32" else "calibrator")
    on_path = shutil.which("calibrator")
    if on_path is not None and Path(on_path) == script:
        call = "calibrator"
    elif script.exists():
        call = _quoted(_short(script))
    else:
        call = f"{_quoted(_short(Path(sys.executable)))} -m calibrator"
    return call if home is None else f"{call} --home {_quoted(_short(home))}"


def _short(path: Path) -> Path:
    """Return the path as seen from the current folder, where it lies below it."""
    try:
        return path.absolute().relative_to(Path.cwd())
    except ValueError:
        return path


def _quoted(path: Path) -> str:
    text = str(path)
    return f'"{text}"' if " " in text else text
