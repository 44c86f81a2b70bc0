"""Whose instrument it is: as the run recorded it, or as it was stated at the first issue (7.8.2.1 e)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from calibrator._errors import UsageError
from calibrator.certificates._bodies import Body, is_blank
from calibrator.certificates._model import Customer

if TYPE_CHECKING:
    from calibrator.certificates._sources import Sources

__all__ = ["OWN", "customer_of", "stated"]

OWN: Final = "own"
"""What is said instead of a name where the instrument is the laboratory's own."""
_SEPARATORS: Final = (";", "；")


def customer_of(sources: Sources) -> Customer | None:
    """Return the customer; None where the record says neither a name nor that it is the laboratory's own."""
    body = sources.opened["uut"].get("customer") or sources.customer
    if not body:
        return None
    own = bool(body.get("own"))
    return Customer("" if own else str(body["name"]), "" if own else str(body.get("address", "")), own)


def stated(sources: Sources, text: str, by: str) -> Body:
    """Return the body of `customer.stated`: a person says at the issue what the run did not record.

    Args:
        sources: of the run.
        text: "own", or name and address with a semicolon between them.
        by: who says it.

    Raises:
        UsageError: code `customer-recorded` or `no-customer`.
    """
    if customer_of(sources) is not None:
        raise _refused(
            "the record names the customer already",
            'Leave --customer out; a word is corrected by --amend "REASON" --change customer.name=TEXT.',
            "customer-recorded",
        )
    if text.strip().lower() == OWN:
        return {"name": "", "address": "", "own": True, "by": by}
    mark = next((mark for mark in _SEPARATORS if mark in text), _SEPARATORS[0])
    name, _, address = (part.strip() for part in text.partition(mark))
    if is_blank(name) or is_blank(address) or not text.isprintable():
        raise _refused(
            f"{text!r} is no customer with an address",
            'Write --customer "NAME; ADDRESS", or --customer own for an instrument of the laboratory.',
            "no-customer",
        )
    return {"name": name, "address": address, "own": False, "by": by}


def _refused(what: str, way_out: str, code: str) -> UsageError:
    return UsageError(what, where="--customer", way_out=way_out, code=code)
