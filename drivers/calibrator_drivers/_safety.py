"""What every source does alike when something goes wrong while its output is, or may be, on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from ._errors import ConnectionLost, InstrumentError, ReadTimeout, UnexpectedReply
from .dialect import Dialect
from .transport import Session

__all__ = ["forget_errors", "off_again", "once_more"]


def once_more(session: Session, make_safe: Callable[[], None]) -> None:
    """Make safe; on a connection that breaks or stays silent, open it once more and do it again.

    Raises:
        InstrumentError: whatever the second attempt, or the first for another reason, raises.
    """
    try:
        make_safe()
    except (ConnectionLost, ReadTimeout):  # safe matters more than why it broke
        session.reopen()
        make_safe()


@contextmanager
def off_again(switch_off: Callable[[], object]) -> Iterator[None]:
    """Switch the output off where what follows on switching it on fails; the failure goes on upwards.

    Where even that cannot be sent, the first failure is the one to tell: `make_safe` comes next.
    """
    try:
        yield
    except InstrumentError:
        with suppress(InstrumentError):
            switch_off()
        raise


def forget_errors(session: Session, dialect: Dialect) -> None:
    """Empty the error queue; a reply that is no error is no reason to stop making safe."""
    with suppress(UnexpectedReply):
        dialect.read_errors(session)
