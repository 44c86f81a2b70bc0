"""Faults as a timed script: what goes wrong, at which instrument, when, and for how long."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from calibrator_sim._errors import BenchFileError, closest
from calibrator_sim._possible_faults import why_impossible
from calibrator_sim._read import Table

if TYPE_CHECKING:
    from calibrator_sim._config_types import InstrumentConfig

__all__ = ["KINDS", "Fault", "parse_faults"]

KINDS = {
    "no-reply": "a query is carried out and its reply lost",
    "late-reply": "a reply comes `delay_s` of real time late",
    "duplicate-reply": "a reply is sent twice",
    "truncated": "a reply ends after its first half, without its end",
    "closed": "the connection is closed when the next message arrives",
    "refused": "a new connection is closed as soon as it is made",
    "garbage": "a reply is replaced by `text`, or by bytes that mean nothing",
    "identity": "*IDN? is answered with `text`, or as another instrument",
    "stuck": "readings repeat the last value",
    "over-range": "readings show an overload",
    "drift": "from `at_s` on the instrument is off by `ppm` of the value",
    "queue-overflow": "the error queue fills up when the next message arrives",
    "lost-srq": "a request for service is not sent",
    "trip": "the output drops to standby with an error",
    "wrong-wiring": "the operator connects `wiring` in place of the one asked for",
}
_KEYS = ("at_s", "after", "instrument", "kind", "for_s", "count", "delay_s", "text", "wiring", "ppm")
_LASTING = ("stuck", "over-range", "drift")
_ENDLESS = 10**9


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault: armed `at_s` after the start and after `after` replies, for `for_s` or `count` times."""

    kind: str
    instrument: str
    at_s: float
    after: int
    for_s: float
    count: int
    delay_s: float
    text: str
    wiring: str
    ppm: float = 0.0


def parse_faults(
    simulation: Table, instruments: Mapping[str, InstrumentConfig], wirings: Collection[str]
) -> tuple[Fault, ...]:
    """Take `[[simulation.faults]]`.

    Raises:
        BenchFileError: with the key and the way out.
    """
    entries = simulation.values.get("faults", ())
    if not isinstance(entries, (list, tuple)):
        raise simulation.bad("faults", "a list of tables ([[simulation.faults]])", entries)
    return tuple(
        _fault(Table(entry, f"simulation.faults[{index}]"), instruments, wirings)
        for index, entry in enumerate(entries)
    )


def _fault(entry: Table, instruments: Mapping[str, InstrumentConfig], wirings: Collection[str]) -> Fault:
    entry.allow(_KEYS)
    kind = entry.choice("kind", "", KINDS)
    instrument = entry.text("instrument")
    if kind != "wrong-wiring" and instrument not in instruments:
        raise BenchFileError(
            f'The fault is at the instrument "{instrument}", which the bench does not have',
            where=entry.at("instrument"),
            way_out=closest(instrument, instruments),
            code="unknown-instrument",
        )
    if kind != "wrong-wiring" and (reason := why_impossible(kind, instruments[instrument])):
        short = instruments[instrument].entry.short
        raise BenchFileError(
            f'The fault "{kind}" cannot strike "{instrument}", a {short}: {reason}',
            where=entry.at("kind"),
            way_out="Choose another kind, another instrument or another transport.",
            code="bad-value",
        )
    wiring = entry.text("wiring")
    if (kind == "wrong-wiring" or wiring) and wiring not in wirings:
        raise BenchFileError(
            f'The fault connects the wiring "{wiring}", which the bench does not have',
            where=entry.at("wiring"),
            way_out=closest(wiring, wirings),
            code="unknown-wiring",
        )
    lasting = "for_s" in entry.values
    return Fault(
        kind=kind,
        instrument=instrument,
        at_s=entry.number("at_s", 0.0, low=0.0),
        after=entry.count("after", 0, low=0),
        for_s=entry.number("for_s", float("inf"), low=0.0),
        count=entry.count("count", _ENDLESS if lasting or kind in _LASTING else 1, low=1),
        delay_s=entry.number("delay_s", 0.2, low=0.0),
        text=entry.text("text"),
        wiring=wiring,
        ppm=entry.number("ppm", 100.0),
    )
