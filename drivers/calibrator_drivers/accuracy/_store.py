"""The accuracy tables that come with packages, parsed when first asked for.

Others than ours are found through the entry-point group `calibrator.accuracy`: the table's id = the package
that holds the file `<id>.toml`.
"""

from __future__ import annotations

import tomllib
from functools import cache, lru_cache
from importlib.metadata import EntryPoint, entry_points
from importlib.resources import files
from pathlib import Path

from calibrator_drivers._errors import UnknownModel

from ._parse import parse_limits, parse_table
from ._table import AccuracyTable
from ._tabulated import TabulatedPoint

__all__ = ["list_tables", "load_table", "look_again", "read_table"]

_GROUP = "calibrator.accuracy"
_ROOM = Path(__file__).resolve().parent.parent
_SPECS = _ROOM / "specs"
# Published points by model; named here so that loading a table reads no more files than it needs.
_LIMITS = {
    "keysight_34401a": "34401a_gain_verification.toml",
    "fluke_5522a": "5522a_dcv_verification_90d.toml",
}


@cache
def list_tables() -> tuple[str, ...]:
    """Return the ids of the tables that are installed."""
    return tuple(sorted({*(path.stem for path in _SPECS.glob("*.toml")), *_others()}))


def look_again() -> None:
    """Look for tables anew: a laboratory's folders were plugged in."""
    for kept in (_others, list_tables, _guess, load_table):
        kept.cache_clear()


@cache
def load_table(model_id: str) -> AccuracyTable:
    """Return the accuracy table of a model, such as "keysight_34401a".

    Raises:
        UnknownModel: with close matches.
        BadTable: the file cannot be taken as it is.

    Example:
        >>> from calibrator_drivers.accuracy import State
        >>> warm = State(temperature_c=23.0)
        >>> limit = load_table("keysight_34401a").limit("dcv", 10.0, interval="90d", state=warm)
        >>> f"{limit.half_width:.6f} {limit.unit} {limit.status}"
        '0.000250 V seen'
    """
    if model_id not in list_tables():
        raise UnknownModel(
            f"There is no accuracy table {model_id!r}{_guess(model_id)}",
            where="calibrator_drivers/specs",
            way_out=f"Known are {', '.join(list_tables())}.",
        )
    if model_id in _others():
        package = _others()[model_id].value
        text = files(package).joinpath(f"{model_id}.toml").read_text(encoding="utf-8")
        return parse_table(text, file=f"{package}/{model_id}.toml", sources=_sources())
    points: tuple[TabulatedPoint, ...] = ()
    if model_id in _LIMITS:
        name = _LIMITS[model_id]
        _, points = parse_limits(_text(_ROOM / "limits" / name), file=f"limits/{name}")
    return parse_table(
        _text(_SPECS / f"{model_id}.toml"),
        file=f"specs/{model_id}.toml",
        sources=_sources(),
        tabulated=points,
    )


def read_table(path: Path) -> AccuracyTable:
    """Return the accuracy table of a laboratory's own file.

    Raises:
        BadTable: the file cannot be taken as it is.
        OSError: the file cannot be read.
    """
    return parse_table(_text(path), file=str(path), sources=_sources())


@cache
def _others() -> dict[str, EntryPoint]:
    """Return the tables of other packages by id; one of ours cannot be replaced."""
    ours = {path.stem for path in _SPECS.glob("*.toml")}
    return {point.name: point for point in entry_points(group=_GROUP) if point.name not in ours}


@cache
def _sources() -> dict[str, str]:
    data = tomllib.loads(_text(_ROOM / "sources.toml"))
    return {key: str(source["title"]) for key, source in data.items()}


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


@lru_cache(maxsize=64)  # what has no table, such as a weight, is asked for at each of its points
def _guess(model_id: str) -> str:
    from difflib import get_close_matches

    close = get_close_matches(model_id.lower(), list_tables(), n=2, cutoff=0.5)
    return f" (did you mean {' or '.join(close)}?)" if close else ""
