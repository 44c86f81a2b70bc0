"""What `doctor` says about the home: permissions, disk, lock, record, lab.toml."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from importlib.resources import files
from pathlib import Path

from calibrator._errors import CalibratorError
from calibrator._home import Home
from calibrator.cli._doctor_finding import Finding
from calibrator.cli._settings import Settings

__all__ = ["examine_home"]

Say = Callable[[str], str]
LITTLE_DISK = 500_000_000


def examine_home(chosen: Settings, say: Say) -> list[Finding]:
    """Return the findings about the chosen home; nothing is made or written but a probe file."""
    try:
        home = chosen.home
    except CalibratorError as error:
        return [Finding("home", error.what, False, error.way_out)]
    folder = home.record_path.parent
    return [
        *_folder(folder, say),
        *_disk(folder, say),
        *_lab(home, say),
        _lock(home, say),
        *_record(chosen, say),
    ]


def _folder(folder: Path, say: Say) -> Iterator[Finding]:
    nearest = next(parent for parent in (folder, *folder.parents) if parent.exists())
    there = "" if nearest == folder else f" ({say('not made yet')})"
    may = os.access(nearest, os.W_OK)
    refused = say("You may not write in {folder}: choose another with --home or CALIBRATOR_HOME.")
    way_out = "" if may else refused.format(folder=nearest)
    yield Finding("home", f"{folder}{there}", may, way_out)


def _disk(folder: Path, say: Say) -> Iterator[Finding]:
    nearest = next(parent for parent in (folder, *folder.parents) if parent.exists())
    free = shutil.disk_usage(nearest).free
    enough = free > LITTLE_DISK
    way_out = "" if enough else say("Make room before a run: a record that cannot be written stops it.")
    yield Finding("disk", f"{free / 1e9:.1f} GB {say('free')}, {nearest}", enough, way_out)


def _lab(home: Home, say: Say) -> Iterator[Finding]:
    if not home.lab_file.is_file():
        template = files("calibrator.standards").joinpath("lab_template.toml")
        yield Finding(
            "lab",
            say("no lab.toml: certificates name no laboratory"),
            None,
            say("copy {template} to {file}").format(template=template, file=home.lab_file),
        )
        return
    from calibrator.standards import load_lab

    try:
        lab = load_lab(home.lab_file)
    except CalibratorError as error:
        yield Finding("lab", error.what, False, f"{error.where} {error.way_out}")
        return
    yield Finding("lab", f"{lab.name}, {lab.timezone}, {len(lab.persons)} {say('persons')}", True)


def _lock(home: Home, say: Say) -> Finding:
    """Say who writes in the home now; taking its lock for a moment is the one way to know."""
    from calibrator.record._lock import HomeLock
    from calibrator_drivers.clock import RealClock

    if not home.record_path.with_name("record.lock").exists():
        return Finding("lock", say("nobody writes here"))
    lock = HomeLock(home.path)
    try:
        lock.acquire(RealClock())
    except CalibratorError as error:
        if error.code == "home-in-use":
            return Finding("lock", f"{say('a process writes here now')}: {error.what}")
        return Finding("lock", error.what, False, error.way_out)
    lock.release()
    return Finding("lock", say("nobody writes here"))


def _record(chosen: Settings, say: Say) -> Iterator[Finding]:
    from calibrator_drivers.clock import RealClock

    home = chosen.home
    try:
        if not home.has_record:
            yield Finding("record", say("none yet"))
            return
        shared = home.shared_record()
        record = home.open_record(RealClock(), write=False)
    except CalibratorError as error:
        yield Finding("record", error.what, False, error.way_out)
        return
    try:
        runs = record.runs()
        unfinished = [run.id for run in runs if run.state in ("open", "interrupted")]
        place = f"{home.record_path.stat().st_size / 1e6:.1f} MB" if shared is None else record.place
        yield Finding("record", f"{len(runs)} {say('runs')}, {place}")
        if unfinished:
            yield Finding(
                "record",
                f"{len(unfinished)} {say('unfinished')}: {unfinished[-1]}",
                None,
                "calibrator resume",
            )
    finally:
        record.close()
