"""The whole document as bytes."""

from __future__ import annotations

from typing import Final

from calibrator._errors import UsageError
from calibrator.certificates._model import SIMULATED, Certificate
from calibrator.certificates._words import Speaker
from calibrator.certificates.dcc._admin import administrative, define_ref_types
from calibrator.certificates.dcc._measured import measured
from calibrator.certificates.dcc._xml import DCC, SI, Writer

__all__ = ["VERSION", "dcc_bytes"]

VERSION: Final = "3.3.0"
_OWN: Final = "urn:calibrator:dcc"


def dcc_bytes(model: Certificate, language: str = "both") -> bytes:
    """Return the certificate as a digital calibration certificate (PTB DCC 3.3.0, D-SI 2.2.1), in UTF-8.

    The same model and languages give the same bytes. A simulated run says so in a comment at the head, in
    its number, in a statement of its own, and in the comment for machines.

    Raises:
        UsageError: an unknown language, a unit without a form in the D-SI (`no-si-unit`), or a live
            laboratory without a country (`no-country`).
    """
    from lxml import etree

    if not model.simulated and not model.laboratory.country:
        raise UsageError(
            "the laboratory has no country, which a digital certificate must state",
            where="lab.toml",
            way_out='Write country = "CN" (ISO 3166-1) into lab.toml before the run; the run keeps lab.toml.',
            code="no-country",
        )
    root = etree.Element(
        f"{{{DCC}}}digitalCalibrationCertificate",
        nsmap={"dcc": DCC, "si": SI},
        attrib={"schemaVersion": VERSION},
    )
    write = Writer(Speaker(language).languages)
    data = administrative(model, root, write)
    measured(model, root, write)
    define_ref_types(data, write)
    note = write.add(root, "comment")
    for word in ([SIMULATED] if model.simulated else []) + list(model.keywords):
        etree.SubElement(note, f"{{{_OWN}}}note", nsmap={"calibrator": _OWN}).text = word
    if model.simulated:
        root.addprevious(etree.Comment(f" {SIMULATED} "))
    etree.indent(root, " ")
    return etree.tostring(root.getroottree(), xml_declaration=True, encoding="UTF-8")
