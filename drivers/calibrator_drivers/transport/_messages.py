"""What a session reads out of the text of a message or a reply."""

from __future__ import annotations

import re
from typing import Protocol

from calibrator_drivers._errors import UnexpectedReply

__all__ = ["asks", "status_of"]

_NAMED = 72  # characters of a reply that a message shows


class _Named(Protocol):
    """Whose reply it is."""

    name: str
    resource: str


def asks(text: str) -> bool:
    """Say whether a message holds a question mark outside of its strings.

    Example:
        >>> asks("OUTP?"), asks('DISP:TEXT "why?"')
        (True, False)
    """
    return "?" in text and "?" in re.sub(r"\"[^\"]*\"|'[^']*'", "", text)


def status_of(session: _Named, reply: str) -> int:
    """Return the status byte in a reply to `*STB?`.

    Raises:
        UnexpectedReply: it is no whole number.
    """
    try:
        return int(reply)
    except ValueError as error:
        raise UnexpectedReply(
            f"The reply {reply[:_NAMED]!r} to *STB? is no status byte",
            reply=reply,
            instrument=session.name,
            resource=session.resource,
            way_out="Check that the instrument follows IEEE 488.2.",
        ) from error
