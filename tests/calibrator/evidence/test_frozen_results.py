"""A changed evaluation without a new version number fails here.

`frozen/<procedure>.json` holds a record, what its evaluation gave, and the version numbers at that time. The
record is evaluated by the program of today; results may differ only under another version of the procedure or
of the program, and then the file is made anew by `freeze.py` and its difference is reviewed.
"""

from __future__ import annotations

import importlib.util
import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from calibrator import __version__
from calibrator.procedure import available, load

_place = Path(__file__).with_name("freeze.py")
_spec = importlib.util.spec_from_file_location("freeze_results", _place)
assert _spec is not None
assert _spec.loader is not None
freeze = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(freeze)

FILES = sorted(freeze.FOLDER.glob("*.json"))


def differences(then: object, now: object, path: str = "") -> Iterator[str]:
    """Yield what differs: text exactly, exact numbers by 1e-12, tails of probabilities by 1e-9."""
    if isinstance(then, Mapping) and isinstance(now, Mapping):
        for key in sorted({*then, *now}):
            yield from differences(then.get(key), now.get(key), f"{path}.{key}")
    elif isinstance(then, list) and isinstance(now, list) and len(then) == len(now):
        for index, (left, right) in enumerate(zip(then, now, strict=True)):
            yield from differences(left, right, f"{path}[{index}]")
    elif then != now and not _agree(path, then, now):
        yield f"{path}: {then} is now {now}"


def _agree(path: str, then: object, now: object) -> bool:
    if path.endswith(".exact.pfa"):
        left, right = float.fromhex(str(then)), float.fromhex(str(now))
        return math.isclose(left, right, rel_tol=1e-9, abs_tol=1e-15)
    if ".exact." in path:
        return math.isclose(float.fromhex(str(then)), float.fromhex(str(now)), rel_tol=1e-12, abs_tol=0.0)
    return False


def judged(held: Mapping[str, Any], now: object, procedure_version: str, program_version: str) -> list[str]:
    """Return what is wrong: results that differ under the same versions, or a file of former versions."""
    if (held["version"], held["calibrator"]) != (procedure_version, program_version):
        return [f"frozen at {held['version']} and {held['calibrator']}: make it anew"]
    return list(differences(held["results"], now))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_results_change_only_with_a_version_number(file: Path) -> None:
    held, events = freeze.thawed(file)
    version = load(held["procedure"]).info.version
    found = judged(held, freeze.evaluated(events), version, __version__)
    assert not found, (
        f"{held['procedure']} evaluates its frozen record otherwise: raise the version in procedure.toml (or "
        f"of the program, where its mathematics changed), mark **results** in CHANGELOG.md, and then run: "
        f"python {_place.relative_to(Path.cwd()) if _place.is_relative_to(Path.cwd()) else _place} HOME. "
        f"First differences: {found[:3]}"
    )


def test_every_procedure_is_frozen() -> None:
    missing = sorted(set(available()) - {file.stem for file in FILES})
    assert not missing, (
        f"no frozen results of {missing}: run it on the simulated bench in a home of its own, then: "
        "python tests/calibrator/evidence/freeze.py HOME"
    )


def test_the_test_sees_a_changed_evaluation() -> None:
    held, events = freeze.thawed(FILES[0])
    now = freeze.evaluated(events)
    point = next(iter(now.values()))[0]
    assert judged(held, now, held["version"], held["calibrator"]) == []
    exact = point["exact"]["U"]
    point["exact"]["U"] = (float.fromhex(exact) * (1 + 1e-11)).hex()
    (found,) = judged(held, now, held["version"], held["calibrator"])
    assert ".exact.U" in found
    point["exact"]["U"] = exact
    point["k"] = "9.99"
    assert len(judged(held, now, held["version"], held["calibrator"])) == 1
    # a new number allows it, and asks for a new file
    assert judged(held, now, "2.0.0", held["calibrator"]) == [
        f"frozen at {held['version']} and {held['calibrator']}: make it anew"
    ]
