"""Stored uncertain values: pickles and JSON that keep every correlation, in any process.

A value is stored as what it is (a name, an estimate) and how it moves with the elementary errors behind it.
A name that this process still knows gives back the very same value, so that x - x' is exactly 0.
"""

from __future__ import annotations

import base64
import json
import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from calibrator_uncertainty._complex import UncertainComplex
from calibrator_uncertainty._doors import MAPPING, asks
from calibrator_uncertainty._errors import FormatError
from calibrator_uncertainty._leaves import Leaf, known, new_uid, remember
from calibrator_uncertainty._seal import check_of, refuse_altered
from calibrator_uncertainty._shape_store import shape_from, shape_key
from calibrator_uncertainty._structural import Linear, scatter_matrix
from calibrator_uncertainty._sweep import by_leaf, in_order, reachable, singles, slopes_of
from calibrator_uncertainty._tape import UncertainArray
from calibrator_uncertainty._types import Numbers

if TYPE_CHECKING:
    from calibrator_uncertainty._shapes import Shape

__all__ = ["dumps", "leaf_back", "loads", "reduce_value"]

FORMAT = 1


def uid_of(value: UncertainArray) -> str:
    """Return the lasting name of a value, given when it is first stored."""
    if value._uid is None:
        elementary = value._op is None and value._leaf is not None
        value._uid = value._leaf.uid if elementary and value._leaf is not None else new_uid()
        remember(value._uid, value)
    return value._uid


def reduce_value(value: UncertainArray) -> tuple[Any, ...]:
    """Tell pickle how to store a value."""
    if value._op is None and value._leaf is not None:
        leaf = value._leaf
        facts = (leaf.u, leaf.dof, leaf.shape, leaf.name, leaf.source, leaf.group)
        return leaf_back, (uid_of(value), value._value, facts, value._looked)
    found, lost, remark = _taken_apart(value)
    return _result_back, (
        uid_of(value),
        value._value,
        [leaf for leaf, _ in found],
        [_slope_out(slope) for _, slope in found],
        lost,
        remark,
    )


def _taken_apart(value: UncertainArray) -> tuple[list[tuple[UncertainArray, Any]], str, str]:
    """Return a value's slopes by error, what is lost where it is kept as these, and remarks on it."""
    from calibrator_uncertainty._unseen import is_plainly_linear, lost_in_storing

    alone = singles(value)
    if alone is None:
        nodes, found = reachable(value, _is_leaf), by_leaf(value)
    else:
        inner, errors = alone
        slopes = slopes_of(inner, errors)
        found = [(error, slopes[number]) for number, error in in_order(errors)]
        if is_plainly_linear(inner, errors.values()):
            return found, "", ""
        nodes = [*errors.values(), *reversed(inner)]
    return found, *lost_in_storing(value, nodes, [slope for _, slope in found])


def _is_leaf(node: UncertainArray) -> bool:
    return node._op is None


def _slope_out(slope: Numbers) -> Numbers:
    if isinstance(slope, float | np.ndarray):
        return slope
    spread = slope.tocoo()
    return (spread.row, spread.col, spread.data, spread.shape)


def _slope_back(slope: Numbers) -> Numbers:
    return scatter_matrix(*slope) if isinstance(slope, tuple) else slope


def leaf_back(uid: str, value: Numbers, facts: tuple[Any, ...], looked: bool = False) -> UncertainArray:
    """Return a stored error: the one that this process has of that name, or a new one.

    Raises:
        FormatError: figures that cannot be, or that contradict the error of that name.
    """
    u, dof, shape, name, source, group = facts
    if not (
        np.isfinite(value).all() and np.isfinite(u).all() and np.all(np.asarray(u) >= 0.0) and dof >= 1.0
    ):
        raise FormatError(
            f"the stored error {name or uid} has the estimate {value}, u = {u} and {dof} degrees of freedom",
            way_out="The text was altered or damaged: take it from its source again.",
            code="stored-figures",
        )
    here = known(uid)
    if here is not None:
        _check_leaf(uid, here, value, facts)
        here._looked = here._looked or looked
        return here
    back = UncertainArray(value, None, (), Leaf(u, dof, shape, name, source, group, stored=uid))
    back._uid = uid
    back._looked = looked
    remember(uid, back)
    return back


