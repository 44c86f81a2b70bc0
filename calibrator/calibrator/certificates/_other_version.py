"""What is said of results that another version evaluated otherwise, and that nobody let stand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from calibrator.certificates._as_evaluated import excusable

if TYPE_CHECKING:
    from calibrator.evaluation import Difference
    from calibrator.record import Event

__all__ = ["evaluated_otherwise"]

_VERSIONS: Final = "versions."
_EXPLAIN: Final = ("calibrator", "procedure", "numpy", "scipy")
_FIRST: Final = ("verdict", "error", "U")  # what a reader of the document looks at
_HASH: Final = 8  # digits of a procedure's hash that are said


def evaluated_otherwise(events: Sequence[Event], found: Sequence[Difference]) -> str:
    """Say that results differ because another version evaluated them; empty where no version explains it.

    Nothing here says that they were evaluated so: it is what the record says of itself.
    """
    if not found or not excusable(found):
        return ""
    changed = {item.field.removeprefix(_VERSIONS): item for item in found if _is_version(item)}
    then = [_then(events[0].body, changed[name]) for name in _EXPLAIN if name in changed]
    figures = {(item.point, _field(item)) for item in found if not _is_version(item)}
    counted = Counter(field.partition(".")[0].partition("[")[0] for _, field in figures)
    fields = sorted(counted, key=lambda name: (_FIRST.index(name) if name in _FIRST else len(_FIRST), name))
    return (
        f"intact; its results were evaluated by {', '.join(then)} and differ in {len(figures)} figures when "
        f"evaluated by this version ({', '.join(f'{name} {counted[name]}' for name in fields)}): "
        f"`calibrator certificate {events[0].stream} --as-evaluated REASON` lets them stand"
    )


def _is_version(item: Difference) -> bool:
    return not item.point and item.field.startswith(_VERSIONS)


def _then(opened: Mapping[str, Any], item: Difference) -> str:
    name = item.field.removeprefix(_VERSIONS)
    if name != "procedure":
        return f"{name} {item.recorded}"
    procedure = opened["procedure"]
    return f"{name} {procedure['id']} {procedure['version']} ({item.recorded[:_HASH]})"


def _field(item: Difference) -> str:
    """Return what differs; an exact number and its printed digits are one figure."""
    return item.field.removeprefix("exact.")
