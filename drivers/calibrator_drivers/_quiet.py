"""Serial lines on which an instrument sends what answers nothing: the echo of a message, lines of its own."""

from __future__ import annotations

from .transport import Session

__all__ = ["quieten"]


def quieten(session: Session, *settings: str) -> None:
    """Switch off what a serial line brings unasked, and throw away what of it has come.

    Controllers of Hart Scientific and transmitters of Vaisala leave the factory with an echo, and can send
    readings by themselves. What is no serial line is left as it is.

    Raises:
        ReadTimeout: the line does not come into step.
        ConnectionLost: it is gone.
    """
    if not session.resource.upper().startswith("ASRL"):
        return
    for text in settings:
        session.write(text)
    session.clear()
