"""What every source does alike: its output is switched, looked at, and switched off where something fails."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TypeVar

from ._errors import ConnectionLost, InstrumentError, ReadbackError, ReadTimeout, UnexpectedReply
from .dialect import Dialect
from .transport import Session

__all__ = ["Switch", "forget_errors", "mismatch", "off_again", "once_more", "staged_or_refuse"]

T = TypeVar("T")


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


def mismatch(
    session: Session, quantity: str, staged: str, read_back: str, *, way_out: str = ""
) -> ReadbackError:
    """Return the error of what is read back otherwise than it was staged."""
    return ReadbackError(
        quantity,
        staged=staged,
        read_back=read_back,
        instrument=session.name,
        resource=session.resource,
        way_out=way_out,
    )


def staged_or_refuse(
    session: Session, staged: T | None, *, what: str = "value", done: str = "connected"
) -> T:
    """Return what was staged.

    Raises:
        InstrumentError: nothing was.
    """
    if staged is None:
        raise InstrumentError(
            f"Nothing is staged, so nothing is {done}",
            instrument=session.name,
            resource=session.resource,
            way_out=f"Stage a {what} first.",
        )
    return staged


@dataclass(frozen=True, slots=True)
class Switch:
    """The output of a source: how it goes on and off, how that is looked at, and its names in messages."""

    session: Session
    on: Callable[[], object]
    off: Callable[[], object]
    is_on: Callable[[], bool]
    check: Callable[[], None]  # the errors of switching it on
    part: str = "output"
    names: tuple[str, str] = ("on", "off")
    way_out: str = ""

    def switch_on(self) -> None:
        """Switch it on; where that fails it is switched off again.

        Raises:
            ReadbackError: it stays off.
            InstrumentError: the instrument reports an error, or cannot be reached.
        """
        with off_again(self.off):
            self.on()
            self.check()
            if not self.is_on():
                raise mismatch(self.session, self.part, *self.names, way_out=self.way_out)

    def switch_off(self) -> None:
        """Switch it off.

        Raises:
            ReadbackError: it stays on.
        """
        self.off()
        self.see_off()

    def see_off(self) -> None:
        """Look whether it is off.

        Raises:
            ReadbackError: it is on.
        """
        if self.is_on():
            on, off = self.names
            raise mismatch(self.session, self.part, off, on, way_out=self.way_out)
