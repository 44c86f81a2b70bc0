"""The bodies of a run's first events: what was asked, who answered, which figures were fixed."""

from __future__ import annotations

import platform
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any

from calibrator.engine._order import order_of
from calibrator.engine._preflight import Preflight
from calibrator.engine._regulations import followed, regulations_body
from calibrator.engine._setting import Setting
from calibrator.engine._standards import Candidate
from calibrator.engine._station import Found
from calibrator.engine._types import Deviation, Job, PlannedPoint, Prompt
from calibrator.plugins import unapproved
from calibrator.procedure import Text, encode_references, is_approved, sections_asked
from calibrator.standards import BenchFile, Certificate, CertificateValue, Customer, Register
from calibrator_drivers.roles import Identity

if TYPE_CHECKING:
    from calibrator.record import Record

__all__ = ["customer_of", "identified_body", "mode_of", "opened_body", "preflight_body", "references_body"]

# What the 24 h column holds for (METROLOGY 12); the prompt `interval:24h` has the affirmation.
FRESH = {"within_h": 24, "temperature_c": "1", "relative_to": "the calibration standards"}


def mode_of(bench: BenchFile, found: Iterable[Found]) -> str:
    """Return live or simulated: one simulated instrument makes the run simulated (METROLOGY 8)."""
    simulated = bench.simulated or any(item.serial.startswith("SIM") for item in found)
    return "simulated" if simulated else "live"


def customer_of(setting: Setting, record: Record) -> Customer | None:
    """Return whose the unit under test is: as the bench says, else as its asset was recorded."""
    on_bench = setting.bench.assets.get(setting.uut.asset)
    recorded = Register(record).asset(setting.uut.asset)
    places = (setting.uut, on_bench, recorded)
    return next((item.customer for item in places if item is not None and item.customer), None)


