"""What a budget gives: the result with its lines, kept and printed."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, NamedTuple

from calibrator_uncertainty._errors import FormatError
from calibrator_uncertainty._types import Quantity
from calibrator_uncertainty._units import difference_unit, parse_unit, quantity

__all__ = ["BudgetLine", "BudgetResult", "GroupShare"]

FORMAT = 1


class BudgetLine(NamedTuple):
    """One input in the budget.

    `value` and `u` are in `unit`; `sensitivity` is the result's unit per `unit`; `contribution` is c·u with
    its sign, in the result's unit; `share` is its part of u² (the shares of a budget add up to 1).
    """

    name: str
    value: float
    unit: str
    distribution: str
    u: float
    dof: float
    sensitivity: float
    contribution: float
    share: float
    source: str
    shared: str | None


class GroupShare(NamedTuple):
    """A group of inputs: its contribution to u, in the result's unit, and its part of u²."""

    name: str
    u: float
    share: float


@dataclass(frozen=True, slots=True)
class BudgetResult:
    """Value, u and U in `unit`, with the effective degrees of freedom (not truncated) and what k rests on."""

    name: str
    value: float
    unit: str
    u: float
    dof: float
    k: float
    U: float
    probability: float
    policy: str
    lines: tuple[BudgetLine, ...]
    correlations: tuple[tuple[str, str, float], ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def quantity(self) -> Quantity:
        """The value as a pint quantity."""
        return quantity(self.value, parse_unit(self.unit, self.name))

    @property
    def expanded_uncertainty(self) -> Quantity:
        """U as a pint quantity; of a temperature in degC it is a difference."""
        return quantity(self.U, difference_unit(parse_unit(self.unit, self.name)))

    def to_text(self) -> str:
        """Return the budget as a table for a terminal."""
        from calibrator_uncertainty._render import as_text

        return as_text(self)

    def to_markdown(self) -> str:
        """Return the budget as a Markdown table."""
        from calibrator_uncertainty._render import as_markdown

        return as_markdown(self)

    def to_html(self) -> str:
        """Return the budget as an HTML table, every text escaped."""
        from calibrator_uncertainty._render import as_html

        return as_html(self)

    def to_svg(self, *, title: str = "") -> str:
        """Return a bar picture of the shares as SVG."""
        from calibrator_uncertainty._picture import as_svg

        return as_svg(self, title=title)

    def to_columns(self) -> dict[str, list[Any]]:
        """Return the table by columns; `pandas.DataFrame(result.to_columns())` is the data frame."""
        return {name: [getattr(line, name) for line in self.lines] for name in BudgetLine._fields}

    def groups(self, of: Mapping[str, str]) -> tuple[GroupShare, ...]:
        """Return what groups of inputs contribute, the largest first.

        Args:
            of: group by input name; an input that is not named is a group of its own.

        Source: the shares add up to 1; a group's u is √share·u, negative shares count as 0.
        """
        shares: dict[str, float] = {}
        for line in self.lines:
            group = of.get(line.name, line.name)
            shares[group] = shares.get(group, 0.0) + line.share
        found = (
            GroupShare(name, math.sqrt(max(0.0, share)) * self.u, share) for name, share in shares.items()
        )
        return tuple(sorted(found, key=lambda one: -one.share))

    def to_json(self) -> str:
        """Return the whole result as JSON; every float reads back as it was."""
        document: dict[str, Any] = {field.name: getattr(self, field.name) for field in fields(self)}
        document.update(format=FORMAT, lines=[line._asdict() for line in self.lines])
        return json.dumps(_open_infinities(document), ensure_ascii=False, sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> BudgetResult:
        """Read a result back.

        Raises:
            FormatError: the text is not a stored budget result of a version that is known.
        """
        try:
            document = json.loads(text)
            if document["format"] != FORMAT:
                raise FormatError(
                    f"a budget result of format {document['format']} is not known", code="format"
                )
            lines = tuple(BudgetLine(**_floats(line)) for line in document["lines"])
            known = {field.name for field in fields(cls)} - {"lines", "correlations", "notes"}
            return cls(
                **_floats({name: document[name] for name in known}),
                lines=lines,
                correlations=tuple(
                    (str(a), str(b), float(r)) for a, b, r in document.get("correlations", ())
                ),
                notes=tuple(document.get("notes", ())),
            )
        except (KeyError, TypeError, ValueError, AttributeError) as problem:
            if isinstance(problem, FormatError):
                raise
            raise FormatError(f"this is not a stored budget result: {problem}", code="format") from problem


def _open_infinities(item: Any) -> Any:  # noqa: ANN401 - JSON has no infinity
    if isinstance(item, dict):
        return {key: _open_infinities(value) for key, value in item.items()}
    if isinstance(item, list | tuple):
        return [_open_infinities(value) for value in item]
    if isinstance(item, float) and math.isinf(item):
        return "inf"
    return item


_TEXTS = ("name", "unit", "policy", "distribution", "source", "shared")


def _floats(figures: dict[str, Any]) -> dict[str, Any]:
    return {name: value if name in _TEXTS else float(value) for name, value in figures.items()}
