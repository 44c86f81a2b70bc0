"""The command tree: short and long forms, optional nodes, header paths of compound messages."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

from calibrator_sim.scpi._errors import ScpiError
from calibrator_sim.scpi._lexer import Unit
from calibrator_sim.scpi._parameters import Parameter, short_form

__all__ = ["Command", "CommandTree", "Node"]

_PART = re.compile(r"(\[)?:?([A-Za-z0-9_]+#?):?(\])?")
_MOST_FOUND = 512  # headers that are remembered, however many a client invents
_SUFFIXED = re.compile(r"([A-Z_]+)(\d{1,5})")


@dataclass(frozen=True, slots=True)
class Command:
    """What stands behind a header."""

    run: Callable[..., Any]
    parameters: tuple[Parameter, ...] = ()
    cost_ns: int = 0  # added before the reply
    indefinite: bool = False  # an arbitrary response that must be the last one
    numbered: tuple[str, ...] = ()  # mnemonics whose numbers come before the arguments; set by the tree

    def bind(self, unit: Unit) -> list[object]:
        """Return the values of the unit's arguments.

        Raises:
            ScpiError: too few, too many, or an argument of the wrong kind.
        """
        if not unit.arguments and not self.parameters:
            return []
        if len(unit.arguments) > len(self.parameters):
            raise ScpiError(-108)
        if len(unit.arguments) < sum(not parameter.optional for parameter in self.parameters):
            raise ScpiError(-109)
        return [p.take(a) for p, a in zip(self.parameters, unit.arguments, strict=False)]


@dataclass(slots=True)
class Node:
    """A place in the tree."""

    children: dict[str, Node] = field(default_factory=dict)
    command: Command | None = None
    query: Command | None = None
    numbered: str = ""  # its short form, where a number may follow

    def child(self, word: str) -> Node:
        """Return the child of a mnemonic, made where it is missing; `OUTPut#` takes a numeric suffix."""
        if word.endswith("#"):
            found = self.child(word[:-1])
            found.numbered = short_form(word[:-1])
            return found
        node = self.children.get(short_form(word))
        if node is None:
            node = Node()
            self.children[short_form(word)] = node
        self.children[word.upper()] = node
        return node


class CommandTree:
    """All commands of an instrument."""

    def __init__(self) -> None:
        self.root = Node()
        self._common: dict[str, Command] = {}
        self._found: dict[tuple[int, str, bool], tuple[Command, Node, tuple[int, ...]]] = {}

    def add(self, pattern: str, command: Command) -> None:
        """Add a command as manuals print it, such as `[SENSe:]VOLTage[:DC]:RANGe?` or `OUTPut#[:STATe]`.

        The numbers after mnemonics marked `#`, 1 where there is none, come before the arguments.
        """
        self._found.clear()
        if pattern.startswith("*"):
            self._common[pattern.upper()] = command
            return
        query = pattern.endswith("?")
        marked = [word[:-1] for _, word, _ in _PART.findall(pattern) if word.endswith("#")]
        if marked:
            command = replace(command, numbered=tuple(short_form(word) for word in marked))
        for path in _paths(pattern.rstrip("?")):
            node = self.root
            for word in path:
                node = node.child(word)
            if query:
                node.query = command
            else:
                node.command = command

    def find(self, unit: Unit, path: Node) -> tuple[Command, Node, tuple[int, ...]]:
        """Return the command of a unit, the header path for the next one, and the header's numbers.

        Raises:
            ScpiError: -113 where there is no such header, -114 where a number in it is 0.
        """
        key = id(path), unit.header, unit.query  # a node lives as long as its tree
        found = self._found.get(key)
        if found is None:
            found = self._look(unit, path)
            if len(self._found) < _MOST_FOUND:
                self._found[key] = found
        return found

    def _look(self, unit: Unit, path: Node) -> tuple[Command, Node, tuple[int, ...]]:
        header = unit.header.upper()
        if header.startswith("*"):
            command = self._common.get(header + ("?" if unit.query else ""))
            if command is None:
                raise ScpiError(-113)
            return command, path, ()
        node = parent = self.root if header.startswith(":") else path
        numbers: dict[str, int] = {}
        for word in header.lstrip(":").split(":"):
            parent = node
            child = node.children.get(word)
            number = 1
            if child is None and (match := _SUFFIXED.fullmatch(word)) is not None:
                child = node.children.get(match.group(1))
                number = int(match.group(2))
                child = child if child is not None and child.numbered else None
                if child is not None and number == 0:  # SCPI-1999 vol. 1, 6.2.5.2: numbers begin with 1
                    raise ScpiError(-114)
            if child is None:
                raise ScpiError(-113)
            if child.numbered:
                numbers[child.numbered] = number
            node = child
        found = node.query if unit.query else node.command
        if found is None:
            raise ScpiError(-113)
        return found, parent, tuple(numbers.get(word, 1) for word in found.numbered)


@cache
def _paths(pattern: str) -> tuple[tuple[str, ...], ...]:
    """Return every way to write a header whose optional nodes stand in brackets."""
    paths: list[tuple[str, ...]] = []
    parts = [(match.group(2), match.group(1) is not None) for match in _PART.finditer(pattern)]
    for chosen in range(2 ** sum(optional for _, optional in parts)):
        path: list[str] = []
        bit = 0
        for word, optional in parts:
            if optional:
                bit += 1
                if not chosen >> (bit - 1) & 1:
                    continue
            path.append(word)
        if path:
            paths.append(tuple(path))
    return tuple(paths)
