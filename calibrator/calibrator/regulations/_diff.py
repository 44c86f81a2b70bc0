"""What changed from one edition to another, field by field."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from typing import Any

from calibrator.regulations._types import FIGURES, Edition, MpeRow, Ratio

__all__ = ["Change", "differences", "figure_of", "flat"]

_APART = ("known", "path", "checked")  # how well it is known and where it lies is no part of what it says


@dataclass(frozen=True, slots=True)
class Change:
    """One field that is not the same; None where an edition does not have it."""

    field: str  # "mpe[indication 1.6].of_span"
    before: str | None
    after: str | None


def flat(edition: Edition) -> dict[str, str]:
    """Return every field of an edition as text by its name; a line of a table is named by what it is of."""
    found: dict[str, str] = {}
    for figure in FIGURES:
        found.update(figure_of(edition, figure))
    return found


def figure_of(edition: Edition, figure: str) -> dict[str, str]:
    """Return the fields of one figure of an edition; empty where it does not have it."""
    if figure == "edition":
        heads = ("number", "kind", "title", "issued", "effective", "abolished", "replaces")
        return dict(_walk({name: getattr(edition, name) for name in heads}, ""))
    return dict(_walk(getattr(edition, figure), figure))


def differences(before: Edition, after: Edition) -> tuple[Change, ...]:
    """Return the fields that are not the same, in the order of the file."""
    one, other = flat(before), flat(after)
    names = list(dict.fromkeys((*one, *other)))
    return tuple(
        Change(name, one.get(name), other.get(name)) for name in names if one.get(name) != other.get(name)
    )


def _walk(value: Any, name: str) -> Iterator[tuple[str, str]]:  # noqa: ANN401 - whatever a figure holds
    if value is None or value == ():
        return
    if is_dataclass(value):
        for item in fields(value):
            if item.name not in _APART and getattr(value, item.name) != item.default:
                yield from _walk(getattr(value, item.name), f"{name}.{item.name}")
        if clause := getattr(getattr(value, "known", None), "clause", ""):
            yield f"{name}.clause", clause
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from _walk(item, f"{name}.{key}" if name else key)
    elif isinstance(value, tuple) and value and is_dataclass(value[0]):
        counts: dict[str, int] = {}
        for item in value:
            called = _called(item)
            counts[called] = counts.get(called, 0) + 1
            again = f" #{counts[called]}" if counts[called] > 1 else ""
            yield from _walk(item, f"{name}[{called}{again}]")
    else:
        yield name, ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)


def _called(row: object) -> str:
    """Return what a line of a table is of, so that a line put in before it does not change its name."""
    if isinstance(row, MpeRow):
        bound = f" to {row.up_to}" if row.up_to is not None else ""
        return f"{row.item} {row.accuracy_class}".strip() + bound
    if isinstance(row, Ratio):
        return " ".join((row.what, *row.classes))
    return type(row).__name__.lower()
