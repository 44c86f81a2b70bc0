"""How one point of the session check is measured: the check standard on, or beside, the standard."""

from __future__ import annotations

from calibrator.bench import PlannedActions, PlanningBench
from calibrator.procedure import Bench, Point

__all__ = ["measure_check", "planned_check"]

SAMPLES = 3
BESIDE = ("standard", "uut", "uut", "standard")  # a drift that is linear over a round cancels
LOCK_LOOK_S = 60.0  # between two questions for the lock of an oscillator


def measure_check(bench: Bench, point: Point) -> None:
    """Measure one point of the session check; touches the world only through `bench`."""
    own = {
        "pressure": _measure_pressure,
        "freq": _measure_frequency,
        "temperature": _measure_temperature,
        "mass": _measure_mass,
    }
    own.get(point.function, _measure_electrical)(bench, point)


def _measure_electrical(bench: Bench, point: Point) -> None:
    settings = point.settings
    wires, hertz = int(settings["uut_wires"]), float(settings.get("frequency_hz", 0.0))
    bench.uut.configure(
        point.function,
        point.range,
        point.unit,
        nplc=float(settings["nplc"]),
        wires=wires,
        frequency_hz=hertz,
    )
    wires = int(settings["source_wires"])
    bench.source.stage(point.function, point.nominal, point.unit, wires=wires, frequency_hz=hertz)
    with bench.energised():
        _settle(bench, point)
        bench.read(int(settings["readings"]), discard=int(settings["discard"]))


def _measure_pressure(bench: Bench, point: Point) -> None:
    """Go to the pressure, wait until the controller is steady there, and read the check gauge."""
    settings = point.settings
    bench.part("uut").configure("pressure", range=float(point.range), absolute=False)
    bench.part("source").stage("pressure", point.nominal, point.unit, slew=float(settings["slew_pa_s"]))
    with bench.energised():
        _settle(bench, point, part="source", every_s=1.0)
        bench.read(int(settings["readings"]), discard=int(settings["discard"]))


def _measure_frequency(bench: Bench, point: Point) -> None:
    """Count the oscillator on the check counter's own time base; one that is not locked is not counted."""
    settings = point.settings
    counter = bench.part("uut")
    counter.configure("freq", range=float(point.nominal), gate_s=float(settings["gate_s"]))
    counter.act("internal_reference")
    oscillator = bench.part("source")
    oscillator.configure("discipline")
    for _ in range(1 + int(float(settings["settle_timeout_s"]) // LOCK_LOOK_S)):
        if bench.look("source") >= 1.0:
            break
        bench.wait(LOCK_LOOK_S)
    else:
        bench.decide("the oscillator is not traceable: nothing is counted", point=point.id)
        return
    _settle(bench, point)
    bench.read(int(settings["readings"]), discard=int(settings["discard"]))


def _measure_temperature(bench: Bench, point: Point) -> None:
    """Bring the bath to the temperature and read both thermometers in a symmetric order."""
    settings = point.settings
    bench.part("standard").configure("temperature", probe="pt100")
    bench.part("uut").configure("temperature", probe="pt100")
    bench.part("source").stage("temperature", point.nominal, "degC")
    with bench.energised():
        _settle(bench, point, part="standard", every_s=60.0)
        bench.read(int(settings["readings"]), parts=BESIDE)


def _settle(bench: Bench, point: Point, *, part: str = "uut", every_s: float = 0.0) -> None:
    """Wait as the check point says until a part is steady."""
    settings = point.settings
    bench.settle(
        minimum_s=float(settings["settle_min_s"]),
        window=float(settings["settle_window"]),
        samples=SAMPLES,
        timeout_s=float(settings["settle_timeout_s"]),
        part=part,
        every_s=every_s,
    )


def _measure_mass(bench: Bench, point: Point) -> None:
    """Put standard weight and check weight on one balance in turns, A B B A: its own error cancels."""
    settings = point.settings
    rest, standard, check = (
        float(settings["settle_min_s"]),
        str(settings["standard"]),
        str(settings["against"]),
    )
    for _ in range(int(settings["readings"]) // 2):
        for part in BESIDE:
            bench.connect(str(settings["empty"]))
            bench.part("uut").configure("mass")
            bench.wait(rest)
            bench.part("uut").act("zero")
            bench.connect(standard if part == "standard" else check)
            bench.part(part).configure("mass")
            bench.wait(rest)
            bench.read(1, parts=(part,))


def planned_check(point: Point) -> PlannedActions:
    """Return what a point of the session check will do, and how long that may take."""
    bench = PlanningBench(point)
    measure_check(bench, point)
    return bench.actions
