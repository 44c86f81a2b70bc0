"""Leaves of the tape: the elementary errors that everything uncertain is made of."""

from __future__ import annotations

import itertools
import math
import os
import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from weakref import WeakValueDictionary

from calibrator_uncertainty._shapes import Normal, Shape

if TYPE_CHECKING:
    from calibrator_uncertainty._tape import UncertainArray

__all__ = ["Leaf", "known", "new_uid", "remember"]

_numbers = itertools.count()
_NORMAL = Normal()


class _Process:
    """This process's part of every name that it gives; another after a fork."""

    token = secrets.token_hex(8)

    @classmethod
    def renew(cls) -> None:
        cls.token = secrets.token_hex(8)


if hasattr(os, "register_at_fork"):  # not on Windows, where nothing forks
    os.register_at_fork(after_in_child=_Process.renew)


def _token() -> str:
    return _Process.token


@dataclass(slots=True, eq=False)  # not frozen: that would triple the cost of making one; nothing changes it
class Leaf:
    """One elementary error, or an array of independent ones with the shape of the value.

    `group` names an ensemble: errors that were estimated together with `dof` degrees of freedom in common.
    """

    u: Any  # float or array
    dof: float = math.inf
    shape: Shape = _NORMAL
    name: str = ""
    source: str = ""
    group: str | None = None
    origin: str = field(default_factory=_token)
    number: int = field(default_factory=_numbers.__next__)  # orders the errors of this process
    stored: str | None = None  # name it was given in another process, or by a shared cause

    @property
    def uid(self) -> str:
        """A name that no other error has, in any process."""
        return self.stored or f"{self.origin}.{self.number:x}"


# Values that were stored or loaded, by name: what comes back is what is still here.
_known: WeakValueDictionary[str, UncertainArray] = WeakValueDictionary()


def known(uid: str) -> UncertainArray | None:
    """Return the value of that name when this process still has it."""
    return _known.get(uid)


def remember(uid: str, value: UncertainArray) -> None:
    """Let a value be found again by its name."""
    _known[uid] = value


def new_uid() -> str:
    """Return a name for a value that is to be stored."""
    return f"{_Process.token}.{next(_numbers):x}"
