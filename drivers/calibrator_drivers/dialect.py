"""Dialects: how an instrument family reports its errors and identity."""

from __future__ import annotations

from dataclasses import dataclass

from ._errors import InstrumentReportedError, UnexpectedReply, WrongIdentity
from .roles import Identity
from .transport import Session

__all__ = ["FLUKE", "FLUKE_55XX", "KEITHLEY", "KEYSIGHT", "SCPI", "Dialect", "parse_identity"]


@dataclass(frozen=True, slots=True)
class Dialect:
    """How errors are asked for: both families answer `<number>,"<text>"`, oldest first, 0 when empty."""

    name: str
    error_query: str
    queue_length: int
    source: str

    def read_errors(self, session: Session) -> tuple[tuple[int, str], ...]:
        """Empty the error queue and return what it held.

        Raises:
            UnexpectedReply: the reply is no error, or the queue does not come to an end.
        """
        errors: list[tuple[int, str]] = []
        for _ in range(self.queue_length + 1):
            reply = session.query(self.error_query)
            number, _, text = reply.partition(",")
            try:
                code = int(number)
            except ValueError as error:
                raise _not_understood(session, self.error_query, reply) from error
            if code == 0:
                return tuple(errors)
            errors.append((code, text.strip().strip('"')))
        raise _not_understood(session, self.error_query, reply)

    def check(self, session: Session, *, after: str = "") -> None:
        """Raise `InstrumentReportedError` when the error queue is not empty; `after` is what was done.

        A connection whose policy says so is looked at after a batch of settings, or when it is closed; the
        error then names all of them. Without `after` it is looked at now.
        """
        waiting: list[str] | None = getattr(session, "unchecked", None)  # a test's session has none
        if waiting is None:
            self._check(session, after)
            return
        if after:
            waiting.append(after)
        policy = session.policy
        if after and policy.error_checks != "each":
            session.before_close(lambda: self.check(session))
            if policy.error_checks == "end" or len(waiting) < policy.batch:
                return
        done = ", ".join(dict.fromkeys(waiting))
        waiting.clear()
        self._check(session, done)

    def _check(self, session: Session, after: str) -> None:
        errors = self.read_errors(session)
        if errors:
            raise InstrumentReportedError(
                errors, after=after, instrument=session.name, resource=session.resource
            )


SCPI = Dialect("SCPI-1991", "SYST:ERR?", 20, "S-PYMEASURE")
FLUKE_55XX = Dialect("Fluke 55xx", "ERR?", 16, "S-5500A-617")


# Words of makers as they stand in an identity; houses were bought and renamed, and firmware keeps old names.
FLUKE = ("FLUKE", "HART")
KEITHLEY = ("KEITHLEY", "TEKTRONIX")
KEYSIGHT = ("KEYSIGHT", "AGILENT", "HEWLETT", "HP")


def parse_identity(
    session: Session, reply: str, *, models: tuple[str, ...], makers: tuple[str, ...] = ()
) -> Identity:
    """Return the identity in a reply to `*IDN?` (IEEE 488.2, 10.14), which must be of one of `models`.

    The maker's field must hold one of `makers` where there are any.

    Raises:
        WrongIdentity: another instrument answers.
    """
    fields = [field.strip() for field in reply.split(",", 3)]
    made = not makers or any(maker in fields[0].upper() for maker in makers)
    if len(fields) < 4 or fields[1].upper() not in models or not made:
        by = "" if made else f" by {makers[0].capitalize()}"
        raise WrongIdentity(
            f"A {' or '.join(models)}{by} is expected, {reply!r} answers",
            identity=reply,
            instrument=session.name,
            resource=session.resource,
            way_out="Correct the model or the address in the bench file.",
        )
    serial = "" if fields[2] == "0" else fields[2]  # 0 means that the instrument does not tell
    return Identity(fields[0], fields[1], serial, fields[3], reply)


def _not_understood(session: Session, query: str, reply: str) -> UnexpectedReply:
    return UnexpectedReply(
        f"The reply {reply!r} to {query} is not an entry of an error queue that ends",
        reply=reply,
        instrument=session.name,
        resource=session.resource,
        way_out="Check that the model in the bench file is the one at this address.",
    )
