"""What an installation consists of, and that it says the truth about itself."""

from __future__ import annotations

import re
import subprocess
import tomllib
from importlib.metadata import PackageNotFoundError, distribution, entry_points, version
from pathlib import Path

import pytest
from packaging.requirements import Requirement

import calibrator

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
ROOMS = {
    "calibrator": "calibrator",
    "drivers": "calibrator_drivers",
    "procedures": "calibrator_procedures",
    "sim": "calibrator_sim",
    "uncertainty": "calibrator_uncertainty",
}
MOST_PACKAGES = 35


def needed(name: str, seen: set[str]) -> set[str]:
    """Return every distribution that an installation of `name` without extras brings."""
    for text in distribution(name).requires or []:
        requirement = Requirement(text)
        key = re.sub(r"[-_.]+", "-", requirement.name).lower()
        if requirement.marker is not None and not requirement.marker.evaluate({"extra": ""}):
            continue
        if key not in seen:
            seen.add(key)
            needed(key, seen)
    return seen


def test_the_base_installation_is_small() -> None:
    packages = needed("calibrator-lab", {"calibrator-lab"})
    assert {"numpy", "pyvisa", "sqlalchemy", "typst"} < packages
    assert len(packages) <= MOST_PACKAGES, sorted(packages)


def test_test_tools_stay_out_of_the_base_installation() -> None:
    assert not needed("calibrator-lab", set()).intersection(
        {"pytest", "hypothesis", "mypy", "ruff", "signxml"}
    )


def test_the_version_stands_once() -> None:
    assert "version" not in PROJECT["project"]
    assert PROJECT["project"]["dynamic"] == ["version"]
    assert version("calibrator-lab") == calibrator.__version__


def test_the_wheel_holds_the_five_rooms_with_their_types() -> None:
    wheel = PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
    assert sorted(wheel) == sorted(f"{folder}/{package}" for folder, package in ROOMS.items())
    for folder, package in ROOMS.items():
        assert (ROOT / folder / package / "py.typed").is_file()


@pytest.mark.parametrize("group", ["drivers", "procedures", "regulations", "simulators"])
def test_every_plug_in_that_is_named_loads(group: str) -> None:
    found = entry_points(group=f"calibrator.{group}")
    assert {point.name for point in found} >= set(PROJECT["project"]["entry-points"][f"calibrator.{group}"])
    for point in found:
        assert point.load() is not None


def test_the_licence_is_the_one_that_is_named() -> None:
    text = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert PROJECT["project"]["license"] == "Apache-2.0"
    assert "Apache License" in text
    assert "Version 2.0, January 2004" in text
    assert "END OF TERMS AND CONDITIONS" in text


def test_nothing_copyleft_is_in_the_base_installation() -> None:
    for name in needed("calibrator-lab", {"calibrator-lab"}):
        try:
            metadata = distribution(name).metadata
        except PackageNotFoundError:
            continue
        licence = f"{metadata.get('License-Expression') or ''} {metadata.get('License') or ''}"[:200]
        assert not re.search(r"\bA?GPL", licence), (name, licence)


def tracked() -> list[Path]:
    """Return the files that git tracks; outside a checkout every file below the rooms."""
    done = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode == 0 and done.stdout:
        return [ROOT / line for line in done.stdout.splitlines() if (ROOT / line).is_file()]
    return [path for folder in ROOMS for path in (ROOT / folder).rglob("*.py")]


def test_no_file_is_bound_to_the_machine_it_was_written_on() -> None:
    # written in pieces, or this file would find itself
    signs = tuple("".join(parts) for parts in (("/wo", "rk/"), ("/ro", "ot/"), ("/ho", "me/dev")))
    for path in tracked():
        if path.suffix in {".py", ".toml", ".md", ".typ", ".j2", ".po", ".cfg", ".yml"} or path.name == "run":
            text = path.read_text(encoding="utf-8")
            found = [sign for sign in signs if sign in text]
            assert not found, (path, found)


def test_files_stay_readable() -> None:
    long = {
        path.relative_to(ROOT).as_posix(): count
        for path in tracked()
        if path.suffix == ".py" and "tests" not in path.parts
        for count in [len(path.read_text(encoding="utf-8").splitlines())]
        if count > 400
    }
    assert not long
