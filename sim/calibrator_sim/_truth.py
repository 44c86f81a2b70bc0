"""What the bench knows and no instrument tells: for tests and proofs only."""

from __future__ import annotations

from collections.abc import Mapping

from calibrator_sim._errors import UnknownTruthError, closest
from calibrator_sim._network import Network
from calibrator_sim._truths import (
    AlternatingMeter,
    Compares,
    ElectricalMeter,
    ElectricalSource,
    Indicates,
    Inputs,
    SourcePoint,
    TrueOutput,
)
from calibrator_sim.nodes import electrical

__all__ = ["Truth"]


class Truth:
    """Answers from the bench's own state."""

    def __init__(self, network: Network) -> None:
        self._network = network

    def node(self, name: str, at_ns: int | None) -> Mapping[str, float]:
        """Return the true quantities of a node at a moment."""
        config = self._network.config
        nodes = {**config.wirings, **config.nodes}
        if name not in nodes:
            raise UnknownTruthError(
                f'The bench has no node "{name}"',
                where="wirings or simulation.nodes",
                way_out=closest(name, nodes),
            )
        moment = self._network.time_ns() if at_ns is None else at_ns
        return self._network.domain(nodes[name].domain).truth(nodes[name], moment)

    def true_error(
        self,
        instrument: str,
        function: str,
        range_: float,
        value: float,
        at_ns: int | None,
        *,
        frequency_hz: float = 0.0,
    ) -> float:
        """Return a meter's error at a true value and moment, for an alternating one at its frequency."""
        moment = self._network.time_ns() if at_ns is None else at_ns
        meter = self._indicates(instrument)
        if frequency_hz and isinstance(meter, AlternatingMeter):
            return meter.true_error(function, range_, value, moment, frequency_hz=frequency_hz)
        return meter.true_error(function, range_, value, moment)

    def true_output(self, instrument: str) -> TrueOutput:
        """Return what a calibrator's terminals give now."""
        calibrator = self._network.devices.get(instrument)
        if not isinstance(calibrator, ElectricalSource):
            raise self._missing("calibrator", instrument, ElectricalSource)
        self._network.trip_due()
        return calibrator.true_output(self._network.time_ns())

    def inputs(
        self,
        function: str,
        value: float,
        range_: float,
        wiring: str,
        *,
        impedance_auto: bool,
        at_ns: int | None,
        frequency_hz: float = 0.0,
    ) -> Inputs:
        """Return the drawn inputs of a point, settled and warm."""
        config = self._network.config.wirings.get(wiring)
        if config is None:
            raise UnknownTruthError(
                f'The bench has no wiring "{wiring}"',
                where="wirings",
                way_out=closest(wiring, self._network.config.wirings),
            )
        meter = self._network.devices.get(config.meter)
        if not isinstance(meter, ElectricalMeter):
            raise self._missing("meter", config.meter, ElectricalMeter)
        calibrator = self._network.devices.get(config.source)
        connection = electrical.of(self._network).connection(config)
        point = SourcePoint(0.0, 0.0, 0.0)
        if isinstance(calibrator, ElectricalSource):
            point = calibrator.source_point(function, value, frequency_hz=frequency_hz)
        loading = meter.loading_s(range_, impedance_auto=impedance_auto) if function == "dcv" else 0.0
        test = meter.test_current_a(range_) if function in ("res2w", "res4w") else 0.0
        true = value + point.error
        if function == "dcv":
            fed = electrical.Feed(voltage_v=true if calibrator else None, source_ohm=point.source_ohm)
            true = electrical.voltage(fed, connection, loading) or 0.0
        elif function == "acv" and isinstance(meter, AlternatingMeter):
            loading, farad = meter.alternating_load()
            fed = electrical.Feed(voltage_v=true, source_ohm=point.source_ohm, frequency_hz=frequency_hz)
            true = electrical.alternating_voltage(fed, connection, loading, farad) or 0.0
        elif test:
            true = true / (1.0 + true * connection.leakage_s) + connection.emf_v / test
            true += connection.leads_ohm if function == "res2w" else 0.0
        error = self.true_error(config.meter, function, range_, true, at_ns, frequency_hz=frequency_hz)
        if isinstance(meter, Compares):
            error += meter.connection_error(function, range_, true, wiring)
        return Inputs(
            point.error,
            point.z,
            connection.emf_v,
            connection.leads_ohm if calibrator else 0.0,
            point.source_ohm,
            loading,
            connection.leakage_s if calibrator else 0.0,
            test,
            true,
            error,
        )

    def _indicates(self, name: str) -> Indicates:
        device = self._network.devices.get(name)
        if not isinstance(device, Indicates):
            raise self._missing("meter", name, Indicates)
        return device

    def _missing(self, what: str, name: str, protocol: type[object]) -> UnknownTruthError:
        """Return the error that names the instruments which could answer."""
        fitting = [key for key, other in self._network.devices.items() if isinstance(other, protocol)]
        return UnknownTruthError(
            f'The bench has no {what} "{name}"', where="instruments", way_out=closest(name, fitting)
        )
