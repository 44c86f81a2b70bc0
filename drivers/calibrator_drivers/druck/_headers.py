"""Replies that repeat the header of the query, or the whole query, as Druck's instruments send them."""

from __future__ import annotations

import re
from typing import Any, cast

from calibrator_drivers.transport import Session

__all__ = ["unheaded", "without_header"]

# A header begins with a colon or an asterisk, which no value does; a value follows after white space.
_HEADER = re.compile(r"^[:*][A-Z0-9:*]+\s+", re.IGNORECASE)


def without_header(reply: str) -> str:
    """Return the value of a reply.

    Example:
        >>> without_header(":SENS:PRES 1013.2501"), without_header("1013.2501")
        ('1013.2501', '1013.2501')
    """
    return _HEADER.sub("", reply.strip())


def unheaded(session: Session) -> Session:
    """Return the session with replies that come without header, and without an echo before them."""
    return cast("Session", _Unheaded(session))


class _Unheaded:
    """A session in all that it does, but for its replies."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever a session has
        return getattr(self._session, name)

    def read(self, *, timeout_s: float | None = None) -> str:
        """Return the next reply without its header."""
        return without_header(self._session.read(timeout_s=timeout_s))

    def query(self, text: str, **how: Any) -> str:  # noqa: ANN401 - as the session takes it
        """Send a message and return its reply without header; an echo of the message is passed over."""
        reply = self._session.query(text, **how)
        if reply.strip().upper() == text.upper():  # SYST:ECHO is on
            return self.read(timeout_s=how.get("timeout_s"))
        return without_header(reply)
