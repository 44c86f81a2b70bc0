"""Seals: made by keys in files and on tokens, checked by us and by the tools of others, broken by one bit."""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from pypdf import PdfReader

from calibrator._errors import RefusedError, UsageError
from calibrator.certificates import Certificate, examine, render
from calibrator.certificates.dcc import parse, validate
from calibrator.certificates.seals import (
    SealSettings,
    check_foreign_seal,
    check_key,
    check_seals,
    load_seal_settings,
    open_key,
    seal_pdf,
    seal_xml,
    unsealed_pdf,
)

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
PASSPHRASE = "only for tests"

SAMPLE = "dcc_gp_temperature_typical_v12_v3.2.0_signed_lt.xml"


@pytest.fixture(scope="module")
def documents(whole_live: Certificate) -> dict[str, bytes]:
    model = replace(whole_live, laboratory=replace(whole_live.laboratory, country="CN"))
    return {"dcc": render(model, "dcc", "both"), "pdf": render(model, "pdf", "en")}


def sealed(content: bytes, format: str, path: Path) -> tuple[bytes, SealSettings]:
    settings = load_seal_settings(path)
    key = open_key(settings, PASSPHRASE)
    check_key(key, settings, NOW)
    made = (
        seal_xml(content, key, settings, NOW)
        if format == "dcc"
        else seal_pdf(content, key, settings, name="Laboratory", reason="Certificate")
    )
    key.close()
    return made, settings


@pytest.mark.parametrize("kind", ["rsa", "ecdsa"])
@pytest.mark.parametrize("format", ["dcc", "pdf"])
def test_a_sealed_document_says_by_whom_and_is_trusted(
    documents: dict[str, bytes], seal_folder: Callable[..., Path], kind: str, format: str
) -> None:
    made, settings = sealed(documents[format], format, seal_folder(kind))
    (report,) = check_seals(made, format, "x", settings, NOW)
    assert (report.intact, report.standing, report.by) == (True, "trusted", "CN=Laboratory")
    if format == "dcc":
        assert report.sealed_at == NOW
    else:
        assert unsealed_pdf(made) == documents["pdf"]


def test_a_sealed_dcc_is_still_valid(
    documents: dict[str, bytes], seal_folder: Callable[..., Path], schemas: Path
) -> None:
    made, _ = sealed(documents["dcc"], "dcc", seal_folder())
    assert validate(parse(made, "x"), schemas / "dcc-3.3.0") == ()
    assert b"xml-exc-c14n" not in made


@pytest.mark.skipif(shutil.which("xmlsec1") is None, reason="xmlsec1 is not installed")
@pytest.mark.parametrize("kind", ["rsa", "ecdsa"])
def test_xmlsec_verifies_it(
    documents: dict[str, bytes], seal_folder: Callable[..., Path], kind: str, tmp_path: Path
) -> None:
    made, _ = sealed(documents["dcc"], "dcc", seal_folder(kind))
    path = tmp_path / "sealed.xml"
    options = [
        "xmlsec1",
        "--verify",
        "--trusted-pem",
        str(tmp_path / "root.pem"),
        "--enabled-key-data",
        "x509",
    ]
    options += ["--verification-time", "2026-11-23 12:00:00"]
    path.write_bytes(made)
    assert subprocess.run([*options, str(path)], capture_output=True, check=False).returncode == 0
    path.write_bytes(made.replace(b"34401A", b"34401B", 1))
    assert subprocess.run([*options, str(path)], capture_output=True, check=False).returncode != 0


@pytest.mark.skipif(shutil.which("pdfsig") is None, reason="pdfsig is not installed")
def test_pdfsig_verifies_it(
    documents: dict[str, bytes], seal_folder: Callable[..., Path], tmp_path: Path
) -> None:
    made, _ = sealed(documents["pdf"], "pdf", seal_folder())
    path = tmp_path / "sealed.pdf"
    path.write_bytes(made)
    told = subprocess.run(["pdfsig", str(path)], capture_output=True, text=True, check=False).stdout
    assert "Signature is Valid" in told
    assert "Total document signed" in told


