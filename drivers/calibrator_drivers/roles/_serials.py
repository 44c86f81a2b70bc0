"""When a serial that an instrument tells is the one of the bench file."""

from __future__ import annotations

__all__ = ["same_serial"]


def same_serial(told: str, expected: str) -> bool:
    """Say whether both are of one instrument.

    An identity that has room for digits only (HART, Modbus) tells those of a simulated serial, without
    its letters and leading zeros.

    Example:
        >>> same_serial("C2QA01234V", "C2QA01234V"), same_serial("7", "SIMTX0007"), same_serial("7", "TX0007")
        (True, True, False)
    """
    if told == expected:
        return True
    digits = "".join(char for char in expected if char.isdigit())
    return expected.startswith("SIM") and told.isdigit() and bool(digits) and int(told) == int(digits)
