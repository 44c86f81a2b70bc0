"""Models of errors of indication under pressure; each is used as it stands for propagation and Monte Carlo.

The height is that of the unit's reference level above the standard's; `column` is the weight of gas or
liquid that is heavier than the air, per metre (EURAMET cg-17: (rho - rho_air) g).
"""

from __future__ import annotations

__all__ = ["G", "column_pa_per_m", "difference", "liquid_pa_per_m", "loop_error", "mean_error"]

X = float  # stands for whatever is propagated: a float, samples, a traced value, a pint quantity

G = 9.80665  # m/s2, normal
_R = 8.314462618
_NITROGEN, _AIR = 0.0280134, 0.0289652  # kg/mol


def column_pa_per_m(
    gauge_pa: float, kelvin: float, *, medium: str = "nitrogen", air_pa: float = 101_325.0
) -> float:
    """Return what a metre of gas weighs beyond a metre of air, in Pa/m, by the ideal gas.

    Example:
        >>> round(0.1 * column_pa_per_m(700e3, 293.15), 1)
        7.9
    """
    molar = _NITROGEN if medium == "nitrogen" else _AIR
    return ((gauge_pa + air_pa) * molar - air_pa * _AIR) / (_R * kelvin) * G


def liquid_pa_per_m(density: float, *, air: float = 1.2) -> float:
    """Return what a metre of a liquid weighs beyond a metre of air, in Pa/m; densities in kg/m3.

    Example:
        >>> round(0.1 * liquid_pa_per_m(914.0), 1)
        895.2
    """
    return (density - air) * G


def mean_error(
    *,
    indication: X,
    noise: X,
    resolution: X,
    reading: X,
    zero: X,
    repeatability: X,
    reproducibility: X,
    hysteresis: X,
    applied: X,
    standard: X,
    column: X,
    height: X,
) -> X:
    """Return the error of the mean of up and down; of a single reading by the inputs."""
    shown = indication + noise + resolution + reading + zero + repeatability + reproducibility + hysteresis
    return shown - (applied + standard - column * height)


def loop_error(
    *,
    indication: X,
    noise: X,
    meter: X,
    resolution: X,
    zero: X,
    repeatability: X,
    reproducibility: X,
    hysteresis: X,
    applied: X,
    standard: X,
    column: X,
    height: X,
    slope: X,
    start: X,
) -> X:
    """Return the error of a loop current: measured less 4 mA and the share of 16 mA that the pressure is."""
    made = indication + noise + meter + resolution + zero + repeatability + reproducibility + hysteresis
    return made - (start + slope * (applied + standard - column * height))


def difference(*, down: X, up: X, noise: X, resolution: X, reading: X) -> X:
    """Return hysteresis at a pressure: indication on the way down less that on the way up."""
    return down - up + noise + resolution + reading
