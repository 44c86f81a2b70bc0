"""The model as JSON: numbers as decimal text, texts in both languages."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Final

from calibrator.certificates._kind_words import states_uncertainty
from calibrator.certificates._model import SIMULATED, Certificate, ResultSection
from calibrator.certificates._numbers import rounded

__all__ = ["FORMAT", "json_bytes"]

FORMAT: Final = 1
KINDS: Final = {
    "calibration": "calibration certificate",
    "verification": "verification certificate",
    "notice": "notice of verification results",
}


def json_bytes(model: Certificate) -> bytes:
    """Return the certificate as JSON, `{"format": 1, "kind": "calibration certificate", …}`."""
    head = {
        "format": FORMAT,
        "kind": KINDS[model.kind],
        "notice": SIMULATED if model.simulated else "",
        "keywords": list(model.keywords),
    }
    if not states_uncertainty(model):
        model = _without_uncertainty(model)
    return (json.dumps({**head, **_fields(model)}, ensure_ascii=False, indent=1) + "\n").encode("utf-8")


# the head says the kind in words; how it looks is no part of what it says
_APART: Final = ("layout", "kind")
# a certificate that was issued before there was such a field is the same bytes again
_ONLY_WHERE_KNOWN: Final = (
    "adjustment",
    "as_found",
    "coverage",
    "checked_by",
    "taxon",
    "own",
    "edition_step",
    "judged",
)


def _without_uncertainty(model: Certificate) -> Certificate:
    """Return the model with errors as they are written beside their U, and without U and what rests on it."""
    found = model.as_found
    if found is not None:
        found = replace(found, sections=_written(found.sections))
    return replace(model, sections=_written(model.sections), as_found=found)


def _written(given: tuple[ResultSection, ...]) -> tuple[ResultSection, ...]:
    sections = []
    for section in given:
        results = []
        for result in section.results:
            written = rounded(result)
            results.append(
                replace(
                    result,
                    error=written.error if written else None,
                    indication=written.indication if written else result.indication,
                    standard_uncertainty=None,
                    expanded_uncertainty=None,
                    coverage_factor=None,
                    coverage=None,
                    dof="",
                    guard_band=None,
                    pfa=None,
                    clause8=None,
                    versions=(),
                )
            )
        sections.append(replace(section, results=tuple(results)))
    return tuple(sections)


def _fields(value: object) -> dict[str, object]:
    """Return a record of the model as an object; `pass_` is `pass` there."""
    if not is_dataclass(value):
        return {}
    absent = {name for name in _ONLY_WHERE_KNOWN if getattr(value, name, "") in (None, False)}
    named = [field.name for field in fields(value) if field.name not in absent.union(_APART)]
    return {name.rstrip("_"): _plain(getattr(value, name)) for name in named}


def _plain(value: object) -> object:
    """Return a value of the model as JSON knows it."""
    if is_dataclass(value):
        return _fields(value)
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    return _scalar(value)


def _scalar(value: object) -> object:
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    return value.isoformat() if isinstance(value, date) else value
