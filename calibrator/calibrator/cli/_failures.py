"""Every error becomes one sentence on the error output and an exit code."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

import click

from calibrator._errors import CalibratorError

if TYPE_CHECKING:
    from calibrator.standards import BenchFile

__all__ = ["GIVEN", "exit_code_of", "is_expected", "place_error", "report", "speak", "tell"]

GIVEN = "calibrator.given"  # where a context of click keeps the shared options of a call
_LANGUAGE = "_language"  # of an error that a command let out
INTERRUPTED = 130
SOFTWARE = 5

# Roots of the other rooms' error trees, by name: naming them does not load them.
_ROOTS = {
    "InstrumentError": 5,
    "AccuracyError": 2,
    "SimulationError": 2,
    "UncertaintyError": 5,
}


def exit_code_of(error: BaseException) -> int:
    """Return the exit code of an error of any room."""
    if isinstance(error, CalibratorError):
        return error.exit_code
    if isinstance(error, (KeyboardInterrupt, click.Abort)):
        return INTERRUPTED
    if isinstance(error, click.ClickException):
        return error.exit_code
    for base in type(error).__mro__:
        if base.__name__ in _ROOTS and base.__module__.startswith("calibrator"):
            return _ROOTS[base.__name__]
    return SOFTWARE


def place_error(error: Exception, bench: BenchFile) -> None:
    """Let an error of the simulator that names a key of the bench file name file and line as well."""
    key = str(getattr(error, "where", ""))
    if key.partition(".")[0] in ("simulation", *bench.raw):
        vars(error)["where"] = bench.place_of(key)


def report(error: BaseException) -> int:
    """Say what went wrong on the error output and return the exit code."""
    if isinstance(error, SystemExit):
        # click leaves so, with 1, where the reader of our output went away: that is no failed point
        return 0
    if _debug_asked():
        import traceback

        traceback.print_exception(error)
    if isinstance(error, click.ClickException):
        tell(_of_click(error))
    elif isinstance(error, (KeyboardInterrupt, click.Abort)):
        tell(_say(error)("Interrupted."))
    elif is_expected(error):
        tell(_sentence(error))
    else:
        tell(_unexpected(error))
    return exit_code_of(error)


def speak(error: BaseException, language: str) -> None:
    """Let `report` say the error in a language; what has no translation there is said in English."""
    vars(error)[_LANGUAGE] = language


def _say(error: BaseException) -> Callable[[str], str]:
    """Return what puts a text into the language of the command that let the error out.

    One that click raises before a command begins, or in the place of another, knows its context or cause.
    """
    language = vars(error).get(_LANGUAGE) or vars(error.__cause__ or error).get(_LANGUAGE)
    ctx = getattr(error, "ctx", None)
    if language is None and ctx is not None:
        language = ctx.meta.get(GIVEN, {}).get("language", "en")
    if language in (None, "en"):
        return str
    from calibrator.cli._words import words

    return words(language)


def _of_click(error: click.ClickException) -> str:
    """Return what click has against a command line, and where its usage is told."""
    say = _say(error)
    told = say(error.format_message())
    ctx = getattr(error, "ctx", None)
    if ctx is None or "--help" in told:
        return told
    hint = say("`{command} --help` shows how.").format(command=ctx.command_path)
    return f"{told}{'' if told.endswith('。') else ' '}{hint}"


def _sentence(error: BaseException) -> str:
    """Return what is wrong, where, and the next step, in the language of the command."""
    language = vars(error).get(_LANGUAGE, "en")
    what, way_out = str(getattr(error, "what", "")), str(getattr(error, "way_out", ""))
    if language == "en" or not what:
        return str(error)
    from calibrator.cli._words import words

    say = words(language)
    step = "\n".join(_step(line, say) for line in way_out.split("\n"))
    told = say(what) if say(what) != what else say(f"{what[:1].lower()}{what[1:]}")
    if (told, step) in ((what, way_out), (f"{what[:1].lower()}{what[1:]}", way_out)):
        return str(error)
    where = str(getattr(error, "where", ""))
    place = f"（{where}）" if where else ""
    return f"{told.rstrip('.。')}{place}。{step}"


def _step(line: str, say: Callable[[str], str]) -> str:
    """Return a line of a way out in another language; one of a list keeps its mark."""
    mark = "  - " if line.startswith("  - ") else ""
    return f"{mark}{say(line.removeprefix(mark))}"


def is_expected(error: BaseException) -> bool:
    """Say whether the error is one of our trees, or of click's: its message is for a person."""
    ours = isinstance(error, CalibratorError) or hasattr(error, "way_out")
    return ours or isinstance(error, (click.ClickException, click.Abort, click.exceptions.Exit))


def _unexpected(error: BaseException) -> str:
    from calibrator.cli._log import write_traceback

    name = type(error).__name__
    log = write_traceback(error)
    say = _say(error)
    place = f"The details are in {log}." if log is not None else "Run it again with --debug for the details."
    return say(f"Calibrator met an error that it does not know: {name}: {error}. {place}")


def tell(sentence: str) -> None:
    """Print the sentence on one line: a library's message may have several. A list keeps its lines."""
    line = re.sub(r"\s*\n(?!  - )\s*", " ", sentence.strip())
    if "." not in line.partition(" ")[0] and not re.search("[\u4e00-\u9fff]", line):  # names stay as they are
        line = f"{line[:1].upper()}{line[1:]}"
    click.echo(f"calibrator: {line}", err=True)


def _debug_asked() -> bool:
    return "--debug" in sys.argv
