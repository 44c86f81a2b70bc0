"""How GTC keeps its inputs, read as elementary errors of ours."""

from __future__ import annotations

import math
import weakref
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np

from calibrator_uncertainty._errors import InputError, NotSupportedError
from calibrator_uncertainty._leaves import known, new_uid
from calibrator_uncertainty._shapes import Normal, StudentT
from calibrator_uncertainty._store import leaf_back
from calibrator_uncertainty._tape import UncertainArray
from calibrator_uncertainty._twins import ours_of, tie

__all__ = ["inputs_of", "parts_of"]

# A node is GTC's elementary input; GTC is not needed to read it.
Node: TypeAlias = Any
Terms: TypeAlias = list[tuple[UncertainArray, float]]
_NOTHING = 1e-12  # of a variance that is left to a node beyond those it is correlated with


def parts_of(name: str, value: Any) -> Iterator[tuple[Any, list[tuple[Node, float]]]]:  # noqa: ANN401 - of GTC
    """Yield the real part, and of a complex number the imaginary one, each with its (node, component of u).

    Raises:
        NotSupportedError: a value that is no uncertain number of GTC.
    """
    parts: list[Any] = [value]
    if not hasattr(value, "_u_components"):
        parts = [getattr(value, "real", None), getattr(value, "imag", None)]
    for part in parts:
        if not hasattr(part, "_u_components"):
            raise NotSupportedError(
                f"{name} is no uncertain number of GTC", way_out="Use the number as it is.", code="gtc"
            )
        yield part, [*part._u_components.items(), *part._d_components.items()]


@dataclass(slots=True, eq=False, weakref_slot=True)
class _Family:
    """Nodes that correlations or an ensemble tie together: each is a row over errors of u = 1.

    A node that comes later gets what its correlations say of the errors that are there, and one of its own.
    """

    label: str
    dof: float
    group: str = field(default_factory=lambda: f"{new_uid()}.gtc")
    nodes: dict[Any, Node] = field(default_factory=dict)
    rows: list[np.ndarray] = field(default_factory=list)
    numbers: list[Any] = field(default_factory=list)  # the errors as numbers of GTC

    @property
    def errors(self) -> int:
        """How many errors of u = 1 the nodes are made of."""
        return len(self.numbers)

    def take(self, node: Node, number: Any) -> None:  # noqa: ANN401 - of GTC
        """Add a node, of which `number` is one u.

        Raises:
            InputError: correlations that cannot be.
        """
        r = np.array([_correlation(node, other) for other in self.nodes.values()])
        before = self._matrix()
        row: np.ndarray = np.linalg.lstsq(before, r, rcond=1e-12)[0] if r.size else np.zeros(self.errors)
        left = 1.0 - float(row @ row)
        if left < -1e-8 or not np.allclose(before @ row, r, atol=1e-8):
            raise InputError(
                "the correlation matrix is not positive semidefinite", where=self.label, code="not-psd"
            )
        if left > _NOTHING:
            for share, error in zip(row.tolist(), self.numbers, strict=True):
                number = number - share * error
            row = np.append(row, math.sqrt(left))
            self.numbers.append(number / math.sqrt(left))
        self.nodes[node.uid] = node
        self.rows.append(row)

    def check(self, node: Node) -> None:
        """Refuse a node whose facts are no longer those that were taken over."""
        place = list(self.nodes).index(node.uid) if node.uid in self.nodes else None
        if place is None:
            changed = float(node.df) < self.dof
        else:
            found = self._matrix() @ self._row(place)
            changed = any(
                abs(_correlation(node, other) - float(r)) > 1e-8
                for other, r in zip(self.nodes.values(), found, strict=True)
            )
        if changed:
            raise NotSupportedError(
                f"{node.label or node.uid} has other correlations or degrees of freedom than when its "
                "relatives were converted",
                way_out="Set correlations in GTC first, then convert.",
                code="gtc-changed",
            )

    def terms(self, uid: Any) -> Terms:  # noqa: ANN401 - GTC's key
        """Return the errors of a node of this family, and how much of one u of the node each of them is."""
        row = self._row(list(self.nodes).index(uid))
        return [(self._error(place), float(share)) for place, share in enumerate(row) if share != 0.0]

    def _matrix(self) -> np.ndarray:
        return np.array([self._row(place) for place in range(len(self.rows))]).reshape(
            len(self.rows), self.errors
        )

    def _row(self, place: int) -> np.ndarray:
        row = self.rows[place]
        return np.concatenate((row, np.zeros(self.errors - row.size)))

    def _error(self, place: int) -> UncertainArray:
        uid = f"{self.group}.{place}"
        here = known(uid)
        if here is not None:
            return here
        shape = Normal() if math.isinf(self.dof) else StudentT(self.dof)
        made = leaf_back(uid, 0.0, (1.0, self.dof, shape, f"({self.label}) {place + 1}", "", self.group))
        tie("GTC", uid, self.numbers[place], made)
        weakref.finalize(made, _let_go, self).atexit = False
        return made