def _check_leaf(uid: str, here: UncertainArray, value: Numbers, facts: tuple[Any, ...]) -> None:
    u, dof, shape, name, _, group = facts
    mine = here._leaf
    same = (
        mine is not None
        and np.array_equal(here._value, value)
        and np.shape(u) in ((), np.shape(value))  # one for all, or one each: of one element both are the same
        and bool(np.all(np.equal(mine.u, u)))
        and (mine.dof, mine.group) == (dof, group)
        and _kind(mine.shape) == _kind(shape)
    )
    if not same:
        shown = "" if mine is None else f"; here it is {mine.shape.name} with dof {mine.dof:g}"
        raise FormatError(
            f"the stored error {uid} ({name}) is {shape.name} with dof {dof:g}{shown}, or of other figures",
            way_out="One physical error has one distribution: give different causes different names.",
            code="contradiction",
        )


def _kind(shape: Shape) -> Numbers:
    try:
        return shape_key(shape)
    except FormatError:  # a shape of the user's own, in a pickle: it compares itself
        return shape


def _result_back(  # noqa: PLR0917 - as pickle hands them over
    uid: str,
    value: Numbers,
    leaves: list[UncertainArray],
    slopes: list[Any],
    lost: str = "unknown",
    remark: str = "",
) -> UncertainArray:
    here = known(uid)
    if here is not None:
        return _same_result(here, uid, value)
    origins = tuple(leaf._value for leaf in leaves)
    operation = Linear("stored", value, origins, tuple(_slope_back(slope) for slope in slopes), lost, remark)
    back = UncertainArray(value, operation, tuple(leaves))
    back._uid = uid
    remember(uid, back)
    return back


def _same_result(here: UncertainArray, uid: str, value: Numbers) -> UncertainArray:
    if not np.array_equal(here._value, value):
        raise FormatError(
            f"the stored value {uid} is {value}; this process has {here._value} of that name",
            way_out="The text was altered or damaged: take it from its source again.",
            code="contradiction",
        )
    return here


@asks(values=MAPPING)
def dumps(values: Mapping[str, Any]) -> str:
    """Write uncertain quantities as JSON; every bit and every correlation comes back.

    Numbers are packed (little-endian doubles in base64), so that a thousand results of eight common inputs
    take some 100 kB.

    Args:
        values: by name; pint quantities of uncertain arrays, or bare ones.

    Raises:
        FormatError: something that is not uncertain.
    """
    leaves: dict[int, int] = {}
    described: list[dict[str, Any]] = []
    results: dict[str, Any] = {}
    for name, value in values.items():
        magnitude = getattr(value, "_magnitude", value)
        if isinstance(magnitude, UncertainComplex):
            parts = {"real": magnitude.real, "imag": magnitude.imag}
            results[name] = {key: _describe(_lifted(part), leaves, described) for key, part in parts.items()}
        elif isinstance(magnitude, UncertainArray):
            results[name] = _describe(magnitude, leaves, described)
        else:
            raise FormatError(f"{name} is not an uncertain quantity", code="not-uncertain")
        if magnitude is not value:
            results[name]["unit"] = f"{value.units:D}".replace("µ", "u")
    document = {"format": FORMAT, "errors": described, "values": results}
    return json.dumps(
        {**document, "check": check_of(_checked(document))}, ensure_ascii=False, separators=(",", ":")
    )


def _checked(document: dict[str, Any]) -> dict[str, Any]:
    """Return what the check figure is of: the packed values, of whole numbers only, stay a text."""
    return {**document, "values": json.dumps(document["values"], sort_keys=True)}


def _lifted(part: Numbers) -> UncertainArray:
    """Return a part of a complex number, which may be exact, as a value of the tape."""
    return part if isinstance(part, UncertainArray) else UncertainArray(part)


def _describe(
    value: UncertainArray, leaves: dict[int, int], described: list[dict[str, Any]]
) -> dict[str, Any]:
    found, lost, remark = _taken_apart(value)
    places: list[int] = []
    for leaf, _ in found:
        if id(leaf) not in leaves:
            leaves[id(leaf)] = len(described)
            described.append(_describe_leaf(leaf))
        places.append(leaves[id(leaf)])
    entry: dict[str, Any] = {"id": uid_of(value), "shape": list(value.shape), "of": places}
    entry["lost"] = lost
    if remark:
        entry["remark"] = remark
    slopes = [slope for _, slope in found]
    if all(isinstance(slope, float) for slope in slopes):
        entry["x"] = _pack(
            [value._value, *slopes] if not value.shape else np.concatenate((np.ravel(value._value), slopes))
        )
        return entry
    entry["x"] = _pack(value._value)
    entry["by"] = [_pack_slope(slope) for slope in slopes]
    return entry


