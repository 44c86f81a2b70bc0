"""One query as an `Indication`: raw reply, parsed value, place in the traffic log."""

from __future__ import annotations

import math
from collections.abc import Callable

from ._errors import UnexpectedReply
from .roles import Indication
from .transport import Session

__all__ = ["indicate", "not_understood"]


def not_understood(session: Session, query: str, reply: str, why: object = "") -> UnexpectedReply:
    """Return the error of a reply that cannot be understood."""
    return UnexpectedReply(
        f"The reply {reply!r} to {query} is not understood{f': {why}' if why else ''}",
        reply=reply,
        instrument=session.name,
        resource=session.resource,
        way_out="Check that the model in the bench file is the one at this address.",
    )


def indicate(
    session: Session,
    query: str,
    unit: str,
    *,
    parse: Callable[[str], float | None] = float,
    scale: float = 1.0,
    timeout_s: float | None = None,
) -> Indication:
    """Ask, and return the indication in `unit`; `parse` returns None for an overload.

    Raises:
        UnexpectedReply: `parse` raised ValueError.
    """
    raw = session.query(query, timeout_s=timeout_s)
    offset = session.last_offset
    try:
        value = parse(raw)
    except (ValueError, IndexError) as error:
        raise not_understood(session, query, raw, error) from error
    if value is None or not math.isfinite(value):
        return Indication(raw, math.nan, unit, overload=True, traffic_offset=offset)
    return Indication(raw, value * scale, unit, traffic_offset=offset)
