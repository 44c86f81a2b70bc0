"""A proof as JSON, with versions, date and the bars that are missed."""

from __future__ import annotations

import json
import math
import platform
from dataclasses import fields, is_dataclass
from datetime import datetime
from importlib.metadata import version
from typing import Any

from calibrator.proof._bars import missed
from calibrator.proof._summary import Summary
from calibrator.proof._text import HEADING

__all__ = ["as_json"]

_TIMED = ("seconds", "seconds_a_run")  # of the machine, not of the proof


def as_json(proof: Summary, at: datetime) -> str:
    """Return the text of the object; the same seeds and versions give the same but for `made`."""
    import calibrator

    found = missed(proof)
    body = {
        "format": 1,
        "what": HEADING,
        "holds": not found,
        "missed": list(found),
        "proof": {name: value for name, value in _plain(proof).items() if name not in _TIMED},
        "versions": {
            "calibrator": calibrator.__version__,
            **{name: version(name) for name in ("numpy", "scipy", "pint")},
        },
        "made": {
            "at": at.isoformat(timespec="seconds"),
            "python": platform.python_version(),
            "machine": platform.machine(),
            **{name: round(getattr(proof, name), 4) for name in _TIMED},
        },
    }
    return json.dumps(body, ensure_ascii=False, indent=1) + "\n"


def _plain(value: Any) -> Any:  # noqa: ANN401 - whatever a summary holds, as JSON takes it
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, dict):
        return {str(name): _plain(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, float):
        return float(f"{value:.6g}") if math.isfinite(value) else None
    return value
