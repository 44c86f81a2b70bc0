"""The model as JSON: numbers as decimal text, texts in both languages."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Final

from calibrator.certificates._model import SIMULATED, Certificate

__all__ = ["FORMAT", "json_bytes"]

FORMAT: Final = 1


def json_bytes(model: Certificate) -> bytes:
    """Return the certificate as JSON, `{"format": 1, "kind": "calibration certificate", …}`."""
    head = {
        "format": FORMAT,
        "kind": "calibration certificate",
        "notice": SIMULATED if model.simulated else "",
        "keywords": list(model.keywords),
    }
    return (json.dumps({**head, **_fields(model)}, ensure_ascii=False, indent=1) + "\n").encode("utf-8")


_LOOKS: Final = "layout"  # how it looks is no part of what it says


def _fields(value: object) -> dict[str, object]:
    """Return a record of the model as an object; `pass_` is `pass` there."""
    if not is_dataclass(value):
        return {}
    named = [field.name for field in fields(value) if field.name != _LOOKS]
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
