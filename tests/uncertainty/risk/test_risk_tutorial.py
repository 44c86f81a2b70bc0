"""Every example of the conformity tutorial runs and prints what the page says."""

import doctest
from pathlib import Path

PAGE = Path(__file__).parents[3] / "docs" / "tutorial-conformity.md"


def test_tutorial_prints_what_it_says():
    found = doctest.testfile(str(PAGE), module_relative=False, encoding="utf-8")
    assert found.attempted > 60
    assert found.failed == 0
