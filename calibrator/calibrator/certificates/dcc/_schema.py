"""Validation against a laboratory's own copy of the schema; nothing is fetched from anywhere."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from calibrator._errors import UsageError
from calibrator.certificates.dcc._xml import DCC, local, parse

if TYPE_CHECKING:
    from lxml.etree import XMLSchema, _Element
    from lxml.etree._docloader import _InputDocument

__all__ = ["validate"]


def validate(root: _Element, folder: Path) -> tuple[str, ...]:
    """Return what the schema `dcc.xsd` in a folder objects to, each with its line; empty where it is valid.

    What the schema imports is looked for by its file name in the same folder and nowhere else.

    Raises:
        UsageError: code `not-a-dcc`, `no-schema`, `schema-unusable` or `other-schema-version`.
    """
    if root.tag != f"{{{DCC}}}digitalCalibrationCertificate":
        raise UsageError(
            f"the document is no digital calibration certificate but <{local(root)}>",
            way_out="Name the XML file of the certificate.",
            code="not-a-dcc",
        )
    schema, version = _load(folder.absolute())
    own = root.get("schemaVersion") or "none"
    if version and own != version:
        raise UsageError(
            f"the certificate is of schema version {own}, the schema in the folder of {version}",
            where=str(folder),
            way_out=f"Name the folder of the schema {own}.",
            code="other-schema-version",
        )
    schema.validate(root)
    return tuple(f"line {error.line}: {error.message}" for error in schema.error_log)


@lru_cache(maxsize=4)
def _load(folder: Path) -> tuple[XMLSchema, str]:
    from lxml import etree

    class Local(etree.Resolver):
        """Finds what is imported by its file name in the folder."""

        def resolve(
            self, system_url: str | None, public_id: str | None, context: object
        ) -> _InputDocument | None:
            """Return the file of that name."""
            name = PurePosixPath((system_url or "").replace("\\", "/")).name
            place = folder / name
            if not place.is_file():
                return self.resolve_string(b"<missing/>", context)
            return self.resolve_string(place.read_bytes(), context, base_url=str(place))

    path = folder / "dcc.xsd"
    try:
        content = path.read_bytes()
    except OSError as error:
        raise UsageError(
            f"the schema cannot be read: {error.strerror or error}",
            where=str(path),
            way_out="Name with --schema a folder that holds dcc.xsd and what it imports; PTB publishes them.",
            code="no-schema",
        ) from error
    parse(content, str(path))  # no document type, no entities, not huge
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    parser.resolvers.add(Local())
    tree = etree.fromstring(content, parser, base_url=str(path))
    try:
        return etree.XMLSchema(tree), str(tree.get("version") or "")
    except etree.XMLSchemaParseError as error:
        raise UsageError(
            f"the schema cannot be used: {error}",
            where=str(path),
            way_out="Put every file that it imports beside it.",
            code="schema-unusable",
        ) from error
