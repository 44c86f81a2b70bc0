"""Seals of a laboratory: XAdES on digital certificates, PAdES on PDF, checked offline."""

from __future__ import annotations

from calibrator.certificates.seals._check import check_foreign_seal, check_seals
from calibrator.certificates.seals._keys import SealKey, open_key
from calibrator.certificates.seals._pdf_seal import seal_pdf, unsealed_pdf
from calibrator.certificates.seals._plain import unsealed
from calibrator.certificates.seals._report import SealReport
from calibrator.certificates.seals._sealed import check_sealable, issue_sealed
from calibrator.certificates.seals._settings import SealSettings, load_seal_settings
from calibrator.certificates.seals._trust import check_key
from calibrator.certificates.seals._xml_seal import seal_xml

__all__ = [
    "SealKey",
    "SealReport",
    "SealSettings",
    "check_foreign_seal",
    "check_key",
    "check_sealable",
    "check_seals",
    "issue_sealed",
    "load_seal_settings",
    "open_key",
    "seal_pdf",
    "seal_xml",
    "unsealed",
    "unsealed_pdf",
]
