"""Who may be named on the command line: where `lab.toml` lists persons, one of them."""

from __future__ import annotations

import difflib

from calibrator._errors import UsageError
from calibrator.cli._settings import Settings

__all__ = ["known_person"]


def known_person(chosen: Settings, person: str, option: str = "--person") -> str:
    """Return the id of the person, by id or name; without persons in `lab.toml` any name stands for itself.

    Raises `UsageError` (code `unknown-person`) with the nearest there is.
    """
    from calibrator.standards import load_lab

    lab = load_lab(chosen.home.lab_file)
    if not person or not lab.persons:
        return person
    found = lab.person(person)
    if found is not None:
        return found.id
    names = [text for one in lab.persons for text in (one.id, one.name)]
    near = difflib.get_close_matches(person, names, n=1)
    known = ", ".join(f"{one.id} ({one.name})" for one in lab.persons)
    raise UsageError(
        f"{lab.path} names no person {person!r}",
        where=option,
        way_out=f"Did you mean {near[0]}?" if near else f"It names {known}.",
        code="unknown-person",
    )
