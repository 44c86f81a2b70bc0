"""A bench file written again from its tables, with what a proof changes in it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

__all__ = ["dump_toml"]


def dump_toml(tables: Mapping[str, Any]) -> str:
    """Return TOML text that reads back as `tables`: mappings of a file as `tomllib` gives them.

    Example:
        >>> print(dump_toml({"name": "a", "wirings": {"a b": {"emf_v": {"half_width": 1e-6}}}}))
        name = "a"
        wirings = { "a b" = { emf_v = { half_width = 1e-06 } } }
        <BLANKLINE>
    """
    return "".join(f"{_key(name)} = {_value(value)}\n" for name, value in tables.items())


def _key(name: str) -> str:
    return name if name.replace("_", "").replace("-", "").isalnum() and name.isascii() else _text(name)


def _value(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{_key(name)} = {_value(item)}" for name, item in value.items()) + " }"
    if isinstance(value, Sequence):
        return "[" + ", ".join(_value(item) for item in value) + "]"
    return repr(value)


def _text(text: str) -> str:
    """Return a basic string: as JSON has it, but for surrogate pairs and DEL, which TOML takes otherwise."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
