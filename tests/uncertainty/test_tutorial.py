"""Every example of the tutorial runs and prints what the page says."""

import doctest
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "tutorial-uncertainty.md"


def test_tutorial_prints_what_it_says():
    outcome = doctest.testfile(
        str(PAGE), module_relative=False, optionflags=doctest.ELLIPSIS, encoding="utf-8"
    )
    assert outcome.attempted > 40
    assert outcome.failed == 0
