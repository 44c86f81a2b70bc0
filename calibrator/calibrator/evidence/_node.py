"""A tree of what a number rests on, as text and as JSON."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

__all__ = ["Node", "as_json", "as_text"]


@dataclass(frozen=True, slots=True)
class Node:
    """One station of the walk: what it is, what it says, and what it was made from."""

    what: str
    facts: Mapping[str, str] = field(default_factory=dict)
    children: tuple[Node, ...] = ()


def as_json(node: Node) -> dict[str, Any]:
    """Return the tree as JSON has it: `what`, `facts`, `from`."""
    return {"what": node.what, "facts": dict(node.facts), "from": [as_json(item) for item in node.children]}


def as_text(node: Node, say: Callable[[str], str] = str) -> str:
    """Return the tree as indented lines; `say` puts its fixed words into another language.

    Example:
        >>> print(as_text(Node("U", {"printed": "0.3 mV"}, (Node("budget"),))))
        U
        │  printed: 0.3 mV
        └─ budget
    """
    return "\n".join(_lines(node, say, "", "", ""))


def _lines(node: Node, say: Callable[[str], str], first: str, rest: str, mark: str) -> Iterator[str]:
    yield f"{first}{mark}{say(node.what)}"
    bar = "│  " if node.children else "   "
    for key, value in node.facts.items():
        yield f"{rest}{bar}{say(key)}: {say(value)}".rstrip()
    for child in node.children[:-1]:
        yield from _lines(child, say, rest, f"{rest}│  ", "├─ ")
    for child in node.children[-1:]:
        yield from _lines(child, say, rest, f"{rest}   ", "└─ ")
