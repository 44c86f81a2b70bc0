"""The data tables of the DCC: refTypes with their names, and units of the D-SI."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from calibrator._errors import UsageError
from calibrator.procedure import Text

__all__ = ["Part", "Unit", "definition", "own_ref_types", "part", "unit_of"]

_HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Part:
    """What a part of the document is: its refType and its name."""

    ref: str
    name: Text

    @property
    def own(self) -> bool:
        """Whether the refType is ours and must be defined in the document."""
        return self.ref.startswith("calibrator_")


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit of the D-SI, and the power of ten that brings a value of ours into it."""

    si: str
    scale: int = 0

    def text(self, value: Decimal) -> str:
        """Return a value in this unit as plain decimal digits, never -0 and never NaN.

        Example:
            >>> Unit("\\\\one", -2).text(Decimal("45"))
            '0.45'
        """
        scaled = value.scaleb(self.scale)
        return f"{abs(scaled) if scaled == 0 else scaled:f}"


def part(name: str) -> Part:
    """Return a part by its name in the data table, `[part]` or `[column]`."""
    tables = _ref_types()
    found = tables["part"].get(name) or tables["column"][name]
    return Part(found["ref"], Text(found["en"], found["zh"]))


def definition() -> tuple[str, str, str]:
    """Return namespace, link and release under which our own refTypes are defined."""
    tables = _ref_types()
    return tables["namespace"], tables["link"], tables["release"]


def own_ref_types() -> frozenset[str]:
    """Return every refType that a document of this program can hold, PTB's basic ones as well."""
    tables = _ref_types()
    listed = (body["ref"] for name in ("part", "column") for body in tables[name].values())
    return frozenset(listed)


def unit_of(unit: str, *, difference: bool = False) -> Unit:
    """Return the D-SI unit of a unit of ours; `difference` of an error or an uncertainty in it.

    Raises:
        UsageError: code `no-si-unit`, the D-SI has no such unit here.

    Example:
        >>> unit_of("kPa"), unit_of("degC", difference=True)
        (Unit(si='\\\\pascal', scale=3), Unit(si='\\\\kelvin', scale=0))
    """
    tables = _units()
    known = tables["unit"]
    body, scale = known.get(unit), 0
    if body is None and unit[:1] in tables["prefix"] and unit[1:] in known:
        body, scale = known[unit[1:]], int(tables["prefix"][unit[:1]])
    if body is None:
        raise UsageError(
            f"the unit {unit!r} has no form in the D-SI",
            where="--format dcc",
            way_out="Issue the PDF; a digital certificate states units of the SI brochure alone.",
            code="no-si-unit",
        )
    si = body.get("difference", body["si"]) if difference else body["si"]
    return Unit(str(si), scale + int(body.get("scale", 0)))


@cache
def _ref_types() -> dict[str, Any]:
    return tomllib.loads((_HERE / "ref_types.toml").read_text(encoding="utf-8"))


@cache
def _units() -> dict[str, Any]:
    return tomllib.loads((_HERE / "units.toml").read_text(encoding="utf-8"))
