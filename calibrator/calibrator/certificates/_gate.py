"""The gate of a calibration certificate: what must be there before one may be issued."""

from __future__ import annotations

from dataclasses import dataclass

from calibrator.certificates._model import Certificate

__all__ = ["Missing", "gate"]


@dataclass(frozen=True, slots=True)
class Missing:
    """One reason why no certificate may be issued, with its source and what to do."""

    code: str
    what: str
    clause: str
    way_out: str


def gate(model: Certificate) -> tuple[Missing, ...]:
    """Return what stands between this model and a certificate, empty where it may be issued.

    METROLOGY 8, 9, 21, 22 and ISO/IEC 17025:2017, 7.8.2, 7.8.4, 7.8.6.
    """
    found: list[Missing] = []
    if model.outcome != "completed":
        found.append(
            Missing(
                "run-not-completed",
                f"the run is {model.outcome}, not completed",
                "METROLOGY 22",
                f"Finish it first: calibrator resume {model.digest.run}.",
            )
        )
    return tuple(found)
