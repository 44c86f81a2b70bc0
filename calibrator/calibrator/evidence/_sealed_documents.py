"""The seals of the documents in a bundle: what a manifest of hashes does not vouch for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final

from calibrator._errors import CalibratorError, RefusedError
from calibrator.evidence._anchor import holds_head

if TYPE_CHECKING:
    from calibrator.certificates.seals import SealReport, SealSettings
    from calibrator.record import Event

__all__ = ["sealed_documents"]

_FORMATS: Final = {".pdf": "pdf", ".xml": "dcc"}


def sealed_documents(
    content: Mapping[str, bytes], events: Sequence[Event], trust: SealSettings, now: datetime
) -> tuple[list[str], list[str], bool]:
    """Return what is wrong with the seals of a bundle, what is said of sound ones, and whether one vouches.

    A signer whom a root of `trust` leads to vouches for the run where the sealed document holds a head of it.
    A document that carries no seal is not named: its hash stands in the events.
    """
    heads = [event.hash for event in events if event.kind == "run.closed"]
    wrong: list[str] = []
    said: list[str] = []
    vouched = False
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
            trusted = report.sound and report.standing == "trusted"
            vouched = vouched or (trusted and holds_head(content[name], format, heads))
    return wrong, said, vouched


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
