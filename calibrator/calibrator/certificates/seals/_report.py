"""What a seal says of a document."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

__all__ = ["SealReport"]


@dataclass(frozen=True, slots=True)
class SealReport:
    """One seal: whether the document is what was sealed, by whom, when, and how far that is known.

    `standing` is `trusted`, `unknown` (no root is configured), or says what is wrong with the signer.
    `sealed_at` is the signer's own word; `stamped_at` that of a time-stamping authority.
    """

    intact: bool
    problem: str = ""  # why it is not intact
    by: str = ""
    fingerprint: str = ""  # SHA-256 of the signer's certificate
    sealed_at: datetime | None = None
    stamped_at: datetime | None = None
    stamped_by: str = ""
    standing: str = "unknown"
    remark: str = ""  # what leaves the standing open, such as a revocation list that is out of date

    @property
    def sound(self) -> bool:
        """Whether nothing speaks against it: intact, and its signer neither revoked nor refused."""
        return self.intact and self.standing in ("trusted", "unknown")
