"""A home for proofs that has the laboratory's own folders, and nothing else of the laboratory's home."""

from __future__ import annotations

import shutil
import tomllib
from pathlib import Path

from calibrator._home import Home
from calibrator.plugins._approval import APPROVED
from calibrator.plugins._folder import KEYS
from calibrator.proof._toml import dump_toml

__all__ = ["lend_folders"]


def lend_folders(own: Home, to: Home) -> None:
    """Write into `to` which folders of procedures and drivers `own` names, and what was approved of them."""
    if not own.settings_file.is_file():
        return
    held = tomllib.loads(own.settings_file.read_text(encoding="utf-8"))
    lent = {
        key: [str((own.path / Path(name).expanduser()).resolve()) for name in held[key]]
        for key in KEYS
        if key in held
    }
    if not lent:
        return
    to.path.mkdir(parents=True, exist_ok=True)
    to.settings_file.write_text(dump_toml(lent), encoding="utf-8")
    if (own.path / APPROVED).is_file():
        shutil.copyfile(own.path / APPROVED, to.path / APPROVED)
