"""The dry run: everything that preflight says, without opening anything."""

from __future__ import annotations

from datetime import UTC, datetime

from calibrator._home import Home
from calibrator.engine._preflight import Surroundings, preflight
from calibrator.engine._setting import setting_of
from calibrator.engine._station import roles_of
from calibrator.engine._types import Job, Plan
from calibrator.standards import BenchFile, Register
from calibrator_drivers.clock import RealClock

__all__ = ["make_plan"]


def make_plan(job: Job, home: Home) -> Plan:
    """Return what the job would do; see `calibrator.engine.plan`."""
    setting = setting_of(job, home)
    clock = RealClock()
    typed = setting.bench.environment
    surroundings = Surroundings(_begin(setting.bench) or clock.now(), typed.temperature_c, typed.humidity_rh)
    with home.open_record(clock, write=False) as record:
        flight = preflight(
            setting,
            Register(record),
            roles_of(setting.bench),
            surroundings,
            live=not setting.bench.simulated,
        )
    return Plan(
        setting.procedure.info.id,
        setting.procedure.info.title,
        setting.uut_table.id,
        setting.bench.name,
        "simulated" if setting.bench.simulated else "live",
        flight.points,
        flight.prompts,
        flight.duration_s,
        flight.refused,
    )


def _begin(bench: BenchFile) -> datetime | None:
    """Return when a simulated bench in this process begins, which its file fixes."""
    begin = bench.raw.get("simulation", {}).get("start") if bench.in_process else None
    if not isinstance(begin, datetime):
        return None
    return begin if begin.tzinfo is not None else begin.replace(tzinfo=UTC)
