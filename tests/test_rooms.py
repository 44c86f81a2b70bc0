"""The house: who may import whom, what is public, and that the pages beside the rooms are true."""

from __future__ import annotations

import importlib
import inspect
import json
import pkgutil
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[1]
ROOMS = {
    "calibrator": "calibrator",
    "drivers": "calibrator_drivers",
    "procedures": "calibrator_procedures",
    "sim": "calibrator_sim",
    "uncertainty": "calibrator_uncertainty",
}
HEAVY = {"numpy", "scipy", "pint", "pyvisa", "pyvisa_py", "serial", "sqlalchemy", "rich", "typst", "jinja2"}


def public_packages() -> list[str]:
    """Return every package of the five rooms that is not private."""
    found = []
    for package in ROOMS.values():
        module = importlib.import_module(package)
        found.append(package)
        for info in pkgutil.walk_packages(module.__path__, f"{package}."):
            if info.ispkg and not any(part.startswith("_") for part in info.name.split(".")):
                found.append(info.name)
    return found


def loaded_by(statement: str) -> set[str]:
    """Return the names of all modules that a fresh interpreter loads for a statement."""
    code = f"import json, sys\n{statement}\nprint(json.dumps(sorted(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(json.loads(done.stdout))


def tops(names: set[str]) -> set[str]:
    return {name.partition(".")[0] for name in names}


@pytest.mark.parametrize("package", ROOMS.values())
def test_importing_a_room_loads_nothing_heavy_and_no_other_room(package: str) -> None:
    loaded = tops(loaded_by(f"import {package}"))
    assert not loaded & HEAVY
    assert not loaded & (set(ROOMS.values()) - {package})


def test_the_rooms_below_never_load_the_work() -> None:
    for package in ("calibrator_uncertainty", "calibrator_drivers", "calibrator_sim"):
        names = [name for name in public_packages() if name.startswith(package)]
        loaded = tops(loaded_by("import " + ", ".join(names)))
        others = set(ROOMS.values()) - {package}
        allowed = {"calibrator_drivers"} if package == "calibrator_sim" else set()
        assert loaded & others <= allowed


def test_the_engine_knows_neither_procedures_nor_simulator() -> None:
    names = [name for name in public_packages() if name.startswith("calibrator.")]
    loaded = tops(loaded_by("import " + ", ".join(names)))
    assert not loaded & {"calibrator_sim", "calibrator_procedures"}


@pytest.mark.parametrize("package", public_packages())
def test_what_a_package_calls_public_is_there_and_documented(package: str) -> None:
    module = importlib.import_module(package)
    assert module.__doc__, f"{package} does not say what it is"
    names = getattr(module, "__all__", None)
    if names is None:
        own = {name for name, thing in vars(module).items() if not isinstance(thing, ModuleType)}
        assert not {name for name in own if not name.startswith("_")} - {"annotations"}
        return
    assert len(set(names)) == len(names)
    for name in names:
        thing = getattr(module, name)
        if inspect.isclass(thing) or inspect.isroutine(thing):
            assert getattr(thing, "__doc__", None), f"{package}.{name} has no docstring"


@pytest.mark.parametrize("package", public_packages())
def test_everything_public_that_is_imported_stands_in_all(package: str) -> None:
    source = Path(importlib.import_module(package).__file__ or "").read_text(encoding="utf-8")
    own_modules = rf"^(?: {{4}})?from {re.escape(package)}\.[\w.]+ import"
    block = re.findall(own_modules + r" (?:\(([^)]*)\)|([\w, ]+))$", source, re.MULTILINE)
    names = {
        name.strip().split(" as ")[-1]
        for long, short in block
        for name in (long or short).split(",")
        if name.strip() and not name.strip().startswith("#")
    }
    own = {name for name in names if not name.startswith("_")}
    module = importlib.import_module(package)
    unlisted = {
        name
        for name in own
        if getattr(getattr(module, name, None), "__module__", "").startswith(tuple(ROOMS.values()))
    } - set(getattr(module, "__all__", ()))
    assert not unlisted


@pytest.mark.parametrize("folder", ROOMS)
def test_each_room_has_a_page(folder: str) -> None:
    text = (ROOT / folder / "README.md").read_text(encoding="utf-8")
    assert 5 <= len(text.splitlines()) <= 120


def fenced(text: str) -> list[str]:
    """Return the content of the fenced code blocks of a Markdown text."""
    return [block.strip() for block in re.findall(r"^```\w*\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)]


def test_the_readme_begins_with_its_two_commands() -> None:
    blocks = fenced((ROOT / "README.md").read_text(encoding="utf-8"))
    assert blocks[:2] == ["python make.py demo", "python make.py test"]


def test_contributing_is_one_page() -> None:
    assert len((ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8").splitlines()) <= 66


def pages() -> list[Path]:
    return [
        *ROOT.glob("*.md"),
        *(ROOT / "docs").rglob("*.md"),
        *(ROOT / room / "README.md" for room in ROOMS),
    ]


@pytest.mark.parametrize("page", pages(), ids=lambda page: page.relative_to(ROOT).as_posix())
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", text):
        if not target.startswith(("http://", "https://", "mailto:")):
            assert (page.parent / target).exists(), f"{page.name} links to {target}"


def test_every_decision_is_numbered_once() -> None:
    numbers = [page.name[:4] for page in (ROOT / "docs" / "decisions").glob("*.md")]
    assert all(number.isdecimal() for number in numbers)
    assert len(set(numbers)) == len(numbers)