def test_a_seal_leaves_what_makes_a_pdf_archivable_and_accessible(
    documents: dict[str, bytes], seal_folder: Callable[..., Path]
) -> None:
    """The library wrote the metadata anew; the mark of PDF/UA lost the description that PDF/A wants."""
    made, _ = sealed(documents["pdf"], "pdf", seal_folder())
    before, after = (PdfReader(io.BytesIO(content)).trailer["/Root"] for content in (documents["pdf"], made))
    assert after["/Metadata"].get_object().get_data() == before["/Metadata"].get_object().get_data()
    [field] = after["/AcroForm"].get_object()["/Fields"]
    widget = field.get_object()
    assert widget["/TU"] == "Seal of the laboratory"
    x0, y0, x1, y1 = (float(side) for side in widget["/Rect"])
    assert (x0, y0) == (x1, y1)  # ISO 19005-3, 6.3.3: no appearance needed
    assert max(x1, y1) < 0  # outside the page: ISO 14289-1, 7.18.1
    assert int(widget["/F"]) & 4  # printed, not hidden
    assert not int(widget["/F"]) & 2


def test_what_is_added_after_the_seal_is_found(
    documents: dict[str, bytes], seal_folder: Callable[..., Path]
) -> None:
    made, settings = sealed(documents["pdf"], "pdf", seal_folder())
    (report,) = check_seals(made + b"\n% more\n", "pdf", "x", settings, NOW)
    assert not report.sound
    xml, settings = sealed(documents["dcc"], "dcc", seal_folder())
    moved = xml.replace(b"<dcc:comment>", b"<dcc:comment><x/>", 1)
    assert not check_seals(moved, "dcc", "x", settings, NOW)[0].intact


def test_a_signature_of_a_part_only_is_refused(
    documents: dict[str, bytes], seal_folder: Callable[..., Path]
) -> None:
    xml, settings = sealed(documents["dcc"], "dcc", seal_folder())
    wrapped = xml.replace(b'URI=""', b'URI="#standard-1"', 1)
    (report,) = check_seals(wrapped, "dcc", "x", settings, NOW)
    assert not report.intact
    twice = xml.replace(
        b"</dcc:comment>", xml[xml.index(b"<ds:Signature") : xml.rindex(b"</dcc:")] + b"</dcc:comment>"
    )
    with pytest.raises(UsageError) as caught:
        check_seals(twice, "dcc", "x", settings, NOW)
    assert caught.value.code == "wrapped-signature"


def test_a_revoked_key_is_refused_and_its_seals_are_not_sound(
    documents: dict[str, bytes], seal_folder: Callable[..., Path]
) -> None:
    made = {format: sealed(documents[format], format, seal_folder())[0] for format in ("dcc", "pdf")}
    path = seal_folder()  # a new certificate of the same key
    made = {format: sealed(documents[format], format, path)[0] for format in made}
    path.write_text(path.read_text("utf-8") + 'revoked = ["revoked.pem"]\n', encoding="utf-8")
    settings = load_seal_settings(path)
    with pytest.raises(RefusedError) as caught:
        check_key(open_key(settings, PASSPHRASE), settings, NOW)
    assert caught.value.code == "key-revoked"
    for format, content in made.items():
        (report,) = check_seals(content, format, "x", settings, NOW)
        assert (report.intact, report.standing, report.sound) == (True, "revoked", False)


def test_a_revocation_list_out_of_date_seals_nothing_and_is_said(
    documents: dict[str, bytes], seal_folder: Callable[..., Path], root: Any, tmp_path: Path
) -> None:
    path = seal_folder()
    made = {format: sealed(documents[format], format, path)[0] for format in ("dcc", "pdf")}
    path.write_text(path.read_text("utf-8") + 'revoked = ["old.pem"]\n', encoding="utf-8")
    settings = load_seal_settings(path)
    (tmp_path / "old.pem").write_bytes(root.revoke(days=-30))
    with pytest.raises(RefusedError, match=r"old\.pem was to be replaced by 2026-10-24") as caught:
        check_key(open_key(settings, PASSPHRASE), settings, NOW)
    assert caught.value.code == "revocation-list-stale"
    for format, content in made.items():
        (report,) = check_seals(content, format, "x", settings, NOW)
        assert "old.pem was to be replaced by 2026-10-24" in report.remark
        file = tmp_path / f"c.{format}"
        file.write_bytes(content)
        assert examine(file, None, settings, NOW).exit_code == 3
    # a newer list of the same authority stands for the older one
    (tmp_path / "new.pem").write_bytes(root.revoke())
    both = replace(settings, revoked=(*settings.revoked, tmp_path / "new.pem"))
    check_key(open_key(both, PASSPHRASE), both, NOW)
    for format, content in made.items():
        (report,) = check_seals(content, format, "x", both, NOW)
        assert report.remark == ""
        assert examine(tmp_path / f"c.{format}", None, both, NOW).exit_code == 0


