"""Proof by simulation: stated against true, run by run, input by input (METROLOGY 25 to 30).

It validates software, not a facility. `docs/proving.md` has the plug that each procedure needs.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from calibrator.proof._bars import missed
    from calibrator.proof._bench import proof_bench
    from calibrator.proof._json import as_json
    from calibrator.proof._plug import Asked, Plug, find_plug
    from calibrator.proof._points import PointProof, TakenAs, WithoutFigure, prove_events
    from calibrator.proof._prove import Order, prove
    from calibrator.proof._runner import Case, Runner, RunProof
    from calibrator.proof._summary import Summary
    from calibrator.proof._svg import as_svg
    from calibrator.proof._text import HEADING, report

_HOMES = {
    "Asked": "_plug",
    "Case": "_runner",
    "HEADING": "_text",
    "Order": "_prove",
    "Plug": "_plug",
    "PointProof": "_points",
    "RunProof": "_runner",
    "Runner": "_runner",
    "Summary": "_summary",
    "TakenAs": "_points",
    "WithoutFigure": "_points",
    "as_json": "_json",
    "as_svg": "_svg",
    "find_plug": "_plug",
    "missed": "_bars",
    "proof_bench": "_bench",
    "prove": "_prove",
    "prove_events": "_points",
    "report": "_text",
}

__all__ = [
    "HEADING",
    "Asked",
    "Case",
    "Order",
    "Plug",
    "PointProof",
    "RunProof",
    "Runner",
    "Summary",
    "TakenAs",
    "WithoutFigure",
    "as_json",
    "as_svg",
    "find_plug",
    "missed",
    "proof_bench",
    "prove",
    "prove_events",
    "report",
]


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
