"""The configured folders as one more distribution that Python's own machinery finds.

`importlib.metadata` and `import` both ask `sys.meta_path`; a finder there lets folders appear in every
entry-point group without any registry knowing of them. What is plugged in belongs to the process, as
`sys.path` does.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from importlib.machinery import ModuleSpec
from importlib.metadata import Distribution, DistributionFinder, entry_points
from importlib.util import spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, TypeVar

from calibrator._errors import ConfigurationError, UsageError
from calibrator.plugins._approval import APPROVED, Approval, approvals
from calibrator.plugins._folder import KEYS, PlugIn, read_folder
from calibrator.procedure._toml import TomlFile

if TYPE_CHECKING:
    from calibrator._home import Home

__all__ = ["plug_in", "plugged", "unapproved"]

NAME = "laboratory-folders"
T = TypeVar("T")


class _Folders(Distribution):
    """The laboratory's folders, as an installed package would be seen."""

    def __init__(self, plug_ins: Sequence[PlugIn], approved: Mapping[tuple[str, str], Approval]) -> None:
        self.plug_ins = tuple(plug_ins)
        self.approved = dict(approved)

    def read_text(self, filename: str) -> str | None:
        if filename == "METADATA":
            return f"Metadata-Version: 2.1\nName: {NAME}\nVersion: 0\n"
        if filename == "entry_points.txt":
            return _entry_points_text(self.plug_ins)
        if filename == APPROVED:
            return "".join(f'{own} = "{digest}"\n' for own, digest in self._standing())
        return None

    def locate_file(self, path: object) -> Path:
        return Path(str(path))

    def _standing(self) -> list[tuple[str, str]]:
        return [
            (item.id, item.content_hash)
            for item in self.plug_ins
            if (item.id, item.content_hash) in self.approved
        ]


class _Finder(DistributionFinder):
    """Finds the folders' distribution, and their packages."""

    def __init__(self, folders: _Folders) -> None:
        self.folders = folders
        self._packages = {item.package: item.folder for item in folders.plug_ins}

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        folder = self._packages.get(fullname)
        if folder is None:
            return None
        script = folder / "__init__.py"
        if script.is_file():
            return spec_from_file_location(fullname, script, submodule_search_locations=[str(folder)])
        spec = ModuleSpec(fullname, None, is_package=True)
        spec.submodule_search_locations = [str(folder)]
        return spec

    def find_distributions(self, context: DistributionFinder.Context | None = None) -> Iterable[Distribution]:
        if context is None or context.name in (None, NAME):
            yield self.folders


def plug_in(home: Home, on_problem: Callable[[UsageError], None] | None = None) -> tuple[PlugIn, ...]:
    """Let the folders of the home's `calibrator.toml` be found from now on, and no other home's.

    With `on_problem` what is not right is told there and left out: a folder that is gone must keep nobody
    from making another source safe.

    Raises:
        ConfigurationError: a folder that is not there or not right, or an id that is taken already.
    """
    tell = _raise if on_problem is None else on_problem
    wanted = _told(lambda: _wanted(home), tell) or ()
    present = _finder()
    if not wanted and present is None:
        return ()
    plug_ins = [
        item for kind, folder in wanted for item in _told(partial(read_folder, folder, kind), tell) or ()
    ]
    approved = _told(lambda: approvals(home.path / APPROVED), tell) or {}
    if present is not None:
        if (present.folders.plug_ins, present.folders.approved) == (tuple(plug_ins), approved):
            return tuple(plug_ins)
        _take_out(present)
    plug_ins = list(_once(plug_ins, tell))
    if plug_ins:
        sys.meta_path.append(_Finder(_Folders(plug_ins, approved)))
    _look_again()
    return tuple(plug_ins)


def plugged() -> tuple[PlugIn, ...]:
    """Return the folders that are plugged in."""
    finder = _finder()
    return () if finder is None else finder.folders.plug_ins


def unapproved(ids: Iterable[str]) -> tuple[PlugIn, ...]:
    """Return those folders among the plugged-in ones that bring one of these ids and nobody has approved."""
    finder = _finder()
    if finder is None:
        return ()
    asked = set(ids)
    return tuple(
        item
        for item in finder.folders.plug_ins
        if asked & {name for _, name, _ in item.entries}
        and (item.id, item.content_hash) not in finder.folders.approved
    )


def _raise(error: UsageError) -> None:
    raise error


def _told(read: Callable[[], T], tell: Callable[[UsageError], None]) -> T | None:
    try:
        return read()
    except UsageError as error:  # a base that is not installed is one too
        tell(error)
        return None


def _wanted(home: Home) -> list[tuple[str, Path]]:
    if not home.settings_file.is_file():
        return []
    file = TomlFile.parse(home.settings_file.read_text(encoding="utf-8"), str(home.settings_file))
    found = []
    for kind in KEYS:
        if kind in file.data:
            for name in file.require(file.data, kind, list, ()):
                if not isinstance(name, str) or not name:
                    raise file.error(
                        f"{name!r} is no folder", (kind,), "Write a list of texts.", "wrong-type"
                    )
                found.append((kind, (home.path / Path(name).expanduser()).resolve()))
    return found


def _finder() -> _Finder | None:
    return next((item for item in sys.meta_path if isinstance(item, _Finder)), None)


def _take_out(finder: _Finder) -> None:
    """Forget a finder and what was imported through it: another home may have another folder of that name."""
    sys.meta_path.remove(finder)
    packages = tuple(item.package for item in finder.folders.plug_ins)
    for name in [name for name in sys.modules if name.partition(".")[0] in packages]:
        del sys.modules[name]


def _once(plug_ins: Sequence[PlugIn], tell: Callable[[UsageError], None]) -> Iterator[PlugIn]:
    """Yield the folders whose ids no installed package or other folder has: which one is taken is chance."""
    seen: dict[tuple[str, str], str] = {}
    for group in {group for item in plug_ins for group, _, _ in item.entries}:
        for point in entry_points(group=group):
            seen[group, point.name] = f"the package of {point.value}"
    for item in plug_ins:
        names = [(group, name) for group, name, _ in item.entries]
        twice = next((key for key in names if seen.get(key, str(item.folder)) != str(item.folder)), None)
        if twice is None:
            seen.update(dict.fromkeys(names, str(item.folder)))
            yield item
            continue
        tell(
            ConfigurationError(
                f"{twice[1]!r} is brought twice: by {item.folder} and by {seen[twice]}",
                where=f"calibrator.toml, key {item.kind}",
                way_out="Give one of them another id.",
                code="plug-in-twice",
            )
        )


def _look_again() -> None:
    """Have the registries of drivers and accuracy tables look at the entry points again."""
    from calibrator_drivers import accuracy, registry

    registry.look_again()
    accuracy.look_again()


def _entry_points_text(plug_ins: Sequence[PlugIn]) -> str:
    groups: dict[str, list[str]] = {}
    for item in plug_ins:
        for group, name, value in item.entries:
            groups.setdefault(group, []).append(f"{name} = {value}")
    return "".join(f"[{group}]\n" + "\n".join(lines) + "\n" for group, lines in groups.items())
