"""Documents of a run: one typed model, a gate that decides whether it may be issued, three renderings.

What may be imported from here is named in `__all__`; everything is loaded when first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from calibrator.certificates._amend import Amending, amend, plan_amendment
    from calibrator.certificates._at_work import contradicted
    from calibrator.certificates._build import build
    from calibrator.certificates._check_results import check_results, last_secret, secret_policy
    from calibrator.certificates._examine import Examination, examine
    from calibrator.certificates._follows import NOT_HERE, let_stand
    from calibrator.certificates._gate import Missing, gate
    from calibrator.certificates._issue import NotIssuableError, issue
    from calibrator.certificates._model import Certificate
    from calibrator.certificates._other_version import evaluated_otherwise
    from calibrator.certificates._readback import ReadBack, read_back
    from calibrator.certificates._render import FORMATS, LANGUAGES, render
    from calibrator.certificates._replace import plan_replacement, replace_certificate
    from calibrator.certificates.seals import issue_sealed

__all__ = [
    "FORMATS",
    "LANGUAGES",
    "NOT_HERE",
    "Amending",
    "Certificate",
    "Examination",
    "Missing",
    "NotIssuableError",
    "ReadBack",
    "amend",
    "build",
    "check_results",
    "contradicted",
    "evaluated_otherwise",
    "examine",
    "gate",
    "issue",
    "issue_sealed",
    "last_secret",
    "let_stand",
    "plan_amendment",
    "plan_replacement",
    "read_back",
    "render",
    "replace_certificate",
    "secret_policy",
]

_HOMES = {
    "FORMATS": "_render",
    "LANGUAGES": "_render",
    "Certificate": "_model",
    "Missing": "_gate",
    "NotIssuableError": "_issue",
    "ReadBack": "_readback",
    "Examination": "_examine",
    "Amending": "_amend",
    "amend": "_amend",
    "NOT_HERE": "_follows",
    "let_stand": "_follows",
    "contradicted": "_at_work",
    "evaluated_otherwise": "_other_version",
    "plan_amendment": "_amend",
    "plan_replacement": "_replace",
    "build": "_build",
    "examine": "_examine",
    "issue_sealed": "seals",
    "gate": "_gate",
    "issue": "_issue",
    "check_results": "_check_results",
    "last_secret": "_check_results",
    "secret_policy": "_check_results",
    "read_back": "_readback",
    "render": "_render",
    "replace_certificate": "_replace",
}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
