"""Amended certificates: a new number, the reason, the hash of the former, and what was changed (7.8.8)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from calibrator._errors import UsageError
from calibrator.certificates._amended import own_number
from calibrator.certificates._bodies import Body, is_blank
from calibrator.certificates._build import assemble
from calibrator.certificates._model import Certificate
from calibrator.certificates._people import may_authorise, named, person
from calibrator.certificates._sources import Sources, gather

if TYPE_CHECKING:
    from calibrator.record import Record

__all__ = [
    "CHANGEABLE",
    "WORDS",
    "Amending",
    "amend",
    "check_current",
    "check_reason",
    "plan_amendment",
    "who_amends",
    "word_of",
]

CHANGEABLE: Final = (
    *("customer.name", "customer.address"),
    *("item.manufacturer", "item.serial", "item.asset", "item.firmware"),
    *("laboratory.name", "laboratory.address", "laboratory.place"),
)
"""What an amendment may correct: words on which no verdict and no claim rests.

A number changes only by evaluating or measuring again; so does the model, whose limits were judged by, and an
accreditation is what the run recorded.
"""

WORDS: Final = (*CHANGEABLE, "item.model", "laboratory.accreditation")
"""What two certificates of one instrument may differ in by words."""

_NEEDED: Final = frozenset(
    {
        *("customer.name", "customer.address", "item.manufacturer", "item.serial", "item.asset"),
        *("laboratory.name", "laboratory.address"),
    }
)
_SENTENCE: Final = 4  # characters of a language that is written without blanks


@dataclass(frozen=True, slots=True)
class Amending:
    """An amendment that was examined and is not recorded yet: `issue` records it with the document."""

    number: str
    body: Body  # of `certificate.amended`
    former_run: str = ""  # the other run whose certificate is replaced

    def events(self, run: str) -> list[tuple[str, str, Body]]:
        """Return what is recorded of it: stream, kind and body, in order."""
        told = [(run, "certificate.amended", self.body)]
        if self.former_run:
            body = {
                "id": self.number,
                "former": self.body["former"],
                "run": run,
                "reason": self.body["reason"],
            }
            told.append((self.former_run, "certificate.replaced", body))
        return told


def amend(
    record: Record,
    run: str,
    *,
    reason: str,
    by: str,
    changes: Mapping[str, str],
    kind: str = "calibration",
) -> str:
    """Record that the certificate of a run is replaced by one with other words, and return its number.

    It supersedes the former at once: where the new one is to be issued at once, hand `plan_amendment` to
    `issue`, which records both or neither.

    Raises:
        UsageError: see `plan_amendment`.
    """
    planned = plan_amendment(record, run, reason=reason, by=by, changes=changes, kind=kind)
    record.append_all(planned.events(run))
    return planned.number


def plan_amendment(
    record: Record,
    run: str,
    *,
    reason: str,
    by: str,
    changes: Mapping[str, str],
    kind: str = "calibration",
) -> Amending:
    """Return the amendment of a run's certificate by other words; nothing is recorded.

    The former one stays recorded; nothing in the run is overwritten. An amendment that was recorded without
    its document, and perhaps never can have one, is passed over: the last issued certificate is amended.

    Raises:
        UsageError: code `never-issued`, `superseded`, `no-reason`, `nothing-changes`, `not-changeable`,
            `may-not-amend`, `empty-value`, `not-printable`.
    """
    sources = gather(record, run)
    kept, passed_over = _with_document(sources, kind)
    now = assemble(replace(sources, amendments=kept), kind=kind)
    issued = [body for body in sources.issued if body.get("id") == now.id]
    if not issued:
        raise _refused(f"the certificate {now.id} was never issued", "Issue it first.", "never-issued")
    check_current(sources, now.id, "--amend")
    check_reason(reason)
    who = who_amends(now, sources.opened["lab"], by)
    wanted = {str(one["what"]): str(one["to"]) for body in passed_over for one in body["changes"]} | dict(
        changes
    )
    listed = []
    for key, given in wanted.items():
        before, value = word_of(now, key), given.strip()
        _check_change(key, value)
        if before != value:
            listed.append({"what": key, "from": before, "to": value})
    if not listed:
        raise _refused(
            "nothing would change", "Name with --change KEY=VALUE what is to be corrected.", "nothing-changes"
        )
    base = own_number(now.id)
    count = 1 + sum(str(body["id"]).startswith(f"{base}-A") for body in sources.amendments)
    number = f"{base}-A{count}"
    former = next((body for body in issued if body["format"] == "pdf"), issued[0])
    return Amending(
        number,
        {
            "id": number,
            "former": now.id,
            "former_sha256": str(former["sha256"]),
            "former_format": str(former["format"]),
            "reason": reason,
            "by": who,
            "changes": listed,
        },
    )


def _with_document(sources: Sources, kind: str) -> tuple[tuple[Body, ...], tuple[Body, ...]]:
    """Return the amendments up to the last one with a document, and those behind it, which have none."""
    kept = sources.amendments
    passed_over: tuple[Body, ...] = ()
    issued = {str(body.get("id")) for body in sources.issued}
    while kept and assemble(replace(sources, amendments=kept), kind=kind).id not in issued:
        kept, passed_over = kept[:-1], (kept[-1], *passed_over)
    if any("differences" in body for body in passed_over):
        return sources.amendments, ()  # of another run's certificate: it is no matter of words
    return kept, passed_over


def check_current(sources: Sources, number: str, where: str) -> None:
    """Refuse a certificate that one of another run replaced (ISO/IEC 17025:2017, 7.8.8).

    Raises:
        UsageError: code `superseded`.
    """
    later = next((body for body in sources.replaced if body["former"] == number), None)
    if later is not None:
        raise UsageError(
            f"the certificate {number} was replaced by {later['id']} (ISO/IEC 17025, 7.8.8)",
            where=where,
            way_out=f"Its successor stands for the instrument: calibrator certificate {later['run']}.",
            code="superseded",
        )


def check_reason(reason: str) -> None:
    """Refuse a reason that gives none.

    Raises:
        UsageError: code `no-reason`.
    """
    ideographs = sum("\u3400" <= letter <= "\u9fff" for letter in reason)
    if len(reason.split()) < 2 and ideographs < _SENTENCE:
        raise _refused(
            "an amendment needs a reason of at least two words", "Say what was wrong.", "no-reason"
        )


def who_amends(model: Certificate, lab: Body, by: str) -> str:
    """Return the id of the person who decides it: of a live run one who may authorise.

    Raises:
        UsageError: code `may-not-amend`.
    """
    who = person(lab, by)
    if not model.simulated and who.id not in {entry.id for entry in may_authorise(lab)}:
        allowed = named(may_authorise(lab)) or "nobody in the run's lab.toml"
        told = f'"{by}"' if by else "nobody named"
        raise _refused(f"{told} may not amend certificates", f"May: {allowed}.", "may-not-amend")
    return who.id


def _check_change(key: str, value: str) -> None:
    if key not in CHANGEABLE:
        raise _refused(
            f"{key!r} is nothing that an amendment may change",
            f"It may: {', '.join(CHANGEABLE)}.",
            "not-changeable",
        )
    if key in _NEEDED and is_blank(value):
        raise _refused(
            f"{key} would be empty", "Write what is right; a document must name it.", "empty-value"
        )
    if not value.isprintable():
        raise _refused(
            f"{key} would hold a sign that cannot be printed", "Write it in one line.", "not-printable"
        )
    if key == "item.serial" and value.upper().startswith("SIM"):
        raise _refused("no instrument bears a simulated serial", "Write that of its plate.", "not-changeable")


def word_of(model: Certificate, key: str) -> str:
    """Return one of the `WORDS` of a model, empty where it has none."""
    part, _, name = key.partition(".")
    holder = getattr(model, part, None) if key in WORDS else None
    return str(getattr(holder, name)) if holder is not None else ""


def _refused(what: str, way_out: str, code: str) -> UsageError:
    return UsageError(what, where="--amend", way_out=way_out, code=code)
