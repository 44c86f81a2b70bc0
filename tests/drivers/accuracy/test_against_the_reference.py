"""Each row of the reference collection beside the checkout, where there is one, held against our tables.

A row whose note or conditions hold an adder is completed as data (`computed`, an option of its own, a figure
in which it is summed), or refused when it is used (METROLOGY 11).
"""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from calibrator_drivers.accuracy import RangeRow, list_tables, load_table

SPEC = Path(__file__).resolve().parents[4] / "shared" / "reference" / "spec"
ABSENT = pytest.mark.skipif(not SPEC.is_dir(), reason="the reference collection is not beside this checkout")
FIGURES = ("coef_reading_ppm", "coef_range_ppm", "floor", "counts")
ADDER = re.compile(
    r"\b(add|adds|added|multipl\w*|doubles?|doubled|times|plus|increas\w*|derat\w*)\b", re.IGNORECASE
)
NO_DRIVER_HERE = {  # instruments of the collection that the product neither drives nor calibrates
    "druck_dpi610", "fluke_1594a", "fluke_2700g", "fluke_289", "fluke_5500a", "fluke_702", "fluke_9190a",
    "fluke_9500b", "keithley_dmm6500", "radian_rd31", "siglent_sdm3055",
}  # fmt: skip
# Adders that are told without a word of ours: (model, function), and the figures that hold them.
TOLD_OTHERWISE = {
    ("yokogawa_wt310", "energy"): "1000 ppm, 1000 of the integration and 200 of the timer: 2200 ppm",
    ("yokogawa_wt310", "ac_power"): "0.2 % times tan phi is the option `pf 0.5`, which is the unknown state",
    ("keysight_33220a", "ac_amplitude_vpp"): "the row holds at 1 kHz alone, where there is no flatness",
}


def _rows(model: str) -> list[dict[str, Any]]:
    return list(tomllib.loads((SPEC / f"{model}.toml").read_text(encoding="utf-8"))["row"])


def _near(ours: float, theirs: float) -> bool:
    return abs(ours - theirs) <= 1e-9 * max(abs(theirs), 1e-12)


def _at(model: str, row: dict[str, Any]) -> list[RangeRow]:
    """Return our rows at the place of a row of the collection."""
    low_hz, high_hz = row.get("freq_low_hz", 0.0), row.get("freq_high_hz", 0.0)
    if row["unit"] == "Hz" and (low_hz, high_hz) == (row["range_low"], row["range_high"]):
        low_hz = high_hz = 0.0  # the frequency is the value itself
    return [
        ours
        for ours in load_table(model).rows
        if (ours.function, ours.interval, ours.range_low)
        == (row["function"], row["interval"], row["range_low"])
        and _near(ours.range_high, row["range_high"])
        and (ours.freq_low_hz, ours.freq_high_hz) == (low_hz, high_hz)
    ]


def _same(ours: RangeRow, row: dict[str, Any]) -> bool:
    return ours.status.value == row["status"] and all(
        _near(getattr(ours, name), row.get(name, 0.0)) for name in FIGURES
    )


def _models() -> list[str]:
    found = sorted(path.stem for path in SPEC.glob("*.toml")) if SPEC.is_dir() else []
    return [model for model in found if model not in NO_DRIVER_HERE] or ["none"]


@ABSENT
def test_every_instrument_of_the_collection_has_a_table_or_is_named_here() -> None:
    assert {path.stem for path in SPEC.glob("*.toml")} - set(list_tables()) == NO_DRIVER_HERE


@ABSENT
@pytest.mark.parametrize("model", _models())
def test_each_row_is_here_with_its_figures_and_its_status(model: str) -> None:
    missing = [
        (row["function"], row["interval"], row["range_high"])
        for row in _rows(model)
        if not any(_same(ours, row) for ours in _at(model, row))
        and (model, row["function"]) not in TOLD_OTHERWISE
    ]
    assert missing == []


@ABSENT
@pytest.mark.parametrize("model", _models())
def test_each_row_whose_text_adds_something_is_completed_or_refused(model: str) -> None:
    for row in _rows(model):
        text = f"{row.get('note', '')} {row.get('conditions', '')}"
        if not ADDER.search(text) or (model, row["function"]) in TOLD_OTHERWISE:
            continue
        found = _at(model, row)
        assert found, row["function"]
        assert all(ours.computed or ours.uncomputed for ours in found), (row["function"], text)


def test_what_is_told_otherwise_is() -> None:
    def ppm(model: str, function: str, option: str | None = None) -> set[float]:
        rows = load_table(model).rows
        return {row.coef_reading_ppm for row in rows if (row.function, row.option) == (function, option)}

    assert ppm("yokogawa_wt310", "energy") == {1000.0 + 1000.0 + 200.0}
    (worse,) = ppm("yokogawa_wt310", "ac_power", "pf 0.5")
    assert worse == pytest.approx(1000.0 + 2000.0 * 3.0**0.5, abs=1.0)  # tan(acos 0.5)
    only = [row for row in load_table("keysight_33220a").rows if row.function == "ac_amplitude_vpp"]
    assert [(row.freq_low_hz, row.freq_high_hz) for row in only] == [(1000.0, 1000.0)]
