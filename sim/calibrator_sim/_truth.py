"""What the bench knows and no instrument tells: for tests and proofs only."""

from __future__ import annotations

from dataclasses import dataclass

from calibrator_drivers.accuracy import AccuracyError
from calibrator_sim._errors import UnknownTruthError, closest
from calibrator_sim._network import Network
from calibrator_sim.instruments.fluke_5522a import Fluke5522A
from calibrator_sim.instruments.keysight_34401a import Keysight34401A
from calibrator_sim.nodes.electrical import Feed, voltage

__all__ = ["Inputs", "TrueOutput", "Truth"]

_UNITS = {"dcv": "V", "dci": "A", "res4w": "ohm"}


@dataclass(frozen=True, slots=True)
class TrueOutput:
    """What a calibrator really gives at its terminals.

    `value` is the true value of the function in `unit`; `terminal_v` the voltage that a hand would feel.
    """

    function: str  # "dcv", "res4w", "dci"
    value: float
    unit: str
    operating: bool
    terminal_v: float


@dataclass(frozen=True, slots=True)
class Inputs:
    """The drawn inputs of a point, in the names and units of the procedure's budget lines."""

    standard: float  # dX_standard at the point, in the point's unit; 0 where no source is connected
    z: float  # standard / standard uncertainty of its limit
    emf: float  # V
    leads: float  # ohm, both leads
    source_resistance: float  # ohm
    loading: float  # S, the meter's input conductance
    leakage: float  # S
    test_current: float  # A, 0 where none flows
    true_value: float  # at the meter's terminals, by the model equation, in the point's unit
    uut_error: float  # the measurand's truth: the error curve at `true_value`, in the point's unit


class Truth:
    """Answers from the bench's own state."""

    def __init__(self, network: Network) -> None:
        self._network = network

    def true_error(
        self, instrument: str, function: str, range_: float, value: float, at_ns: int | None
    ) -> float:
        """Return a meter's error at a true value and moment."""
        moment = self._network.time_ns() if at_ns is None else at_ns
        return self._meter(instrument).physics.error(function, range_, value, moment)

    def true_output(self, instrument: str) -> TrueOutput:
        """Return what a calibrator's terminals give now."""
        calibrator = self._network.calibrators.get(instrument)
        if calibrator is None:
            raise UnknownTruthError(
                f'The bench has no calibrator "{instrument}"',
                where="instruments",
                way_out=closest(instrument, self._network.calibrators),
            )
        self._network.trip_due()
        state, now = calibrator.output.state, self._network.time_ns()
        feed, level = calibrator.output.feed(now), calibrator.output.level(now)
        return TrueOutput(
            state.function,
            level if state.operating else 0.0,
            _UNITS[state.function],
            state.operating,
            feed.voltage_v or 0.0,
        )

    def inputs(
        self,
        function: str,
        value: float,
        range_: float,
        wiring: str,
        *,
        impedance_auto: bool,
        at_ns: int | None,
    ) -> Inputs:
        """Return the drawn inputs of a point, settled and warm."""
        config = self._network.config.wirings.get(wiring)
        if config is None:
            raise UnknownTruthError(
                f'The bench has no wiring "{wiring}"',
                where="wirings",
                way_out=closest(wiring, self._network.config.wirings),
            )
        meter = self._meter(config.meter)
        calibrator = self._network.calibrators.get(config.source)
        connection = self._network.connection(wiring)
        standard, z, source_ohm = self._standard(calibrator, function, value)
        loading = meter.physics.loading_s(range_, impedance_auto=impedance_auto) if function == "dcv" else 0.0
        test = meter.physics.unit.row("res4w", range_).test_current_a or 0.0 if function == "res4w" else 0.0
        true = value + standard
        if function == "dcv":
            fed = Feed(voltage_v=true if calibrator else None, source_ohm=source_ohm)
            true = voltage(fed, connection, loading) or 0.0
        elif function == "res4w":
            true = true / (1.0 + true * connection.leakage_s) + connection.emf_v / test
        return Inputs(
            standard,
            z,
            connection.emf_v,
            connection.leads_ohm if calibrator else 0.0,
            source_ohm,
            loading,
            connection.leakage_s if calibrator else 0.0,
            test,
            true,
            self.true_error(config.meter, function, range_, true, at_ns),
        )

    def _standard(
        self, calibrator: Fluke5522A | None, function: str, value: float
    ) -> tuple[float, float, float]:
        """Return error, standardised error and output resistance of a source at a point."""
        if calibrator is None:
            return 0.0, 0.0, 0.0
        unit = calibrator.output.unit
        try:
            error, u = unit.error(function, value), unit.limit(function, value)[1]
        except AccuracyError as problem:
            raise UnknownTruthError(
                str(problem), where=calibrator.name, way_out="Ask for a point within the source's ranges."
            ) from problem
        source_ohm = calibrator.output.source_ohm(value) if function == "dcv" else 0.0
        return error, error / u, source_ohm

    def _meter(self, name: str) -> Keysight34401A:
        meter = self._network.meters.get(name)
        if meter is None:
            raise UnknownTruthError(
                f'The bench has no meter "{name}"',
                where="instruments",
                way_out=closest(name, self._network.meters),
            )
        return meter
