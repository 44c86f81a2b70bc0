"""Whatever seals a file carries."""

from __future__ import annotations

from datetime import datetime

from calibrator._errors import IntegrityError
from calibrator.certificates.seals._pdf_seal import check_pdf
from calibrator.certificates.seals._report import SealReport
from calibrator.certificates.seals._settings import SealSettings
from calibrator.certificates.seals._trust import quietly
from calibrator.certificates.seals._xml_seal import check_xml, has_seal

__all__ = ["check_foreign_seal", "check_seals"]


def check_seals(
    content: bytes, format: str, where: str, settings: SealSettings, now: datetime
) -> tuple[SealReport, ...]:
    """Return what the seals of a PDF or XML file say; none for other forms, which carry none.

    Raises:
        UsageError: no sound XML, or a signature that is not of the whole document.
        RefusedError: code `no-sign-extra`, where there is a seal and nothing to check it with.
    """
    with quietly():
        if format == "pdf":
            return check_pdf(content, settings, now)
        if format == "dcc" and has_seal(content, where):
            return check_xml(content, where, settings, now)
    return ()


def check_foreign_seal(
    content: bytes, where: str, settings: SealSettings, now: datetime
) -> SealReport | None:
    """Return what the seal of somebody's certificate, XML or PDF, says; None where it has none.

    Raises:
        IntegrityError: code `seal-broken`: it is not what was sealed, or its signer was revoked.
    """
    format = "pdf" if content.startswith(b"%PDF") else "dcc"
    found = check_seals(content, format, where, settings, now)
    for report in found:
        if not report.sound:
            raise IntegrityError(
                f"the seal of the certificate is not sound: {report.problem or report.standing}",
                where=where,
                way_out="Ask the laboratory for the certificate again; nothing was taken.",
                code="seal-broken",
            )
    return found[0] if found else None