def _describe_leaf(leaf: UncertainArray) -> dict[str, Any]:
    info = leaf._leaf
    if info is None:
        return {"id": "", "x": _pack(leaf._value), "shape": list(leaf.shape), "u": _pack(0.0)}
    entry: dict[str, Any] = {
        "id": uid_of(leaf),
        "x": _pack(leaf._value),
        "shape": list(leaf.shape),
        "u": _pack(info.u),
    }
    extra = {
        "dof": info.dof if math.isfinite(info.dof) else None,
        "kind": shape_key(info.shape),
        "name": info.name,
        "source": info.source,
        "group": info.group,
    }
    entry.update({key: found for key, found in extra.items() if found not in (None, "", ["normal"])})
    return entry


def _pack(numbers: Numbers) -> str:
    return base64.b64encode(np.ascontiguousarray(numbers, dtype="<f8").tobytes()).decode("ascii")


def _unpack(text: str) -> np.ndarray:
    return np.frombuffer(base64.b64decode(text), dtype="<f8").astype(np.float64)


def _pack_slope(slope: Numbers) -> Numbers:
    if isinstance(slope, float | np.ndarray):
        return {"shape": list(np.shape(slope)), "x": _pack(slope)}
    rows, columns, data, shape = _slope_out(slope)
    return {"rows": rows.tolist(), "columns": columns.tolist(), "x": _pack(data), "size": list(shape)}


def _unpack_slope(entry: dict[str, Any]) -> Numbers:
    numbers = _unpack(entry["x"])
    if "rows" in entry:
        size = (int(entry["size"][0]), int(entry["size"][1]))
        return scatter_matrix(np.array(entry["rows"]), np.array(entry["columns"]), numbers, size)
    return _shaped(numbers, entry["shape"])


def _shaped(numbers: np.ndarray, shape: list[int]) -> Numbers:
    return numbers.reshape(shape) if shape else float(numbers[0])


def loads(text: str) -> dict[str, Any]:
    """Read quantities back, correlated with each other and with those that this process still has.

    Raises:
        FormatError: the text is not of ours, damaged, or was altered since it was stored.
    """
    try:
        document = json.loads(text)
        if document["format"] != FORMAT:
            raise FormatError(
                f"stored quantities of format {document['format']} are not known", code="format"
            )
        refuse_altered(_checked(document), "quantities were")
        leaves = [_read_leaf(entry) for entry in document["errors"]]
        return {name: _read_value(entry, leaves) for name, entry in document["values"].items()}
    except (KeyError, TypeError, IndexError, ValueError) as problem:
        if isinstance(problem, FormatError):
            raise
        raise FormatError(
            f"this text does not hold stored quantities: {problem!r}", code="format"
        ) from problem


def _read_leaf(entry: dict[str, Any]) -> UncertainArray:
    value = _shaped(_unpack(entry["x"]), entry["shape"])
    if not entry["id"]:
        return UncertainArray(value)
    spreads = _unpack(entry["u"])
    u = float(spreads[0]) if spreads.size == 1 else spreads.reshape(entry["shape"])
    shape: Shape = shape_from(entry.get("kind", ["normal"]))
    dof = entry.get("dof", math.inf)
    facts = (u, dof, shape, entry.get("name", ""), entry.get("source", ""), entry.get("group"))
    return leaf_back(entry["id"], value, facts)


def _read_value(entry: dict[str, Any], leaves: list[UncertainArray]) -> Numbers:
    back: Any
    if "real" in entry:
        back = UncertainComplex(_read_real(entry["real"], leaves), _read_real(entry["imag"], leaves))
    else:
        back = _read_real(entry, leaves)
    if "unit" not in entry:
        return back
    from calibrator_uncertainty._units import parse_unit, quantity

    return quantity(back, parse_unit(entry["unit"]))


def _read_real(entry: dict[str, Any], leaves: list[UncertainArray]) -> UncertainArray:
    mine: list[UncertainArray] = [leaves[place] for place in entry["of"]]
    numbers = _unpack(entry["x"])
    size = math.prod(entry["shape"])
    value = _shaped(numbers[:size], entry["shape"])
    slopes = (
        [_unpack_slope(one) for one in entry["by"]] if "by" in entry else [float(x) for x in numbers[size:]]
    )
    here: UncertainArray | None = known(entry["id"])
    if here is not None:
        return _same_result(here, entry["id"], value)
    lost = entry.get("lost", "unknown")
    if len(mine) == 1 and mine[0]._uid == entry["id"]:
        mine[0]._looked = mine[0]._looked or lost == "looked"
        return mine[0]
    if lost not in ("", "bent", "flat", "looked", "unknown"):
        raise FormatError(f"a stored value says that it was {lost!r}, which is not known", code="format")
    back: UncertainArray = _result_back(entry["id"], value, mine, slopes, lost, str(entry.get("remark", "")))
    return back
