"""What a budget gives: the result with its lines, kept and printed."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from typing import TYPE_CHECKING, Any, NamedTuple

from calibrator_uncertainty._coverage import whole_dof
from calibrator_uncertainty._errors import FormatError, InputError
from calibrator_uncertainty._numbers import as_decimals
from calibrator_uncertainty._seal import check_of, refuse_altered
from calibrator_uncertainty._types import DataFrame, Quantity
from calibrator_uncertainty._units import difference_unit, parse_unit, quantity

if TYPE_CHECKING:
    import numpy as np

    from calibrator_uncertainty._budget import Budget
    from calibrator_uncertainty._clause8 import Clause8

__all__ = ["BudgetLine", "BudgetResult", "GroupShare"]

FORMAT = 1
SHAPES = "largest"  # which rectangles and U-shaped errors are stored, whatever part of u they are


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
    """Value, u and U in `unit`, with the effective degrees of freedom (not truncated) and what k rests on.

    U is NaN where every first derivative is zero though the model moves: then u = 0 is of the first order
    alone, and a note says so. `probability` is what the policy names, `covered` what k really covers at the
    degrees of freedom. A `difference` is one of temperatures, as of t - r, which a `unit` of degC does not
    tell.
    """

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
    # what Monte Carlo says of the first order, where it was asked, or why it cannot; `verdict` asks
    clause8: Clause8 | None = field(default=None, compare=False)
    unexamined: str = field(default="", compare=False)
    difference: bool = False
    rectangles: tuple[float, ...] = field(default=(), compare=False)  # |c·u| of the two largest
    arcsine: float = field(default=0.0, compare=False)  # |c·u| of the largest U-shaped one
    origin: Budget | str | None = field(default=None, repr=False, compare=False)  # or its stored errors

    def uncertain(self) -> Quantity:
        """Return the result as an uncertain quantity, correlated with all that shares a cause with it.

        It is the same each time; a stored result gives it too, in any process, if its errors were stored.

        Raises:
            FormatError: the result was stored without its errors, or was changed afterwards.
        """
        from calibrator_uncertainty._store import loads

        if self.origin is None:
            raise FormatError(
                "this result was stored without the errors that it is made of",
                where=self.name,
                way_out="Store it with to_json(errors=True).",
                code="no-errors",
            )
        made = loads(self.origin)["result"] if isinstance(self.origin, str) else self.origin.uncertain()
        value, u = float(made._magnitude._value), float(made._magnitude.u)
        if not (math.isclose(value, self.value, rel_tol=1e-9, abs_tol=1e-9 * u)) or not math.isclose(
            u, self.u, rel_tol=1e-6
        ):
            raise FormatError(
                f"the result is {self.value} with u = {self.u}; its errors give {value} with u = {u}",
                where=self.name,
                way_out="The result was changed: evaluate its budget again.",
                code="contradiction",
            )
        return made

    def _errors(self) -> str | None:
        """Return the text from which the uncertain result comes back."""
        from calibrator_uncertainty._store import dumps

        if self.origin is None or isinstance(self.origin, str):
            return self.origin
        return dumps({"result": self.uncertain()})

    def __reduce__(self) -> tuple[Any, ...]:
        values = [getattr(self, one.name) for one in fields(self) if one.name != "origin"]
        return BudgetResult, (*values, self._errors())

    @property
    def covered(self) -> float:
        """The probability that k·u covers by t at the degrees of freedom: for k = 2, 95.45 % of many only."""
        if self.policy != "k2" or math.isinf(self.dof):
            return self.probability
        from scipy.special import stdtr

        return 2.0 * float(stdtr(whole_dof(self.dof), self.k)) - 1.0

    @property
    def quantity(self) -> Quantity:
        """The value as a pint quantity; a difference of temperatures stays one."""
        unit = parse_unit(self.unit, self.name)
        return quantity(self.value, difference_unit(unit) if self.difference else unit)

    @property
    def expanded_uncertainty(self) -> Quantity:
        """U as a pint quantity; of a temperature in degC it is a difference."""
        return quantity(self.U, difference_unit(parse_unit(self.unit, self.name)))

    @property
    def verdict(self) -> Clause8 | None:
        """Whether first order may be used here (JCGM 101:2008, clause 8); None where it cannot be told.

        It is the verdict that the result bears, else one that is drawn now, always with the same seed: the
        same budget gets the same verdict everywhere. Whatever is printed or stored of a result holds it, or
        why there is none. For many results at once `validate_first_order` draws what they share once.
        """
        from calibrator_uncertainty._verdict import verdict_on

        return verdict_on(self)[0]

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

    @property
    def correlation_matrix(self) -> np.ndarray:
        """Correlation coefficients of the inputs, in the order of the lines: given ones and shared causes."""
        from calibrator_uncertainty._dataframe import correlation_matrix

        return correlation_matrix(self)

    def with_clause8(self, verdict: Clause8) -> BudgetResult:
        """Return this result with the verdict that `validate_first_order` gave on it.

        Raises:
            InputError: the verdict is on another result.
        """
        from calibrator_uncertainty._dataframe import with_clause8

        return with_clause8(self, verdict)

    def to_dataframe(self) -> DataFrame:
        """Return the table as a pandas data frame, one row an input, with the result in its `attrs`.

        Raises:
            NotSupportedError: pandas is not installed.
        """
        from calibrator_uncertainty._dataframe import as_dataframe

        return as_dataframe(self)

    def to_columns(self) -> dict[str, list[Any]]:
        """Return the table by columns; `pandas.DataFrame(result.to_columns())` is the data frame."""
        return {name: [getattr(line, name) for line in self.lines] for name in BudgetLine._fields}

    def groups(self, of: Mapping[str, str]) -> tuple[GroupShare, ...]:
        """Return what groups of inputs contribute, the largest first.

        Args:
            of: group by input name; an input that is not named is a group of its own.

        Raises:
            InputError: a name that is no line of this budget, or a group that is no text.

        Source: the shares add up to 1; a group's u is √share·u, negative shares count as 0.
        """
        lines = {line.name for line in self.lines}
        for name, group in of.items():
            if name not in lines or not isinstance(group, str):
                raise InputError(
                    f"{name!r} in group {group!r} is no line of this budget",
                    where=self.name,
                    way_out='Write {"input": "group"}, a group for each input.',
                    code="group",
                )
        shares: dict[str, float] = {}
        for line in self.lines:
            group = of.get(line.name, line.name)
            shares[group] = shares.get(group, 0.0) + line.share
        found = (
            GroupShare(name, math.sqrt(max(0.0, share)) * self.u, share) for name, share in shares.items()
        )
        return tuple(sorted(found, key=lambda one: -one.share))

    def to_json(self, *, errors: bool = False, decimals: bool = False) -> str:
        """Return the whole result as JSON; every float reads back as it was, and `covered` is told beside.

        With `errors` the names of the elementary errors go with it: then `uncertain()` of what is read back
        computes on, correlated with its relatives. The names differ from process to process.
        With `decimals` its numbers are decimal strings, all digits kept, and read back as the same floats.
        """
        from calibrator_uncertainty._verdict import verdict_on

        document: dict[str, Any] = {one.name: getattr(self, one.name) for one in fields(self)}
        del document["origin"]
        verdict, why = verdict_on(self)
        document.update(format=FORMAT, covered=self.covered, lines=[line._asdict() for line in self.lines])
        document["shapes"] = SHAPES
        document.update(clause8=None if verdict is None else asdict(verdict), unexamined=why)
        if errors:
            document["errors"] = self._errors()
        told = _open_infinities(document)
        if decimals:
            told = {**as_decimals(told), "format": FORMAT}
        told["check"] = check_of(told)
        return json.dumps(told, ensure_ascii=False, sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> BudgetResult:
        """Read a result back.

        Raises:
            FormatError: the text is not a stored budget result of a version that is known, or was altered.
        """
        try:
            document = json.loads(text)
            if document["format"] != FORMAT:
                raise FormatError(
                    f"a budget result of format {document['format']} is not known", code="format"
                )
            lines = tuple(BudgetLine(**_floats(line)) for line in document["lines"])
            _check_stored(document, lines)
            refuse_altered(document)
            known = {one.name for one in fields(cls)} - {
                "lines",
                "correlations",
                "notes",
                "clause8",
                "unexamined",
                "difference",
                "origin",
                "rectangles",
                "arcsine",
            }
            return cls(
                **_floats({name: document[name] for name in known}),
                lines=lines,
                correlations=tuple(
                    (str(a), str(b), float(r)) for a, b, r in document.get("correlations", ())
                ),
                notes=tuple(document.get("notes", ())),
                clause8=_verdict(document.get("clause8")),
                unexamined=str(document.get("unexamined", "")),
                difference=bool(document.get("difference", False)),
                origin=document.get("errors"),
                rectangles=_rectangles(document, lines),
                arcsine=_arcsine(document, lines),
            )
        except (KeyError, TypeError, ValueError, AttributeError) as problem:
            if isinstance(problem, FormatError):
                raise
            raise FormatError(f"this is not a stored budget result: {problem}", code="format") from problem


class BudgetResultDraft:
    """A result that is being made: plain assignments cost a quarter of those of a frozen class."""

    __slots__ = tuple(one.name for one in fields(BudgetResult))


def _rectangles(document: Mapping[str, Any], lines: Sequence[BudgetLine]) -> tuple[float, ...]:
    """Return the two largest rectangles of a stored result, by its lines where it was stored before 0.3.0.

    Until then none were stored, or only those that dominate.
    """
    stored = tuple(map(float, document.get("rectangles", ())))
    if document.get("shapes") == SHAPES:
        return stored
    joined = {name for pair in document.get("correlations", ()) for name in pair[:2]}
    parts: dict[str, float] = {}
    for line in lines:
        if line.distribution == "rectangular" and line.name not in joined:
            group = line.shared or f"\0{line.name}"  # what is shared is one rectangle
            parts[group] = parts.get(group, 0.0) + line.contribution
    found = tuple(sorted((abs(part) for part in parts.values() if part), reverse=True)[:2])
    return max(stored, found, key=lambda row: math.hypot(*row))


def _arcsine(document: Mapping[str, Any], lines: Sequence[BudgetLine]) -> float:
    """Return the largest U-shaped error of a stored result, 0 where there is none."""
    stored = float(document.get("arcsine", 0.0))
    if document.get("shapes") == SHAPES:
        return stored
    joined = {name for pair in document.get("correlations", ()) for name in pair[:2]}
    ours = (line for line in lines if line.distribution == "arcsine" and line.name not in joined)
    return max((abs(line.contribution) for line in ours), default=stored)


def _check_stored(document: dict[str, Any], lines: Sequence[BudgetLine]) -> None:
    """Refuse figures that no budget has."""
    told = _floats({name: document[name] for name in ("u", "k", "U", "dof")})
    for where, figures in (
        ("the result", told),
        *((one.name, {"u": one.u, "dof": one.dof}) for one in lines),
    ):
        for name, figure in figures.items():
            if (math.isnan(figure) and name != "U") or figure < (1.0 if name == "dof" else 0.0):
                raise FormatError(
                    f"the stored {name} of {where} is {figure}",
                    way_out="The text was altered or damaged: take it from its source again.",
                    code="stored-figures",
                )


def _verdict(document: dict[str, Any] | None) -> Clause8 | None:
    from calibrator_uncertainty._clause8 import Clause8

    if document is None:
        return None
    kept: dict[str, Any] = {"name": document["name"], "ok": document["ok"]}
    kept.update({name: int(document[name]) for name in ("draws", "ndig")})
    kept.update({name: float(value) for name, value in document.items() if name not in kept})
    return Clause8(**kept)


def _open_infinities(item: Any) -> Any:  # noqa: ANN401 - JSON has no infinity
    if isinstance(item, dict):
        return {key: _open_infinities(value) for key, value in item.items()}
    if isinstance(item, list | tuple):
        return [_open_infinities(value) for value in item]
    if isinstance(item, float) and not math.isfinite(item):
        return "nan" if math.isnan(item) else "inf"
    return item


_TEXTS = ("name", "unit", "policy", "distribution", "source", "shared")


def _floats(figures: dict[str, Any]) -> dict[str, Any]:
    return {name: value if name in _TEXTS else float(value) for name, value in figures.items()}
