"""Operations that move or gather elements: indexing, reshaping, joining, sums, linear systems.

Inside a traced program a scalar of the model may be an array over draws or points. That axis stands last, so
that these operations, which know the shapes of the model itself, act on the axes before it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeAlias

import numpy as np

from calibrator_uncertainty._errors import ModelError
from calibrator_uncertainty._types import Numbers

__all__ = ["Gather", "Linear", "Operation", "RunningSum", "Solve", "Sum", "fold", "scatter_matrix", "size_of"]

Shape: TypeAlias = tuple[int, ...]


class Operation(Protocol):
    """What every node of the tape is made by."""

    @property
    def name(self) -> str:
        """The word for error messages."""
        ...

    def run(self, values: list[Any], single: bool) -> Numbers:
        """Compute the result."""
        ...

    def slope(self, place: int, values: list[Any], result: Numbers) -> Numbers:
        """Return the derivative by an operand: elementwise a float or array, else a sparse matrix."""
        ...


def scatter_matrix(rows: Numbers, columns: Numbers, data: Numbers, shape: tuple[int, int]) -> Numbers:
    """Return a sparse matrix; scipy.sparse is imported when the first one is needed."""
    from scipy.sparse import csr_array

    return csr_array((data, (rows, columns)), shape=shape)


def size_of(shape: Shape) -> int:
    """Return the number of elements of a shape."""
    return math.prod(shape)


def _with_batch(value: Numbers, shape: Shape) -> tuple[Any, Shape]:
    """Return `value` as (elements of the model's shape, batch...) and the batch shape."""
    array = np.asarray(value, dtype=np.float64)
    batch = array.shape[len(shape) :]
    return array.reshape((size_of(shape), *batch)), batch


@dataclass(frozen=True, slots=True, eq=False)
class Gather:
    """Picks elements: out[i] is element `index[i]` of all operands laid end to end.

    Indexing, reshaping, transposing, joining, choosing and sorting are all of this kind.
    """

    name: str
    index: np.ndarray  # shape of the result, places in the joined operands
    shapes: tuple[Shape, ...]
    _found: list[Any] = field(default_factory=list, repr=False)  # starts and order, made when needed

    def run(self, values: list[Any], single: bool) -> Numbers:
        """Pick the elements of bare values."""
        if all(type(value) is float for value in values):
            chosen = np.array(values)[self.index]
            return float(chosen) if chosen.ndim == 0 else chosen
        parts = [_with_batch(value, shape) for value, shape in zip(values, self.shapes, strict=True)]
        batch = np.broadcast_shapes(*(found for _, found in parts))
        joined = np.concatenate(
            [
                np.broadcast_to(
                    part.reshape((len(part),) + (1,) * (len(batch) - len(own)) + own), (len(part), *batch)
                )
                for part, own in parts
            ]
        )
        picked = joined[self.index]
        return float(picked) if picked.ndim == 0 else picked

    def slope(self, place: int, values: list[Any], result: Numbers) -> Numbers:
        """Return the sparse derivative of the result by operand `place`."""
        rows, columns, count = self._taken(place)
        return scatter_matrix(rows, columns, np.ones(rows.size), (self.index.size, count))

    def pull(self, place: int, adjoint: Numbers, values: list[Any], result: Numbers) -> Numbers:
        """Return the adjoint of operand `place` from that of the result."""
        rows, columns, count = self._taken(place)
        spread, batch = _with_batch(adjoint, self.index.shape)
        pulled = np.zeros((count, *batch))
        np.add.at(pulled, columns, spread[rows])
        return _shaped(pulled, self.shapes[place], batch)

    def _taken(self, place: int) -> tuple[np.ndarray, np.ndarray, int]:
        """Return which elements of the result come from an operand, from where in it, and its size."""
        flat = self.index.ravel()
        if not self._found:
            ends = np.cumsum([size_of(shape) for shape in self.shapes])
            order = np.argsort(flat, kind="stable")
            # Thousands of operands may be joined: none is looked for in all of the result.
            self._found[:] = [ends, order, np.searchsorted(flat[order], ends)]
        ends, order, cuts = self._found
        start, first = (int(ends[place - 1]), int(cuts[place - 1])) if place else (0, 0)
        rows = order[first : cuts[place]]
        return rows, flat[rows] - start, int(ends[place]) - start


@dataclass(frozen=True, slots=True, eq=False)
class Sum:
    """Sums over some axes (all counted from the front)."""

    name: str
    axes: tuple[int, ...]
    keep: bool
    shape: Shape

    def run(self, values: list[Any], single: bool) -> Numbers:
        """Sum bare values."""
        result = np.sum(values[0], axis=self.axes, keepdims=self.keep)
        return float(result) if np.ndim(result) == 0 else result

    def slope(self, place: int, values: list[Any], result: Numbers) -> Numbers:
        """Return the sparse derivative of the result by the operand."""
        kept = tuple(1 if axis in self.axes else length for axis, length in enumerate(self.shape))
        rows = np.broadcast_to(np.arange(size_of(kept)).reshape(kept), self.shape).ravel()
        count = size_of(self.shape)
        return scatter_matrix(rows, np.arange(count), np.ones(count), (size_of(kept), count))

    def pull(self, place: int, adjoint: Numbers, values: list[Any], result: Numbers) -> Numbers:
        """Return the adjoint of the operand from that of the result."""
        kept = tuple(1 if axis in self.axes else length for axis, length in enumerate(self.shape))
        array = np.asarray(adjoint, dtype=np.float64)
        out = len(self.shape) if self.keep else len(self.shape) - len(self.axes)
        batch = array.shape[out:]
        return np.broadcast_to(array.reshape(kept + batch), self.shape + batch)


@dataclass(frozen=True, slots=True, eq=False)
class RunningSum:
    """Running sums along one axis (counted from the front)."""

    name: str
    axis: int
    shape: Shape

    def run(self, values: list[Any], single: bool) -> Numbers:
        """Sum bare values."""
        return np.cumsum(values[0], axis=self.axis)

    def slope(self, place: int, values: list[Any], result: Numbers) -> Numbers:
        """Return the sparse derivative of the result by the operand."""
        numbers = np.moveaxis(np.arange(size_of(self.shape)).reshape(self.shape), self.axis, -1)
        lines = numbers.reshape(-1, self.shape[self.axis])
        later, earlier = np.tril_indices(self.shape[self.axis])
        rows, columns = lines[:, later].ravel(), lines[:, earlier].ravel()
        return scatter_matrix(rows, columns, np.ones(rows.size), (numbers.size, numbers.size))

    def pull(self, place: int, adjoint: Numbers, values: list[Any], result: Numbers) -> Numbers:
        """Return the adjoint of the operand: running sums from the end."""
        back = np.flip(np.asarray(adjoint, dtype=np.float64), self.axis)
        return np.flip(np.cumsum(back, axis=self.axis), self.axis)

    def carry(self, adjoint: Numbers) -> Numbers:
        """Return rows of derivatives times the derivative of this, without making that full triangle."""
        from scipy.sparse import csr_array

        rows = np.asarray(adjoint.todense()).reshape((-1, *self.shape))
        back = np.flip(np.cumsum(np.flip(rows, self.axis + 1), axis=self.axis + 1), self.axis + 1)
        return csr_array(back.reshape(rows.shape[0], -1))


def _solved(matrix: Numbers, right: Numbers) -> Numbers:
    """Solve, a matrix without an inverse refused by name.

    Raises:
        ModelError: a singular matrix, or one that is not square.
    """
    try:
        return np.linalg.solve(matrix, right)
    except np.linalg.LinAlgError as problem:
        raise ModelError(
            f"a matrix of the shape {matrix.shape[-2:]} has no inverse at the estimates ({problem})",
            way_out="Leave out the row or column that depends on the others; fit_columns() solves "
            "systems with more rows than unknowns.",
            code="singular",
        ) from problem


@dataclass(frozen=True, slots=True, eq=False)
class Solve:
    """Solves A x = b for x; derivative dx = A⁻¹ (db - dA x)."""

    name: str
    shapes: tuple[Shape, ...]

    def run(self, values: list[Any], single: bool) -> Numbers:
        """Solve for bare values."""
        matrix = self._front(values[0], self.shapes[0])
        right = self._front(values[1], self.shapes[1])
        if len(self.shapes[1]) == 1:
            return self._back(_solved(matrix, right[..., None])[..., 0], 1)
        return self._back(_solved(matrix, right), 2)

    def slope(self, place: int, values: list[Any], result: Numbers) -> Numbers:
        """Return the sparse derivative of the solution by A (place 0) or b (place 1)."""
        from scipy.sparse import csr_array

        inverse = np.linalg.inv(np.asarray(values[0]))
        columns = self.shapes[1][1] if len(self.shapes[1]) == 2 else 1
        if place == 1:
            return csr_array(np.kron(inverse, np.eye(columns)))
        solution = np.asarray(result).reshape(inverse.shape[0], columns)
        # x[i, c] by A[p, q]: -inverse[i, p] * x[q, c]
        slope = -np.einsum("ip,qc->icpq", inverse, solution)
        return csr_array(slope.reshape(inverse.shape[0] * columns, -1))

    def pull(self, place: int, adjoint: Numbers, values: list[Any], result: Numbers) -> Numbers:
        """Return the adjoint of A (place 0) or b (place 1) from that of the solution."""
        vector = len(self.shapes[1]) == 1
        matrix = self._front(values[0], self.shapes[0])
        pulled = self._front(adjoint, self.shapes[1])
        solution = self._front(result, self.shapes[1])
        if vector:
            pulled, solution = pulled[..., None], solution[..., None]
        right = np.linalg.solve(np.swapaxes(matrix, -1, -2), pulled)
        if place == 1:
            return self._back(right[..., 0] if vector else right, len(self.shapes[1]))
        return self._back(-right @ np.swapaxes(solution, -1, -2), 2)

    @staticmethod
    def _front(value: Numbers, shape: Shape) -> Numbers:
        array = np.asarray(value, dtype=np.float64)
        return (
            np.moveaxis(array, range(len(shape)), range(-len(shape), 0)) if array.ndim > len(shape) else array
        )

    @staticmethod
    def _back(array: Numbers, axes: int) -> Numbers:
        return np.moveaxis(array, range(-axes, 0), range(axes)) if array.ndim > axes else array


@dataclass(frozen=True, slots=True, eq=False)
class Linear:
    """A stored result: its value and how it moves with its leaves.

    A slope is a number or array that broadcasts to the result, or a sparse matrix.
    """

    name: str
    value: Numbers
    origins: tuple[Any, ...]  # values of the leaves it was computed at
    slopes: tuple[Any, ...]
    lost: str = ""  # of a stored one, what it was before: "bent", "flat" or "looked"; "unknown" if not told
    remark: str = ""  # what must stand beside a U that rests on it

    def run(self, values: list[Any], single: bool) -> Numbers:
        """Return the value at other values of the leaves, or at draws of them."""
        result = self.value
        shape = np.shape(self.value)
        if any(np.ndim(value) > np.ndim(origin) for value, origin in zip(values, self.origins, strict=True)):
            result = np.asarray(result)[..., None]
        drawn = np.ndim(result) > len(shape)
        for slope, value, origin in zip(self.slopes, values, self.origins, strict=True):
            if drawn and np.ndim(origin):
                origin = np.asarray(origin)[..., None]  # noqa: PLW2901 - the same, beside its draws
            step = value - origin
            if isinstance(slope, float | np.ndarray):
                wide = slope[..., None] if drawn and isinstance(slope, np.ndarray) else slope
                result = result + wide * step
            elif drawn:
                result = result + (slope @ step.reshape(slope.shape[1], -1)).reshape((*shape, -1))
            else:
                result = result + (slope @ np.ravel(step)).reshape(shape)
        return result

    def slope(self, place: int, values: list[Any], result: Numbers) -> Numbers:
        """Return the stored derivative."""
        return self.slopes[place]

    def pull(self, place: int, adjoint: Numbers, values: list[Any], result: Numbers) -> Numbers:
        """Return the adjoint of a leaf from that of the value."""
        slope, out, shape = self.slopes[place], np.shape(self.value), np.shape(self.origins[place])
        batch = np.shape(adjoint)[len(out) :]
        wide = np.broadcast_to(adjoint, (*out, *batch))
        if isinstance(slope, float | np.ndarray):
            stretched = slope[..., None] if batch and isinstance(slope, np.ndarray) else slope
            return fold(wide * stretched, shape, out)
        return _shaped(np.asarray(slope.T @ wide.reshape((size_of(out), *batch))), shape, batch)


def _shaped(flat: Numbers, shape: Shape, batch: Shape) -> Numbers:
    array = flat.reshape(shape + batch)
    return float(array) if array.ndim == 0 else array


def fold(term: Numbers, shape: Shape, out: Shape) -> Numbers:
    """Sum a term over the model's axes along which an operand was broadcast."""
    extra = len(out) - len(shape)
    folded = np.sum(term, axis=tuple(range(extra)))
    stretched = tuple(
        axis for axis, (mine, theirs) in enumerate(zip(shape, out[extra:], strict=True)) if mine == 1 < theirs
    )
    folded = np.sum(folded, axis=stretched, keepdims=True) if stretched else folded
    return float(folded) if np.ndim(folded) == 0 else folded