def _let_go(family: _Family) -> None:
    """Held by the errors of a family, so that it lives as long as one of them."""


_families: weakref.WeakValueDictionary[Any, _Family] = weakref.WeakValueDictionary()


def inputs_of(values: Mapping[str, Any]) -> Callable[[Node, float], Terms]:
    """Return a function that gives, for a node and its component of u, our elementary errors with slopes."""
    numbers = {
        node.uid: (node, part)
        for name, value in values.items()
        for part, pairs in parts_of(name, value)
        for node, _ in pairs
    }
    seen = {uid: node for uid, (node, _) in numbers.items()}
    made: dict[Any, Terms] = {}
    for uid, (node, part) in numbers.items():
        if uid in made:
            continue
        twin = ours_of("GTC", uid)
        if twin is not None:
            made[uid] = [(twin, 1.0 / float(node.u))]
        elif _tied(node):
            made.update(_together([numbers[one] for one in _relatives(uid, seen)]))
        else:
            made[uid] = _alone(node, part)

    def terms(node: Node, component: float) -> Terms:
        return [(leaf, component * share) for leaf, share in made[node.uid]]

    return terms


def _tied(node: Node) -> list[Any]:
    """Return the inputs that a correlation or an ensemble ties to this one."""
    tied = {other: None for other, r in (getattr(node, "correlation", None) or {}).items() if r != 0.0}
    tied.update(dict.fromkeys(getattr(node, "ensemble", None) or ()))
    return [other for other in tied if other != node.uid]


def _relatives(uid: Any, seen: Mapping[Any, Node]) -> list[Any]:  # noqa: ANN401 - GTC's key
    """Return the inputs that are tied to this one, also through others."""
    found, waiting = {uid: None}, [uid]
    while waiting:
        for other in _tied(seen[waiting.pop()]):
            if other in seen and other not in found:
                found[other] = None
                waiting.append(other)
    return list(found)


def _alone(node: Node, part: Any) -> Terms:  # noqa: ANN401 - of GTC
    """Return the error of a node that is tied to none; GTC's name of it is the same in any process."""
    u, dof = float(node.u), float(node.df)
    shape = Normal() if math.isinf(dof) else StudentT(dof)
    name = "gtc:" + ".".join(f"{number:x}" for number in node.uid)
    leaf = leaf_back(name, 0.0, (u, dof, shape, str(node.label or ""), "", None))
    tie("GTC", node.uid, _deviation(node, part, u), leaf)
    return [(leaf, 1.0 / u if u else 0.0)]


def _deviation(node: Node, part: Any, u: float) -> Any:  # noqa: ANN401 - of GTC
    """Return a number of GTC, like `part`, with the error of the node, `u` and the value 0."""
    vector = type(part._u_components)
    component, none = vector(index=[node], value=[u]), vector()
    independent = getattr(node, "independent", True)
    sides = (component, none) if independent else (none, component)
    return type(part)(0.0, *sides, vector())


def _together(given: list[tuple[Node, Any]]) -> dict[Any, Terms]:
    """Return the errors of nodes that are tied to each other, each given with a number that it is in."""
    family = next((_families[node.uid] for node, _ in given if node.uid in _families), None)
    if family is None:
        label = ", ".join(str(node.label or "") for node, _ in given)
        family = _Family(label, min(float(node.df) for node, _ in given))
    for node, part in given:
        family.check(node)
        if node.uid not in family.nodes:
            family.take(node, _deviation(node, part, 1.0))
    found = {node.uid: family.terms(node.uid) for node, _ in given}
    for node, _ in given:
        _families[node.uid] = family
    return found


def _correlation(one: Node, other: Node) -> float:
    if one.uid == other.uid:
        return 1.0
    return float((getattr(one, "correlation", None) or {}).get(other.uid, 0.0))
