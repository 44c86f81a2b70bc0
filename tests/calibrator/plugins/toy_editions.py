"""What the invented editions of these tests have in common, and the laboratory that works to them."""

from __future__ import annotations

__all__ = ["HEAD", "LAB"]

HEAD = """
id = "xyz-1-{year}"
regulation = "xyz-1"
number = "XYZ 1-{year}"
kind = "verification-regulation"
title = {{ en = "Toys", zh = "玩具" }}
effective = {year}-01-01
{more}
status = "unverified"
known = "seen"
source = "invented"
"""
LAB = 'name = "Toy"\ntimezone = "UTC"\n[[person]]\nid = "li"\nname = "Li Wei"\nroles = ["reviewer"]\n'
