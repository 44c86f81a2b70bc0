"""A second person looks at the results before they are authorised; the run's record says who did."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from calibrator._errors import UsageError
from calibrator.certificates._people import named, person
from calibrator.certificates._sources import gather

if TYPE_CHECKING:
    from calibrator.record import Event, Record

__all__ = ["CHECKED", "IDENTIFIED", "check_results", "checked_by", "last_secret", "secret_policy"]

CHECKED: Final = "results.checked"
IDENTIFIED: Final = "person.identified"
CHECKING_ROLES: Final = frozenset({"reviewer", "signatory", "technical manager"})  # of lab.toml


def check_results(
    record: Record, run: str, *, by: str, note: str = "", identified: str = "", secret: str = ""
) -> Event:
    """Record that a person has checked the results of a finished run, as they are now.

    `identified` is how the person was known, `secret` the id of the hash of their secret.

    Raises:
        UsageError: the run is not finished (`not-finished`), or the person has no role for it
            (`may-not-check`) or has measured (`not-separate`).
    """
    sources = gather(record, run)
    lab = sources.opened["lab"]
    if sources.closed is None:
        raise _refused("the run is not finished", "Finish it: calibrator resume.", "not-finished")
    who = person(lab, by)
    allowed = tuple(
        person(lab, str(entry["id"]))
        for entry in lab.get("persons", ())
        if CHECKING_ROLES & {str(role) for role in entry.get("roles", ())}
    )
    if who not in allowed:
        way_out = (
            f"Name one of: {named(allowed)}." if allowed else 'Give a person in lab.toml the role "reviewer".'
        )
        raise _refused(f'"{by}" may not check results of this run', way_out, "may-not-check")
    separate = (lab.get("policy") or {}).get("separate_people", True)
    if separate and who.id in {person(lab, name).id for name in sources.people}:
        raise _refused(f"{who.name} has measured this run", "Let somebody else check it.", "not-separate")
    body = {"by": who.id, "note": note, "count": sources.stamp.count, "head": sources.stamp.head}
    known = {"identified": identified, **({"secret": secret} if secret else {})}
    return record.append(run, CHECKED, {**body, **known})


def checked_by(record: Record, run: str, head: str) -> tuple[str, ...]:
    """Return the ids of those who checked the results that end at a head of the run."""
    events = record.events(run, kinds={CHECKED})
    return tuple(str(event.body["by"]) for event in events if event.body.get("head") == head)


def last_secret(record: Record, *names: str) -> str:
    """Return the id of the hash by which a person (id, name) was known who last signed, "" for never."""
    for run in reversed(record.runs()):
        for event in reversed(list(record.events(run.id, kinds={CHECKED, IDENTIFIED}))):
            signer = event.body.get("by") or event.body.get("person")
            if signer in names and event.body.get("secret"):
                return str(event.body["secret"])
    return ""


def secret_policy(record: Record, run: str) -> tuple[bool, str]:
    """Return whether who signs for a run is asked for a secret, and why a person without one may sign.

    Nobody signs a simulated run, and a run recorded before there was such a policy keeps to none.
    """
    opened = next(iter(record.events(run, kinds={"run.opened"}))).body
    policy = (opened.get("lab") or {}).get("policy") or {}
    wanted = opened.get("mode") == "live" and "without_secret" in policy
    return wanted, str(policy.get("without_secret", ""))


def _refused(what: str, way_out: str, code: str) -> UsageError:
    return UsageError(what, where="--person", way_out=way_out, code=code)
