"""Curves and sets of parameters, as `section.evaluated` records them and `show --json` prints them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from calibrator._errors import ConfigurationError
from calibrator.evaluation._collect import RunContent, collect
from calibrator.evaluation._numbers import significant
from calibrator.procedure import CurveEvaluation, DerivedEvaluations, ParametersEvaluation

if TYPE_CHECKING:
    from calibrator.procedure import Evaluation, Procedure
    from calibrator.record import Event

__all__ = ["curves_in", "curves_of_section", "evaluate_curves", "evaluation_of", "recorded_curves"]

DIGITS = 12  # of what is printed; the rest of a double is in `exact`


def curves_of_section(events: Iterable[Event], procedure: Procedure, section: str) -> list[dict[str, Any]]:
    """Return the curves and sets of parameters of a section, empty where all its results are numbers.

    Raises:
        ConfigurationError: code `not-a-covariance`, a matrix does not belong to its parameters.
    """
    return evaluate_curves(collect(events), procedure, section)


def evaluate_curves(content: RunContent, procedure: Procedure, section: str) -> list[dict[str, Any]]:
    """Return the curves of a section from what a run holds; see `curves_of_section`."""
    return curves_in(evaluation_of(content, procedure, section), procedure)


def evaluation_of(content: RunContent, procedure: Procedure, section: str) -> Sequence[Evaluation]:
    """Return what a procedure makes of a section's points that have readings."""
    usable = [item.observations for item in content.observed(section).values() if not item.problem]
    return procedure.evaluate(content.section(section), usable, content.references)


def curves_in(
    evaluated: Sequence[Evaluation], procedure: Procedure, *, derived: bool = True
) -> list[dict[str, Any]]:
    """Return the curves and sets of parameters among the evaluations of a section.

    Without `derived` those that are only made when asked for are left out, as in a proof.
    """
    found: list[CurveEvaluation | ParametersEvaluation] = []
    for item in evaluated:
        if isinstance(item, CurveEvaluation | ParametersEvaluation):
            found.append(item)
        elif isinstance(item, DerivedEvaluations) and derived:
            found.extend(item.make())
    return [_body(item, procedure) for item in found]


def recorded_curves(events: Iterable[Event]) -> dict[str, list[dict[str, Any]]]:
    """Return the curves of the last `section.evaluated` of every section."""
    found: dict[str, list[dict[str, Any]]] = {}
    for event in events:
        if event.kind == "section.evaluated":
            found[event.body["section"]] = list(event.body.get("curves") or ())
    return found


def _body(item: CurveEvaluation | ParametersEvaluation, procedure: Procedure) -> dict[str, Any]:
    """Return the entry of `curves`; without formula and domain for a set of parameters."""
    curve = item if isinstance(item, CurveEvaluation) else None
    own = curve.coefficients if curve is not None else item
    if not isinstance(own, ParametersEvaluation):
        raise TypeError("coefficients of a curve are a set of parameters")
    matrix = _symmetric(own, procedure)
    domain = curve.domain if curve is not None else ()
    return {
        "id": own.id,
        "kind": "parameters" if curve is None else "curve",
        "title": {"en": own.title.en, "zh": own.title.zh},
        "formula": "" if curve is None else curve.formula,
        "names": list(own.names),
        "values": [significant(value, DIGITS) for value in own.values],
        "u": [significant(math.sqrt(row[index]), 3) for index, row in enumerate(matrix)],
        "units": list(own.units),
        "covariance": [[significant(value, DIGITS) for value in row] for row in matrix],
        "input": "" if curve is None else curve.input,
        "input_unit": "" if curve is None else curve.input_unit,
        "domain": [significant(bound, DIGITS) for bound in domain],
        "points": list(own.points),
        "exact": {
            "values": [float(value).hex() for value in own.values],
            "covariance": [[value.hex() for value in row] for row in matrix],
        },
    }


def _symmetric(own: ParametersEvaluation, procedure: Procedure) -> list[list[float]]:
    """Return the covariance matrix, its two halves made one: a fit leaves them apart in the last bit."""
    count, rows = len(own.values), own.covariance
    sizes = {count, len(own.names), len(own.units), len(rows), *map(len, rows)}
    if sizes != {count} or not all(map(math.isfinite, [*own.values, *(v for row in rows for v in row)])):
        raise _not_a_covariance(own, procedure)
    made = [[(float(rows[i][j]) + float(rows[j][i])) / 2 for j in range(count)] for i in range(count)]
    for i in range(count):
        for j in range(count):
            most = math.sqrt(max(made[i][i], 0.0) * max(made[j][j], 0.0))
            apart = abs(rows[i][j] - rows[j][i])
            if made[i][i] < 0 or abs(made[i][j]) > most * (1 + 1e-9) or apart > 1e-9 * most:
                raise _not_a_covariance(own, procedure)
    return made


def _not_a_covariance(own: ParametersEvaluation, procedure: Procedure) -> ConfigurationError:
    return ConfigurationError(
        f"the covariance of {own.id!r} does not belong to its {len(own.values)} parameters",
        where=f"procedure {procedure.info.id}",
        way_out="Correct evaluate: a symmetric matrix of finite numbers, as many rows as parameters.",
        code="not-a-covariance",
    )
