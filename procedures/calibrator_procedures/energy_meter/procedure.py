"""Energy meter in place: gates of whole pulses at the load that is there, beside a reference."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from pathlib import Path

from calibrator.procedure import (
    Bench,
    Evaluation,
    Point,
    PointEvaluation,
    PointObservations,
    PointReferences,
    Section,
    TabledProcedure,
    Text,
)
from calibrator_procedures.energy_meter._window import window_of

__all__ = ["PROCEDURE", "SETTINGS", "EnergyMeterInPlace"]

SETTINGS: Mapping[str, type] = {
    "checklist": bool,  # the point only puts the questions that come before any work in place
    "frequency_hz": float,  # of the mains
    "pulses_per_kwh": float,  # the meter constant
    "pulses": int,  # of a gate
    "repeats": int,
    "poll_s": float,  # between two questions for an edge
    "level_v": float,  # half the pulse's height
    "range_v": float,  # of the reference
    "range_a": float,
    "range_w": float,  # their product
    "update_s": float,
    "expected_power": float,  # what a plan assumes that is found
    "expected_factor": float,
    "power_low_w": float,
    "power_high_w": float,
    "factor_low": float,
    "factor_high": float,
    "stable": float,
    "looks": int,
    "look_s": float,
    "window_timeout_s": float,
    "integration": float,  # relative error of the reference's integration, and its half-width
    "integration_half_width": float,
    "phase": float,  # rad
    "phase_half_width": float,
}
LEAST_GATES = 2
_AHEAD = 0.1  # of a gate, and two pulses at least: as fast may a meter be that its closing edge is not missed
_QUESTIONS = 400  # for one edge
_GATES_LOST = 5  # in a row, until a point is given up

# what an assessor wants to know of the load of a gate, read beside it; of one instrument
_LOAD = {"power": "power", "factor": "power_factor", "voltage": "line_voltage", "current": "line_current"}
_CHECKLIST = {
    "place": Text(
        en="Where is the meter: site, feeder or cubicle, and number of the metering point?",
        zh="电能表安装地点：单位、线路或计量柜、计量点编号？",
    ),
    "permit": Text(
        en="Number of the work permit, with the consent of whoever runs the plant?",
        zh="工作许可编号（已获运行方同意）？",
    ),
    "ct": Text(
        en="No secondary of a current transformer is open or will be opened: shorting links are in place"
        " where leads are inserted. Confirmed?",
        zh="任何电流互感器二次侧均未开路且不会开路：接入处已装短接片。确认？",
    ),
    "vt": Text(
        en="No secondary of a voltage transformer is or will be shorted: the voltage leads are fused."
        " Confirmed?",
        zh="任何电压互感器二次侧均未短路且不会短路：电压线带熔断器。确认？",
    ),
    "sequence": Text(
        en="Phase sequence and direction of the current are those of the meter: the reference shows positive"
        " power. Confirmed?",
        zh="相序和电流方向与电能表一致：标准表显示正功率。确认？",
    ),
}
_SIMULATED = {"place": "simulated metering point", "permit": "SIM-PERMIT-1"}


class EnergyMeterInPlace(TabledProcedure):
    """Calibration of an energy meter in place; a further meter or class is a further file in `tables/`."""

    settings = SETTINGS

    def expected_readings(self, point: Point) -> Mapping[str, float]:
        """Return what each part should read after a gate at the expected load, for the expected U of a plan.

        Power in W, the reference's energy in Wh, the meter's total in pulses with the one that opens it.
        """
        settings = point.settings
        if settings.get("checklist", False):
            return {}
        pulses = float(settings["pulses"])
        return {
            "uut": pulses + 1.0,
            "reference": 1000.0 * pulses / float(settings["pulses_per_kwh"]),
            "power": float(settings["expected_power"]),
            "factor": float(settings["expected_factor"]),
        }

    def measure(self, bench: Bench, point: Point) -> None:
        """Wait for the load, then count gates of whole pulses while the reference integrates."""
        settings = point.settings
        if settings.get("checklist", False):
            _ask(bench)
            return
        ranges = {key: float(settings[key]) for key in ("range_v", "range_a", "update_s")}
        bench.part("power").configure("power", **ranges)
        # the same instrument: without ranges from here on, for none may change while it integrates
        for part, function in _LOAD.items():
            bench.part(part).configure(function)
        bench.part("reference").configure("energy")
        bench.part("uut").configure("pulses", level_v=float(settings["level_v"]))
        window = window_of(point)
        done = lost = 0
        while done < int(settings["repeats"]) and lost < _GATES_LOST:
            if not window.wait(bench):
                return
            whole = _gate(bench, point)
            if whole and window.holds(*window.look(bench)):
                bench.read(1, parts=("uut", "reference", *_LOAD))
                done, lost = done + 1, 0
            else:
                bench.decide("the gate is not counted: the load left the window, or an edge was not seen")
                lost += 1

    def evaluate(
        self,
        section: Section,
        observations: Sequence[PointObservations],
        references: Mapping[str, PointReferences],
    ) -> tuple[Evaluation, ...]:
        """Return the meter's error at every load that was met in two gates at least."""
        from calibrator_procedures.energy_meter._budget import budget_of

        return tuple(
            PointEvaluation(item.point, budget_of(references[item.point], item))
            for item in observations
            if len(item.readings) >= LEAST_GATES
        )


def _ask(bench: Bench) -> None:
    """Put the checklist (METROLOGY 7); a refusal ends the run before anything is connected."""
    for key, text in _CHECKLIST.items():
        bench.ask(key, text, simulated=_SIMULATED.get(key, "yes"))


def _gate(bench: Bench, point: Point) -> bool:
    """Open the gate on an edge and close it on an edge, the wanted number of pulses later."""
    settings = point.settings
    counter, reference = bench.part("uut"), bench.part("reference")
    poll_s, wanted = float(settings["poll_s"]), int(settings["pulses"])
    watts = max(bench.look("power"), 1.0)
    period_s = 3.6e6 / (float(settings["pulses_per_kwh"]) * watts)
    # prepared here: else the start is two messages later than the stop, and the gate too short
    reference.act("prepare_energy")
    counter.act("start_total")
    # questions that begin with the count keep step with the pulses of a steady load: the lag of this edge is
    # even only where they begin anywhere in an interval. What it is drawn from stands in the record.
    bench.wait(poll_s * random.Random(repr(watts)).random())
    if not _edge(bench, 1, poll_s, period_s):
        return False
    reference.act("start_energy")
    bench.wait(period_s * max(0.0, wanted - max(2.0, _AHEAD * wanted)))
    seen = _edge(bench, 1 + wanted, poll_s, period_s)
    reference.act("stop_energy")
    counter.act("stop_total")
    # a pulse between the last question and the stop would be one too many
    return seen and bench.look("uut") == 1 + wanted


def _edge(bench: Bench, count: int, poll_s: float, period_s: float) -> bool:
    """Ask at even times until a total is reached; say whether it was seen to come."""
    asked = max(_QUESTIONS, int(3.0 * period_s / poll_s))
    for number in range(asked):
        seen = bench.look("uut")
        if seen >= count:  # one more than asked for, or there at once: nobody knows when it came
            return seen == count and (number > 0 or count == 1)
        bench.wait(poll_s)
    return False


PROCEDURE = EnergyMeterInPlace(Path(__file__).parent)
