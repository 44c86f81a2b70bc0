"""What an amendment changed, in words: its keys stand in the record, their names on the document."""

from __future__ import annotations

from typing import Final

from calibrator.i18n import bilingual
from calibrator.procedure import Text

__all__ = ["CHANGED", "change_text"]

# msgids of the catalogue, by what an amendment or a replacement names
CHANGED: Final = {
    "customer.name": "Customer, name",
    "customer.address": "Customer, address",
    "item.manufacturer": "Instrument, manufacturer",
    "item.model": "Instrument, model",
    "item.serial": "Instrument, serial number",
    "item.asset": "Instrument, asset",
    "item.firmware": "Instrument, firmware",
    "laboratory.name": "Laboratory, name",
    "laboratory.address": "Laboratory, address",
    "laboratory.place": "Laboratory, place",
    "laboratory.accreditation": "Laboratory, accreditation",
    "procedure": "Procedure",
    "document": "Document",
    "limits": "Limits",
    "rule": "Decision rule",
    "policy": "Policy for U",
    "state": "State",
    "standards": "Standards",
    "temperature": "Temperature",
    "humidity": "Humidity",
    "measured": "Measured",
}


def change_text(change: str) -> Text:
    """Return a recorded change as a document says it; that of a point stands as it is."""
    key, colon, rest = change.partition(": ")
    if not colon or key not in CHANGED:
        return Text(change, change)
    name = bilingual(CHANGED[key])
    return Text(f"{name.en}: {rest}", f"{name.zh}：{rest}")
