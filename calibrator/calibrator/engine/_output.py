"""An output on its way to the staged value: read back, waited for, refused."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from calibrator._errors import RunError
from calibrator_drivers.clock import Clock, Deadline
from calibrator_drivers.roles import Source

__all__ = [
    "Staged",
    "compare",
    "no_part",
    "not_in_standby",
    "nothing_staged",
    "said",
    "too_fast",
    "unreleased",
    "wait_settled",
]

# Shorter than the guard's patience with one exchange; a 5522A settles within 5 s.
SETTLING_TIMEOUT_S = 15.0
_SLOW_S = {"Pa": 600.0, "degC": 14_400.0}  # how long a source's own word is waited for
_LOOK_S = {"Pa": 1.0, "degC": 30.0}  # between two questions
_SAME = 5e-6  # relative; what a display rounds
_SAME_WITHIN = {"Pa": 0.6, "degC": 0.006}  # the last digit of a set-point


@dataclass(frozen=True, slots=True)
class Staged:
    """What was programmed on a part."""

    function: str
    value: Decimal
    unit: str


def compare(read_back: float, staged: Staged, where: str) -> None:
    """Raise `RunError` (code `readback`) where a source holds another value than was staged."""
    value = float(staged.value)
    allowed = _SAME_WITHIN.get(staged.unit, _SAME * max(abs(value), 1e-9))
    if not abs(read_back - value) <= allowed:  # nan too
        raise RunError(
            f"{staged.value:f} {staged.unit} was staged and {read_back:.9g} is read back; the output stays in"
            " standby",
            where=where,
            way_out="Take the instrument out of local control, then: calibrator resume",
            code="readback",
        )


def wait_settled(
    source: Source,
    staged: Staged,
    timeout_s: float | None,
    *,
    pause: Callable[[float, str], None],
    clock: Clock,
    where: str,
) -> None:
    """Wait for a source's own word; a slow one is asked between pauses in which a stop is seen.

    Raises `RunError` (code `not-settled`) for a slow one, `SettlingTimeout` for an electrical one.
    """
    if timeout_s == 0:
        return
    if staged.unit not in _SLOW_S:
        source.wait_settled(SETTLING_TIMEOUT_S if timeout_s is None else timeout_s)
        return
    limit_s = _SLOW_S[staged.unit] if timeout_s is None else timeout_s
    deadline = Deadline.after(clock, limit_s)
    pause(_LOOK_S[staged.unit], "settle")
    while not source.state().settled:
        if deadline.passed():
            raise RunError(
                f"{source.MODEL_ID} did not settle at {staged.value:f} {staged.unit} within {limit_s:g} s",
                where=where,
                way_out="Look for a leak, a draught or a supply that is too low, then repeat the point.",
                code="not-settled",
            )
        pause(_LOOK_S[staged.unit], "settle")


def not_in_standby(asset: str, name: str) -> RunError:
    """Return the error of a source that does not report standby at the end of a point."""
    return RunError(
        f"{asset} does not report standby",
        where=name,
        way_out="Do not touch the terminals.",
        code="not-in-standby",
    )


def nothing_staged(where: str) -> RunError:
    """Return the error of energising nothing."""
    return RunError(
        "nothing was staged, so nothing is energised",
        where=where,
        way_out="Stage a value before `energised()` in the procedure.",
        code="nothing-staged",
    )


def unreleased(staged: Staged, where: str) -> RunError:
    """Return the error of a dangerous level that nobody released."""
    return RunError(
        f"{staged.value:f} {staged.unit} is above the hazard threshold and nobody released it",
        where=where,
        way_out="Answer the hazard prompt of the section first.",
        code="hazard-not-released",
    )


def no_part(part: str, where: str, wiring: str) -> RunError:
    """Return the error of a part that the wiring does not name."""
    if part == "source":
        return RunError(
            "no source stands behind this point",
            where=where,
            way_out='Set standard = "source" in the point table, or stage nothing.',
            code="no-source",
        )
    return RunError(
        f"nothing fills the part {part!r}",
        where=where,
        way_out=f'Name it in the wiring {wiring!r} of the bench file: parts = {{ {part} = "…" }}.',
        code="no-part",
    )


def too_fast(slew: float, fastest: float, where: str, wiring: str) -> RunError:
    """Return the error of a slew that the wiring's weakest part does not allow."""
    return RunError(
        f"a slew of {slew:g} Pa/s is above the {fastest:g} Pa/s of the wiring {wiring!r}",
        where=where,
        way_out="Correct the point table, or slew_pa_per_s in the bench file.",
        code="above-ceiling",
    )


def said(function: str, value: Decimal, unit: str, settings: Mapping[str, float]) -> dict[str, object]:
    """Return what a record says of a staged value: its settings where they say something."""
    what: dict[str, object] = {"function": function, "value": format(value, "f"), "unit": unit}
    for key, setting in settings.items():
        if setting and (key != "amplitude_v" or function == "freq"):
            what[key] = setting
    return what
