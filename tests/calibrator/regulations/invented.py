"""Invented regulations: a wrong figure in a real file cannot hide behind what these prove."""

from __future__ import annotations

from datetime import date

from calibrator.regulations import Edition, parse_edition

HEAD = """
id = "{id}"
regulation = "{regulation}"
number = "{number}"
kind = "verification-regulation"
title = {{ en = "Verification of toys", zh = "玩具检定规程" }}
effective = {effective}
{more}
status = "unverified"
known = "{known}"
source = "invented"
"""


def text(
    year: int,
    effective: date,
    *,
    regulation: str = "xyz-1",
    more: str = "",
    known: str = "seen",
    body: str = "",
) -> str:
    number = f"{regulation.upper().replace('-', ' ')}-{year}"
    head = HEAD.format(
        id=f"{regulation}-{year}",
        regulation=regulation,
        number=number,
        effective=effective,
        more=more,
        known=known,
    )
    return head + body


def edition(year: int, effective: date, **more: str) -> Edition:
    return parse_edition(text(year, effective, **more), f"xyz-1-{year}.toml")
