"""Taking a typed indication: what the display can show, what may be expected, and a second look."""

from __future__ import annotations

import math
from dataclasses import dataclass

from calibrator_drivers._errors import UnexpectedReply
from calibrator_drivers.roles import Indication
from calibrator_drivers.transport import Session

from ._text import Typed, parse_typed
from ._words import PATIENCE_S

__all__ = ["PATIENCE_S", "Display", "display_of", "take"]

_LOOKS = 3
_BELOW = 10.0  # counts below zero that a display without a sign may show of its own zero
_FLICKER = 2.0  # counts between two looks at the same value
_OVER_RANGE = 1.1  # displays show a little more than the range's name
_PREFIXES = (("M", 1e6), ("k", 1e3), ("", 1.0), ("m", 1e-3), ("u", 1e-6))


@dataclass(frozen=True, slots=True)
class Display:
    """What a range can show; `unit` bears its prefix, `scale` leads to `base_unit` without one."""

    unit: str
    base_unit: str
    scale: float
    decimals: int
    most: float  # in the display's unit
    multiple: float = 0.0  # indications are multiples of this, 0 where the decimals say it all
    least: float | None = None  # in the display's unit; None: as far below zero as above
    overloads: bool = True  # whether it can say that it is beyond its range


def display_of(range_high: float, resolution: float, unit: str, *, signed: bool = True) -> Display:
    """Return the display of a digital range: as 87V and 179 show it, 600 mV and 6 kohm with their prefixes.

    What has no sign, such as alternating volts or ohms, is below zero by a few counts at most.

    Example:
        >>> display_of(0.6, 1e-4, "V")
        Display(unit='mV', base_unit='V', scale=0.001, decimals=1, most=660.0, multiple=0.0, \
least=None, overloads=True)
    """
    prefix, scale = next(
        ((prefix, scale) for prefix, scale in _PREFIXES if range_high >= scale * (1.0 - 1e-9)), _PREFIXES[-1]
    )
    decimals = max(0, round(-math.log10(resolution / scale)))
    most = float(f"{range_high / scale * _OVER_RANGE:.6g}")
    least = None if signed else -_BELOW * resolution / scale
    return Display(prefix + unit, unit, scale, decimals, most, least=least)


def take(
    session: Session, display: Display, expected: tuple[float, float] | None, *, question: str = ""
) -> Indication:
    """Ask what the display shows, or another question; what cannot be, or is not expected, is asked again.

    `expected` is a value and a half-width in the base unit. A suspicious indication that is typed twice, one
    after the other, is taken, with all texts in its `raw`; that the last digit flickers does not matter.

    Raises:
        UnexpectedReply: after three more looks it is nothing that the display can show, or still another one.
    """
    texts = [session.query(question or f"LOOK {display.unit}", timeout_s=PATIENCE_S)]
    before: Typed | None = None
    while True:
        typed, impossible, doubt = _judge(texts[-1], display, expected)
        possible = typed if not impossible else None
        if possible is not None and (not doubt or _agree(before, possible, display, expected)):
            return _indication(session, possible, texts, display)
        if len(texts) > _LOOKS:
            raise _refused(session, display, texts, impossible or f"{doubt}, and none was typed twice")
        said = f"{texts[-1].strip()} was typed, {impossible or doubt}"
        again = f"{question}; {said}" if question else f"AGAIN {display.unit} {said}"
        texts.append(session.query(again, timeout_s=PATIENCE_S))
        before = possible


def _agree(
    before: Typed | None, typed: Typed, display: Display, expected: tuple[float, float] | None
) -> bool:
    """Say whether two looks saw the same: within a flicker, or the window in which nothing is suspicious."""
    if before is None or before.overload or typed.overload:
        return before is not None and before.overload and typed.overload
    count = display.multiple or 10.0**-display.decimals
    window = 0.0 if expected is None else expected[1] / display.scale
    # the slack is of binary floats: 0.20 - 0.12 is more than 2 times 0.04
    return abs(typed.value - before.value) <= max(_FLICKER * count, window) * (1.0 + 1e-9)


def _refused(session: Session, display: Display, texts: list[str], why: str) -> UnexpectedReply:
    return UnexpectedReply(
        f"What was typed cannot be what the display shows: {', '.join(texts)} ({why})",
        reply=texts[-1],
        instrument=session.name,
        resource=session.resource,
        way_out=f"Check function, range and unit: the display shows up to {display.most:g} {display.unit}.",
    )


def _judge(
    text: str, display: Display, expected: tuple[float, float] | None
) -> tuple[Typed | None, str, str]:
    """Return what was typed, why it cannot be, and why it may be a slip."""
    try:
        typed = parse_typed(text, display.unit)
    except ValueError as error:
        return None, str(error), ""
    impossible = _impossible(typed, display)
    if impossible or expected is None:
        return typed, impossible, ""
    return (
        typed,
        "",
        _surprise(math.inf if typed.overload else typed.value * display.scale, display, expected),
    )


def _impossible(typed: Typed, display: Display) -> str:
    """Return why a display cannot show this, "" where it can."""
    unit, step = display.unit, display.multiple
    if typed.overload:
        return "" if display.overloads else "it has no sign for overload"
    if abs(typed.value) > display.most:
        return f"the range ends at {display.most:g} {unit}"
    if display.least is not None and typed.value < display.least:
        return f"it shows nothing below {display.least:g} {unit}"
    if (display.decimals or not step) and typed.decimals != display.decimals:
        return f"the display has {display.decimals} decimals"
    apart = bool(step) and abs(math.remainder(typed.value, step)) > 1e-6 * step
    return f"the scale is read to {step:g} {unit}" if apart else ""


def _surprise(value: float, display: Display, expected: tuple[float, float]) -> str:
    about, window = expected
    if abs(value - about) <= window:
        return ""
    return f"about {about / display.scale:.6g} {display.unit} is expected"


def _indication(session: Session, typed: Typed, texts: list[str], display: Display) -> Indication:
    raw = " | ".join(text.strip() for text in texts)
    value = math.nan if typed.overload else typed.value * display.scale
    # Decimal text, so that 600.1 mV is 0.6001 V and not a neighbour of it.
    value = value if typed.overload else float(f"{value:.12g}")
    return Indication(
        raw, value, display.base_unit, overload=typed.overload, traffic_offset=session.last_offset
    )
