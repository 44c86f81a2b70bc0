"""A budget as JSON: inputs, correlations, unit and name; the model is named, never stored as code."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from calibrator_uncertainty._doors import BUDGET, asks
from calibrator_uncertainty._errors import FormatError, InputError
from calibrator_uncertainty._inputs import Input
from calibrator_uncertainty._reproduce import differs, what_it_gives
from calibrator_uncertainty._seal import check_of, refuse_altered
from calibrator_uncertainty._shape_store import shape_from, shape_key

if TYPE_CHECKING:
    from calibrator_uncertainty._budget import Budget

__all__ = ["dump_budget", "load_budget"]

FORMAT = 1


def model_name(model: Callable[..., Any]) -> str:
    """Return by what a model is known: module and qualified name."""
    own = getattr(model, "__qualname__", type(model).__qualname__)
    return f"{getattr(model, '__module__', None) or ''}:{own}"


@asks(budget=BUDGET)
def dump_budget(budget: Budget) -> str:
    """Write a budget as JSON; every float, distribution and shared cause comes back as it was.

    The name of the inputs' own errors goes with it: what is read back is the same budget, and `uncertain()`
    of both, in any process, differ by exactly 0. That name is another each time a budget is made.

    Of the model its name is kept, and what it gives at the estimates and near them, by which another model is
    told from it: code that is read from a file could be anything. A check figure finds what was edited since.

    Raises:
        FormatError: a distribution that is not one of ours; a budget that was made of a quantity.
    """
    if getattr(budget.model, "whole", False):
        raise FormatError(
            "a budget that was made of a quantity has no inputs of its own to store",
            where=budget.name,
            way_out="Store the quantity itself with dumps(), and make its budget_of() again.",
            code="quantity",
        )
    document = {
        "format": FORMAT,
        "kind": "budget",
        "name": budget.name,
        "unit": budget.unit,
        "model": model_name(budget.model),
        "inputs": [_described(one) for one in budget.inputs],
        "correlations": [list(one) for one in budget.correlations],
        "causes": budget._causes(),
        "gives": what_it_gives(budget),
    }
    return json.dumps({**document, "check": check_of(document)}, ensure_ascii=False, sort_keys=True)


def load_budget(text: str, model: Callable[..., Any]) -> Budget:
    """Read a budget back; `model` is the function it was stored with.

    Args:
        text: what `dump_budget` wrote.
        model: the model. It may bear another name and stand in another module, but must give the value, the
            slopes and the values nearby that are stored; in a text without these, its name must be the same.

    Raises:
        FormatError: the text is no stored budget of a version that is known, was altered since it was stored
            (code `altered`), or names another model.
        InputError: an input that cannot be.
    """
    from calibrator_uncertainty._budget import Budget

    try:
        document = json.loads(text)
        if document["format"] != FORMAT or document["kind"] != "budget":
            raise FormatError(f"a budget of format {document['format']} is not known", code="format")
        refuse_altered(document, "budget was")
        gives = {**document.get("gives", {})}
        if not gives.get("nearby"):
            _same_name(document, model)
        inputs = [_read(entry) for entry in document["inputs"]]
        correlations = {(str(a), str(b)): float(r) for a, b, r in document["correlations"]}
        unit, name = str(document["unit"]), str(document["name"])
        causes = str(document.get("causes", ""))
    except (KeyError, TypeError, IndexError, AttributeError, ValueError) as problem:
        if isinstance(problem, FormatError | InputError):
            raise
        raise FormatError(f"this text is not a stored budget: {problem!r}", code="format") from problem
    budget = Budget(model, inputs, unit=unit, name=name, correlations=correlations)
    try:
        other = differs(budget, gives)
    except (TypeError, ValueError, AttributeError) as problem:
        raise FormatError(f"this text is not a stored budget: {problem!r}", code="format") from problem
    if other:
        raise _another(document, model, f": {other}")
    budget._causes(causes)
    return budget


def _same_name(document: dict[str, Any], model: Callable[..., Any]) -> None:
    """Refuse a model of another name, where the text does not hold what its model gives."""
    if str(document["model"]) != model_name(model):
        raise _another(document, model, "")


def _another(document: dict[str, Any], model: Callable[..., Any], why: str) -> FormatError:
    return FormatError(
        f"the budget was stored with the model {document['model']}; {model_name(model)} was given{why}",
        where=str(document["name"]),
        way_out="Give the model that it was stored with, or make a new budget.",
        code="another-model",
    )


def _described(one: Input) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "name": one.name,
        "estimate": one.estimate,
        "unit": one.unit,
        "u": one.u,
        "distribution": shape_key(one.distribution),
    }
    if math.isfinite(one.dof):
        entry["dof"] = one.dof
    entry.update({key: text for key, text in (("source", one.source), ("shared", one.shared)) if text})
    return entry


def _read(entry: dict[str, Any]) -> Input:
    return Input(
        str(entry["name"]),
        float(entry["estimate"]),
        str(entry["unit"]),
        float(entry["u"]),
        float(entry.get("dof", math.inf)),
        shape_from(entry["distribution"]),
        str(entry.get("source", "")),
        entry.get("shared"),
    )
