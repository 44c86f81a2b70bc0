"""The page of a driver family lists every command of its drivers."""

from __future__ import annotations

import importlib.util
import tomllib
from pathlib import Path
from types import ModuleType

import pytest

from calibrator_drivers import commands, driver_classes
from calibrator_drivers.commands import commands_of

DOCS = Path(__file__).parents[2] / "docs"


def _tables() -> ModuleType:
    spec = importlib.util.spec_from_file_location("driver_tables", DOCS / "driver_tables.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


TABLES = _tables()


@pytest.mark.parametrize("page", TABLES.PAGES)
def test_the_page_holds_the_tables_of_its_drivers(page: str) -> None:
    lines = (DOCS / page).read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if line.startswith("| `")] == TABLES.rows(page), (
        "run: python docs/driver_tables.py"
    )


@pytest.mark.parametrize("model_id", driver_classes())
def test_every_command_cites_a_listed_source_and_says_how_well_it_is_known(model_id: str) -> None:
    path = Path(commands.__file__).with_name("sources.toml")
    sources = tomllib.loads(path.read_text(encoding="utf-8"))
    for command in commands_of(driver_classes()[model_id]):
        assert command.source in sources
        assert command.status in ("seen", "mem-H", "mem-M", "mem-L")
        assert (command.source == "S-MEM") == command.status.startswith("mem")


def test_every_driver_is_named_on_a_page() -> None:
    pages = "\n".join(path.read_text(encoding="utf-8") for path in DOCS.glob("drivers-*.md"))
    missing = [name for name, driver in driver_classes().items() if f"`{name}`" not in pages]
    assert missing == []
