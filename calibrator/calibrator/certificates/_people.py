"""Who calibrated, and who authorised: persons of the lab.toml that the run recorded."""

from __future__ import annotations

from typing import Final

from calibrator._errors import UsageError
from calibrator.certificates._bodies import Body
from calibrator.certificates._parts import Person

__all__ = ["AUTHORISING_ROLES", "GIVE_A_ROLE", "authorised", "may_authorise", "named", "person"]

AUTHORISING_ROLES: Final = frozenset({"signatory", "technical manager"})  # of lab.toml
GIVE_A_ROLE: Final = 'Give a person in lab.toml the role "signatory" before the run; the run keeps lab.toml.'


def person(lab: Body, who: str) -> Person:
    """Return a person of lab.toml by id or name; one that it does not list stands under the name given."""
    for entry in lab.get("persons", ()):
        if who in (entry.get("id"), entry.get("name")):
            return Person(str(entry["id"]), str(entry["name"]), ", ".join(map(str, entry.get("roles", ()))))
    return Person(who, who, "")


def may_authorise(lab: Body) -> tuple[Person, ...]:
    """Return the persons of lab.toml whose role lets them authorise a certificate."""
    return tuple(
        person(lab, str(entry["id"]))
        for entry in lab.get("persons", ())
        if AUTHORISING_ROLES & {str(role) for role in entry.get("roles", ())}
    )


def authorised(lab: Body, who: str | None, before: Body | None, *, simulated: bool) -> tuple[Person, ...]:
    """Return who authorises a certificate (ISO/IEC 17025:2017, 7.8.2.1 o): one named person, or nobody.

    Args:
        lab: lab.toml as the run recorded it.
        who: id or name of the person who authorises now; None where nobody was named.
        before: the first issue of the same certificate, whose person stays.
        simulated: a simulated document is authorised by nobody.

    Raises:
        UsageError: code `simulated-not-authorised`, `may-not-authorise` or `authorised-already`.
    """
    if simulated:
        if who is not None:
            raise _refused(
                "a simulated run cannot be authorised",
                "Leave --authorised-by out; the document says on every page that it is no certificate.",
                "simulated-not-authorised",
            )
        return ()
    recorded = str(before.get("authorised_by") or "") if before is not None else ""
    if who is None:
        return (person(lab, recorded),) if recorded else ()
    allowed = may_authorise(lab)
    found = next((entry for entry in allowed if who in (entry.id, entry.name)), None)
    if found is None:
        raise _refused(
            f'"{who}" may not authorise certificates of this run',
            f"Name one of: {named(allowed)}." if allowed else GIVE_A_ROLE,
            "may-not-authorise",
        )
    if recorded not in ("", found.id):
        raise _refused(
            f"{person(lab, recorded).name} has authorised this certificate already",
            "Leave --authorised-by out: all forms of a certificate are authorised by one person.",
            "authorised-already",
        )
    return (found,)


def named(people: tuple[Person, ...]) -> str:
    """Return persons as an option takes them, with their names."""
    return ", ".join(f"{entry.id} ({entry.name})" for entry in people)


def _refused(what: str, way_out: str, code: str) -> UsageError:
    return UsageError(what, where="--authorised-by", way_out=way_out, code=code)
