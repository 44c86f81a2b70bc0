"""How GTC keeps its inputs, read as elementary errors of ours."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeAlias

import numpy as np

from calibrator_uncertainty._errors import NotSupportedError
from calibrator_uncertainty._leaves import new_uid
from calibrator_uncertainty._quantity import factor_of
from calibrator_uncertainty._shapes import Normal, StudentT
from calibrator_uncertainty._tape import UncertainArray

__all__ = ["inputs_of", "parts_of"]

# A node is GTC's elementary input; GTC is not needed to read it.
Node: TypeAlias = Any
Terms: TypeAlias = list[tuple[UncertainArray, float]]


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


def inputs_of(values: Mapping[str, Any]) -> Callable[[Node, float], Terms]:
    """Return a function that gives, for a node and its component of u, our elementary errors with slopes."""
    seen = {
        node.uid: node
        for name, value in values.items()
        for _, pairs in parts_of(name, value)
        for node, _ in pairs
    }
    made: dict[Any, Terms] = {}
    for uid in seen:
        if uid not in made:
            family = _family(uid, seen)
            made.update(_errors([seen[one] for one in family]))

    def terms(node: Node, component: float) -> Terms:
        return [(leaf, component * share) for leaf, share in made[node.uid]]

    return terms


def _family(uid: Any, seen: Mapping[Any, Node]) -> list[Any]:  # noqa: ANN401 - GTC's key
    """Return the inputs that a correlation or an ensemble ties to this one."""
    found, waiting = {uid: None}, [uid]
    while waiting:
        node = seen[waiting.pop()]
        tied = [other for other, r in (getattr(node, "correlation", None) or {}).items() if r != 0.0]
        for other in [*tied, *(getattr(node, "ensemble", None) or ())]:
            if other in seen and other not in found:
                found[other] = None
                waiting.append(other)
    return list(found)


def _errors(nodes: list[Node]) -> dict[Any, Terms]:
    """Return for each node its errors, each of u = 1, and how much of one u of the node each of them is."""
    dof = min(float(node.df) for node in nodes)
    shape = Normal() if math.isinf(dof) else StudentT(dof)
    label = ", ".join(str(node.label or "") for node in nodes)
    if len(nodes) == 1:
        leaf = UncertainArray.leaf(0.0, float(nodes[0].u), dof, name=label, shape=shape)
        return {nodes[0].uid: [(leaf, 1.0 / float(nodes[0].u) if nodes[0].u else 0.0)]}
    matrix = np.array([[_correlation(one, other) for other in nodes] for one in nodes])
    factor = factor_of(matrix, label)
    group = f"{new_uid()}.gtc"
    leaves = [
        UncertainArray.leaf(0.0, 1.0, dof, shape=shape, name=f"({label}) {place + 1}", group=group)
        for place in range(factor.shape[1])
    ]
    return {
        node.uid: [(leaf, float(share)) for leaf, share in zip(leaves, row, strict=True) if share != 0.0]
        for node, row in zip(nodes, factor, strict=True)
    }


def _correlation(one: Node, other: Node) -> float:
    if one.uid == other.uid:
        return 1.0
    return float((getattr(one, "correlation", None) or {}).get(other.uid, 0.0))