def test_a_key_that_is_not_in_force_or_leads_nowhere_is_refused(
    seal_folder: Callable[..., Path], tmp_path: Path, other_root: Any
) -> None:
    settings = load_seal_settings(seal_folder(days=-10))
    with pytest.raises(RefusedError) as caught:
        check_key(open_key(settings, PASSPHRASE), settings, NOW)
    assert caught.value.code == "key-expired"
    settings = load_seal_settings(seal_folder())
    key = open_key(settings, PASSPHRASE)
    (tmp_path / "other.pem").write_bytes(b"nothing")
    with pytest.raises(RefusedError) as caught:
        check_key(key, replace(settings, trust=(tmp_path / "other.pem",)), NOW)
    assert caught.value.code == "not-a-certificate-file"
    (tmp_path / "other.pem").write_bytes(other_root.certificate.public_bytes(Encoding.PEM))
    with pytest.raises(RefusedError) as caught:
        check_key(key, replace(settings, trust=(tmp_path / "other.pem",)), NOW)
    assert caught.value.code == "key-not-trusted"


def test_without_roots_the_signer_is_unknown(
    documents: dict[str, bytes], seal_folder: Callable[..., Path]
) -> None:
    for format in ("dcc", "pdf"):
        made, settings = sealed(documents[format], format, seal_folder(trust=False))
        (report,) = check_seals(made, format, "x", settings, NOW)
        assert (report.intact, report.standing) == (True, "unknown")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda path: path.write_text("", encoding="utf-8"), "no-seal-key"),
        (lambda path: (path.parent / "laboratory.p12").unlink(), "seal-file-missing"),
        (lambda path: (path.parent / "laboratory.p12").write_bytes(b"x"), "wrong-passphrase"),
        (lambda path: path.unlink(), "no-seal-key"),
    ],
)
def test_without_a_key_nothing_is_sealed(
    seal_folder: Callable[..., Path], change: Callable[[Path], object], code: str
) -> None:
    path = seal_folder()
    change(path)
    with pytest.raises(RefusedError) as caught:
        open_key(load_seal_settings(path), PASSPHRASE)
    assert caught.value.code == code


def test_a_wrong_passphrase_is_told(seal_folder: Callable[..., Path]) -> None:
    with pytest.raises(RefusedError) as caught:
        open_key(load_seal_settings(seal_folder()), "another")
    assert caught.value.code == "wrong-passphrase"


@pytest.mark.parametrize("format", ["dcc", "pdf"])
def test_a_time_stamp_is_taken_and_checked(
    documents: dict[str, bytes], seal_folder: Callable[..., Path], stamping: str, format: str
) -> None:
    made, settings = sealed(documents[format], format, seal_folder(more=f'timestamp = "{stamping}"\n'))
    (report,) = check_seals(made, format, "x", settings, NOW)
    assert report.sound
    assert report.stamped_at == NOW
    assert "Time stamps" in report.stamped_by


def test_an_authority_that_does_not_answer_leaves_nothing_sealed(
    documents: dict[str, bytes], seal_folder: Callable[..., Path]
) -> None:
    for format in ("dcc", "pdf"):
        for url, code in (("http://127.0.0.1:1/", "timestamp-failed"), ("ftp://x", "timestamp-address")):
            with pytest.raises(RefusedError) as caught:
                sealed(documents[format], format, seal_folder(more=f'timestamp = "{url}"\n'))
            assert caught.value.code == code


def test_the_time_stamp_of_another_signature_is_found(
    documents: dict[str, bytes], seal_folder: Callable[..., Path], stamping: str
) -> None:
    path = seal_folder(more=f'timestamp = "{stamping}"\n')
    first, settings = sealed(documents["dcc"], "dcc", path)
    other, _ = sealed(documents["dcc"].replace(b"34401A", b"34401B"), "dcc", path)

    def token(content: bytes) -> bytes:
        begin = content.index(b"EncapsulatedTimeStamp>")
        return content[begin : content.index(b"</", begin)]

    (report,) = check_seals(first.replace(token(first), token(other)), "dcc", "x", settings, NOW)
    assert not report.intact


