"""Probes in a boring: what they are, how well a standard is known, and which node holds which."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from calibrator_sim._read import Table
from calibrator_sim._thermometry import TYPES

__all__ = ["Drawn", "Known", "Probe", "Well", "parse_probe"]


_KEYS = (
    *("serial", "kind", "depth_mm", "height_mm", "bore", "known", "stem_mm"),
    *("drift_k_per_year", "ordered_k"),
)


@dataclass(frozen=True, slots=True)
class Known:
    """How well a standard is known whose readout converts by its certificate; in kelvins."""

    certificate_k: float  # standard uncertainty of the certificate, normal
    drift_k: float  # since the certificate, half-width
    self_heating_k: float  # difference from that in the certificate's medium, half-width


@dataclass(frozen=True, slots=True)
class Probe:
    """A probe in a boring; passive: its readout gives it a current or reads its voltage."""

    serial: str
    kind: str  # "pt100", or the type of a thermocouple
    depth_mm: float
    height_mm: float  # of the sensor above the bottom of the boring
    bore: int
    known: Known | None = None  # of a standard
    drift_k_per_year: float = 0.0  # half-width, of a Pt100 near 0 degC, from the bench's start on
    ordered_k: float = 0.0  # of type K: what the ordering of its alloy adds at 400 degC
    stem_mm: float = 20.0  # length constant of heat along it: that of a 6 mm steel sheath in a block


@dataclass(frozen=True, slots=True)
class Drawn:
    """The drawn errors of a standard thermometer, shown minus true, in kelvins."""

    certificate: float = 0.0
    drift: float = 0.0
    self_heating: float = 0.0


@dataclass(frozen=True, slots=True)
class Well:
    """The figures of a thermal node: its probes, by member (`readout` or `readout:1`)."""

    probes: Mapping[str, Probe]
    temperature_c: float | None = None  # where no instrument sets it


def parse_probe(entry: Table, name: str) -> Probe:
    """Take one entry of `probes`."""
    entry.allow(_KEYS)
    return Probe(
        entry.text("serial", f"SIM-{name}"),
        entry.choice("kind", "pt100", ("pt100", *TYPES)),
        entry.number("depth_mm", 150.0, low=0.0),
        entry.number("height_mm", 0.0, low=0.0),
        round(entry.number("bore", 0.0, low=0.0)),
        _known(entry.table("known")) if "known" in entry.values else None,
        _of_kind(entry, "drift_k_per_year", "pt100"),
        _of_kind(entry, "ordered_k", "K"),
        entry.number("stem_mm", 20.0, low=1.0),
    )


def _of_kind(entry: Table, key: str, kind: str) -> float:
    """Take a figure that probes of one kind have; another kind with it is refused."""
    value = entry.number(key, 0.0, low=0.0)
    if value and entry.text("kind", "pt100") != kind:
        raise entry.bad(key, f'nothing, where kind is not "{kind}"', value)
    return value


def _known(entry: Table) -> Known:
    entry.allow(("certificate_k", "drift_k", "self_heating_k"))
    return Known(
        entry.number("certificate_k", 0.0, low=0.0),
        entry.number("drift_k", 0.0, low=0.0),
        entry.number("self_heating_k", 0.0, low=0.0),
    )
