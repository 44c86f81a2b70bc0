"""The values of a standard's certificate that a point rests on, as the register holds them."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from calibrator.evidence._node import Node

if TYPE_CHECKING:
    from calibrator.record import Event

__all__ = ["certified_values"]

_ICE = 273.15  # K, at 0 degC
_RANGE = re.compile(r"standard:.*:([0-9.]+(?:e[+-]?[0-9]+)?)", re.DOTALL)


def certified_values(
    register: Iterable[Event],
    asset: str,
    number: str,
    fixed: Mapping[str, Any],
    used: Sequence[Mapping[str, Any]] | None = None,
) -> Iterator[Node]:
    """Yield the values that a point rests on, with their imported text.

    Args:
        register: the events `certificate.added` of the register.
        asset: whose certificate it is.
        number: of the certificate.
        fixed: what `references.fixed` holds of the point.
        used: what names the values, as recorded; of a run that did not record it, they are those at the
            point's nominal value, or on both sides of it, at its frequency and in its range.
    """
    entered = [e for e in register if (e.body.get("asset"), e.body.get("number")) == (asset, number)]
    if not entered:
        return
    event = entered[-1]  # what was entered last under its number holds
    values, point = event.body.get("values", ()), fixed["point"]
    if used is None:
        own = [value for value in values if _alike(value, fixed)]
        found = _nearest(own, float(point["nominal"]), str(point["unit"]))
    else:
        found = [value for value in values if any(all(value[k] == one[k] for k in one) for one in used)]
    for value in found:
        unit = str(value.get("nominal_unit") or value["unit"])
        facts = {
            "at": f"{value['nominal']} {unit}",
            str(value["kind"]): f"{value['value']} {value['unit']}, U {value['U']}, k {value['k']}",
            "as written": str(value.get("written") or "entered from a file of the laboratory"),
            "document": str(event.body.get("document") or "none"),
            "document (SHA-256)": str(event.body.get("document_sha256") or "none"),
            "entered by": str(event.body.get("person") or "nobody named"),
            "event": f"{event.seq} of the register",
        }
        yield Node("value of the certificate", facts)


def _alike(value: Mapping[str, Any], fixed: Mapping[str, Any]) -> bool:
    """Say whether a value is of the point's function, its frequency and no other range of the standard."""
    point = fixed["point"]
    at = point.get("settings", {}).get("frequency_hz") or 0.0
    hertz = float.fromhex(at["float"]) if isinstance(at, Mapping) else float(at)
    if value["function"] != point["function"] or float(value.get("frequency_hz") or 0.0) != hertz:
        return False
    # the cause of a standard's error names its serial, function and range
    causes = [str(c["shared"]) for c in fixed.get("contributions", ()) if c["kind"] == "standard"]
    highs = [float(found[1]) for cause in causes if (found := _RANGE.fullmatch(cause))]
    high = value.get("range_high")
    return high is None or not highs or any(math.isclose(float(high), own) for own in highs)


def _nearest(values: Sequence[Mapping[str, Any]], nominal: float, unit: str) -> list[Mapping[str, Any]]:
    """Return the values at a nominal value; where there are none, those next to it on both sides."""
    placed = [(_in(value, unit), value) for value in values]
    below = max((at for at, _ in placed if at <= nominal + 1e-15), default=None)
    above = min((at for at, _ in placed if at >= nominal - 1e-15), default=None)
    exact = [value for at, value in placed if abs(at - nominal) <= 1e-9 * max(abs(nominal), 1e-6)]
    return exact or [value for at, value in placed if at in (below, above)]


def _in(value: Mapping[str, Any], unit: str) -> float:
    """Return where a value stands in the unit of the point; K and degC are the same scale, moved."""
    own, nominal = str(value.get("nominal_unit") or value["unit"]), float(value["nominal"])
    if {own, unit} == {"K", "degC"}:
        return nominal + (_ICE if unit == "K" else -_ICE)
    return nominal
