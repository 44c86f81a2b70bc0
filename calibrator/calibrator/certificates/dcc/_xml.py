"""Reading XML without trusting it, and writing it."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from calibrator._errors import UsageError
from calibrator.certificates.dcc._words import Part
from calibrator.procedure import Text

if TYPE_CHECKING:
    from lxml.etree import _Element

__all__ = ["DCC", "DS", "LARGEST", "SI", "Writer", "local", "parse", "read_file", "without_signature"]

DCC: Final = "https://ptb.de/dcc"
SI: Final = "https://ptb.de/si"
DS: Final = "http://www.w3.org/2000/09/xmldsig#"
LARGEST: Final = 30 * 1024 * 1024  # bytes; a certificate with attachments stays far below
_DEEPEST: Final = 100  # elements inside each other; the schema itself needs about 20


def read_file(file: Path) -> bytes:
    """Return the bytes of a file that may be a certificate.

    Raises:
        UsageError: code `no-such-file` or `xml-too-large`.
    """
    try:
        with file.open("rb") as opened:  # a device has no size that could be asked for
            content = opened.read(LARGEST + 1)
    except OSError as error:
        raise UsageError(
            f"the file cannot be read: {error.strerror or error}",
            where=str(file),
            way_out="Name a file that is there.",
            code="no-such-file",
        ) from error
    if len(content) > LARGEST:
        raise _refused(f"{file.name} is too large for a certificate", str(file), "xml-too-large")
    return content


def parse(content: bytes, where: str) -> _Element:
    """Return the root of an XML document that was read without network, entities or document type.

    No text is broken by a comment or a processing instruction: canonical XML drops comments, so that a seal
    stays intact while a reader sees the part before them alone.

    Raises:
        UsageError: code `xml-too-large`, `xml-doctype`, `xml-malformed`, `xml-too-deep` or
            `xml-broken-text`.
    """
    from lxml import etree

    if len(content) > LARGEST:
        what = f"the file has {len(content)} bytes; more than {LARGEST} is no certificate"
        raise _refused(what, where, "xml-too-large")
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False, huge_tree=False
    )
    try:
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        place = f"{where}, line {error.lineno}" if error.lineno else where
        raise _refused(f"it is no well-formed XML: {error.msg}", place, "xml-malformed") from error
    if root.getroottree().docinfo.doctype or root.getroottree().docinfo.internalDTD is not None:
        raise _refused("it has a document type, with which entities can be smuggled in", where, "xml-doctype")
    depth, deepest = 0, 0
    for event, _ in etree.iterwalk(root, events=("start", "end")):
        depth += 1 if event == "start" else -1
        deepest = max(deepest, depth)
    if deepest > _DEEPEST:
        raise _refused(f"elements lie {deepest} deep in each other", where, "xml-too-deep")
    _refuse_broken_text(root, where)
    return root


def _refuse_broken_text(root: _Element, where: str) -> None:
    """Refuse what stands inside a text: a comment, an instruction; in a certificate also an element."""
    from lxml import etree

    for inside in root.iter(etree.Comment, etree.ProcessingInstruction):
        above = inside.getparent()
        if above is not None and _has_text(above):
            what = f"a comment or an instruction stands inside the text of <{local(above)}>"
            raise _refused(what, f"{where}, line {inside.sourceline or 0}", "xml-broken-text")
    for element in root.iter(f"{{{DCC}}}*", f"{{{SI}}}*"):
        if len(element) and _has_text(element):
            what = f"<{local(element)}> holds text between its elements"
            raise _refused(what, f"{where}, line {element.sourceline or 0}", "xml-broken-text")


def _has_text(element: _Element) -> bool:
    return bool((element.text or "").strip()) or any((inner.tail or "").strip() for inner in element)


def without_signature(root: _Element) -> _Element:
    """Return a copy of a document without its signature, and so without whatever stands in that."""
    from copy import deepcopy

    own = deepcopy(root)
    for signature in own.findall(f"{{{DS}}}Signature"):
        before = signature.getprevious()
        tail = signature.tail or ""
        if before is not None:
            before.tail = (before.tail or "") + tail
        else:
            own.text = (own.text or "") + tail
        own.remove(signature)
    return own


def _refused(what: str, where: str, code: str) -> UsageError:
    return UsageError(
        what, where=where, way_out="Ask for the certificate again; nothing was taken from it.", code=code
    )


def local(element: _Element) -> str:
    """Return the name of an element without its namespace."""
    return str(element.tag).rpartition("}")[2]


@dataclass(frozen=True, slots=True)
class Writer:
    """Writes elements of the two namespaces in the languages of the document."""

    languages: tuple[str, ...]
    own: dict[str, Part] = field(default_factory=dict)  # our refTypes that were used, in order

    def add(
        self, parent: _Element, tag: str, text: str | None = None, *, part: Part | None = None, **other: str
    ) -> _Element:
        """Add an element, "name" of the DCC or "si:name" of the D-SI, with its refType and attributes."""
        from lxml import etree

        space, _, name = tag.rpartition(":")
        made = etree.SubElement(parent, f"{{{SI if space == 'si' else DCC}}}{name}")
        for key, value in other.items():
            made.set(key, value)
        if part is not None:
            made.set("refType", part.ref)
            if part.own:
                self.own.setdefault(part.ref, part)
        if text is not None:
            made.text = clean(text)
        return made

    def texts(self, parent: _Element, tag: str, *lines: Text | str) -> _Element:
        """Add an element with its text in every language of the document; several lines become one."""
        made = self.add(parent, tag)
        for language in self.languages:
            said = [line if isinstance(line, str) else getattr(line, language) for line in lines]
            joined = (" " if language == "en" else "").join(clean(text) for text in said if text.strip())
            self.add(made, "content", joined or "–", lang=language)
        return made

    def plain(self, parent: _Element, tag: str, text: str) -> _Element:
        """Add an element whose text is a name, the same in every language."""
        return self.texts(parent, tag, text)


def clean(text: str) -> str:
    """Return text as a document can hold it: characters that XML forbids become the replacement sign."""
    if text.isprintable() and "\ufffe" not in text and "\uffff" not in text:
        return " ".join(text.split())
    allowed = (c if c in "\t\n\r" or c >= " " else "\ufffd" for c in text)
    sound = "".join("\ufffd" if "\ud800" <= c <= "\udfff" or c in "\ufffe\uffff" else c for c in allowed)
    return " ".join(sound.split())
