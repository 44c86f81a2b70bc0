"""No driver stands deeper than two above what it is made of: what models differ in is data, or a part."""

from __future__ import annotations

import importlib
import inspect
import pkgutil

import calibrator_drivers

# What differs is a flag or one more line, and the rest is the other model's own commands.
OF_A_SIBLING = {"Fluke5520A": "Fluke5522A", "DruckPACE6000": "DruckPACE5000"}


def _own(kind: type) -> bool:
    return kind.__module__.startswith("calibrator_drivers")


def _depth(kind: type) -> int:
    """Return how many steps of inheritance stand above a class, within this package."""
    return max((1 + _depth(base) for base in kind.__bases__ if _own(base)), default=0)


def _classes() -> set[type]:
    found: set[type] = set()
    for module in pkgutil.walk_packages(calibrator_drivers.__path__, "calibrator_drivers."):
        members = vars(importlib.import_module(module.name)).values()
        found |= {item for item in members if inspect.isclass(item) and _own(item)}
    return {kind for kind in found if not issubclass(kind, Exception)}


def test_no_driver_inherits_deeper_than_two_but_the_named_siblings() -> None:
    found = _classes()
    assert len(found) > 100
    deep = {kind.__name__: kind.__bases__[0].__name__ for kind in found if _depth(kind) > 2}
    assert deep == OF_A_SIBLING
    assert all(_depth(kind) <= 3 for kind in found)
