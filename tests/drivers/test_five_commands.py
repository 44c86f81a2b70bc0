"""The page's five-command instrument with its wire test is 40 lines, and runs."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from calibrator_drivers import OutOfLimits, ReplayMismatch
from calibrator_drivers.clock import RealClock
from calibrator_drivers.commands import commands_of
from calibrator_drivers.replay import scripted

PAGE = Path(__file__).parents[2] / "docs" / "transports.md"


def _example() -> str:
    found = re.search(
        r"<!-- run by .*? -->\n```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL
    )
    assert found is not None
    return found[1]


@pytest.fixture
def example() -> dict[str, Any]:
    names: dict[str, Any] = {"__name__": "example"}
    exec(compile(_example(), str(PAGE), "exec"), names)
    return names


def test_five_commands_and_their_wire_test_are_forty_lines_that_run(example: dict[str, Any]) -> None:
    assert len(_example().splitlines()) <= 40
    assert len(commands_of(example["Load"])) == 5
    example["test_the_wire"]()


def test_the_wire_test_can_fail(example: dict[str, Any]) -> None:
    with pytest.raises(ReplayMismatch, match="MODE CC"), scripted([("MODE CP", None)]) as session:
        example["Load"](session, RealClock()).draw(1.0)
    with pytest.raises(OutOfLimits), scripted([("MODE CC", None)]) as session:
        example["Load"](session, RealClock()).draw(31.0)
