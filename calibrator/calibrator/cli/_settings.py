"""What every command may be told: home, language, debug; and `calibrator.toml` behind the options.

An option on the command line comes before `CALIBRATOR_*`, that before `calibrator.toml` in the
home, that before the default.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click
from click.core import ParameterSource

from calibrator.cli._failures import GIVEN, is_expected, speak

if TYPE_CHECKING:
    from calibrator._home import Home

__all__ = ["Command", "Settings", "command", "global_options", "keys_of", "settings"]

F = TypeVar("F", bound=Callable[..., object])
# What must do its work with a folder of the laboratory missing: to make safe, to look, to begin a new one.
_DESPITE = ("safe", "doctor", "procedure", "uut", "driver")


@dataclass(frozen=True, slots=True)
class Settings:
    """The options that every command shares, after files and environment."""

    home_path: Path | None
    language: str
    debug: bool

    @property
    def home(self) -> Home:
        """The folder of record, configuration and results."""
        from calibrator._home import Home

        return Home.resolve(self.home_path)

    @property
    def words(self) -> Callable[[str], str]:
        """What turns an English text of the terminal into the chosen language."""
        from calibrator.cli._words import words

        return words(self.language)


def _keep(ctx: click.Context, param: click.Parameter, value: object) -> object:
    if value is None or value is False or param.name is None:
        return value
    given = ctx.meta.setdefault(GIVEN, {})
    # The command below a group sees the environment too: it must not outdo what was typed before the command.
    if ctx.get_parameter_source(param.name) is ParameterSource.COMMANDLINE:
        given[param.name] = value
    else:
        given.setdefault(param.name, value)
    return value


def global_options(function: F) -> F:
    """Give a command or group `--home`, `--language` and `--debug`."""
    options = _global_options()
    # the lowest decorator is listed first; a finished command takes options in order
    for option in options if isinstance(function, click.Command) else reversed(options):
        function = option(function)
    return function


def _global_options() -> list[Callable[[F], F]]:
    shared: dict[str, Any] = {"expose_value": False, "callback": _keep}
    return [
        click.option(
            "--home",
            type=click.Path(file_okay=False, path_type=Path),
            envvar="CALIBRATOR_HOME",
            metavar="DIR",
            help="Where record, configuration and results live (also CALIBRATOR_HOME; "
            "default: the platform's user data folder).",
            **shared,
        ),
        click.option(
            "--language",
            type=click.Choice(["en", "zh"]),
            envvar="CALIBRATOR_LANGUAGE",
            help="Language of the terminal (default: en).",
            **shared,
        ),
        click.option("--debug", is_flag=True, help="Show the traceback of an error.", **shared),
    ]


class Command(click.Command):
    """A command that takes its defaults from `calibrator.toml`."""

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: object
    ) -> click.Context:
        """Read the command line; what is wrong with it is said in the language named before the command."""
        try:
            return super().make_context(info_name, args, parent, **extra)
        except click.UsageError as error:
            if error.ctx is None and parent is not None:
                speak(error, settings(parent).language)
            raise

    def invoke(self, ctx: click.Context) -> object:
        """Fill from `calibrator.toml` what was not given, then run."""
        try:
            _apply_file(ctx)
            _plug_in(ctx)
            return super().invoke(ctx)
        except KeyboardInterrupt as error:
            speak(error, settings(ctx).language)
            raise
        except Exception as error:
            speak(error, settings(ctx).language)
            _open_log_for(ctx, error)
            raise


def command(name: str | None = None, *, short_help: str) -> Callable[[Callable[..., int]], click.Command]:
    """Make a command of a function that returns an exit code; the shared options are listed last."""

    def make(function: Callable[..., int]) -> click.Command:
        return global_options(click.command(name, cls=Command, short_help=short_help)(function))

    return make


def settings(ctx: click.Context) -> Settings:
    """Return the shared options of this call."""
    given: Mapping[str, Any] = ctx.meta.get(GIVEN, {})
    return Settings(given.get("home"), given.get("language", "en"), bool(given.get("debug")))


def _open_log_for(ctx: click.Context, error: Exception) -> None:
    """Give an unexpected error a diagnostic log to be written to, where there is a home."""
    from calibrator.cli._log import log_to

    home = settings(ctx).home
    if not is_expected(error) and home.path.is_dir():
        log_to(home.logs)


def _plug_in(ctx: click.Context) -> None:
    """Let the laboratory's own folders be found; nothing is imported where there are none."""
    home = settings(ctx).home
    if home.settings_file.is_file() or "calibrator.plugins" in sys.modules:
        from calibrator.plugins import plug_in

        despite = ctx.info_name in _DESPITE
        plug_in(home, (lambda error: click.echo(f"calibrator: {error}", err=True)) if despite else None)


def _apply_file(ctx: click.Context) -> None:
    """Take defaults from the home's `calibrator.toml`."""
    from calibrator.cli._settings_file import SettingsFile

    file = SettingsFile.read(settings(ctx).home.settings_file)
    if file is None:
        return
    if file.language is not None:
        ctx.meta.setdefault(GIVEN, {}).setdefault("language", file.language)
    keys = keys_of(ctx.command)
    section = file.section(ctx.info_name or "", list(keys))
    for key, value in section.items():
        param = keys[key]
        if param.name and ctx.get_parameter_source(param.name) is ParameterSource.DEFAULT:
            ctx.params[param.name] = file.convert(key, param, value, ctx)


def keys_of(command: click.Command) -> dict[str, click.Option]:
    """Return the options of a command by their key in `calibrator.toml`: the long name with `_` for `-`."""
    options = [param for param in command.params if isinstance(param, click.Option) and param.expose_value]
    return {max(option.opts, key=len).lstrip("-").replace("-", "_"): option for option in options}
