"""References as they stand in the record (`references.fixed`), there and back without loss."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from calibrator.procedure._types import Contribution, Point, PointLimits, PointReferences, Rounded

__all__ = ["decode_references", "encode_references"]


def encode_references(references: PointReferences) -> dict[str, Any]:
    """Return the body of one point in `references.fixed`: decimals as text, floats as hex."""
    point, limits = references.point, references.limits
    return {
        "point": {
            "id": point.id,
            "section": point.section,
            "function": point.function,
            "nominal": format(point.nominal, "f"),
            "range": format(point.range, "f"),
            "unit": point.unit,
            "standard": point.standard,
            "settings": {key: _plain(value) for key, value in point.settings.items()},
            **({"supporting": True} if point.supporting else {}),
            **({"measured_with": point.measured_with} if point.measured_with else {}),
        },
        "limits": {
            "interval": limits.interval,
            "lower": _text(limits.lower),
            "upper": _text(limits.upper),
            "status": limits.status,
            "source": limits.source,
            "confirmed": limits.confirmed,
            **({"edition": limits.edition} if limits.edition else {}),
            **({} if limits.rounding is None else {"rounding": _rounding(limits.rounding)}),
        },
        "standard_asset": references.standard_asset,
        "standard_title": references.standard_title,
        "contributions": [_contribution(item) for item in references.contributions],
    }


def decode_references(body: Mapping[str, Any]) -> PointReferences:
    """Return the references of one point from its recorded body; raises KeyError where a key is missing."""
    limits = PointLimits(
        interval=body["limits"]["interval"],
        lower=_decimal(body["limits"]["lower"]),
        upper=_decimal(body["limits"]["upper"]),
        status=body["limits"]["status"],
        source=body["limits"]["source"],
        confirmed=body["limits"].get("confirmed", ""),
        edition=body["limits"].get("edition", ""),
        rounding=_rounding_from(body["limits"].get("rounding")),
    )
    head = body["point"]
    point = Point(
        id=head["id"],
        section=head["section"],
        function=head["function"],
        nominal=Decimal(head["nominal"]),
        range=Decimal(head["range"]),
        unit=head["unit"],
        limits={limits.interval: limits},
        standard=head["standard"],
        settings={key: _unplain(value) for key, value in head["settings"].items()},
        supporting=bool(head.get("supporting", False)),
        measured_with=head.get("measured_with", ""),
    )
    return PointReferences(
        point=point,
        limits=limits,
        standard_asset=body["standard_asset"],
        standard_title=body["standard_title"],
        contributions=tuple(_contribution_from(item) for item in body["contributions"]),
    )


def _rounding(rounding: Rounded) -> dict[str, str]:
    return {
        "step": format(rounding.step, "f"),
        "judged": rounding.judged,
        "status": rounding.status,
        "source": rounding.source,
    }


def _rounding_from(body: Mapping[str, Any] | None) -> Rounded | None:
    if body is None:
        return None
    return Rounded(Decimal(body["step"]), body["judged"], body["status"], body["source"])


def _text(limit: Decimal | None) -> str | None:
    return None if limit is None else format(limit, "f")


def _decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def _plain(value: str | int | float | bool) -> str | int | dict[str, str]:
    """Wrap a float so that the record, which holds no bare floats, gives the same one back."""
    return {"float": value.hex()} if isinstance(value, float) else value


def _unplain(value: str | int | Mapping[str, str]) -> str | int | float:
    return float.fromhex(value["float"]) if isinstance(value, Mapping) else value


def _contribution(item: Contribution) -> dict[str, Any]:
    return {
        "kind": item.kind,
        "estimate": float(item.estimate).hex(),
        "half_width": float(item.half_width).hex(),
        "unit": item.unit,
        "k": float(item.k).hex(),
        "treat_as": str(item.treat_as),
        "status": str(item.status),
        "source": item.source,
        "shared": item.shared,
        "confirmed": item.confirmed,
    }


def _contribution_from(body: Mapping[str, Any]) -> Contribution:
    return Contribution(
        kind=body["kind"],
        estimate=float.fromhex(body["estimate"]),
        half_width=float.fromhex(body["half_width"]),
        unit=body["unit"],
        k=float.fromhex(body["k"]),
        treat_as=body["treat_as"],
        status=body["status"],
        source=body["source"],
        shared=body.get("shared", ""),
        confirmed=body.get("confirmed", ""),
    )
