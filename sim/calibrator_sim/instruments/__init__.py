"""Simulated instruments: each a model (physics, no strings) with a personality (commands)."""

from __future__ import annotations

from calibrator_sim.instruments._catalogue import CATALOGUE, Entry, device_class, find_model, model_names
from calibrator_sim.instruments._device import Device, Outputs, World
from calibrator_sim.instruments._line import GPIB_LIKE, Framing, SerialLine
from calibrator_sim.instruments._protocols import HartDevice, HartSlave, ModbusDevice, ModbusError, Registers
from calibrator_sim.instruments._text import TextDevice

__all__ = [
    "CATALOGUE",
    "GPIB_LIKE",
    "Device",
    "Entry",
    "Framing",
    "HartDevice",
    "HartSlave",
    "ModbusDevice",
    "ModbusError",
    "Outputs",
    "Registers",
    "SerialLine",
    "TextDevice",
    "World",
    "device_class",
    "find_model",
    "model_names",
]
