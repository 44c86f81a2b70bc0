"""What a run did not test: what its procedure never tests, whole sections, single points."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Final

from calibrator.certificates._bodies import text
from calibrator.certificates._numbers import MINUS, scaled_unit
from calibrator.certificates._results import FUNCTION_TITLES
from calibrator.certificates._sources import Sources
from calibrator.i18n import bilingual
from calibrator.procedure import Text

__all__ = ["left_out"]

_QUANTITY: Final = re.compile(r"([+-]?)(\d+(?:\.\d+)?)([A-Za-z]+)")


def left_out(sources: Sources) -> tuple[Text, ...]:
    """Return what was not tested (METROLOGY 22): a whole section by its title, else point by point.

    A point of a section that was not in the job is known by having no references. Where a run did not
    record the titles of such sections, their points are named one by one.
    """
    always = tuple(text(body) for body in sources.opened["procedure"].get("not_tested") or ())
    titles = sources.opened["procedure"].get("section_titles") or {}
    items = list(map(str, (sources.closed or {}).get("not_tested") or ()))
    known = {str(p["point"]["id"]): str(p["point"]["section"]) for p in sources.references.get("points", ())}
    measured = {section for point, section in known.items() if point not in items}
    outside = set(titles) - set(map(str, sources.opened.get("sections") or titles))
    whole = [name for name in titles if items and name not in measured]
    points: dict[str, list[str]] = {}
    for item in items:
        if item in titles or (item not in known and outside) or known.get(item) in whole:
            continue
        function, _, place = item.partition(":")
        points.setdefault(function, []).append(place or item)
    return (
        *always,
        *(text(titles[name]) for name in whole),
        *(_points(function, places) for function, places in points.items()),
    )


def _points(function: str, places: list[str]) -> Text:
    """Return the points of a function that have no result, by the range and value in their ids."""
    title = FUNCTION_TITLES.get(function)
    named = ", ".join(_place(place) for place in places)
    return bilingual("{function} at {points}", function=bilingual(title) if title else function, points=named)


def _place(place: str) -> str:
    span, _, rest = place.partition(":")
    nominal, _, hertz = rest.partition(":")
    named = f"{_spelled(nominal)}, {_spelled(hertz)}" if hertz else _spelled(nominal)
    return f"{named} ({_spelled(span)})" if nominal else _spelled(place)


def _spelled(quantity: str) -> str:
    """Return "+100 kΩ" for "+100000ohm"; what is no quantity stays as it is."""
    found = _QUANTITY.fullmatch(quantity)
    if found is None:
        return quantity
    sign, value, unit = found.groups()
    digits, prefixed = scaled_unit(Decimal(value), unit)
    sign = "" if unit == "ohm" else sign.replace("-", MINUS)
    return f"{sign}{digits} {prefixed}"
