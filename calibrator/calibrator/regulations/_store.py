"""The editions that are installed: files of the packages in the entry-point group `calibrator.regulations`.

The value of such an entry point is a package that holds one TOML file an edition. Folders under `regulations`
in a laboratory's `calibrator.toml` are met there too.
"""

from __future__ import annotations

import sys
from functools import lru_cache
from importlib.metadata import entry_points
from importlib.util import find_spec
from pathlib import Path

from calibrator._errors import ConfigurationError
from calibrator.regulations._lookup import Library
from calibrator.regulations._parse import parse_edition
from calibrator.regulations._types import Edition

__all__ = ["GROUP", "load_library"]

GROUP = "calibrator.regulations"
FOLDER = "calibrator_folder_"  # how the packages of configured folders begin


def load_library() -> Library:
    """Return every edition that is installed.

    Raises:
        ConfigurationError: a file that cannot be taken, an id twice, editions that overlap.
    """
    editions = []
    for package in _packages(tuple(sys.path), tuple(sys.meta_path)):
        spec = find_spec(package)
        folders = [] if spec is None else [Path(item) for item in spec.submodule_search_locations or ()]
        if not folders:
            raise ConfigurationError(
                f"the package of regulations {package!r} cannot be found",
                where=f"entry points {GROUP}",
                way_out="Install the package that brings it again.",
                code="regulations-broken",
            )
        found = sorted(path for folder in folders for path in folder.glob("*.toml"))
        editions += [_parsed(item.read_text(encoding="utf-8"), _place(package, item)) for item in found]
    return Library(editions)


@lru_cache(maxsize=2)  # every installed package is read for it; what is plugged in changes one of the two
def _packages(path: tuple[str, ...], finders: tuple[object, ...]) -> tuple[str, ...]:
    """Return the packages that bring editions, by where Python looks now."""
    del path, finders
    return tuple(sorted({point.value for point in entry_points(group=GROUP)}))


@lru_cache(maxsize=256)  # a proof asks twice a run; the text is read each time, so that a change is seen
def _parsed(text: str, name: str) -> Edition:
    return parse_edition(text, name)


def _place(package: str, path: Path) -> str:
    """Return what errors call a file: a laboratory's own by its path, an installed one by its package."""
    return str(path) if package.startswith(FOLDER) else f"{package}/{path.name}"
