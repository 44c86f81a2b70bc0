"""Headers of Druck's instruments: replies that repeat them, and the number of a module in them."""

from __future__ import annotations

import re
from typing import Any, cast

from calibrator_drivers.transport import Session

__all__ = ["numbered", "unheaded", "without_header"]

# A header begins with a colon or an asterisk, which no value does; a value follows after white space.
_OF_THE_SYSTEM = ("*", ":SYST")  # what has no module
_HEADER = re.compile(r"^[:*][A-Z0-9:*]+\s+", re.IGNORECASE)


def without_header(reply: str) -> str:
    """Return the value of a reply.

    Example:
        >>> without_header(":SENS:PRES 1013.2501"), without_header("1013.2501")
        ('1013.2501', '1013.2501')
    """
    return _HEADER.sub("", reply.strip())


def of_module(message: str, number: int) -> str:
    """Return a message to a module: its number stands behind the first word of the header.

    Example:
        >>> of_module(":SOUR:PRES 7", 2), of_module(":SYST:ERR?", 2)
        (':SOUR2:PRES 7', ':SYST:ERR?')
    """
    if message.startswith(_OF_THE_SYSTEM):
        return message
    word, colon, rest = message[1:].partition(":")
    return f":{word}{number}{colon}{rest}"


def numbered(session: Session, number: int) -> Session:
    """Return the session as a module of the instrument has it."""
    return cast("Session", _Numbered(session, number))


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


class _Numbered:
    """A session in all that it does, but for the headers that it sends."""

    def __init__(self, session: Session, number: int) -> None:
        self._session = session
        self._number = number

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever a session has
        return getattr(self._session, name)

    def write(self, text: str, **how: Any) -> None:  # noqa: ANN401 - as the session takes it
        """Send a message to the module."""
        self._session.write(of_module(text, self._number), **how)

    def query(self, text: str, **how: Any) -> str:  # noqa: ANN401 - as the session takes it
        """Send a message to the module and return its reply."""
        return self._session.query(of_module(text, self._number), **how)

    def remember(self, key: str, text: str) -> None:
        """Keep a setting of the module for a new connection."""
        self._session.remember(of_module(key, self._number), of_module(text, self._number))
