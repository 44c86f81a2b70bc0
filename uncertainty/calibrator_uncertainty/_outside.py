"""Uncertain values that a model uses without naming them as inputs, such as a curve fitted before.

Their elementary errors become further inputs, one for each source: a single error keeps its distribution, an
array of errors or an ensemble (parameters estimated together, with common degrees of freedom) is one line.
First order, tables and Monte Carlo serve them; what a run shares with other budgets is drawn once.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from calibrator_uncertainty._drawn import drawn_shape
from calibrator_uncertainty._errors import ModelError, NotSupportedError
from calibrator_uncertainty._inputs import Input
from calibrator_uncertainty._leaves import Leaf
from calibrator_uncertainty._program import Program
from calibrator_uncertainty._shapes import Shape
from calibrator_uncertainty._tape import UncertainArray
from calibrator_uncertainty._types import Numbers

if TYPE_CHECKING:
    from calibrator_uncertainty._budget import Budget

__all__ = ["Outside", "Source", "WideProgram", "refuse_outside", "sources_of"]


@dataclass(frozen=True, slots=True, eq=False)
class Source:
    """Elementary errors that are one line of a budget, by their places among those outside the model."""

    leaves: tuple[UncertainArray, ...]
    places: tuple[int, ...]

    @property
    def single(self) -> bool:
        """Whether it is one error."""
        return len(self.leaves) == 1 and not self.leaves[0].shape

    def is_array_of(self, kind: type[Shape]) -> bool:
        """Tell whether it is an array of independent errors of one shape."""
        info = self.leaves[0]._leaf
        return not self.single and info is not None and info.group is None and isinstance(info.shape, kind)

    def as_input(self, name: str) -> Input:
        """Return the line's input: 0 with u = 1, so that its sensitivity is its contribution."""
        infos = [leaf._leaf for leaf in self.leaves if leaf._leaf is not None]
        dof = min(info.dof for info in infos)
        text = ", ".join(dict.fromkeys(info.name or info.source or "an uncertain value" for info in infos))
        if self.single:
            uid = infos[0].uid
            return Input(name, 0.0, "", 1.0, dof, infos[0].shape, text, uid.removeprefix("shared:"))
        key = infos[0].group or infos[0].uid
        shape = Together(
            key, tuple(_size(leaf) for leaf in self.leaves), infos[0].group is not None, dof, infos
        )
        return Input(name, 0.0, "", 1.0, dof, shape, text, f"outside:{key}")


class Together:
    """The errors of one source, drawn together: rows of deviates, of an ensemble with one common χ²."""

    __slots__ = ("_dof", "_ensemble", "_infos", "_key", "_sizes")

    def __init__(
        self, key: str, sizes: tuple[int, ...], ensemble: bool, dof: float, infos: Sequence[Leaf]
    ) -> None:
        self._key, self._sizes, self._ensemble, self._dof, self._infos = key, sizes, ensemble, dof, infos

    @property
    def name(self) -> str:
        """The word that a budget shows."""
        return "t" if self._ensemble and math.isfinite(self._dof) else self._infos[0].shape.name

    @property
    def errors(self) -> int:
        """Number of errors that are drawn."""
        return sum(self._sizes)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Together) and other._key == self._key

    def __hash__(self) -> int:
        return hash(self._key)

    def draw(self, rng: np.random.Generator, count: int) -> Any:  # noqa: ANN401 - one row of draws an error
        """Draw `count` deviates of each error (JCGM 102:2011, 5.3.2 for an ensemble)."""
        if self._ensemble:
            rows = rng.standard_normal((sum(self._sizes), count))
            return (
                rows * np.sqrt(self._dof / rng.chisquare(self._dof, count))
                if math.isfinite(self._dof)
                else rows
            )
        shape = drawn_shape(self._infos[0].shape, self._dof)
        return np.array([shape.draw(rng, count) for _ in range(self._sizes[0])])


