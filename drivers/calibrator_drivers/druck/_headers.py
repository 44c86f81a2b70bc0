"""Replies that repeat the header of the query, or the whole query, as Druck's instruments send them."""

from __future__ import annotations

import re

from calibrator_drivers.transport import Session

__all__ = ["Unheaded", "without_header"]

# A header begins with a colon or an asterisk, which no value does; a value follows after white space.
_HEADER = re.compile(r"^[:*][A-Z0-9:*]+\s+", re.IGNORECASE)


def without_header(reply: str) -> str:
    """Return the value of a reply.

    Example:
        >>> without_header(":SENS:PRES 1013.2501"), without_header("1013.2501")
        ('1013.2501', '1013.2501')
    """
    return _HEADER.sub("", reply.strip())


class Unheaded:
    """A session whose replies come without header, and without the echo of a serial line before them."""

    def __init__(self, session: Session) -> None:
        self._session = session

    @property
    def name(self) -> str:
        """The instrument's name in the bench file, for messages."""
        return self._session.name

    @property
    def resource(self) -> str:
        """The VISA resource."""
        return self._session.resource

    @property
    def dirty(self) -> bool:
        """Whether an exchange broke off, so that the next one resynchronises first."""
        return self._session.dirty

    @property
    def resynchronisations(self) -> int:
        """How often the session had to be brought back into step."""
        return self._session.resynchronisations

    @property
    def last_offset(self) -> int | None:
        """Where the last message stands in the traffic log; None without a log."""
        return self._session.last_offset

    def write(self, text: str) -> None:
        """Send a message."""
        self._session.write(text)

    def read(self, *, timeout_s: float | None = None) -> str:
        """Return the next reply without its header."""
        return without_header(self._session.read(timeout_s=timeout_s))

    def query(self, text: str, *, timeout_s: float | None = None) -> str:
        """Send a message and return its reply without header; an echo of the message is passed over."""
        reply = self._session.query(text, timeout_s=timeout_s)
        if reply.strip().upper() == text.upper():  # SYST:ECHO is on
            return self.read(timeout_s=timeout_s)
        return without_header(reply)

    def clear(self) -> None:
        """Abandon what is under way on both sides."""
        self._session.clear()

    def reopen(self) -> None:
        """Close the connection and open it anew."""
        self._session.reopen()

    def close(self) -> None:
        """Close the connection."""
        self._session.close()
