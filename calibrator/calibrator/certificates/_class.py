"""Which class an instrument is judged by: the documents that its limits are of."""

from __future__ import annotations

from collections.abc import Iterable

from calibrator.certificates._bodies import Body
from calibrator.procedure import CLASS

__all__ = ["class_sources", "in_common"]


def class_sources(references: Body) -> tuple[str, ...]:
    """Return the sources of the limits of a class, those of one document and class together."""
    sources = [
        str(body["limits"]["source"]).replace("degC", "°C")
        for body in references.get("points", ())
        if body["limits"]["interval"] == CLASS and not body["point"].get("supporting", False)
    ]
    return in_common(dict.fromkeys(sources))


def in_common(sources: Iterable[str]) -> tuple[str, ...]:
    """Return sources, those that begin alike once with what they have in common, up to a comma.

    Example:
        >>> in_common(["IEC 62053-21, class 1, 0.1 Ib", "IEC 62053-21, class 1, 0.2 Ib"])
        ('IEC 62053-21, class 1',)
    """
    together: dict[str, list[str]] = {}
    for source in sources:
        together.setdefault(source.partition(",")[0], []).append(source)
    found = []
    for listed in together.values():
        parts = [one.split(", ") for one in listed]
        same = [words[0] for words in zip(*parts, strict=False) if len(set(words)) == 1]
        found.append(", ".join(same) or listed[0])
    return tuple(found)
