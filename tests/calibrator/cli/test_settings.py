"""An option comes before the environment, that before calibrator.toml, that before the default."""

from __future__ import annotations

import json
from pathlib import Path

import click
import pytest

from calibrator._errors import ConfigurationError
from calibrator.cli import main
from calibrator.cli._app import application
from calibrator.cli._settings import command, keys_of, settings
from calibrator.cli._settings_file import TABLES


@click.group()
def toy() -> None:
    """Stand for the application."""


@command(short_help="Say what was understood.")
@click.option("--rule", "kind", type=click.Choice(["pdf", "html"]), default="pdf")
@click.option("--seed", "count", type=int, default=1)
@click.pass_context
def run(ctx: click.Context, kind: str, count: int) -> int:
    """Print the options."""
    click.echo(f"{kind} {count} {settings(ctx).language}")
    return 0


toy.add_command(run)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CALIBRATOR_HOME", str(tmp_path))
    return tmp_path


def said(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    toy.main(args=["run", *arguments], standalone_mode=False)
    return capsys.readouterr().out.strip()


def test_defaults_without_a_file(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert said(capsys) == "pdf 1 en"


def test_the_file_comes_before_the_defaults(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (home / "calibrator.toml").write_text(
        'language = "zh"\n[run]\nseed = 3\nrule = "html"\n', encoding="utf-8"
    )
    assert said(capsys) == "html 3 zh"
    assert said(capsys, "--seed", "5", "--language", "en") == "html 5 en"


def test_the_environment_comes_before_the_file(
    home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (home / "calibrator.toml").write_text('language = "zh"\n', encoding="utf-8")
    monkeypatch.setenv("CALIBRATOR_LANGUAGE", "en")
    assert said(capsys) == "pdf 1 en"


@pytest.mark.parametrize(
    ("text", "place", "way_out"),
    [
        ("langage = 'zh'", "key langage", "Did you mean 'language'?"),
        ("language = 'fr'", "key language", "Write en or zh."),
        ("[run]\nrulle = 'pdf'", "key run.rulle", "Did you mean 'rule'?"),
        ("[certificate]\nlangg = 'en'", "key certificate.langg", "Did you mean 'lang'?"),
        ("[run]\nseed = 'many'", "key run.seed", "Mend the value."),
        ("run = 3", "key run", "Write [run]"),
        ("[run\n", "calibrator.toml", "line 1"),
    ],
)
def test_a_wrong_file_names_key_and_way_out(home: Path, text: str, place: str, way_out: str) -> None:
    (home / "calibrator.toml").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigurationError) as caught:
        toy.main(args=["run"], standalone_mode=False)
    message = str(caught.value)
    assert place in message
    assert way_out in message


def test_the_real_command_reads_it_too(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (home / "calibrator.toml").write_text("[list]\njson = true\n", encoding="utf-8")
    assert main(["list", "roles"]) == 0
    assert json.loads(capsys.readouterr().out)
    (home / "calibrator.toml").write_text("[list]\njsn = true\n", encoding="utf-8")
    assert main(["runs"]) == 2
    assert "list.jsn" in capsys.readouterr().err


def test_the_keys_of_the_file_are_the_options_of_the_commands() -> None:
    context = click.Context(application)
    commands: dict[str, click.Command] = {}
    for name in sorted(application.list_commands(context), key=lambda name: name == "regulation"):
        found = application.get_command(context, name)
        assert found is not None
        commands[name] = found
        if isinstance(found, click.Group):
            commands.update({key: value for key, value in found.commands.items() if key not in commands})
    for name, keys in TABLES.items():
        assert sorted(keys) == sorted(keys_of(commands[name])), name


def test_a_home_that_is_a_file_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "file"
    file.write_text("", encoding="utf-8")
    assert main(["runs", "--home", str(file)]) == 2
    assert "is a file" in capsys.readouterr().err


def test_the_shared_options_stand_before_or_after_the_command(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for arguments in (["--home", str(tmp_path), "runs"], ["runs", "--home", str(tmp_path)]):
        assert main(arguments) == 2
        assert str(tmp_path) in capsys.readouterr().err


@pytest.mark.parametrize("before", [True, False])
def test_what_is_typed_outdoes_the_environment_on_both_sides_of_the_command(
    before: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CALIBRATOR_HOME", str(tmp_path / "environment"))
    monkeypatch.setenv("CALIBRATOR_LANGUAGE", "zh")
    typed = ["--home", str(tmp_path / "typed"), "--language", "en"]
    assert main([*typed, "doctor"] if before else ["doctor", *typed]) in (0, 5)
    out = capsys.readouterr().out
    assert str(tmp_path / "typed") in out
    assert str(tmp_path / "environment") not in out
    assert "nobody writes here" in out, "in English"


def test_the_next_steps_that_are_printed_reach_the_home_that_was_typed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CALIBRATOR_HOME", str(tmp_path / "environment"))
    assert main(["--home", str(tmp_path / "typed"), "runs"]) == 2
    assert str(tmp_path / "typed") in capsys.readouterr().err
