"""What a connection does when it is lost, how often it asks again, and when it looks for errors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

__all__ = ["Policy"]


@dataclass(frozen=True, slots=True)
class Policy:
    """The rules of one bus.

    `on_loss="reconnect"` opens the connection anew, asks who answers, and restores settings in standby,
    never the output (METROLOGY 6); the command that was under way is not repeated. `query_retries` counts
    for queries marked as repeatable, and for nothing else. `error_checks` says when the instrument's error
    queue is read: after each setting, after every `batch` settings, or at the end.
    """

    on_loss: Literal["stop", "reconnect"] = "stop"
    reconnect_attempts: int = 5
    reconnect_wait_s: float = 0.5
    query_retries: int = 0
    error_checks: Literal["each", "batch", "end"] = "each"
    batch: int = 10

    def __post_init__(self) -> None:
        if self.on_loss not in ("stop", "reconnect") or self.error_checks not in ("each", "batch", "end"):
            raise ValueError('on_loss is "stop" or "reconnect", error_checks is "each", "batch" or "end"')
        if self.reconnect_attempts < 1 or self.query_retries < 0 or self.batch < 1:
            raise ValueError("reconnect_attempts and batch begin at 1, query_retries at 0")