def opened_body(
    setting: Setting,
    found: Sequence[Found],
    mode: str,
    customer: Customer | None,
    *,
    now: datetime,
    adjustment: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Return the body of `run.opened`."""
    job, bench = setting.job, setting.bench
    silent = Found(setting.uut, "", Identity("", "", "", "", ""))  # nobody speaks to it: a probe, a weight
    uut = next((item for item in found if item.instrument.name == setting.uut.name), silent)
    seed = job.seed if job.seed is not None else bench.raw.get("simulation", {}).get("seed")
    return {
        "mode": mode,
        "procedure": _procedure(setting, now),
        "uut": {
            "asset": setting.uut.asset,
            "model": setting.uut_table.model,
            "table": setting.uut_table.id,
            "manufacturer": uut.identity.manufacturer or setting.uut_table.manufacturer,
            "serial": uut.serial,
            "firmware": uut.identity.firmware,
            "identity": uut.identity.raw,
            "customer": None if customer is None else customer.as_body(),
        },
        "bench": {"file": bench.path, "hash": bench.sha256, "text": bench.text},
        "lab": setting.lab.as_body(),
        "interval": setting.interval,
        "interval_condition": FRESH if setting.interval == "24h" else None,
        "rule": setting.rule,
        **({"judged_as": setting.judged_as} if setting.judged_as else {}),
        "adjusted": job.adjusted if adjustment is None else True,
        "rule_offers": [
            {"rule": item.rule, "source": item.source, "status": item.status} for item in setting.rule_offers
        ],
        "policy": setting.policy,
        "sections": [item.id for item in setting.sections],
        **({"order": order} if (order := order_of(setting.sections)) else {}),
        "seed": seed if bench.in_process else None,
        "person": job.person,
        "versions": _versions(),
        "pass": "as-found" if adjustment is None else "as-left",
        **({} if adjustment is None else {"adjustment": adjustment}),
        **({"then": _then(job)} if job.left_after and adjustment is None else {}),
        "complete": setting.complete,
        "deviations": [asdict(item) for item in job.deviations],
    }


def _then(job: Job) -> dict[str, str]:
    """Return what was planned for after an as-found pass; a person may still say otherwise."""
    return {"pass": "as-left", "what": job.adjustment.strip(), "why": job.because.strip()}


def _procedure(setting: Setting, now: datetime) -> dict[str, Any]:
    info = setting.procedure.info.of(setting.uut.model)
    unread = unapproved({info.id, *(item.model for item in setting.bench.instruments.values())})
    day = now.astimezone(setting.lab.zone).date()
    listed = setting.approved
    if listed is None:
        listed = is_approved(info.id, info.content_hash)
    editions = regulations_body(info, setting.lab, day, setting.judging)
    measured = [section.id for section in setting.sections]
    # what was not in the job has a title too
    everything = sections_asked(setting.procedure.sections(setting.uut.model), measured)
    return {
        "id": info.id,
        "version": info.version,
        "title": _text(info.title),
        "hash": info.content_hash,
        "document": info.document,
        "document_status": info.document_status,
        "approved": listed and not unread,
        "not_tested": [_text(text) for text in info.not_tested],
        "section_titles": {
            **{item.id: _text(item.title) for item in everything},
            **{f"{item.id}-{key}": _text(text) for item in everything for key, text in item.tables.items()},
        },
        **({"regulation": followed(info.regulation, editions)} if info.regulation is not None else {}),
        **({"regulations": editions} if editions else {}),
        **({"unapproved": [{"id": item.id, "hash": item.content_hash} for item in unread]} if unread else {}),
    }


def identified_body(found: Iterable[Found], certificates: Mapping[str, Certificate | None]) -> dict[str, Any]:
    """Return the body of `instruments.identified`."""
    rows = []
    for item in found:
        certificate = certificates.get(item.instrument.asset)
        rows.append(
            {
                "name": item.instrument.name,
                "asset": item.instrument.asset,
                "model": item.instrument.model,
                "serial": item.serial,
                "firmware": item.identity.firmware,
                "identity": item.identity.raw,
                "resource": item.resource,
                "status": "answers",
                "certificate": None if certificate is None else certificate.number,
            }
        )
    return {"instruments": rows}


def references_body(
    flight: Preflight, setting: Setting, certificates: Mapping[str, Certificate | None]
) -> dict[str, Any]:
    """Return the body of `references.fixed`: all that an evaluation needs beside the readings."""
    ordered = [point.id for section in setting.sections for point in section.points]
    points = [encode_references(flight.references[name]) for name in ordered]
    assets = dict.fromkeys(flight.references[name].standard_asset for name in ordered)
    assets |= dict.fromkeys(candidate.instrument.asset for candidate in flight.further)
    by_asset: dict[str, list[Candidate]] = {}
    for candidate in (*flight.candidates.values(), *flight.further):
        by_asset.setdefault(candidate.instrument.asset, []).append(candidate)
    rows = [
        _standard(setting.bench, asset, certificates.get(asset), by_asset.get(asset, []))
        for asset in assets
        if asset
    ]
    certified: dict[str, dict[str, list[dict[str, Any]]]] = {}
    served = [(name, candidate) for name, candidate in flight.candidates.items()]
    served += [(name, candidate) for name, own in flight.by_point.items() for candidate in own]
    for name, candidate in served:
        if candidate.values:
            used = certified.setdefault(candidate.instrument.asset, {}).setdefault(name, [])
            used += [one for one in map(_value, candidate.values) if one not in used]
    named = [
        {**row, **({"certified": certified[row["asset"]]} if row["asset"] in certified else {})}
        for row in rows
    ]
    return {"points": points, "standards": named}


def _value(value: CertificateValue) -> dict[str, Any]:
    """Return what names a value of a certificate: function, nominal value, range and frequency."""
    return {
        "function": value.function,
        "nominal": value.nominal,
        "range_high": value.range_high,
        "frequency_hz": value.frequency_hz,
    }


def _standard(
    bench: BenchFile, asset: str, certificate: Certificate | None, used: Sequence[Candidate]
) -> dict[str, Any]:
    instrument = next(item for item in bench.instruments.values() if item.asset == asset)
    route = ", ".join(dict.fromkeys(item.route for item in used)) or "artefact"
    return {
        "asset": asset,
        "model": instrument.model,
        "serial": instrument.serial,
        "certificate": certificate.number if certificate else None,
        "issued": certificate.issued if certificate else None,
        "due": certificate.due if certificate else None,
        "by": certificate.laboratory if certificate else None,
        "accreditation": certificate.accreditation if certificate else None,
        "traceability": certificate.traceability if certificate else None,
        # of the certificate itself; the file that a laboratory wrote about it is not what others hold
        "hash": certificate.document_sha256 or None if certificate else None,
        "route": route,
        "interval": ", ".join(dict.fromkeys(item.interval for item in used)),
    }


def preflight_body(flight: Preflight, deviations: Sequence[Deviation]) -> dict[str, Any]:
    """Return the body of `preflight`."""
    return {
        "points": [_planned(point) for point in flight.points],
        "refused": [
            {"code": item.code, "reason": item.reason, "place": item.place} for item in flight.refused
        ],
        "deviations": [asdict(item) for item in deviations],
        "prompts": [_prompt(item) for item in flight.prompts],
        "duration_s": flight.duration_s,
        "until": _second(flight.until),
    }


def _planned(point: PlannedPoint) -> dict[str, Any]:
    ratios = {"tur": point.tur, "tar": point.tar}
    return {
        "point": point.id,
        "role": point.role or "artefact",
        "asset": point.standard,
        "chosen": point.title,
        "refused": [
            {"asset": item.asset, "code": item.code, "reason": item.reason} for item in point.refused
        ],
        "ratio": {name: None if value is None else f"{value:.3g}" for name, value in ratios.items()},
        "expected_U": point.expected_U,
        "status": point.status,
    }


def _prompt(prompt: Prompt) -> dict[str, Any]:
    return {"id": prompt.id, "kind": prompt.kind, "wiring": prompt.wiring}


def _text(text: Text) -> dict[str, str]:
    return {"en": text.en, "zh": text.zh}


def _second(at: datetime) -> datetime:
    return at.replace(microsecond=0)


def _versions() -> dict[str, str]:
    found = {"calibrator": _version("calibrator-lab"), "python": platform.python_version()}
    return found | {name: _version(name) for name in ("numpy", "scipy", "pint")}


@cache  # read from files, and the same while the process lives
def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"
