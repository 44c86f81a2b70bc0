"""Waiting for a source to settle, by its own word and by its readings."""

from __future__ import annotations

from collections.abc import Callable

from ._errors import SettlingTimeout
from .clock import Clock, Deadline
from .transport import Session

__all__ = ["wait_until"]


def wait_until(
    session: Session,
    clock: Clock,
    settled: Callable[[], bool],
    *,
    timeout_s: float,
    poll_s: float,
    what: str,
    way_out: str,
) -> None:
    """Ask every `poll_s` whether an output has settled; `what` says of what has not.

    Raises:
        SettlingTimeout: it has not within `timeout_s`.
    """
    deadline = Deadline.after(clock, timeout_s)
    while not settled():
        if deadline.passed():
            raise SettlingTimeout(
                f"{what} after {timeout_s:g} s",
                timeout_s=timeout_s,
                instrument=session.name,
                resource=session.resource,
                way_out=way_out,
            )
        clock.sleep(poll_s)
