"""No file of a room imports one that, over others or at once, imports it: what is left is named here."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ROOMS = {
    "calibrator": "calibrator",
    "drivers": "calibrator_drivers",
    "procedures": "calibrator_procedures",
    "sim": "calibrator_sim",
    "uncertainty": "calibrator_uncertainty",
}
LATE = {"calibrator", "drivers", "procedures", "sim"}
"""Rooms whose imports within functions count too; a value of `uncertainty` opens its doors late by design."""

_HANDLERS = "the unit lists its commands, whose handlers name its class as their type"
KNOTS = {
    "calibrator_sim._config_types": (12, "a device builds its faults from the bench file that describes it"),
    "calibrator_sim.instruments.druck_pace5000._commands": (2, _HANDLERS),
    "calibrator_sim.instruments.fluke_5522a._commands": (3, _HANDLERS),
    "calibrator_sim.instruments.keithley_2450._unit": (5, _HANDLERS),
    "calibrator_sim.instruments.keysight_34401a._commands": (6, _HANDLERS),
    "calibrator_sim.instruments.keysight_3458a._commands": (2, _HANDLERS),
    "calibrator_sim.instruments.keysight_truevolt._commands": (2, _HANDLERS),
    "calibrator_sim.instruments.transmitter_4_20ma._commands": (2, _HANDLERS),
    "calibrator_sim.instruments.yokogawa_wt310._commands": (3, _HANDLERS),
    "calibrator_uncertainty._budget": (14, "a budget and its methods, which take it whole, name each other"),
    "calibrator_uncertainty._tape": (3, "a leaf of the tape is found again as the value that it became"),
}
"""The circles that are left, each by one of its files: how many files it may have, and why it is there."""


def files_of(room: str) -> dict[str, Path]:
    """Return the files of a room by the names of their modules."""
    base = ROOT / room
    found = {}
    for path in (base / ROOMS[room]).rglob("*.py"):
        parts = path.relative_to(base).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def imported(node: ast.AST, late: bool) -> Iterator[ast.ImportFrom | ast.Import]:
    """Yield the imports of a file, those for type checkers included; of functions where `late`."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import | ast.ImportFrom):
            yield child
        elif not isinstance(child, ast.expr) and (late or not isinstance(child, ast.FunctionDef)):
            yield from imported(child, late)


def module_of(node: ast.ImportFrom, path: Path, base: Path) -> str:
    """Return what `from … import` imports from, dots resolved."""
    package = path.parents[node.level - 1].relative_to(base).parts if node.level else ()
    return ".".join((*package, node.module) if node.module else package)


def arrows(room: str) -> dict[str, set[str]]:
    """Return what each file of a room imports of the same room."""
    files = files_of(room)
    found: dict[str, set[str]] = {}
    for name, path in files.items():
        found[name] = set()
        for node in imported(ast.parse(path.read_text(encoding="utf-8")), room in LATE):
            if isinstance(node, ast.Import):
                named = {alias.name for alias in node.names}
            else:
                source = module_of(node, path, ROOT / room)
                whole = {f"{source}.{alias.name}" for alias in node.names}
                named = {one if one in files else source for one in whole}
            found[name] |= (named & files.keys()) - {name}
    return found


def circles(graph: dict[str, set[str]]) -> list[set[str]]:
    """Return the sets of files that reach each other; files that no circle can hold are taken off first."""
    graph = dict(graph)
    while ends := {name for name, below in graph.items() if not below & graph.keys()}:
        graph = {name: below for name, below in graph.items() if name not in ends}
    reach = {name: reached(graph, name) for name in graph}
    return [
        set(one)
        for one in {
            frozenset(other for other in there if name in reach[other])
            for name, there in reach.items()
            if name in there
        }
    ]


def reached(graph: dict[str, set[str]], start: str) -> set[str]:
    """Return every file that one imports, at once or over others."""
    seen: set[str] = set()
    waiting = [start]
    while waiting:
        fresh = (graph[waiting.pop()] & graph.keys()) - seen
        seen |= fresh
        waiting.extend(fresh)
    return seen


def test_a_circle_is_seen() -> None:
    graph = {"a": {"b"}, "b": {"c"}, "c": {"b", "d"}, "d": set(), "e": {"a"}}
    assert circles(graph) == [{"b", "c"}]


@pytest.mark.parametrize("room", ROOMS)
def test_files_of_a_room_import_each_other_in_no_new_circle(room: str) -> None:
    left = {name: knot for name, knot in KNOTS.items() if name.partition(".")[0] == ROOMS[room]}
    for circle in circles(arrows(room)):
        known = circle & left.keys()
        assert known, f"new circle: {sorted(circle)}; move what they share into a leaf"
        most = sum(left[name][0] for name in known)
        assert len(circle) <= most, f"circle of {', '.join(known)} grew to {sorted(circle)}"
        left = {name: knot for name, knot in left.items() if name not in known}
    assert not left, f"no circle any more, take it from KNOTS: {sorted(left)}"
