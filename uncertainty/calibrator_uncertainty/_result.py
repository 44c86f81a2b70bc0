"""What a budget gives: the result with its lines, kept and printed."""

from __future__ import annotations

import json
import math
from dataclasses import asdict, dataclass, fields
from typing import Any

from calibrator_uncertainty._errors import FormatError

__all__ = ["BudgetLine", "BudgetResult"]

FORMAT = 1


@dataclass(frozen=True, slots=True)
class BudgetLine:
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

    def to_json(self) -> str:
        """Return the whole result as JSON; every float reads back as it was."""
        document = {"format": FORMAT, **asdict(self)}
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
            lines = tuple(BudgetLine(**_floats(BudgetLine, line)) for line in document["lines"])
            figures = {field.name: document[field.name] for field in fields(cls) if field.name != "lines"}
            return cls(**_floats(cls, figures), lines=lines)
        except (KeyError, TypeError, json.JSONDecodeError) as problem:
            raise FormatError(f"this is not a stored budget result: {problem}", code="format") from problem


def _open_infinities(item: Any) -> Any:  # noqa: ANN401 - JSON has no infinity
    if isinstance(item, dict):
        return {key: _open_infinities(value) for key, value in item.items()}
    if isinstance(item, list | tuple):
        return [_open_infinities(value) for value in item]
    if isinstance(item, float) and math.isinf(item):
        return "inf"
    return item


def _floats(cls: type, figures: dict[str, Any]) -> dict[str, Any]:
    numbers = {field.name for field in fields(cls) if field.type == "float"}
    return {key: float(value) if key in numbers else value for key, value in figures.items()}
