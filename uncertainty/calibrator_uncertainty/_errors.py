"""Errors of this room, one tree.

UncertaintyError
├── InputError (ValueError)          an input quantity that cannot be: negative u, dof below 1, NaN
├── ModelError (ValueError)          a model that fails or returns NaN at or around the estimates
├── UnitsError (TypeError)           units that do not add, or a result of another dimension
├── NotSupportedError (TypeError)    a numpy function or conversion that would drop the uncertainty
└── FormatError (ValueError)         a stored text that is not one of ours
"""

from __future__ import annotations

__all__ = [
    "FormatError",
    "InputError",
    "ModelError",
    "NotSupportedError",
    "UncertaintyError",
    "UnitsError",
]


class UncertaintyError(Exception):
    """Root of this room's errors.

    Args:
        what: one sentence that names the thing that is wrong and the rule it breaks.
        where: the input, budget or key it was found at.
        way_out: the next step.
        code: a stable name of the very case, such as `negative-u`.
    """

    code: str = "uncertainty"

    def __init__(self, what: str, *, where: str = "", way_out: str = "", code: str | None = None) -> None:
        super().__init__(what)
        self.what = what
        self.where = where
        self.way_out = way_out
        if code is not None:
            self.code = code

    def __str__(self) -> str:
        place = f" ({self.where})" if self.where else ""
        step = f" {self.way_out}" if self.way_out else ""
        return f"{self.what.rstrip('.')}{place}.{step}"

    def __reduce__(self) -> tuple[object, ...]:
        return _rebuild, (type(self), self.what, self.where, self.way_out, self.code)


def _rebuild(
    kind: type[UncertaintyError], what: str, where: str, way_out: str, code: str
) -> UncertaintyError:
    return kind(what, where=where, way_out=way_out, code=code)


class InputError(UncertaintyError, ValueError):
    """An input quantity, limit or option that cannot be."""

    code = "input"


class ModelError(UncertaintyError, ValueError):
    """A model that fails, or gives no finite number, at or around the estimates."""

    code = "model"


class UnitsError(UncertaintyError, TypeError):
    """Units that do not fit each other."""

    code = "units"


class NotSupportedError(UncertaintyError, TypeError):
    """A function or conversion that would silently drop the uncertainty."""

    code = "not-supported"


class FormatError(UncertaintyError, ValueError):
    """A stored text that cannot be read back."""

    code = "format"
