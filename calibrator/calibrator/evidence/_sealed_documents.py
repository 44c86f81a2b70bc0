"""The seals of the documents in a bundle: what a manifest of hashes does not vouch for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final

from calibrator._errors import CalibratorError, RefusedError
from calibrator.evidence._anchor import holds_head

if TYPE_CHECKING:
    from calibrator.certificates.seals import SealReport, SealSettings
    from calibrator.record import Event

__all__ = ["Vouched", "sealed_documents"]


@dataclass(frozen=True, slots=True)
class Vouched:
    """For what the seals of trusted signers vouch: events up to a number, and documents by name."""

    until: int = 0
    documents: frozenset[str] = frozenset()


_FORMATS: Final = {".pdf": "pdf", ".xml": "dcc"}


def sealed_documents(
    content: Mapping[str, bytes], events: Sequence[Event], trust: SealSettings, now: datetime
) -> tuple[list[str], list[str], Vouched]:
    """Return what is wrong with the seals of a bundle, what is said of sound ones, and what they vouch for.

    A signer whom a root of `trust` leads to vouches for the events up to the closing whose head the sealed
    document holds, for that document, and for what it was before it was sealed.
    """
    closings = [event for event in events if event.kind == "run.closed"]
    wrong: list[str] = []
    said: list[str] = []
    until, own = 0, set()
    for name in sorted(content):
        path = PurePosixPath(name)
        format = _FORMATS.get(path.suffix) if path.parts[0] == "certificates" else None
        if format is None:
            continue
        reports, problem = _reports(content[name], format, path.name, trust, now)
        said += [f"{path.name} carries a seal that was not checked: {problem}"] if problem else []
        for report in reports:
            if report.sound:
                said.append(f"{path.name}: sealed by {report.by} ({report.standing})")
            else:
                by = f" of {report.by}" if report.by else ""
                wrong.append(f"{path.name}: the seal{by} is not sound: {report.problem or report.standing}")
            if report.sound and report.standing == "trusted":
                held = [e.seq for e in closings if holds_head(content[name], format, [e.hash])]
                until = max(until, *held, 0)
                own |= {name, *_unsealed(content, name, format)} if held else set()
    return wrong, said, Vouched(until, frozenset(own))


def _unsealed(content: Mapping[str, bytes], name: str, format: str) -> Iterator[str]:
    """Yield the documents of a bundle that are a sealed one as it was before."""
    from calibrator.certificates.seals import unsealed

    plain = unsealed(content[name], format)
    for other, data in content.items():
        if other.startswith("certificates/") and other != name and PurePosixPath(other).suffix in _FORMATS:
            same_form = _FORMATS[PurePosixPath(other).suffix] == format
            if same_form and unsealed(data, format) == plain:
                yield other


def _reports(
    content: bytes, format: str, name: str, trust: SealSettings, now: datetime
) -> tuple[tuple[SealReport, ...], str]:
    """Return the seals of a document, and why they could not be checked, "" where they were."""
    from calibrator.certificates.seals import SealReport, check_seals

    try:
        return check_seals(content, format, name, trust, now), ""
    except RefusedError as error:  # nothing is installed that checks seals
        return (), error.what
    except CalibratorError as error:
        return (SealReport(False, error.what),), ""
