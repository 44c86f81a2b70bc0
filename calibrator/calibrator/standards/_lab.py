"""`lab.toml`: who the laboratory is, where it is, which persons may do what."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass, field
from decimal import Decimal
from importlib.resources import files
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from calibrator.standards._confirmation import Confirmation, confirmation_body, parse_confirmations
from calibrator.standards._layout import Layout, parse_layout
from calibrator.standards._scope import Authority, Capability, parse_authority, parse_scope
from calibrator.standards._secret import is_secret_hash
from calibrator.standards._table import Table, nearest, read_text

__all__ = ["Lab", "Person", "lab_template", "load_lab"]

ROUNDINGS = ("nearest", "upward", "ea-4/02")
COVERAGES = ("95 %", "k = 2")
STEPS = (1, 2, 5)
ROLES = ("technician", "reviewer", "signatory", "technical manager")


@dataclass(frozen=True, slots=True)
class Person:
    """A person of the laboratory."""

    id: str
    name: str
    roles: tuple[str, ...]
    secret: str = ""  # its scrypt hash; never in the record


@dataclass(frozen=True, slots=True)
class Rounding:
    """How results are written: U to the nearest or upward, in steps of its last digit (GB/T 8170)."""

    uncertainty: str = "nearest"  # "nearest", "upward", "ea-4/02" (upward where 5 % would be lost)
    step: int = 1


@dataclass(frozen=True, slots=True)
class Lab:
    """The laboratory as its file says; a home without one has an unnamed laboratory in UTC."""

    name: str = "Unnamed laboratory"
    address: str = ""
    timezone: str = "UTC"
    place: str = ""  # where it is measured, when that is not the address
    accreditation: str = ""
    persons: tuple[Person, ...] = ()
    confirmations: tuple[Confirmation, ...] = ()
    path: str = ""
    sha256: str = ""
    country: str = ""  # ISO 3166-1, two letters; digital certificates state it
    rounding: Rounding = Rounding()
    layout: Layout = field(default_factory=Layout)
    scope: tuple[Capability, ...] = ()  # accredited; empty where U is never raised or marked
    authority: Authority | None = None  # to verify
    coverage: str = ""  # "95 %" or "k = 2" where it is chosen: which U states; "" is 95 %
    one_person: str = ""  # why one person may measure and authorise; "" where two are needed
    without_secret: str = ""  # why a person without a secret may sign; "" where none may

    @property
    def zone(self) -> ZoneInfo:
        """The time zone in which dates are printed and due days end."""
        return ZoneInfo(self.timezone)

    def person(self, person: str) -> Person | None:
        """Return a person by id or name, None where there is no such one."""
        return next((p for p in self.persons if person in (p.id, p.name)), None)

    def as_body(self) -> dict[str, Any]:
        """Return the laboratory as the event `run.opened` holds it."""
        return {
            "name": self.name,
            "address": self.address,
            "timezone": self.timezone,
            "place": self.place,
            "accreditation": self.accreditation,
            "country": self.country,
            "rounding": {"uncertainty": self.rounding.uncertainty, "step": self.rounding.step},
            **({"coverage": self.coverage} if self.coverage else {}),
            "layout": asdict(self.layout),
            "scope": [line.as_body() for line in self.scope],
            "authority": self.authority.as_body() if self.authority is not None else None,
            "policy": {
                "separate_people": not self.one_person,
                "reason": self.one_person,
                "without_secret": self.without_secret,
            },
            "persons": [{"id": p.id, "name": p.name, "roles": p.roles} for p in self.persons],
            "confirmations": [confirmation_body(item) for item in self.confirmations],
            "sha256": self.sha256,
        }


def load_lab(path: Path) -> Lab:
    """Take `lab.toml`; a missing file gives the unnamed laboratory.

    Raises:
        ConfigurationError: with file, line and key, and the way out.
    """
    if not path.exists():
        return Lab()
    text = read_text(path, "laboratory file")
    top = Table.parse(text, str(path))
    top.allow(
        "name",
        "address",
        "timezone",
        "place",
        "accreditation",
        "country",
        "rounding",
        "coverage",
        "layout",
        "scope",
        "authority",
        "policy",
        "person",
        "confirmation",
    )
    persons = _persons(top)
    return Lab(
        top.text("name"),
        top.text("address", "").strip(),
        _timezone(top),
        top.text("place", ""),
        top.text("accreditation", ""),
        persons,
        parse_confirmations(top, {person.id: person.roles for person in persons}),
        str(path),
        hashlib.sha256(text.encode("utf-8")).hexdigest(),
        _country(top),
        _rounding(top),
        parse_layout(top, path.parent),
        parse_scope(top),
        parse_authority(top),
        top.choice("coverage", COVERAGES) if top.has("coverage") else "",
        _one_person(top),
        _without_secret(top),
    )


def lab_template() -> str:
    """Return a written-out `lab.toml` to begin with."""
    return files("calibrator.standards").joinpath("lab_template.toml").read_text(encoding="utf-8")


def _rounding(top: Table) -> Rounding:
    if not top.has("rounding"):
        return Rounding()
    table = top.table("rounding")
    table.allow("uncertainty", "step")
    step = int(table.decimal("step", Decimal(1)))
    if step not in STEPS:
        raise table.error("step", f"A step of {step} is none", "Write 1, 2 or 5.", "unknown-step")
    return Rounding(table.choice("uncertainty", ROUNDINGS, "nearest"), step)


def _one_person(top: Table) -> str:
    """Return why one person may measure and authorise, "" where two people must."""
    if not top.has("policy"):
        return ""
    table = top.table("policy")
    table.allow("separate_people", "reason", "without_secret")
    if not table.has("separate_people") or table.flag("separate_people"):
        return ""
    reason = table.text("reason", "").strip()
    if len(reason.split()) < 2:
        raise table.error(
            "reason",
            "One person may do both only for a reason",
            'Write it in a few words: reason = "one metrologist on site, reviewed monthly by ...".',
            "no-reason",
        )
    return reason


def _without_secret(top: Table) -> str:
    """Return why a person without a secret may sign, "" where none may."""
    if not top.has("policy"):
        return ""
    table = top.table("policy")
    reason = table.text("without_secret", "").strip()
    if table.has("without_secret") and len(reason.split()) < 2:
        raise table.error(
            "without_secret",
            "A person without a secret may sign only for a reason",
            'Write it in a few words: without_secret = "each signs on a machine of their own".',
            "no-reason",
        )
    return reason


def _country(top: Table) -> str:
    country = top.text("country", "")
    if country and not (len(country) == 2 and country.isascii() and country.isalpha() and country.isupper()):
        what, way_out = f'"{country}" is no country code', 'Write two letters of ISO 3166-1, as in "CN".'
        raise top.error("country", what, way_out, "unknown-country")
    return country


def _timezone(top: Table) -> str:
    name = top.text("timezone")
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        from zoneinfo import available_timezones

        zones = available_timezones()
        way_out = nearest(name, zones)
        if way_out.startswith("Known"):
            way_out = 'Write one of the IANA names, such as "Europe/Berlin" or "Asia/Shanghai".'
        raise top.error("timezone", f'"{name}" is no time zone', way_out, "unknown-timezone") from error
    return name


def _persons(top: Table) -> tuple[Person, ...]:
    found: dict[str, Person] = {}
    for table in top.tables("person"):
        table.allow("id", "name", "roles", "secret")
        person = Person(table.text("id"), table.text("name"), table.texts("roles"), table.text("secret", ""))
        if person.secret and not is_secret_hash(person.secret):
            raise table.error(
                "secret", "That is no hash of a secret", "Make the line with `calibrator secret`.", "no-hash"
            )
        for role in person.roles:
            if role not in ROLES:
                raise table.error("roles", f'"{role}" is no role', nearest(role, ROLES), "unknown-role")
        if person.id in found:
            what = f'Two persons have the id "{person.id}"'
            raise table.error("id", what, "Give each person an id of their own.", "twice")
        found[person.id] = person
    return tuple(found.values())
