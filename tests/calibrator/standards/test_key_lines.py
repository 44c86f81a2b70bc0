"""The line of a key, also in dotted keys, lists of tables, texts and lists of several lines."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from calibrator.standards._lines import key_line

ROOT = Path(__file__).parents[3]

TEXT = '''\
name = "x" # 1
text = """
[not.a.table]
name = "not a key"
"""
list = [
  1, # 7
  "a = b",
  [2],
]
[a.b]
c.d = 1
"quoted.key" = 2
'single' = 3
inline = { one = 1, two = { three = 3 } }
[[point]]
id = 1
[[point]]
id = 2
[point.limits]
low = 1
[[point.more]]
deep = 1
[z]
'''


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("name",), 1),
        (("text",), 2),
        (("list",), 6),
        (("a",), 11),
        (("a", "b"), 11),
        (("a", "b", "c", "d"), 12),
        (("a", "b", "quoted.key"), 13),
        (("a", "b", "single"), 14),
        (("a", "b", "inline", "one"), 15),
        (("a", "b", "inline", "missing"), 15),
        (("a", "b", "missing"), 11),
        (("point", 0), 16),
        (("point", 0, "id"), 17),
        (("point", 1, "id"), 19),
        (("point", 1, "limits", "low"), 21),
        (("point", 1, "more", 0, "deep"), 23),
        (("z", "missing"), 24),
        (("missing",), None),
        ((), None),
    ],
)
def test_the_line_of_a_key(path: tuple[str | int, ...], line: int | None) -> None:
    assert key_line(TEXT, path) == line


def paths(value: Any, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    found = [path] if path and isinstance(path[-1], str) else []
    if isinstance(value, dict):
        for key, item in value.items():
            found += paths(item, (*path, key))
    elif isinstance(value, list) and value and isinstance(value[0], dict):
        for index, item in enumerate(value):
            found += paths(item, (*path, index))
    return found


@pytest.mark.parametrize(
    "file",
    [
        *sorted((ROOT / "docs" / "examples").glob("*.toml")),
        ROOT / "pyproject.toml",
        ROOT / "drivers" / "calibrator_drivers" / "specs" / "fluke_5522a.toml",
    ],
    ids=lambda path: path.name,
)
def test_every_key_of_a_real_file_is_found_on_a_line_that_holds_it(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    lines = text.splitlines()
    for path in paths(tomllib.loads(text)):
        number = key_line(text, path)
        assert number is not None
        assert str(path[-1]) in lines[number - 1]
