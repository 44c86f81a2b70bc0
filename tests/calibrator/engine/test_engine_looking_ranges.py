"""On which ranges a meter looks whether its terminals are safe (METROLOGY 2)."""

from __future__ import annotations

import pytest

from calibrator.engine._levels import looking_ranges
from calibrator_drivers.accuracy import load_table


@pytest.mark.parametrize(
    ("model", "ranges"),
    [
        ("keysight_34401a", (1000.0, 3.0)),
        ("keysight_34461a", (1000.0, 3.0)),  # 10 A has a terminal of its own, where no lead is
        ("fluke_8846a", (1000.0, 3.0)),
        ("fluke_87v", (1000.0, 0.4)),  # 10 A shows 10 mA a count: a bad unit's zero is no current
        ("fluke_179", (1000.0, 0.4)),
        ("vaisala_ptu300", (1000.0, 1.0)),
    ],
)
def test_the_highest_range_at_the_terminal_that_can_tell_ten_milliamperes(
    model: str, ranges: tuple[float, float]
) -> None:
    assert looking_ranges(load_table(model)) == ranges
