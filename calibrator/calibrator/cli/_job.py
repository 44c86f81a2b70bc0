"""The options that describe a job, shared by `run` and `plan`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, NotRequired, TypedDict, TypeVar

import click

from calibrator.cli._persons import known_person
from calibrator.cli._settings import Settings

if TYPE_CHECKING:
    from calibrator.engine import Deviation, Job

__all__ = [
    "INTERVALS",
    "PASSES",
    "JobOptions",
    "adjustment_options",
    "answer_options",
    "job_from",
    "job_options",
]

F = TypeVar("F", bound=Callable[..., object])
PASSES = ("as-found", "as-found,as-left")
INTERVALS = ("24h", "90d", "1y")
_FILE = click.Path(dir_okay=False, path_type=Path)


class JobOptions(TypedDict):
    """What `job_options` gives, and `answer_options` where a command has them."""

    procedure: str
    uut: tuple[str, ...]
    bench: Path | None
    sim: bool
    seed: int | None
    sections: tuple[str, ...]
    interval: str
    rule: str | None
    coverage: str
    adjusted: bool | None
    person: str
    deviations: tuple[str, ...]
    after: NotRequired[str]
    passes: NotRequired[str | None]
    adjustment: NotRequired[str]
    because: NotRequired[str]
    answers: NotRequired[Path | None]
    non_interactive: NotRequired[bool]


def job_options(function: F) -> F:
    """Give a command the arguments and options of a job."""
    for option in reversed(_OPTIONS):
        function = option(function)
    return function


def answer_options(function: F) -> F:
    """Give a command the options that say who answers prompts."""
    function = click.option(
        "--non-interactive", is_flag=True, help="Ask nobody; refused where a prompt has no answer beforehand."
    )(function)
    return click.option(
        "--answers", type=_FILE, help="TOML file that answers prompts (simulated or interlocked bench)."
    )(function)


def adjustment_options(function: F) -> F:
    """Give a command the options of an as-left pass."""
    function = click.option(
        "--passes",
        type=click.Choice(PASSES),
        help="As found, then, adjusted as --adjustment says, as left: two result sets of the same points.",
    )(function)
    for name, words in (
        ("--because", "Why it was adjusted."),
        ("--adjustment", "What was adjusted since the as-found run."),
        ("--after", "As left: the completed as-found run of this unit, which was adjusted since."),
    ):
        metavar = "RUN" if name == "--after" else "TEXT"
        function = click.option(name, default="", metavar=metavar, help=words)(function)
    return function


_OPTIONS = [
    click.argument("procedure"),
    click.option(
        "--uut",
        required=True,
        multiple=True,
        metavar="MODEL_OR_ID",
        help="Unit under test: a model or an asset id; several of one model are measured at once.",
    ),
    click.option("--bench", type=_FILE, help="Bench file: instruments, addresses, wirings."),
    click.option("--sim", is_flag=True, help="Use the simulated bench instead of a bench file."),
    click.option("--seed", type=click.IntRange(min=0), help="Seed of the simulated bench."),
    click.option(
        "--section", "sections", multiple=True, metavar="S", help="Only this section (may be repeated)."
    ),
    click.option(
        "--interval",
        type=click.Choice(INTERVALS),
        default="1y",
        show_default=True,
        help="Which limits of the unit under test apply.",
    ),
    click.option(
        "--rule",
        help="Decision rule instead of the procedure's: guard-band-u, guard-band-u-binary, guard-80, simple,"
        " iso14253, jjf1094, rss, z540.3-6, pfa-1, pfa-2, pfa-2.5 or pfa-5; edition: as the edition of the"
        " regulation in force has it, rounding included.",
    ),
    click.option(
        "--coverage",
        default="",
        metavar="CHOICE",
        help="Which U is stated: '95 %' (k by t or by the shape) or 'k = 2'; else as lab.toml has it.",
    ),
    click.option(
        "--adjusted/--not-adjusted",
        default=None,
        help="Whether the unit is adjusted at this interval; recorded; if not, --rule guard-80 is offered.",
    ),
    click.option("--person", default="", help="Who does the work (an id of lab.toml)."),
    click.option(
        "--deviation",
        "deviations",
        multiple=True,
        metavar="CODE=REASON",
        help="Let a refusal pass, with a reason; recorded with --person and printed on the certificate.",
    ),
]


def job_from(chosen: Settings, options: JobOptions) -> Job:
    """Make the job of the options that `job_options` and `answer_options` gave.

    Raises `click.UsageError` where bench and --sim are both or neither given, `UsageError` where `lab.toml`
    does not have the person.
    """
    from calibrator.engine import Job

    if options["bench"] is not None and options["sim"]:
        raise click.UsageError("--bench and --sim exclude each other: name one.")
    if options["bench"] is None and not options["sim"]:
        raise click.UsageError("Name the bench with --bench FILE, or take the simulated one with --sim.")
    person = known_person(chosen, options["person"])
    return Job(
        procedure=options["procedure"],
        uut=options["uut"][0],
        further=tuple(options["uut"][1:]),
        bench=options["bench"],
        sim=options["sim"],
        seed=options["seed"],
        sections=tuple(options["sections"]) or None,
        interval=options["interval"],
        rule=options["rule"],
        coverage=options["coverage"],
        answers=options.get("answers"),
        interactive=not options.get("non_interactive", False),
        person=person,
        deviations=_deviations(options["deviations"], person),
        adjusted=options["adjusted"],
        after=options.get("after", ""),
        adjustment=options.get("adjustment", ""),
        because=options.get("because", ""),
    )


def _deviations(texts: tuple[str, ...], person: str) -> tuple[Deviation, ...]:
    from calibrator.engine import Deviation

    made = []
    for text in texts:
        code, _, reason = text.partition("=")
        if not reason.strip() or not person:
            raise click.UsageError(
                f"--deviation {text!r} needs CODE=REASON and a named --person, who answers for it."
            )
        made.append(Deviation(code.strip(), reason.strip(), person))
    return tuple(made)
