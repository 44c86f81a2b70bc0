"""What is refused, because it would silently drop an uncertainty or cannot be."""

from __future__ import annotations

from calibrator_uncertainty._errors import InputError, NotSupportedError

__all__ = ["bad_leaf", "dropped", "unsupported"]


def dropped(call: str) -> NotSupportedError:
    return NotSupportedError(
        f"{call} would drop the uncertainty",
        way_out="Ask for .value where the bare estimate is meant.",
        code="drops-uncertainty",
    )


def unsupported(name: str) -> NotSupportedError:
    return NotSupportedError(
        f"{name} is not supported on an uncertain value",
        way_out="Write it with supported functions, or take .value where the bare estimate is meant.",
        code="not-supported",
    )


def bad_leaf(value: object, u: object, dof: float, name: str) -> InputError:
    """Return the error of an elementary value that cannot be."""
    return InputError(
        f"value {value!r}, u = {u!r}, dof = {dof}: all are finite, u is not negative, dof is 1 or more",
        where=name,
        code="leaf",
    )
