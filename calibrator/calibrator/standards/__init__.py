"""Laboratory, benches, assets and the certificates of standards: what a run rests on from outside."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from calibrator.standards._asset import AssetFile, parse_asset_file
    from calibrator.standards._bench import BenchFile, load_bench
    from calibrator.standards._bench_parts import Environment, Figure, Interlock, LeadFigures, Unit, Wiring
    from calibrator.standards._certificate import Certificate, CertificateValue
    from calibrator.standards._confirmation import Confirmation, confirmed
    from calibrator.standards._instrument import BenchInstrument, Customer
    from calibrator.standards._intervals import interval_of
    from calibrator.standards._lab import Lab, Person, lab_template, load_lab
    from calibrator.standards._register import Asset, Register
    from calibrator.standards._secret import secret_hash, secret_id, secret_matches
    from calibrator.standards._session_check import CheckPoint, SessionCheck

__all__ = [
    "Asset",
    "AssetFile",
    "BenchFile",
    "BenchInstrument",
    "Certificate",
    "CertificateValue",
    "CheckPoint",
    "Confirmation",
    "Customer",
    "Environment",
    "Figure",
    "Interlock",
    "Lab",
    "LeadFigures",
    "Person",
    "Register",
    "SessionCheck",
    "Unit",
    "Wiring",
    "confirmed",
    "interval_of",
    "lab_template",
    "load_bench",
    "load_lab",
    "parse_asset_file",
    "secret_hash",
    "secret_id",
    "secret_matches",
]

_HOMES = {
    "Asset": "_register",
    "AssetFile": "_asset",
    "BenchFile": "_bench",
    "BenchInstrument": "_instrument",
    "Certificate": "_certificate",
    "CertificateValue": "_certificate",
    "CheckPoint": "_session_check",
    "Confirmation": "_confirmation",
    "Customer": "_instrument",
    "Environment": "_bench_parts",
    "Figure": "_bench_parts",
    "Interlock": "_bench_parts",
    "Lab": "_lab",
    "LeadFigures": "_bench_parts",
    "Person": "_lab",
    "Register": "_register",
    "SessionCheck": "_session_check",
    "Unit": "_bench_parts",
    "Wiring": "_bench_parts",
    "confirmed": "_confirmation",
    "interval_of": "_intervals",
    "lab_template": "_lab",
    "load_bench": "_bench",
    "load_lab": "_lab",
    "secret_hash": "_secret",
    "secret_id": "_secret",
    "secret_matches": "_secret",
    "parse_asset_file": "_asset",
}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
