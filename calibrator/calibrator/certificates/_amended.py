"""What recorded amendments make of a certificate: its number and the words that were changed (7.8.8)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from calibrator.certificates._model import Amendment, Certificate, Customer
from calibrator.certificates._people import person

if TYPE_CHECKING:
    from calibrator.certificates._bodies import Body

__all__ = ["amended", "own_number"]

_AMENDED: Final = re.compile(r"(?P<own>.+-\d{8}-[0-9A-F]{8})-A\d+")
"""An amendment's number; eight digits of a certificate's own may begin with A, too."""


def own_number(number: str) -> str:
    """Return the number of a certificate without that of its amendment."""
    found = _AMENDED.fullmatch(number)
    return found["own"] if found else number


def amended(model: Certificate, bodies: Sequence[Body], lab: Body) -> Certificate:
    """Return the model with the recorded amendments of its certificate, the last of which it states."""
    for body in _in_force([body for body in bodies if own_number(str(body["id"])) == model.id]):
        for change in body["changes"]:
            model = _changed(model, str(change["what"]), str(change["to"]))
        by = str(body.get("by") or "")
        told = Amendment(
            former=str(body["former"]),
            former_sha256=str(body["former_sha256"]),
            reason=str(body["reason"]),
            by=person(lab, by) if by else None,
            changes=(
                *(f"{c['what']}: {c['from'] or '–'} → {c['to'] or '–'}" for c in body["changes"]),
                *map(str, body.get("differences") or ()),
            ),
        )
        model = replace(model, id=str(body["id"]), amends=told)
    return model


def _in_force(bodies: Sequence[Body]) -> list[Body]:
    """Return the amendments that the last one builds on; one that it passed over had no document."""
    chain: list[Body] = []
    for body in reversed(bodies):
        if not chain or body["id"] == chain[0]["former"]:
            chain.insert(0, body)
    return chain


def _changed(model: Certificate, key: str, value: str) -> Certificate:
    part, _, name = key.partition(".")
    if part == "customer":
        return replace(model, customer=_customer(model.customer, name, value))
    if part == "item":
        return replace(model, item=replace(model.item, **{name: value}))
    return replace(model, laboratory=replace(model.laboratory, **{name: value}))


def _customer(before: Customer | None, name: str, value: str) -> Customer:
    held = before or Customer("", "")
    return Customer(value, held.address) if name == "name" else Customer(held.name, value, held.own)