def _size(leaf: UncertainArray) -> int:
    return leaf.size


def sources_of(leaves: Sequence[UncertainArray]) -> tuple[Source, ...]:
    """Sort errors outside a model into lines: those of one ensemble together, every other alone."""
    groups: dict[Any, list[int]] = {}
    for place, leaf in enumerate(leaves):
        key = leaf._leaf.group if leaf._leaf is not None and leaf._leaf.group else place
        groups.setdefault(key, []).append(place)
    return tuple(
        Source(tuple(leaves[place] for place in places), tuple(places)) for places in groups.values()
    )


@dataclass(frozen=True, slots=True)
class WideProgram:
    """A program whose last inputs are errors outside the model; seen from without, one for each source."""

    program: Program
    declared: int
    sources: tuple[Source, ...]

    @property
    def inputs(self) -> int:
        """Number of inputs, those outside included."""
        return self.declared + len(self.sources)

    @property
    def output(self) -> int:
        """Slot of the result."""
        return self.program.output

    @property
    def steps(self) -> tuple[Any, ...]:
        """Operations of the program."""
        return self.program.steps

    def _inner(self, inputs: Sequence[Any]) -> list[Any]:
        """Return the program's inputs: errors outside at their estimates or moved by deviates."""
        own = list(inputs[: self.declared])
        found: list[Any] = [None] * sum(len(source.leaves) for source in self.sources)
        given = [*inputs[self.declared :], *([0.0] * self.inputs)]
        batch = any(type(value) is not float for value in inputs)
        for source, column in zip(self.sources, given, strict=False):
            start = 0
            for leaf, place in zip(source.leaves, source.places, strict=True):
                found[place] = _moved(leaf, column, start, source.single, batch)
                start += leaf.size
        return own + found

    def value_and_gradient(self, inputs: Sequence[float]) -> tuple[float, Sequence[float]]:
        """Return the output and its derivative by each input, for single floats."""
        inner = self._inner([float(value) for value in inputs])
        if self.program.compiled is not None:
            value, slopes = self.program.value_and_gradient(inner)
            return value, self._reduced(list(slopes), ())
        slots = self.program.values(inner, batch=False)
        return slots[self.program.output], self._reduced(self.program.gradient(slots, batch=False), ())

    def values(self, inputs: Sequence[Any]) -> list[Any]:
        """Run forward; all slots filled."""
        return self.program.values(
            self._inner(inputs), batch=any(type(value) is not float for value in inputs)
        )

    def __call__(self, inputs: Sequence[Any]) -> Numbers:
        """Return the output for these inputs."""
        return self.values(inputs)[self.program.output]

    def gradient(self, slots: Sequence[Any]) -> list[Any]:
        """Sweep back over the slots of a forward run."""
        batch = any(np.ndim(value) > len(leaf.shape) for leaf, value in self._outside(slots))
        batch = batch or any(type(value) is not float for value in slots[: self.declared])
        return self._reduced(self.program.gradient(slots, batch=batch), ((),) if batch else ())

    def elements(self, inputs: Sequence[Any], kind: type[Shape]) -> list[tuple[int, np.ndarray]]:
        """Return the line and the two largest |c·u| (by points) of each array of errors of one shape."""
        wanted = [(place, one) for place, one in enumerate(self.sources) if one.is_array_of(kind)]
        if not wanted:
            return []
        batch = any(type(value) is not float for value in inputs)
        slopes = self.program.gradient(self.values(inputs), batch=batch)
        found = []
        for line, source in wanted:
            leaf = source.leaves[0]
            parts = slopes[self.declared + source.places[0]] * _spread(leaf, batch)
            shape = np.broadcast_shapes(np.shape(parts), (*leaf.shape, 1) if batch else leaf.shape)
            rows = np.abs(np.broadcast_to(parts, shape)).reshape(leaf.size, *shape[len(leaf.shape) :])
            largest = np.partition(rows, -2, axis=0)[-2:] if leaf.size > 2 else rows
            found.append((self.declared + line, largest))
        return found

    def _outside(self, slots: Sequence[Any]) -> list[tuple[UncertainArray, Any]]:
        return [
            (leaf, slots[self.declared + place])
            for source in self.sources
            for leaf, place in zip(source.leaves, source.places, strict=True)
        ]

    def _reduced(self, slopes: list[Any], batch: tuple[Any, ...]) -> list[Any]:
        """Return one slope a source: its contribution, with its sign where it is one error."""
        found = slopes[: self.declared]
        for source in self.sources:
            squares: Numbers = 0.0
            for leaf, place in zip(source.leaves, source.places, strict=True):
                parts = slopes[self.declared + place] * _spread(leaf, bool(batch))
                if source.single:
                    found.append(parts if batch else float(np.ravel(parts)[0]))
                    break
                parts = np.broadcast_to(
                    parts, np.broadcast_shapes(np.shape(parts), (*leaf.shape, 1) if batch else leaf.shape)
                )
                squares = squares + np.sum(np.square(parts), axis=tuple(range(len(leaf.shape))))
            else:
                found.append(np.sqrt(squares) if batch else float(np.sqrt(squares)))
        return found


