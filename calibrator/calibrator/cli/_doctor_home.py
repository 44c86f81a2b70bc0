"""What `doctor` says about the home: permissions, disk, lock, record, lab.toml."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

from calibrator._errors import CalibratorError
from calibrator._home import Home
from calibrator.cli._doctor import Finding
from calibrator.cli._settings import Settings

__all__ = ["examine_home"]

LITTLE_DISK = 500_000_000


def examine_home(chosen: Settings) -> list[Finding]:
    """Return the findings about the chosen home; nothing is made or written but a probe file."""
    try:
        home = chosen.home
    except CalibratorError as error:
        return [Finding("home", error.what, False, error.way_out)]
    folder = home.record_path.parent
    return [*_folder(folder), *_disk(folder), *_lab(home), _lock(home), *_record(chosen)]


def _folder(folder: Path) -> Iterator[Finding]:
    nearest = next(parent for parent in (folder, *folder.parents) if parent.exists())
    there = "" if nearest == folder else " (not made yet)"
    may = os.access(nearest, os.W_OK)
    way_out = "" if may else f"You may not write in {nearest}: choose another with --home or CALIBRATOR_HOME."
    yield Finding("home", f"{folder}{there}", may, way_out)


def _disk(folder: Path) -> Iterator[Finding]:
    nearest = next(parent for parent in (folder, *folder.parents) if parent.exists())
    free = shutil.disk_usage(nearest).free
    enough = free > LITTLE_DISK
    way_out = "" if enough else "Make room before a run: a record that cannot be written stops it."
    yield Finding("disk", f"{free / 1e9:.1f} GB free at {nearest}", enough, way_out)


def _lab(home: Home) -> Iterator[Finding]:
    if not home.lab_file.is_file():
        template = files("calibrator.standards").joinpath("lab_template.toml")
        yield Finding(
            "lab", "no lab.toml: certificates name no laboratory", None, f"copy {template} to {home.lab_file}"
        )
        return
    from calibrator.standards import load_lab

    try:
        lab = load_lab(home.lab_file)
    except CalibratorError as error:
        yield Finding("lab", error.what, False, f"{error.where} {error.way_out}")
        return
    yield Finding("lab", f"{lab.name}, {lab.timezone}, {len(lab.persons)} persons", True)


def _lock(home: Home) -> Finding:
    """Say who writes in the home now; taking its lock for a moment is the one way to know."""
    from calibrator.record._lock import HomeLock
    from calibrator_drivers.clock import RealClock

    if not home.record_path.with_name("record.lock").exists():
        return Finding("lock", "nobody writes here")
    lock = HomeLock(home.path)
    try:
        lock.acquire(RealClock())
    except CalibratorError as error:
        return Finding("lock", f"a process writes here now: {error.what}")
    lock.release()
    return Finding("lock", "nobody writes here")


def _record(chosen: Settings) -> Iterator[Finding]:
    from calibrator_drivers.clock import RealClock

    home = chosen.home
    if not home.record_path.exists():
        yield Finding("record", "none yet")
        return
    try:
        record = home.open_record(RealClock(), write=False)
    except CalibratorError as error:
        yield Finding("record", error.what, False, error.way_out)
        return
    try:
        runs = record.runs()
        unfinished = [run.id for run in runs if run.state in ("open", "interrupted")]
        yield Finding("record", f"{len(runs)} runs, {home.record_path.stat().st_size / 1e6:.1f} MB")
        if unfinished:
            yield Finding(
                "record", f"{len(unfinished)} unfinished: {unfinished[-1]}", None, "calibrator resume"
            )
    finally:
        record.close()
