"""Which edition is in force on a day; two at once are refused, and so is guessing."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Literal

from calibrator._errors import ConfigurationError, UsageError
from calibrator.regulations._types import Edition

__all__ = ["Found", "Library", "State"]

State = Literal["in-force", "abolished", "not-yet-effective"]


@dataclass(frozen=True, slots=True)
class Found:
    """An edition and how it stands on the day: anything but "in-force" needs a named deviation."""

    edition: Edition
    state: State
    instead: Edition | None = None  # what is in force in its place


class Library:
    """The editions that are there; within a regulation no two are in force on the same day.

    Raises:
        ConfigurationError: an id twice (`regulation-twice`), or editions that overlap (`regulation-overlap`).
    """

    def __init__(self, editions: Iterable[Edition]) -> None:
        self._by_id: dict[str, Edition] = {}
        for edition in editions:
            if edition.id in self._by_id:
                raise ConfigurationError(
                    f"the edition {edition.id!r} is there twice",
                    where=f"{self._by_id[edition.id].path} and {edition.path}",
                    way_out="Take one of them out.",
                    code="regulation-twice",
                )
            self._by_id[edition.id] = edition
        self._ends = {edition.id: _end(edition, self._by_id.values()) for edition in self._by_id.values()}
        self._refuse_overlaps()

    @property
    def editions(self) -> tuple[Edition, ...]:
        """Every edition, by regulation and date."""
        return tuple(sorted(self._by_id.values(), key=lambda item: (item.regulation, item.effective)))

    @property
    def regulations(self) -> tuple[str, ...]:
        """The regulations of which there is an edition."""
        return tuple(dict.fromkeys(edition.regulation for edition in self.editions))

    def end(self, edition: Edition) -> date | None:
        """Return the first day on which the edition is no longer in force; None while nothing ends it."""
        return self._ends[edition.id]

    def state(self, edition: Edition, day: date) -> State:
        """Return how an edition stands on a day."""
        if day < edition.effective:
            return "not-yet-effective"
        end = self._ends[edition.id]
        return "abolished" if end is not None and day >= end else "in-force"

    def find(self, name: str, day: date) -> Found:
        """Return the edition of a regulation that is in force on `day`, else the nearest one and its state.

        `name` may be an edition itself ("jjg-52-2013"): then it is that one and no other.
        Raises `UsageError` (code `unknown-regulation`).
        """
        if name in self._by_id:
            edition = self._by_id[name]
            state = self.state(edition, day)
            if state == "in-force":
                return Found(edition, state)
            others = self._of(edition.regulation)
            instead = next((item for item in others if self.state(item, day) == "in-force"), None)
            return Found(edition, state, instead or self._successor(edition, day))
        family = self._of(name)
        if not family:
            raise UsageError(
                f"there is no regulation {name!r}",
                where="calibrator regulation list",
                way_out=_nearest(name, (*self.regulations, *self._by_id)),
                code="unknown-regulation",
            )
        for edition in family:
            if self.state(edition, day) == "in-force":
                return Found(edition, "in-force")
        past = [edition for edition in family if self.state(edition, day) == "abolished"]
        if past:
            return Found(past[-1], "abolished", self._successor(past[-1], day))
        return Found(family[0], "not-yet-effective")

    def knows(self, name: str) -> bool:
        """Say whether there is an edition, or a regulation, of that name."""
        return name in self._by_id or name in self.regulations

    def edition(self, name: str) -> Edition:
        """Return an edition by its id; raises `UsageError` (code `unknown-regulation`)."""
        if name not in self._by_id:
            raise UsageError(
                f"there is no edition {name!r}",
                where="calibrator regulation list",
                way_out=_nearest(name, tuple(self._by_id)),
                code="unknown-regulation",
            )
        return self._by_id[name]

    def _successor(self, edition: Edition, day: date) -> Edition | None:
        """Return what is in force in its place, also where a document of another name replaced it."""
        seen, at = {edition.id}, [edition.id]
        while at:
            former = at.pop(0)
            for item in self._by_id.values():
                if former in item.replaces and item.id not in seen:
                    if self.state(item, day) == "in-force":
                        return item
                    seen.add(item.id)
                    at.append(item.id)
        return None

    def _of(self, regulation: str) -> list[Edition]:
        return [edition for edition in self.editions if edition.regulation == regulation]

    def _refuse_overlaps(self) -> None:
        families: dict[str, list[Edition]] = {}
        for edition in self.editions:
            families.setdefault(edition.regulation, []).append(edition)
        for family in families.values():
            for former, later in pairwise(family):
                end = self._ends[former.id]
                if end is None or end > later.effective:
                    raise _overlap(former, later)


def _end(edition: Edition, everything: Iterable[Edition]) -> date | None:
    """Return when an edition ends: as it says, or when one that replaces it comes into force."""
    followed = [item.effective for item in everything if edition.id in item.replaces]
    ends = [*([edition.abolished] if edition.abolished is not None else []), *followed]
    return min(ends, default=None)


def _overlap(former: Edition, later: Edition) -> ConfigurationError:
    return ConfigurationError(
        f"{former.number} and {later.number} are in force on the same day, {later.effective}",
        where=f"{former.path} and {later.path}",
        way_out=f"Write abolished in the former, or replaces = [{former.id!r}] in the latter.",
        code="regulation-overlap",
    )


def _nearest(name: str, known: Sequence[str]) -> str:
    close = difflib.get_close_matches(name, known, n=3, cutoff=0.5)
    return f"Did you mean {' or '.join(close)}?" if close else f"There are: {', '.join(known) or 'none'}."
