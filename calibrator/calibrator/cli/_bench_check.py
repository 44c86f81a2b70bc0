"""What `calibrator bench check` looks at: who answers, with which firmware, and which certificates hold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from calibrator._errors import CalibratorError
from calibrator.cli._failures import exit_code_of
from calibrator_drivers.clock import Clock

if TYPE_CHECKING:
    from calibrator.cli._settings import Settings
    from calibrator.record import Record
    from calibrator.standards import BenchFile, BenchInstrument, Certificate, Lab

__all__ = ["Papers", "look", "papers_of"]

_NOT_RUNNABLE = 4  # as a run would be refused
_WRONG = 5


@dataclass(frozen=True, slots=True)
class Papers:
    """What the record knows of the instruments of a bench."""

    certificates: Mapping[str, Certificate]  # by asset
    firmware: Mapping[str, str]  # by asset, as the last run saw it
    lab: Lab
    differing: Mapping[str, str] = field(default_factory=dict)  # by asset, what is other in the register


def papers_of(chosen: Settings, bench: BenchFile, now: datetime) -> Papers:
    """Return certificates and firmware of a bench's assets: a simulated one brings its own."""
    from calibrator.standards import load_lab

    lab = load_lab(chosen.home.lab_file)
    if bench.simulated:
        own = {asset: file.certificate for asset, file in bench.assets.items()}
        return Papers({asset: item for asset, item in own.items() if item is not None}, {}, lab)
    if not chosen.home.has_record:
        return Papers({}, {}, lab)
    from calibrator.cli._access import opened
    from calibrator.engine._registered import registered_problems
    from calibrator.standards import Register

    assets = [item.asset for item in bench.instruments.values()]
    with opened(chosen) as record:
        register, today = Register(record), now.astimezone(lab.zone).date()
        certificates = {asset: register.certificate_for(asset, today) for asset in assets}
        firmware = _last_firmware(record)
        differing = {item.asset: item.reason for item in registered_problems(bench, register)}
    held = {asset: item for asset, item in certificates.items() if item is not None}
    return Papers(held, firmware, lab, differing)


def _last_firmware(record: Record) -> dict[str, str]:
    """Return the firmware that each asset told in its last run."""
    found: dict[str, str] = {}
    for run in record.runs():
        event = record.last(run.id, "instruments.identified")
        rows = event.body.get("instruments", []) if event is not None else []
        found |= {row["asset"]: row.get("firmware", "") for row in rows}
    return found


def look(
    instrument: BenchInstrument, resource: str | None, clock: Clock, papers: Papers
) -> tuple[dict[str, str], int]:
    """Open, identify and close one instrument; return its row and exit code."""
    from calibrator_drivers import DriversError
    from calibrator_drivers.registry import open_instrument
    from calibrator_drivers.roles import same_serial

    row = {"name": instrument.name, "model": instrument.model, "resource": resource or "", "identity": ""}
    row |= {"firmware": "", "certificate": "", "due": ""}
    if resource is None:
        return {**row, "state": "has no address"}, 0
    try:
        device = open_instrument(
            instrument.model, resource, clock=clock, name=instrument.name, bus=instrument.bus or ""
        )
        try:
            identity = device.identify()
        finally:
            device.close()
    except (CalibratorError, DriversError) as error:
        return {**row, "state": _state(error, instrument, resource)}, exit_code_of(error)
    row |= {"identity": identity.raw, "firmware": identity.firmware}
    if identity.serial not in ("", "0") and not same_serial(identity.serial, instrument.serial):
        state = f"another instrument: serial {identity.serial} answers, the file says {instrument.serial}"
        return {**row, "state": state}, _WRONG
    certificate = papers.certificates.get(instrument.asset)
    if certificate is not None:
        row |= {"certificate": certificate.number, "due": str(certificate.due)}
    return _judged(row, instrument, certificate, clock.now(), papers)


def _judged(
    row: dict[str, str],
    instrument: BenchInstrument,
    certificate: Certificate | None,
    now: datetime,
    papers: Papers,
) -> tuple[dict[str, str], int]:
    states, code = [], 0
    before = papers.firmware.get(instrument.asset, "")
    if before and before != row["firmware"]:
        states.append(f"the firmware was {before} in the last run")
    if instrument.asset in papers.differing:
        states.append(papers.differing[instrument.asset])
        code = _NOT_RUNNABLE
    if not instrument.uut:
        if certificate is None:
            states.append("no certificate is recorded")
            code = _NOT_RUNNABLE
        elif not certificate.valid_at(now, papers.lab.zone):
            states.append(f"the certificate {certificate.number} is not in force, due {certificate.due}")
            code = _NOT_RUNNABLE
    return {**row, "state": "; ".join(states) or "as the file says"}, code


def _state(error: Exception, instrument: BenchInstrument, resource: str) -> str:
    """Return why an instrument was not identified, and what to do beside calling this again."""
    text = " ".join(str(error).split())
    if "VI_ERROR_INV_RSRC_NAME" in text:
        return (
            f"{resource} is no VISA address (instruments.{instrument.name}.resource). "
            "Write one such as TCPIP0::192.0.2.7::3490::SOCKET, GPIB0::22::INSTR or ASRL/dev/ttyUSB0::INSTR."
        )
    return text.replace(", then try `calibrator bench check`", "").replace("try `calibrator bench check`", "")
