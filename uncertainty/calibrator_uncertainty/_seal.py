"""The check figure of stored results, budgets and quantities: what was edited no longer goes with it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from calibrator_uncertainty._errors import FormatError

__all__ = ["check_of", "refuse_altered"]

_KEY = "check"


def check_of(document: Mapping[str, Any]) -> str:
    """Return the check figure of a document: of what it says, however its numbers and blanks are written.

    It finds slips and damage; it is no signature, and whoever alters a text on purpose can make it anew.
    """
    told = _plain({key: value for key, value in document.items() if key != _KEY})
    text = json.dumps(told, ensure_ascii=True, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("ascii")).hexdigest()[:32]


def refuse_altered(document: Mapping[str, Any], what: str = "result was") -> None:
    """Refuse a document whose check figure is that of another; one from before 0.3.0 has none.

    Raises:
        FormatError: it was altered since it was stored.
    """
    if _KEY in document and document[_KEY] != check_of(document):
        raise FormatError(
            f"the stored {what} altered or damaged: its figures are not those that were stored",
            way_out="Take the text from its source again, or change the figure in what was read back.",
            code="altered",
        )


def _plain(item: Any) -> Any:  # noqa: ANN401 - a tree as JSON has it
    """Return a tree with every number as a float: other programs write 1.0 as 1."""
    if isinstance(item, Mapping):
        return {str(key): _plain(value) for key, value in item.items()}
    if isinstance(item, list | tuple):
        return [_plain(value) for value in item]
    if isinstance(item, int) and not isinstance(item, bool):
        return float(item)
    return item
