"""Checks of one point or section before anything is energised; each yields code, sentence and way out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from types import MappingProxyType

from calibrator.bench import PlannedActions, PlannedStage
from calibrator.engine._levels import Level, levels, staged_at
from calibrator.engine._references import frequency_of
from calibrator.engine._standards import Candidate
from calibrator.engine._types import Refusal
from calibrator.evaluation import TWO_SIDED
from calibrator.procedure import Point, ProcedureInfo, Proof, Section
from calibrator.standards import BenchFile, BenchInstrument, Confirmation, Lab, Wiring
from calibrator_drivers.accuracy import AccuracyError, AccuracyTable

__all__ = [
    "METER_ROLES",
    "confirmation_problems",
    "environment_problems",
    "point_problems",
    "section_problems",
    "sensor_problems",
]

METER_ROLES: Mapping[str, str] = {
    "dcv": "MeasureVoltageDC",
    "res2w": "MeasureResistance",
    "res4w": "MeasureResistance",
    "dci": "MeasureCurrentDC",
    "acv": "MeasureVoltageAC",
    "aci": "MeasureCurrentAC",
    "freq": "MeasureFrequency",
}


def environment_problems(
    info: ProcedureInfo, temperature_c: float | None, humidity_rh: float | None, bench: BenchFile
) -> Iterator[Refusal]:
    """Yield what is wrong with the surroundings: outside the procedure's limits, or not known."""
    table = ("simulation", "environment") if bench.in_process else ("environment",)
    looks = (
        ("temperature", temperature_c, info.temperature_c, "°C", "temperature_c"),
        ("humidity", humidity_rh, info.humidity_rh, "%", "humidity_rh"),
    )
    for name, value, (low, high), unit, key in looks:
        if value is None:
            yield Refusal(
                "environment-unknown",
                f"The {name} is not known. Write {key} under [environment] of the bench file.",
                bench.place(*table, key),
            )
        elif not low <= value <= high:
            yield Refusal(
                "environment-outside",
                f"The {name} is {value:g} {unit}, the procedure allows {low:g} to {high:g} {unit}."
                " Bring the room there and start again.",
                bench.place(*table, key),
            )


def confirmation_problems(confirmations: Iterable[Confirmation], today: date, lab: Lab) -> Iterator[Refusal]:
    """Yield a refusal for a confirmation of a day to come: nobody has held that figure against anything."""
    for item in confirmations:
        if item.date > today:
            yield Refusal(
                "confirmation-in-future",
                f"The confirmation of {item.table}, {item.function}, by {item.by} is dated {item.date}, a day"
                " to come. Correct the date.",
                f"{lab.path or 'the register'}, key confirmation.date",
            )


def sensor_problems(bench: BenchFile) -> Iterator[Refusal]:
    """Yield a refusal for a sensor, which no driver of this release reads."""
    if bench.environment.sensor is not None:
        yield Refusal(
            "sensor-not-readable",
            f"No driver reads the sensor {bench.environment.sensor!r}. Type temperature_c and humidity_rh"
            " under [environment] instead of sensor.",
            bench.place("environment", "sensor"),
        )


def section_problems(
    section: Section,
    wiring: Wiring | None,
    bench: BenchFile,
    table: str,
    actions: Mapping[str, PlannedActions] = MappingProxyType({}),
) -> Iterator[Refusal]:
    """Yield what is wrong with a section: its wiring, its proof level; `table` names the point table."""
    if wiring is None:
        yield Refusal(
            "no-wiring",
            f"The bench has no wiring {section.wiring!r}, which the section {section.id!r} asks for."
            f" Add [wirings.{section.wiring}] to the bench file.",
            bench.place("wirings", section.wiring),
        )
        return
    stages = [stage for point in section.points for stage in staged_at(point, actions)]
    if not any(stage.unit != "degC" for stage in stages):
        return  # nothing is energised, or a block that no harmless level proves
    if section.proof is None:
        yield Refusal(
            "no-proof",
            f"The section {section.id!r} energises something and has no harmless level that proves its"
            " connection. Add proof to the section of the point table.",
            f"{table}, section {section.id}, key proof",
        )
        return
    for key, proof in (("proof", section.proof), *(("lead_checks", item) for item in section.lead_checks)):
        level = _allowed(proof, stages)
        if level is None or abs(float(proof.value)) > level.limit * (1 + 1e-9):
            allowed = "none is allowed" if level is None else f"allowed are {level.limit:g} {level.unit}"
            yield Refusal(
                "proof-too-large",
                f"The proof of the section {section.id!r} is {proof.value:f} {proof.unit},"
                f" {allowed}. Choose a harmless level in the point table.",
                f"{table}, section {section.id}, key {key}",
            )


