"""The physical effects of the bench: each can be scaled, and switched off."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from calibrator_sim._effect_catalogue import CATALOGUE, Effect
from calibrator_sim._errors import BenchFileError, closest

__all__ = ["CATALOGUE", "Effect", "Effects"]


_NAMES = tuple(effect.name for effect in CATALOGUE)


@dataclass(frozen=True, slots=True)
class Effects:
    """How large each effect is: 1 as it is in nature, 0 switched off."""

    standard_error: float = 1.0
    unit_error: float = 1.0
    emf: float = 1.0
    leads: float = 1.0
    leakage: float = 1.0
    loading: float = 1.0
    source_resistance: float = 1.0
    noise: float = 1.0
    hum: float = 1.0
    quantisation: float = 1.0
    settling: float = 1.0
    warm_up: float = 1.0
    drift: float = 1.0
    temperature: float = 1.0
    autozero: float = 1.0
    capacitance: float = 1.0
    crest: float = 1.0
    flicker: float = 1.0
    contact: float = 1.0
    common_mode: float = 1.0
    johnson: float = 1.0
    absorption: float = 1.0
    shunt_heating: float = 1.0
    keying: float = 1.0
    parallax: float = 1.0
    friction: float = 1.0
    open_input: float = 1.0
    line_leak: float = 1.0
    adiabatic: float = 1.0
    head: float = 1.0
    hysteresis: float = 1.0
    creep: float = 1.0
    barometer: float = 1.0
    gradient: float = 1.0
    block_load: float = 1.0
    immersion: float = 1.0
    self_heating: float = 1.0
    inhomogeneity: float = 1.0
    cold_junction: float = 1.0
    ordering: float = 1.0
    eccentricity: float = 1.0
    linearity: float = 1.0
    buoyancy: float = 1.0
    convection: float = 1.0
    evaporation: float = 1.0
    static: float = 1.0
    draft: float = 1.0
    zero_drift: float = 1.0
    load_variation: float = 1.0
    phase: float = 1.0
    jitter: float = 1.0
    hart_ripple: float = 1.0

    @classmethod
    def parse(cls, table: Mapping[str, object], where: str = "simulation.effects") -> Effects:
        """Take the scales of a bench file; `true` and `false` stand for 1 and 0.

        Raises:
            BenchFileError: an unknown effect, or a scale that is not a number from 0 upwards.
        """
        scales: dict[str, float] = {}
        for name, value in table.items():
            if name not in _NAMES:
                raise BenchFileError(
                    f'There is no effect "{name}"',
                    where=f"{where}.{name}",
                    way_out=closest(name, _NAMES),
                    code="unknown-effect",
                )
            if not isinstance(value, (int, float)) or not 0.0 <= float(value) < float("inf"):
                raise BenchFileError(
                    f"The scale of an effect is a number from 0 upwards, not {value!r}",
                    where=f"{where}.{name}",
                    way_out="1 is natural size, 0 or false switches the effect off.",
                    code="bad-value",
                )
            scales[name] = float(value)
        return cls(**scales)
