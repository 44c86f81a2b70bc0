"""Calibration of energy meters in place, by their pulses at the load that is there."""

from calibrator_procedures.energy_meter.procedure import PROCEDURE, EnergyMeterInPlace

__all__ = ["PROCEDURE", "EnergyMeterInPlace"]