def _spread(leaf: UncertainArray, batch: bool) -> Numbers:
    u = leaf._leaf.u if leaf._leaf is not None else 0.0
    return u[..., None] if batch and isinstance(u, np.ndarray) else u


def _moved(leaf: UncertainArray, column: Numbers, start: int, single: bool, batch: bool) -> Numbers:
    value: Numbers = leaf._value
    if not np.ndim(column):
        return value[..., None] if batch and leaf.shape else value
    rows = column[None] if single else column
    steps = rows[start : start + leaf.size].reshape((*leaf.shape, rows.shape[-1]))
    base: Numbers = value[..., None] if leaf.shape else value
    return base + _spread(leaf, True) * steps


class Outside:
    """A budget's model that is handed the errors outside as well, and needs none of them."""

    __slots__ = ("model", "names")

    def __init__(self, model: Any, names: frozenset[str]) -> None:  # noqa: ANN401 - any model
        self.model = model
        self.names = names

    def __call__(self, **given: Any) -> Any:  # noqa: ANN401 - what the model gives
        """Run the model on its own inputs."""
        return self.model(**{name: value for name, value in given.items() if name not in self.names})


def inputs_outside(sources: Sequence[Source], taken: Sequence[str]) -> tuple[Input, ...]:
    """Return the inputs of the lines outside, named after where they come from."""
    names = set(taken)
    found = []
    for source in sources:
        info = source.leaves[0]._leaf
        stem = (
            re.sub(r"\W+", "_", (info.name if info is not None else "") or "outside").strip("_") or "outside"
        )
        stem = stem if stem.isidentifier() else f"outside_{stem}"
        name, number = stem, 1
        while name in names:
            number += 1
            name = f"{stem}_{number}"
        names.add(name)
        found.append(source.as_input(name))
    return tuple(found)


def refuse_outside(budget: Budget, what: str) -> None:
    """Refuse a way of propagation that needs every input by name.

    Raises:
        NotSupportedError: the model uses uncertain values that are not among its inputs.
    """
    if budget._trace().sources:
        raise NotSupportedError(
            f"{what} of a model that uses uncertain values from outside",
            where=budget.name,
            way_out="Make them inputs of the budget, or use evaluate, table or monte_carlo.",
            code="hidden-input",
        )


def hidden_and_anew(name: str) -> ModelError:
    """Return the error of a model that cannot be run again with other values from outside."""
    return ModelError(
        "the model uses an uncertain value that is not one of its inputs, and is run anew for each draw",
        where=name,
        way_out="Make it an input of the budget, or leave out what looks at values, as inverse() does; of "
        "tables, curved ones are drawn at one x where the x of their points are exact.",
        code="hidden-input",
    )
