"""`calibrator certificate`: issue the document of a run."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict

import click

from calibrator._errors import RefusedError, UsageError
from calibrator.cli._settings import Settings, command, settings

if TYPE_CHECKING:
    from calibrator.certificates import Amending
    from calibrator.cli._sign import Known

__all__ = ["certificate"]

PASSPHRASE = "CALIBRATOR_SEAL_PASSPHRASE"  # the name of a variable


@command(short_help="Issue the certificate of a run as PDF, HTML, JSON or DCC.")
@click.argument("run", required=False)
@click.option(
    "--format", "kind", type=click.Choice(["pdf", "html", "json", "dcc"]), default="pdf", show_default=True
)
@click.option("--lang", type=click.Choice(["en", "zh", "both"]), default="both", show_default=True)
@click.option(
    "--kind",
    "document",
    type=click.Choice(["calibration", "verification", "notice"]),
    default="calibration",
    show_default=True,
    help="校准证书, 检定证书 or 检定结果通知书: different documents with different rules.",
)
@click.option("--with-uncertainty", is_flag=True, help="State U in a document of verification.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="The file to write.")
@click.option(
    "--authorised-by",
    metavar="ID",
    help="Who authorises it: a signatory or technical manager of lab.toml; needed once for a live run.",
)
@click.option(
    "--customer",
    metavar="TEXT",
    help='Whose instrument it is, "NAME; ADDRESS" or "own" (the laboratory\'s), where the run names nobody.',
)
@click.option(
    "--as-evaluated",
    metavar="REASON",
    help="Why results stand as they were evaluated, where this version of program or procedure differs.",
)
@click.option("--seal", is_flag=True, help="Seal the PDF or DCC with the key of seal.toml.")
@click.option("--amend", metavar="REASON", help="Replace the issued certificate by an amended one, and why.")
@click.option("--replaces", metavar="RUN", help="With --amend: the run whose issued certificate is replaced.")
@click.option(
    "--change",
    "changes",
    multiple=True,
    metavar="KEY=VALUE",
    help="What an amendment corrects, such as customer.name=TEXT or item.serial=TEXT.",
)
@click.pass_context
def certificate(
    ctx: click.Context,
    run: str | None,
    *,
    kind: str,
    lang: str,
    document: str,
    with_uncertainty: bool,
    out: Path | None,
    authorised_by: str | None,
    customer: str | None,
    as_evaluated: str | None,
    seal: bool,
    amend: str | None,
    replaces: str | None,
    changes: tuple[str, ...],
) -> int:
    """Issue the document of RUN (an id, a unique beginning of one, or the last).

    The document of a simulated run says SIMULATED on every page and is authorised and sealed by nobody;
    that of a live run names who authorised it, which is recorded. Verification certificate and notice need
    a procedure that follows a regulation. An amended certificate has a number of its own and names the
    former, its hash, the reason and what was changed. Prints the path of the file.
    """
    from calibrator import certificates
    from calibrator.certificates.seals import check_sealable, load_seal_settings
    from calibrator.cli._access import opened
    from calibrator.cli._sign import identified

    chosen = settings(ctx)
    with opened(chosen) as record:  # a home without a record is not made into one
        if seal:  # nobody gives a passphrase for what cannot be sealed
            check_sealable(
                record, record.find_run(run or "last"), kind, load_seal_settings(chosen.home.seal_file)
            )
    passphrase = _passphrase(chosen) if seal else ""
    with opened(chosen, write=True) as record:
        found = record.find_run(run or "last")
        if authorised_by:
            known = identified(chosen, record, found, authorised_by, "--authorised-by")
            if known.how:
                record.append(found, "person.identified", _signed(authorised_by, known))
        amending: Amending | None = None
        told = {"reason": amend or "", "by": authorised_by or "", "kind": document}
        if replaces is not None:
            amending = certificates.plan_replacement(record, found, record.find_run(replaces), **told)
        elif amend is not None or changes:
            amending = certificates.plan_amendment(record, found, changes=_pairs(changes), **told)
        common: _Common = {
            "certificates": chosen.home.certificates,
            "authorised_by": authorised_by,
            "kind": document,
            "with_uncertainty": with_uncertainty,
            "amending": amending,
            "customer": customer,
            "as_evaluated": as_evaluated,
        }
        if seal:
            own = load_seal_settings(chosen.home.seal_file)
            path = certificates.issue_sealed(
                record, found, kind, lang, out, settings=own, passphrase=passphrase, **common
            )
        else:
            path = certificates.issue(record, found, kind, lang, out, **common)
    click.echo(str(path))
    return 0


def _signed(person: str, known: Known) -> dict[str, str]:
    """Return the body of `person.identified`: who signs what, and by the secret of which hash."""
    said = {"person": person, "for": "certificate", "how": known.how}
    return {**said, "secret": known.secret} if known.secret else said


class _Common(TypedDict):
    certificates: Path
    authorised_by: str | None
    kind: str
    with_uncertainty: bool
    amending: Amending | None
    customer: str | None
    as_evaluated: str | None


def _passphrase(chosen: Settings) -> str:
    """Return what opens the key: from the environment, else asked for without an echo."""
    known, say = os.environ.get(PASSPHRASE), chosen.words
    if known is not None:
        return known
    if not sys.stdin.isatty():
        raise RefusedError(
            "Nobody can be asked for the passphrase of the key",
            where="--seal",
            way_out=f"Use a terminal, or set {PASSPHRASE}.",
            code="no-passphrase",
        )
    return str(click.prompt(say("Passphrase or PIN of the key"), hide_input=True))


def _pairs(changes: Sequence[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for text in changes:
        key, equals, value = text.partition("=")
        if not equals:
            raise UsageError(
                f"{text!r} names no value",
                where="--change",
                way_out="Write --change KEY=VALUE.",
                code="usage",
            )
        found[key.strip()] = value.strip()
    return found
