"""The catalogue of physical effects: what each does, how large it is, and how well that is known.

Statuses are those of the reference tables: `memory_medium` is a magnitude that is believed, not read.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["CATALOGUE", "Effect"]


@dataclass(frozen=True, slots=True)
class Effect:
    """One effect: what it does, how large it is, and how well that is known."""

    name: str
    what: str
    magnitude: str
    status: str


CATALOGUE: tuple[Effect, ...] = (
    Effect(
        "standard_error",
        "error of the calibrator's output: z times its limit at the point, one z a range row",
        "accuracy table, by the row's treat_as",
        "as the row",
    ),
    Effect(
        "unit_error",
        "gain and offset error of a unit under test, drawn from a named population",
        "accuracy table, 1 year",
        "as the row",
    ),
    Effect("emf", "thermal EMF of the connection, one draw a wiring", "wirings.NAME.emf_v", "as the file"),
    Effect(
        "leads",
        "resistance of both leads, one draw a wiring",
        "wirings.NAME.lead_resistance_ohm",
        "as the file",
    ),
    Effect(
        "leakage", "leakage across the resistance", "up to 1 / wirings.NAME.insulation_ohm", "as the file"
    ),
    Effect(
        "loading",
        "the meter's input conductance loads source and leads",
        "10 Mohm within 1 %, or up to 1e-10 S where high impedance is chosen",
        "memory_high",
    ),
    Effect(
        "source_resistance", "output resistance of the source", "50 ohm on the 330 mV range", "as the row"
    ),
    Effect(
        "noise",
        "white noise of a reading, falling with the square root of the integration time",
        "0.15 to 1.2 ppm of range at 10 power line cycles",
        "memory_medium",
    ),
    Effect(
        "hum",
        "power line hum, rejected by 60 dB where whole cycles are integrated",
        "20 uV on leads, 1 mV on an open input",
        "memory_medium",
    ),
    Effect(
        "quantisation",
        "a reply steps by the remote resolution",
        "accuracy table, remote_resolution_of_range",
        "as the row",
    ),
    Effect(
        "settling",
        "the output goes to its value with one time constant; settled when 1 % of its limit is left",
        "0.25 s; after standby 2 ms",
        "memory_medium",
    ),
    Effect(
        "warm_up",
        "error of a cold instrument that decays",
        "5 ppm with 1200 s (meter), 10 ppm with 300 s (calibrator)",
        "memory_medium",
    ),
    Effect("drift", "the unit's gain goes on drifting", "up to 5 ppm a year", "memory_medium"),
    Effect(
        "temperature",
        "the unit's gain and offset follow the room away from 23 degC",
        "up to the accuracy table's coefficients",
        "as the row",
    ),
    Effect(
        "autozero",
        "offset that stays when autozero is off",
        "up to 2 ppm of range + 5 uV",
        "memory_medium",
    ),
    Effect(
        "capacitance",
        "capacitance of meter and leads loads source and leads at high frequency",
        "100 pF each",
        "memory_high",
    ),
    Effect(
        "crest",
        "a true-rms meter is wrong for waveforms with a crest factor above that of a sine",
        "up to 0.05 % of reading at a crest factor of 2, 0.4 % at 5",
        "memory_medium",
    ),
    Effect(
        "flicker",
        "noise that a longer integration does not reduce: a quarter of its power at the usual one",
        "beyond 10 power line cycles (3458A: beyond 100)",
        "memory_medium",
    ),
    Effect(
        "contact",
        "resistance of the contacts, another for each connection; two wires see it",
        "wirings.NAME.contact_ohm",
        "as the file",
    ),
    Effect(
        "common_mode",
        "voltage of both terminals against earth, rejected by 140 dB",
        "wirings.NAME.common_mode_v",
        "as the file",
    ),
    Effect(
        "johnson",
        "thermal noise of the source and its leads, from 1 kohm on; that of a resistance is in the meter's",
        "sqrt(4 k T R B)",
        "memory_high",
    ),
    Effect(
        "absorption",
        "insulation takes charge after a wiring is connected: a high resistance reads low at first, for 1 s",
        "wirings.NAME.absorption, at 100 Mohm",
        "as the file",
    ),
    Effect(
        "shunt_heating",
        "the current warms the meter's shunt, part of the truth",
        "units.NAME.shunt_heating_ppm_per_w",
        "as the file",
    ),
    Effect(
        "keying",
        "a person mistypes an indication: digits change places, sign or point are left out",
        "1 % of first looks, no second look",
        "memory_low",
    ),
    Effect(
        "parallax",
        "a pointer is read aslant",
        "up to 0.2 of a division",
        "memory_medium",
    ),
    Effect(
        "friction",
        "a pointer sticks on its way until its case is tapped",
        "half to all of 0.1 % of the span",
        "memory_medium",
    ),
    Effect(
        "open_input", "an open voltage input wanders", "up to 5 mV (> 10 Gohm), 20 uV (10 Mohm)", "memory_low"
    ),
    Effect(
        "line_leak",
        "a line whose controller is off leaks",
        "nodes.NAME.leak_per_min",
        "as the file",
    ),
    Effect(
        "adiabatic",
        "gas that was compressed fast cools and its pressure falls",
        "0.1 to 1 % of a step, 10 s",
        "memory_medium",
    ),
    Effect(
        "head",
        "column of gas between reference levels",
        "nodes.NAME.heights_m",
        "memory_high",
    ),
    Effect(
        "hysteresis",
        "elastic and resistive elements lag behind: play between up and down",
        "up to a third of a gauge's figure, half of a block's, 10 mK of a Pt100",
        "memory_medium",
    ),
    Effect(
        "creep",
        "an elastic element goes on moving after a step",
        "0.01 % of the step a decade of 10 s",
        "memory_medium",
    ),
    Effect(
        "barometer",
        "the air's pressure swings",
        "100 Pa in 12 h",
        "memory_medium",
    ),
    Effect(
        "gradient",
        "axial and radial inhomogeneity of a block or bath, one draw a serial",
        "accuracy table",
        "as the row",
    ),
    Effect(
        "block_load",
        "probes in a block take heat away",
        "accuracy table",
        "memory_medium",
    ),
    Effect(
        "immersion",
        "a probe that is not deep enough sees the room",
        "exp(-depth / 20 mm)",
        "memory_high",
    ),
    Effect(
        "self_heating",
        "the measuring current warms a resistance probe",
        "2 mK at 1 mA",
        "memory_medium",
    ),
    Effect(
        "inhomogeneity",
        "a thermocouple's wires are not the same everywhere: another error for another depth",
        "up to 0.05 % of the voltage",
        "memory_medium",
    ),
    Effect(
        "cold_junction",
        "error of a readout's own cold junction",
        "up to 0.1 K",
        "memory_medium",
    ),
    Effect(
        "ordering",
        "type K that was kept at 300 to 500 degC reads high between 200 and 600 degC",
        "nodes.NAME.probes.NAME.ordered_k",
        "as the file",
    ),
    Effect(
        "eccentricity",
        "a load off the centre of the pan",
        "accuracy table",
        "as the row",
    ),
    Effect(
        "linearity",
        "the curve of a balance between zero and full load",
        "accuracy table",
        "as the row",
    ),
    Effect(
        "buoyancy",
        "the air carries a part of the weight",
        "air density, 8000 kg/m3",
        "memory_high",
    ),
    Effect(
        "convection",
        "a weight that is warmer than the air seems lighter",
        "0.1 mg for 200 g and 2 K",
        "memory_low",
    ),
    Effect(
        "evaporation",
        "a load loses mass while it lies on the pan",
        "weights' evaporates_mg_min",
        "as the file",
    ),
    Effect(
        "static",
        "the charge of a load pulls it down, and goes with 10 min",
        "weights' charge_mg",
        "as the file",
    ),
    Effect(
        "draft",
        "air moves while a draft shield is open",
        "1 mg",
        "memory_medium",
    ),
    Effect(
        "zero_drift",
        "the zero of a balance wanders",
        "up to 0.1 mg a minute and 0.5 mg in all",
        "memory_medium",
    ),
    Effect(
        "load_variation",
        "a live load fluctuates",
        "nodes.NAME.variation",
        "as the file",
    ),
    Effect(
        "phase",
        "phase error between voltage and current inputs",
        "up to 0.05 degrees",
        "memory_medium",
    ),
    Effect(
        "jitter",
        "a pulse comes early or late",
        "units.NAME.pulse_jitter_s",
        "as the file",
    ),
    Effect(
        "hart_ripple",
        "what a meter keeps of the tones of a HART frame while it is sent",
        "up to 1 uA",
        "memory_medium",
    ),
)
