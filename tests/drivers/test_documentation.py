"""The page of a driver family lists every command of its driver."""

from __future__ import annotations

from pathlib import Path

import pytest

from calibrator_drivers.commands import Choice, Command, Pair, Setting, commands_of
from calibrator_drivers.fluke import Fluke5522A
from calibrator_drivers.keysight import Keysight34401A

DOCS = Path(__file__).parents[2] / "docs"


def _row(command: Command) -> str:
    limits = ""
    if isinstance(command, Setting):
        limits = f"{command.low:g} to {command.high:g} {command.unit}"
    elif isinstance(command, Pair):
        limits = f"0 to {command.most:g} {command.unit}, -{command.most:g} to 0 {command.unit}"
    elif isinstance(command, Choice):
        limits = ", ".join(command.texts.values())
    return f"| `{command.header}` | {command.does} | {limits} | {command.source}, {command.status} |"


@pytest.mark.parametrize(
    ("driver", "page"),
    [(Fluke5522A, "drivers-fluke-55xx.md"), (Keysight34401A, "drivers-keysight-34401a.md")],
)
def test_the_page_holds_the_table_of_the_driver(driver: type, page: str) -> None:
    lines = (DOCS / page).read_text(encoding="utf-8").splitlines()
    written = [line for line in lines if line.startswith("| `")]
    assert written == [_row(command) for command in commands_of(driver)]


@pytest.mark.parametrize("driver", [Fluke5522A, Keysight34401A])
def test_every_command_cites_a_listed_source_and_says_how_well_it_is_known(driver: type) -> None:
    import tomllib

    from calibrator_drivers import commands

    path = Path(commands.__file__).with_name("sources.toml")
    sources = tomllib.loads(path.read_text(encoding="utf-8"))
    for command in commands_of(driver):
        assert command.source in sources
        assert command.status in ("seen", "mem-H", "mem-M", "mem-L")
        assert (command.source == "S-MEM") == command.status.startswith("mem")
