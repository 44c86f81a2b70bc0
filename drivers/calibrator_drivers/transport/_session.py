"""What drivers speak through: messages and replies with one instrument, never out of step."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, runtime_checkable

from ._policy import Policy

__all__ = ["Session"]


@runtime_checkable
class Session(Protocol):
    """An open connection to one instrument; texts are without terminator."""

    @property
    def name(self) -> str:
        """The instrument's name in the bench file, for messages."""
        ...

    @property
    def resource(self) -> str:
        """The resource string."""
        ...

    @property
    def policy(self) -> Policy:
        """The rules of this connection."""
        ...

    @property
    def dirty(self) -> bool:
        """Whether an exchange broke off, so that the next one resynchronises first."""
        ...

    @property
    def resynchronisations(self) -> int:
        """How often the session had to be brought back into step."""
        ...

    @property
    def retries(self) -> int:
        """How often a query was asked again."""
        ...

    @property
    def reconnections(self) -> int:
        """How often a lost connection was opened anew by the policy."""
        ...

    @property
    def last_offset(self) -> int | None:
        """Where the last message stands in the traffic log; None without a log."""
        ...

    @property
    def unchecked(self) -> list[str]:
        """The settings after which nobody has looked for errors yet."""
        ...

    def write(self, text: str) -> None:
        """Send a message; never sent twice.

        Raises:
            ConnectionLost: the peer is gone.
        """
        ...

    def read(self, *, timeout_s: float | None = None) -> str:
        """Return the next reply.

        Raises:
            ReadTimeout: none came within `timeout_s` (default: the session's).
            ConnectionLost: the peer is gone.
        """
        ...

    def query(self, text: str, *, timeout_s: float | None = None, repeatable: bool = False) -> str:
        """Send a message and return its reply; nothing else on the bus comes between.

        `repeatable` says that asking twice changes nothing in the instrument (`*IDN?` yes, `READ?` and
        `SYST:ERR?` no), so that the policy's retries may be used.

        Raises:
            ReadTimeout: none came within `timeout_s` (default: the session's).
            ConnectionLost: the peer is gone.
        """
        ...

    def read_block(self, *, timeout_s: float | None = None) -> bytes:
        """Return the bytes of an IEEE 488.2 block (8.7.9, 8.7.10), without its head.

        Raises:
            UnexpectedReply: what comes is no block.
            ReadTimeout: it is not complete and nothing more came for `timeout_s`.
        """
        ...

    def query_block(self, text: str, *, timeout_s: float | None = None) -> bytes:
        """Send a message and return the block that answers it; raises as `read_block`."""
        ...

    def status_byte(self) -> int:
        """Return the status byte: by serial poll where the interface has it, else by `*STB?`."""
        ...

    def trigger(self) -> None:
        """Trigger: by the interface where it has one (group execute trigger), else by `*TRG`."""
        ...

    def wait_for_service(self, *, timeout_s: float | None = None) -> int:
        """Wait until the instrument requests service (bit 6 of the status byte); return the status byte.

        Raises:
            ReadTimeout: it did not within `timeout_s` (default: the session's).
        """
        ...

    def clear(self) -> None:
        """Abandon what is under way on both sides (IEEE 488.2 device clear, or a new connection)."""
        ...

    def reopen(self) -> None:
        """Close the connection and open it anew; changes no setting of the instrument.

        Raises:
            ConnectFailed: nothing answers.
        """
        ...

    def remember(self, key: str, text: str) -> None:
        """Keep a setting, so that it can be restored after the connection was lost."""
        ...

    def forget_settings(self) -> None:
        """Forget every kept setting: the instrument was reset."""
        ...

    def on_reconnect(
        self, standby: Callable[[], object] | None, identify: Callable[[], str] | None = None
    ) -> None:
        """Name what brings the instrument into standby before kept settings are restored.

        `identify` says who answers where `*IDN?` does not; it is asked once now, to be compared with.
        """
        ...

    def before_close(self, check: Callable[[], None]) -> None:
        """Name what is looked at before the connection is closed: errors that were left to the end."""
        ...

    def close(self) -> None:
        """Close the connection; raises what a check that was left to the end finds."""
        ...
