"""Time stamps of an authority that is not ours: OpenSSL's, asked over HTTP (RFC 3161)."""

from __future__ import annotations

import base64
import re
import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from lxml import etree

from calibrator._errors import RefusedError
from calibrator.certificates import Certificate, examine, render
from calibrator.certificates.seals import check_key, load_seal_settings, open_key, seal_pdf, seal_xml
from calibrator_drivers.clock import RealClock

PASSPHRASE = "only for tests"
CONFIG = """
[tsa]
default_tsa = own
[own]
serial = serial
signer_cert = tsa.pem
certs = root.pem
signer_key = tsa.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
ess_cert_id_alg = sha256
"""

pytestmark = pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed")


def openssl(folder: Path, *arguments: str, given: bytes = b"") -> bytes:
    done = subprocess.run(["openssl", *arguments], cwd=folder, input=given, capture_output=True, check=True)
    return done.stdout


@pytest.fixture
def authority(root: Any, tmp_path: Path) -> Iterator[tuple[str, list[int]]]:
    """The address of the authority, and how it answers: the status of the next replies."""
    folder, statuses = tmp_path / "tsa", [200]
    folder.mkdir()
    key = rsa.generate_private_key(65537, 2048)
    own = root.issue("Stamps by OpenSSL", key, stamps=True)
    raw = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (folder / "tsa.key").write_bytes(raw)
    (folder / "tsa.pem").write_bytes(own.public_bytes(Encoding.PEM))
    (folder / "root.pem").write_bytes(root.certificate.public_bytes(Encoding.PEM))
    (folder / "serial").write_text("01\n", encoding="ascii")
    (folder / "tsa.cnf").write_text(CONFIG, encoding="ascii")

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            (folder / "query.tsq").write_bytes(self.rfile.read(int(self.headers["Content-Length"])))
            openssl(folder, "ts", "-reply", "-config", "tsa.cnf", "-queryfile", "query.tsq", "-out", "r.tsr")
            answer = (folder / "r.tsr").read_bytes()
            self.send_response(statuses[0])
            self.send_header("Content-Type", "application/timestamp-reply")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/", statuses
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize("format", ["dcc", pytest.param("pdf", marks=pytest.mark.slow)])
def test_openssl_stamps_a_seal_and_verify_says_so(
    whole_live: Certificate,
    seal_folder: Callable[..., Path],
    authority: tuple[str, list[int]],
    tmp_path: Path,
    format: str,
) -> None:
    address, statuses = authority
    settings = load_seal_settings(seal_folder(more=f'timestamp = "{address}"\n'))
    now = RealClock().now()
    key = open_key(settings, PASSPHRASE)
    check_key(key, settings, now)
    model = replace(whole_live, laboratory=replace(whole_live.laboratory, country="CN"))
    content = render(model, format, "en")

    def seal() -> bytes:
        if format == "dcc":
            return seal_xml(content, key, settings, now)
        return seal_pdf(content, key, settings, name="Laboratory", reason="Certificate")

    made = seal()
    file = tmp_path / f"c.{'xml' if format == 'dcc' else 'pdf'}"
    file.write_bytes(made)
    found = examine(file, None, settings, RealClock().now())
    assert found.exit_code == 0
    assert any("time stamp 20" in said and "Stamps by OpenSSL" in said for said in found.said)
    if format == "dcc":
        _openssl_agrees(made, tmp_path / "tsa")
    statuses[0] = 503
    with pytest.raises(RefusedError, match="does not answer") as caught:
        seal()
    assert caught.value.code == "timestamp-failed"
    assert "nothing was sealed" in str(caught.value.way_out)
    key.close()


def _openssl_agrees(made: bytes, folder: Path) -> None:
    """Hold the token against the bytes that it is of, by OpenSSL alone."""
    text = re.search(rb"EncapsulatedTimeStamp>([^<]+)<", made)
    assert text is not None
    (folder / "token").write_bytes(base64.b64decode(text[1]))
    value = etree.fromstring(made).find(".//{http://www.w3.org/2000/09/xmldsig#}SignatureValue")
    digest = sha256(etree.tostring(value, method="c14n", with_comments=False)).hexdigest()
    given = ("-digest", digest, "-in", "token", "-token_in", "-CAfile", "root.pem")
    assert b"OK" in openssl(folder, "ts", "-verify", *given)