def test_a_simulated_document_is_never_sealed(
    whole_simulated: Certificate, seal_folder: Callable[..., Path]
) -> None:
    for format in ("dcc", "pdf"):
        with pytest.raises(RefusedError) as caught:
            sealed(render(whole_simulated, format, "en"), format, seal_folder())
        assert caught.value.code == "simulated-not-sealed"


def test_a_long_term_signature_of_others_is_understood(schemas: Path) -> None:
    content = (schemas / "examples" / SAMPLE).read_bytes()
    report = check_foreign_seal(content, SAMPLE, SealSettings(Path("seal.toml")), NOW)
    assert report is not None
    assert report.intact
    assert report.by.startswith("CN=Calibration Lab A1")
    assert report.stamped_at is not None


@pytest.mark.skipif(
    shutil.which("softhsm2-util") is None, reason="no PKCS#11 token: softhsm2 is not installed"
)
@pytest.mark.skipif(sys.platform == "win32", reason="the token of the tests is that of Linux")
def test_a_token_seals_like_a_file(
    documents: dict[str, bytes],
    seal_folder: Callable[..., Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    keys: dict[str, object],
    root: object,
) -> None:
    pytest.importorskip("pkcs11", reason="python-pkcs11 is not installed")
    module = next((p for p in Path("/usr/lib").rglob("libsofthsm2.so")), None)
    assert module is not None
    token = make_token(tmp_path, monkeypatch, seal_folder(), keys["rsa"], module)
    made, settings = sealed(documents["dcc"], "dcc", token)
    (report,) = check_seals(made, "dcc", "x", settings, NOW)
    assert (report.intact, report.standing) == (True, "trusted")
    pdf, settings = sealed(documents["pdf"], "pdf", token)
    assert check_seals(pdf, "pdf", "x", settings, NOW)[0].sound
    with pytest.raises(RefusedError) as caught:
        open_key(settings, "000000")
    assert caught.value.code == "token-failed"


def make_token(folder: Path, monkeypatch: pytest.MonkeyPatch, path: Path, key, module: Path) -> Path:
    import pkcs11
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
    from pkcs11.util.rsa import decode_rsa_private_key

    (folder / "tokens").mkdir()
    config = folder / "softhsm2.conf"
    config.write_text(f"directories.tokendir = {folder / 'tokens'}\n", encoding="utf-8")
    monkeypatch.setenv("SOFTHSM2_CONF", str(config))
    command = [
        "softhsm2-util",
        "--init-token",
        "--free",
        "--label",
        "lab",
        "--pin",
        PASSPHRASE,
        "--so-pin",
        "12345678",
    ]
    subprocess.run(command, check=True, capture_output=True, env={**os.environ, "SOFTHSM2_CONF": str(config)})
    with pkcs11.lib(str(module)).get_token(token_label="lab").open(rw=True, user_pin=PASSPHRASE) as session:
        raw = key.private_bytes(Encoding.DER, PrivateFormat.TraditionalOpenSSL, NoEncryption())
        attributes = decode_rsa_private_key(raw)
        attributes |= {
            pkcs11.Attribute.LABEL: "seal",
            pkcs11.Attribute.TOKEN: True,
            pkcs11.Attribute.SIGN: True,
        }
        session.create_object(attributes)
        own = x509.load_pem_x509_certificate((path.parent / "own.pem").read_bytes())
        session.create_object(
            {
                pkcs11.Attribute.CLASS: pkcs11.ObjectClass.CERTIFICATE,
                pkcs11.Attribute.CERTIFICATE_TYPE: pkcs11.CertificateType.X_509,
                pkcs11.Attribute.LABEL: "seal",
                pkcs11.Attribute.TOKEN: True,
                pkcs11.Attribute.SUBJECT: own.subject.public_bytes(),
                pkcs11.Attribute.VALUE: own.public_bytes(Encoding.DER),
            }
        )
    text = 'trust = ["root.pem"]\nchain = ["root.pem"]\n'
    text += f'[pkcs11]\nmodule = "{module}"\ntoken = "lab"\nlabel = "seal"\n'
    path.write_text(text, encoding="utf-8")
    return path
