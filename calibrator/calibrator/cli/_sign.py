"""Who signs: `calibrator check-run`, `calibrator secret`, and the question who it is."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from calibrator._errors import RefusedError, UsageError
from calibrator.cli._settings import Settings, command, settings

if TYPE_CHECKING:
    from calibrator.record import Record
    from calibrator.standards import Register

__all__ = ["check_run", "confirmed", "entered_by", "identified", "secret"]

VARIABLE = "CALIBRATOR_PERSON_SECRET"  # the name of a variable
SHORTEST = 8


@command("check-run", short_help="Record that a second person looked at the results of a run.")
@click.argument("run", required=False)
@click.option("--person", required=True, metavar="ID", help="Who checked: not who measured.")
@click.option("--note", default="", metavar="TEXT", help="What was looked at, or found.")
@click.pass_context
def check_run(ctx: click.Context, run: str | None, person: str, note: str) -> int:
    """Record that PERSON has checked the results of RUN (an id, a beginning of one, or the last).

    It holds for the results as they are: after another closing of the run they are checked again. The person
    is a reviewer, signatory or technical manager of lab.toml, and has not measured. Needed before the
    certificate of a live run, unless the laboratory's recorded policy says otherwise.
    """
    from calibrator.certificates import check_results
    from calibrator.cli._access import opened

    chosen = settings(ctx)
    with opened(chosen):
        pass  # a home without a record is not made into one
    with opened(chosen, write=True) as record:
        found = record.find_run(run or "last")
        known = identified(chosen, record, found, person, "--person")
        event = check_results(record, found, by=person, note=note, identified=known.how, secret=known.secret)
    say = chosen.words
    click.echo(f"{found}, {say('event')} {event.seq}: {say('results checked by')} {event.body['by']}")
    return 0


@command(short_help="Make the line of a person's secret for lab.toml.")
@click.pass_context
def secret(ctx: click.Context) -> int:
    """Ask for a secret twice, without an echo, and print the line for the person's table in lab.toml.

    lab.toml holds only its scrypt hash. Without a terminal it is taken from CALIBRATOR_PERSON_SECRET.
    """
    from calibrator.standards import secret_hash

    say = settings(ctx).words
    known = os.environ.get(VARIABLE)
    if known is None and not sys.stdin.isatty():
        raise UsageError(
            "Nobody can be asked for the secret",
            where="the terminal",
            way_out=f"Use a terminal, or set {VARIABLE}.",
            code="no-terminal",
        )
    text = (
        known
        if known is not None
        else str(click.prompt(say("Secret"), hide_input=True, confirmation_prompt=True, err=True))
    )
    if len(text) < SHORTEST:
        raise UsageError(
            f"A secret has at least {SHORTEST} characters",
            where=VARIABLE if known is not None else "the secret",
            way_out="Choose a longer one.",
            code="secret-short",
        )
    click.echo(f'secret = "{secret_hash(text)}"')
    return 0


@dataclass(frozen=True, slots=True)
class Known:
    """How a person was known who signs: "secret" with the id of its hash in lab.toml, "policy", or ""."""

    how: str = ""
    secret: str = ""

    @property
    def body(self) -> dict[str, str]:
        """What an event of the register says of it."""
        return (
            {"identified": self.how, **({"secret": self.secret} if self.secret else {})} if self.how else {}
        )


def identified(chosen: Settings, record: Record, run: str, person: str, option: str) -> Known:
    """Ask again who signs a live run; return how the person was known.

    Where the hash of their secret is another one than they signed with last, that is said.

    Raises:
        RefusedError: code `not-identified`: a wrong secret, none given, or a person without one whom the
            policy that the run recorded does not let sign.
    """
    from calibrator.certificates import last_secret, secret_policy
    from calibrator.standards import load_lab, secret_id

    wanted, reason = secret_policy(record, run)
    if not wanted:
        return Known()
    known = load_lab(chosen.home.lab_file).person(person)
    held = "" if known is None else known.secret
    if not held:
        if reason:
            told = chosen.words("{person} has no secret and was not asked: {reason}")
            click.echo(told.format(person=person, reason=reason), err=True)
            return Known("policy")
        raise _refused(
            f"No secret of {person} is in lab.toml, by which to know who signs",
            option,
            "Make one with `calibrator secret`; or write [policy] without_secret = REASON before the run.",
        )
    _ask(chosen, person, held, option)
    names = (person,) if known is None else (known.id, known.name)
    own = secret_id(held)
    _tell_another(chosen, person, own, last_secret(record, *names))
    return Known("secret", own)


def entered_by(chosen: Settings, register: Register | None, person: str, option: str) -> Known:
    """Ask who changes the register of standards or approves, where the laboratory has persons with secrets.

    `register` is None in a home that has none yet.

    Raises:
        RefusedError: code `not-identified`: nobody is named, a wrong secret, none given, or a person without
            one whom the laboratory's policy does not let sign.
    """
    from calibrator.standards import load_lab, secret_id

    lab = load_lab(chosen.home.lab_file)
    before = register.last_secret(person) if register is not None and person else ""
    if not before and not any(one.secret for one in lab.persons):
        return Known()
    if not person:
        raise _refused(
            "Nobody is named who changes the register of standards", option, f"Say who you are: {option} ID."
        )
    known = lab.person(person)
    held = "" if known is None else known.secret
    if not held:
        return _without(chosen, person, lab.without_secret, option)
    _ask(chosen, person, held, option)
    own = secret_id(held)
    _tell_another(chosen, person, own, before)
    return Known("secret", own)


def _without(chosen: Settings, person: str, reason: str, option: str) -> Known:
    """Let a person without a secret sign where a policy gives the reason, and say so."""
    if not reason:
        raise _refused(
            f"No secret of {person} is in lab.toml, by which to know who signs",
            option,
            "Make one with `calibrator secret`; or write [policy] without_secret = REASON in lab.toml.",
        )
    told = chosen.words("{person} has no secret and was not asked: {reason}")
    click.echo(told.format(person=person, reason=reason), err=True)
    return Known("policy")


def _tell_another(chosen: Settings, person: str, own: str, before: str) -> None:
    if before not in ("", own):
        told = chosen.words(
            "{person} has another secret in lab.toml ({own}) than they signed with before ({before})"
        )
        click.echo(told.format(person=person, own=own, before=before), err=True)


def confirmed(chosen: Settings, person: str, option: str) -> None:
    """Ask a person of lab.toml who has a secret for it, where they answer for what ends a finding.

    Raises:
        RefusedError: code `not-identified`.
    """
    from calibrator.standards import load_lab

    known = load_lab(chosen.home.lab_file).person(person)
    if known is not None and known.secret:
        _ask(chosen, person, known.secret, option)


def _ask(chosen: Settings, person: str, held: str, option: str) -> None:
    """Take the secret of a person at the terminal or from the environment; refuse where it is another."""
    from calibrator.standards import secret_matches

    given = os.environ.get(VARIABLE)
    if given is None and sys.stdin.isatty():
        question = chosen.words("Secret of {person}").format(person=person)
        given = str(click.prompt(question, hide_input=True, err=True))
    if given is None:
        raise _refused(
            f"Nobody can be asked for the secret of {person}", option, f"Use a terminal, or set {VARIABLE}."
        )
    if not secret_matches(given, held):
        raise _refused(f"That is not the secret of {person}", option, "Try again, or sign as yourself.")


def _refused(what: str, where: str, way_out: str) -> RefusedError:
    return RefusedError(what, where=where, way_out=way_out, code="not-identified")