def _allowed(proof: Proof, stages: Sequence[PlannedStage]) -> Level | None:
    """Return the highest harmless level of a proof; of a pressure a share of the section's highest."""
    known = levels().leak if proof.expect == "hold" else levels().proof
    level = known.get(proof.function)
    if level is None or proof.function != "pressure":
        return level
    highest = max((abs(float(stage.value)) for stage in stages if stage.unit == "Pa"), default=0.0)
    return Level(level.limit * highest, "Pa")


def point_problems(
    point: Point,
    wiring: Wiring,
    standard: Candidate | None,
    *,
    bench: BenchFile,
    uut: BenchInstrument,
    uut_table: AccuracyTable,
    uut_roles: Sequence[str],
    interval: str,
    rule: str,
) -> Iterator[Refusal]:
    """Yield what is wrong with a point beside its standard."""
    if METER_ROLES.get(point.function, "") not in uut_roles:
        yield Refusal(
            "uut-no-role",
            f"The driver of {uut_table.id} cannot measure {point.function}. Use a driver that can.",
            bench.place("instruments", uut.name, "model"),
            points=(point.id,),
        )
    limits = point.limits_at(interval)
    if limits is None:
        yield Refusal(
            "no-limit",
            f"There is no limit for the interval {interval}; there is {', '.join(point.limits) or 'none'}."
            " Choose another --interval.",
            "--interval",
            points=(point.id,),
        )
    elif limits.half is None and rule in TWO_SIDED:
        yield Refusal(
            "one-sided",
            f"The rule {rule} rests on half the tolerance, which a limit on one side alone does not have."
            " Choose another --rule, such as guard-band-u.",
            "--rule",
            points=(point.id,),
        )
    try:
        uut_table.row(
            point.function,
            float(point.nominal),
            range_high=float(point.range),
            frequency_hz=frequency_of(point),
        )
    except AccuracyError as error:
        place = f"accuracy table {uut_table.id}"
        yield Refusal(error.code, f"{error.what}. {error.way_out}", place, points=(point.id,))
    if standard is not None:
        yield from _too_much(point, wiring, bench)
        yield from _test_current(point, standard, uut_table)


def _too_much(point: Point, wiring: Wiring, bench: BenchFile) -> Iterator[Refusal]:
    """The weakest link limits (METROLOGY 5)."""
    volts = (wiring.max_voltage_v, "V", "max_voltage_v")
    amperes = (wiring.max_current_a, "A", "max_current_a")
    looks = {"dcv": volts, "acv": volts, "dci": amperes, "aci": amperes}  # leads are rated in rms
    most, unit, key = looks.get(point.function, (None, "", ""))
    if most is not None and abs(float(point.nominal)) > most:
        yield Refusal(
            "above-wiring",
            f"The point needs {abs(point.nominal):f} {unit}, the wiring {wiring.name!r} bears {most:g}"
            f" {unit}. Use leads that bear it and say so in the bench file.",
            bench.place("wirings", wiring.name, key),
            points=(point.id,),
        )


def _test_current(point: Point, standard: Candidate, uut_table: AccuracyTable) -> Iterator[Refusal]:
    """The UUT's test current is held against the source's allowable current (METROLOGY 11)."""
    row = standard.row
    low, high = row.allowable_current_low_a, row.allowable_current_high_a
    if point.function not in ("res2w", "res4w") or low is None or high is None:
        return
    try:
        meter = uut_table.row(point.function, float(point.nominal), range_high=float(point.range))
    except AccuracyError:
        return  # said already
    if not meter.test_current_a:
        return
    current, shunt = meter.test_current_a, meter.input_impedance_ohm
    if shunt is not None:  # part of it flows through the meter itself
        current *= shunt / (shunt + abs(float(point.nominal)))
    if not low * (1 - 1e-9) <= current <= high * (1 + 1e-9):
        yield Refusal(
            "test-current",
            f"The meter drives {current:.3g} A, {row.id} allows {low:.3g} to {high:.3g} A."
            " Use another standard at this point.",
            f"accuracy tables {standard.table.id} and {uut_table.id}",
            standard.instrument.asset,
            (point.id,),
        )
