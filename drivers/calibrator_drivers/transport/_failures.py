"""The three ways in which a connection fails, said in the same words on every transport."""

from __future__ import annotations

from calibrator_drivers._errors import ConnectFailed, ConnectionLost, ReadTimeout, UnexpectedReply

from ._malformed import FORMS

__all__ = ["LONGEST_REPLY", "Failures"]

LONGEST_REPLY = 1 << 20  # bytes of a text reply; blocks may be longer


class Failures:
    """Makes the errors of one link, which name the instrument and its resource."""

    def __init__(self, name: str, resource: str) -> None:
        self._name = name
        self._resource = resource

    def no_answer(self, why: object) -> ConnectFailed:
        """Return what to raise when a connection cannot be opened."""
        way_out = "Check power, cable and address, then try `calibrator bench check`."
        return ConnectFailed(
            f"Nothing answers: {why}",
            instrument=self._name,
            resource=self._resource,
            way_out=FORMS if "INV_RSRC_NAME" in str(why) else way_out,
        )

    def lost(self, why: object) -> ConnectionLost:
        """Return what to raise when the peer is gone."""
        return ConnectionLost(
            f"The connection is lost: {why}",
            instrument=self._name,
            resource=self._resource,
            way_out="Check power and cable; a new connection never re-energises.",
        )

    def timeout(self, timeout_s: float, partial: bytes = b"") -> ReadTimeout:
        """Return what to raise when no complete reply came in time."""
        begun = f"; it began with {partial[:40]!r}" if partial else ""
        return ReadTimeout(
            f"No complete reply within {timeout_s:g} s{begun}",
            timeout_s=timeout_s,
            instrument=self._name,
            resource=self._resource,
            way_out="The next exchange is brought into step first; check the instrument if it happens again.",
        )

    def endless(self, reply: bytes) -> UnexpectedReply:
        """Return what to raise when a reply has no end."""
        return UnexpectedReply(
            f"{self._name or 'The instrument'} sent {len(reply)} bytes without an end of message",
            reply=reply[:80].decode("latin-1"),
            instrument=self._name,
            resource=self._resource,
            way_out="Check that the port is the instrument's command port, and the terminator.",
        )
