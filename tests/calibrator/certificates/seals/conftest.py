"""A certificate authority, keys, and a time-stamping authority of the tests' own."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    pkcs12,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

PASSPHRASE = "only for tests"
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)  # commands take the time of the machine, whatever it is
Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


def _usage(*, authority: bool) -> x509.KeyUsage:
    own = not authority
    return x509.KeyUsage(own, own, False, False, False, authority, authority, False, False)


@dataclass(frozen=True)
class Authority:
    """A root that issues and revokes."""

    key: rsa.RSAPrivateKey
    certificate: x509.Certificate

    @classmethod
    def new(cls, common: str) -> Authority:
        key = rsa.generate_private_key(65537, 2048)
        made = (
            x509.CertificateBuilder()
            .subject_name(_name(common))
            .issuer_name(_name(common))
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(LONG_AGO)
            .not_valid_after(NOW + timedelta(days=36500))
            .add_extension(x509.BasicConstraints(True, None), True)
            .add_extension(_usage(authority=True), True)
        )
        return cls(key, made.sign(key, hashes.SHA256()))

    def issue(self, common: str, key: Key, *, days: int = 36000, stamps: bool = False) -> x509.Certificate:
        made = (
            x509.CertificateBuilder()
            .subject_name(_name(common))
            .issuer_name(self.certificate.subject)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(LONG_AGO)
            .not_valid_after(NOW + timedelta(days=days))
            .add_extension(_usage(authority=False), True)
        )
        if stamps:
            made = made.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), True)
        return made.sign(self.key, hashes.SHA256())

    def revoke(self, *certificates: x509.Certificate, days: int = 30) -> bytes:
        made = x509.CertificateRevocationListBuilder().issuer_name(self.certificate.subject)
        until = NOW + timedelta(days=days)
        made = made.last_update(min(NOW, until) - timedelta(days=1)).next_update(until)
        for certificate in certificates:
            entry = x509.RevokedCertificateBuilder().serial_number(certificate.serial_number)
            made = made.add_revoked_certificate(entry.revocation_date(NOW - timedelta(days=2)).build())
        return made.sign(self.key, hashes.SHA256()).public_bytes(Encoding.PEM)


@pytest.fixture(scope="session")
def root() -> Authority:
    return Authority.new("Root of the tests")


@pytest.fixture(scope="session")
def other_root() -> Authority:
    return Authority.new("Another root")


@pytest.fixture(scope="session")
def keys() -> dict[str, Key]:
    return {"rsa": rsa.generate_private_key(65537, 2048), "ecdsa": ec.generate_private_key(ec.SECP256R1())}


@pytest.fixture
def seal_folder(root: Authority, keys: dict[str, Key], tmp_path: Path) -> Callable[..., Path]:
    """Write a seal.toml with its key into a folder and return the file."""

    def made(kind: str = "rsa", *, more: str = "", days: int = 36000, trust: bool = True) -> Path:
        key = keys[kind]
        own = root.issue("Laboratory", key, days=days)
        content = pkcs12.serialize_key_and_certificates(
            b"laboratory", key, own, [root.certificate], BestAvailableEncryption(PASSPHRASE.encode())
        )
        (tmp_path / "laboratory.p12").write_bytes(content)
        (tmp_path / "root.pem").write_bytes(root.certificate.public_bytes(Encoding.PEM))
        (tmp_path / "own.pem").write_bytes(own.public_bytes(Encoding.PEM))
        (tmp_path / "revoked.pem").write_bytes(root.revoke(own))
        roots = 'trust = ["root.pem"]\n' if trust else ""
        path = tmp_path / "seal.toml"
        path.write_text(f'pkcs12 = "laboratory.p12"\n{roots}{more}', encoding="utf-8")
        return path

    return made


@pytest.fixture(scope="session")
def stamping(root: Authority) -> Iterator[str]:
    """A time-stamping authority on a port of this machine (RFC 3161 over HTTP)."""
    from asn1crypto import keys as asn1_keys
    from asn1crypto import tsp
    from asn1crypto import x509 as asn1
    from pyhanko.sign.timestamps.dummy_client import DummyTimeStamper

    key = rsa.generate_private_key(65537, 2048)
    own = root.issue("Time stamps", key, stamps=True)
    raw = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    stamper = DummyTimeStamper(
        asn1.Certificate.load(own.public_bytes(Encoding.DER)),
        asn1_keys.PrivateKeyInfo.load(raw),
        fixed_dt=NOW,
    )

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            answer = asyncio.run(stamper.async_request_tsa_response(tsp.TimeStampReq.load(body))).dump()
            self.send_response(200)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    thread.join()
    server.server_close()
