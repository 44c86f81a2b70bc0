"""Every limit printed in a document that the packaged tables can be held against.

34401A: service guide chapter 4, page 69 (and, for DC volts, data sheet 5968-0162EN); 5522A: operators
manual table 7-3, page 7-7; 77 IV: calibration information page 12.
"""

from __future__ import annotations

import pytest

from calibrator_drivers.accuracy import State, Status, load_table

# model, function, value, range, frequency in Hz, interval, printed limit, rounding of the printed table
PRINTED = """
keysight_34401a dcv 0.1 0.1 - 24h 6e-06 -
keysight_34401a dcv 0.1 0.1 - 90d 7.5e-06 -
keysight_34401a dcv 0.1 0.1 - 1y 8.5e-06 -
keysight_34401a dcv 1 1 - 24h 2.6e-05 -
keysight_34401a dcv 1 1 - 90d 3.7e-05 -
keysight_34401a dcv 1 1 - 1y 4.7e-05 -
keysight_34401a dcv 10 10 - 24h 0.00019 -
keysight_34401a dcv 10 10 - 90d 0.00025 -
keysight_34401a dcv 10 10 - 1y 0.0004 -
keysight_34401a dcv -10 10 - 24h 0.00019 -
keysight_34401a dcv -10 10 - 90d 0.00025 -
keysight_34401a dcv -10 10 - 1y 0.0004 -
keysight_34401a dcv 100 100 - 24h 0.0026 -
keysight_34401a dcv 100 100 - 90d 0.0041 -
keysight_34401a dcv 100 100 - 1y 0.0051 -
keysight_34401a dcv 1000 1000 - 24h 0.026 -
keysight_34401a dcv 1000 1000 - 90d 0.045 -
keysight_34401a dcv 1000 1000 - 1y 0.055 -
keysight_34401a res4w 100 100 - 24h 0.006 -
keysight_34401a res4w 100 100 - 90d 0.012 -
keysight_34401a res4w 100 100 - 1y 0.014 -
keysight_34401a res4w 1000 1000 - 24h 0.025 -
keysight_34401a res4w 1000 1000 - 90d 0.09 -
keysight_34401a res4w 1000 1000 - 1y 0.11 -
keysight_34401a res4w 10000 10000 - 24h 0.25 -
keysight_34401a res4w 10000 10000 - 90d 0.9 -
keysight_34401a res4w 10000 10000 - 1y 1.1 -
keysight_34401a res4w 100000 100000 - 24h 2.5 -
keysight_34401a res4w 100000 100000 - 90d 9 -
keysight_34401a res4w 100000 100000 - 1y 11 -
keysight_34401a res4w 1e+06 1e+06 - 24h 30 -
keysight_34401a res4w 1e+06 1e+06 - 90d 90 -
keysight_34401a res4w 1e+06 1e+06 - 1y 110 -
keysight_34401a res4w 1e+07 1e+07 - 24h 1600 -
keysight_34401a res4w 1e+07 1e+07 - 90d 2100 -
keysight_34401a res4w 1e+07 1e+07 - 1y 4100 -
keysight_34401a res4w 1e+08 1e+08 - 24h 310000 -
keysight_34401a res4w 1e+08 1e+08 - 90d 810000 -
keysight_34401a res4w 1e+08 1e+08 - 1y 810000 -
keysight_34401a dci 0.01 0.01 - 24h 1.5e-06 -
keysight_34401a dci 0.01 0.01 - 90d 5e-06 -
keysight_34401a dci 0.01 0.01 - 1y 7e-06 -
keysight_34401a dci 0.1 0.1 - 24h 1.4e-05 -
keysight_34401a dci 0.1 0.1 - 90d 3.5e-05 -
keysight_34401a dci 0.1 0.1 - 1y 5.5e-05 -
keysight_34401a dci 1 1 - 24h 0.00056 -
keysight_34401a dci 1 1 - 90d 0.0009 -
keysight_34401a dci 1 1 - 1y 0.0011 -
keysight_34401a dci 2 3 - 24h 0.0026 -
keysight_34401a dci 2 3 - 90d 0.003 -
keysight_34401a dci 2 3 - 1y 0.003 -
fluke_5522a dcv 0 0.33 - 90d 1e-06 1e-07
fluke_5522a dcv 0.329 0.33 - 90d 5.9e-06 1e-07
fluke_5522a dcv -0.329 0.33 - 90d 5.9e-06 1e-07
fluke_5522a dcv 0 3.3 - 90d 2e-06 1e-06
fluke_5522a dcv 1 3.3 - 90d 1.1e-05 1e-06
fluke_5522a dcv -1 3.3 - 90d 1.1e-05 1e-06
fluke_5522a dcv 3.29 3.3 - 90d 3.2e-05 1e-06
fluke_5522a dcv -3.29 3.3 - 90d 3.2e-05 1e-06
fluke_5522a dcv 0 33 - 90d 2e-05 1e-05
fluke_5522a dcv 10 33 - 90d 0.00012 1e-05
fluke_5522a dcv -10 33 - 90d 0.00012 1e-05
fluke_5522a dcv 32.9 33 - 90d 0.00035 1e-05
fluke_5522a dcv -32.9 33 - 90d 0.00035 1e-05
fluke_5522a dcv 50 330 - 90d 0.0009 0.0001
fluke_5522a dcv 329 330 - 90d 0.0051 0.0001
fluke_5522a dcv -50 330 - 90d 0.0009 0.0001
fluke_5522a dcv -329 330 - 90d 0.0051 0.0001
fluke_5522a dcv 334 1020 - 90d 0.007 0.001
fluke_5522a dcv 900 1020 - 90d 0.015 0.001
fluke_5522a dcv 1020 1020 - 90d 0.017 0.001
fluke_5522a dcv -334 1020 - 90d 0.007 0.001
fluke_5522a dcv -900 1020 - 90d 0.015 0.001
fluke_5522a dcv -1020 1020 - 90d 0.017 0.001
fluke_77iv res2w 500 - - 1y 2.7 -
fluke_77iv res2w 50000 - - 1y 260 -
fluke_77iv res2w 5e+06 - - 1y 26000 -
fluke_77iv res2w 1e+07 - - 1y 210000 -
fluke_77iv res2w 4e+07 - - 1y 810000 -
fluke_77iv acv 5 - 45.0 1y 0.102 -
fluke_77iv acv 5 - 1000.0 1y 0.102 -
fluke_77iv acv 50 - 45.0 1y 1.02 -
fluke_77iv acv 50 - 1000.0 1y 1.02 -
fluke_77iv acv 500 - 45.0 1y 10.2 -
fluke_77iv acv 500 - 1000.0 1y 10.2 -
fluke_77iv acv 1000 - 45.0 1y 22 -
fluke_77iv acv 1000 - 1000.0 1y 22 -
fluke_77iv freq 50000 - - 1y 60 -
"""

