"""What a person must answer in so many words: a serial number, and that a setting was made."""

from __future__ import annotations

from calibrator_drivers._errors import UnexpectedReply
from calibrator_drivers.accuracy import load_table
from calibrator_drivers.commands import Ask
from calibrator_drivers.roles import Identity
from calibrator_drivers.transport import Session

__all__ = ["PATIENCE_S", "identity_typed", "serial_typed", "set_by_hand"]

PATIENCE_S = 3600.0  # a person may take their time
_TRIES = 3


def serial_typed(session: Session, label: Ask[str]) -> str:
    """Ask for the serial number until one is typed: Enter alone identifies nothing.

    Raises:
        UnexpectedReply: nothing was typed three times.
    """
    for _ in range(_TRIES):
        typed = label(timeout_s=PATIENCE_S)
        if typed:
            return typed
    raise UnexpectedReply(
        "No serial number was typed",
        reply="",
        instrument=session.name,
        resource=session.resource,
        way_out="Look at the label; without a number on it the instrument cannot be told from another.",
    )


def identity_typed(session: Session, model: str, label: Ask[str]) -> Identity:
    """Return the identity of what tells nothing: the model that the bench names, the serial that is typed.

    Raises:
        UnexpectedReply: no serial number was typed.
    """
    table = load_table(model)
    serial = serial_typed(session, label)
    return Identity(table.manufacturer, table.model, serial, "", serial)


def set_by_hand(session: Session, setting: str) -> None:
    """Have an instrument set until its reader types ok.

    Raises:
        UnexpectedReply: something else was typed three times.
    """
    typed = ""
    for _ in range(_TRIES):
        typed = session.query(f"DIAL {setting}", timeout_s=PATIENCE_S).strip()
        if typed.lower() == "ok":
            return
    raise UnexpectedReply(
        f"It was not set to {setting}: {typed or 'nothing'} was typed instead of ok",
        reply=typed,
        instrument=session.name,
        resource=session.resource,
        way_out="Set it, then go on; where it has no such setting, correct the point table.",
    )
