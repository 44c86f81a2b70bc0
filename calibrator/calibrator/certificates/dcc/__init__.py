"""Digital calibration certificates (PTB DCC 3.3.0): written from the model, checked, validated."""

from __future__ import annotations

from calibrator.certificates.dcc._checks import Finding, check
from calibrator.certificates.dcc._document import VERSION, dcc_bytes
from calibrator.certificates.dcc._schema import validate
from calibrator.certificates.dcc._xml import parse, read_file

__all__ = ["VERSION", "Finding", "check", "dcc_bytes", "parse", "read_file", "validate"]