# what the printed figures hold for: at reference temperature, soon after the zero calibration
WITHIN = State(temperature_c=23.0, hours_since_zero=1.0, temperature_change_since_zero_c=0.0)

POINTS = [line.split() for line in PRINTED.strip().splitlines()]


def _number(text: str) -> float | None:
    return None if text == "-" else float(text)


@pytest.mark.parametrize("point", POINTS, ids=lambda point: "-".join(point[:6]))
def test_a_printed_limit_is_what_the_table_gives(point: list[str]) -> None:
    model, function, value, range_high, frequency, interval, printed, rounding = point
    limit = load_table(model).limit(
        function,
        float(value),
        range_high=_number(range_high),
        frequency_hz=_number(frequency) or 0.0,
        interval=interval,
        state=WITHIN,
    )
    # a table printed to a resolution agrees within half a digit of it
    tolerance = 0.5001 * float(rounding) if rounding != "-" else 1e-9 * float(printed)
    assert limit.half_width == pytest.approx(float(printed), abs=tolerance)
    assert limit.interval == interval
    if model != "fluke_77iv":  # whose coefficients were fitted to these limits
        assert limit.status.decides_live


def test_all_comparisons_of_the_three_documents_are_here() -> None:
    by_model = {model: sum(point[0] == model for point in POINTS) for model in {point[0] for point in POINTS}}
    assert by_model == {"keysight_34401a": 51, "fluke_5522a": 23, "fluke_77iv": 14}


def test_a_fitted_table_is_marked_derived() -> None:
    assert load_table("fluke_77iv").limit("res2w", 500.0).status is Status.DERIVED
