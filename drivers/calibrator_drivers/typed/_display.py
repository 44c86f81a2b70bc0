"""Taking a typed indication: what the display can show, what may be expected, and a second look."""

from __future__ import annotations

import math
from dataclasses import dataclass

from calibrator_drivers._errors import UnexpectedReply
from calibrator_drivers.roles import Indication
from calibrator_drivers.transport import Session

from ._text import Typed, parse_typed

__all__ = ["PATIENCE_S", "Display", "display_of", "take"]

PATIENCE_S = 3600.0  # a person may take their time
_LOOKS = 3
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


def display_of(range_high: float, resolution: float, unit: str) -> Display:
    """Return the display of a digital range: as 87V and 179 show it, 600 mV and 6 kohm with their prefixes.

    Example:
        >>> display_of(0.6, 1e-4, "V")
        Display(unit='mV', base_unit='V', scale=0.001, decimals=1, most=660.0, multiple=0.0)
    """
    prefix, scale = next(
        ((prefix, scale) for prefix, scale in _PREFIXES if range_high >= scale * (1.0 - 1e-9)), _PREFIXES[-1]
    )
    decimals = max(0, round(-math.log10(resolution / scale)))
    most = float(f"{range_high / scale * _OVER_RANGE:.6g}")
    return Display(prefix + unit, unit, scale, decimals, most)


def take(
    session: Session, display: Display, expected: tuple[float, float] | None, *, question: str = ""
) -> Indication:
    """Ask what the display shows, or another question; what cannot be, or is not expected, is asked again.

    `expected` is a value and a half-width in the base unit. An indication that the display can show and that
    is typed twice is taken, with both texts in its `raw`.

    Raises:
        UnexpectedReply: after three looks it is still nothing that the display can show.
    """
    texts = [session.query(question or f"LOOK {display.unit}", timeout_s=PATIENCE_S)]
    for _ in range(_LOOKS):
        typed, impossible, doubt = _judge(texts[-1], display, expected)
        confirmed = len(texts) > 1 and texts[-1].strip() == texts[-2].strip()
        if typed is not None and not impossible and (not doubt or confirmed):
            return _indication(session, typed, texts, display)
        reason = impossible or doubt
        said = f"{texts[-1].strip()} was typed, {reason}"
        again = f"{question}; {said}" if question else f"AGAIN {display.unit} {said}"
        texts.append(session.query(again, timeout_s=PATIENCE_S))
    typed, impossible, _ = _judge(texts[-1], display, expected)
    if typed is None or impossible:
        raise UnexpectedReply(
            f"What was typed cannot be what the display shows: {', '.join(texts)} ({impossible})",
            reply=texts[-1],
            instrument=session.name,
            resource=session.resource,
            way_out=f"Check range and unit: the display shows up to {display.most:g} {display.unit}.",
        )
    return _indication(session, typed, texts, display)


def _judge(
    text: str, display: Display, expected: tuple[float, float] | None
) -> tuple[Typed | None, str, str]:
    """Return what was typed, why it cannot be, and why it may be a slip."""
    try:
        typed = parse_typed(text, display.unit)
    except ValueError as error:
        return None, str(error), ""
    if typed.overload:
        return typed, "", "" if expected is None else _surprise(math.inf, display, expected)
    if abs(typed.value) > display.most:
        return typed, f"the range ends at {display.most:g} {display.unit}", ""
    if (display.decimals or not display.multiple) and typed.decimals != display.decimals:
        return typed, f"the display has {display.decimals} decimals", ""
    if display.multiple and abs(math.remainder(typed.value, display.multiple)) > 1e-6 * display.multiple:
        return typed, f"the scale is read to {display.multiple:g} {display.unit}", ""
    return typed, "", "" if expected is None else _surprise(typed.value * display.scale, display, expected)


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
