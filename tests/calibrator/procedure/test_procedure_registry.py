"""Procedures are found through entry points, by name, with their content hash."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import calibrator.procedure as api
from calibrator._errors import ConfigurationError, UsageError
from calibrator.procedure import available, content_hash, is_approved, load, load_info

SHIPPED = Path(api.__file__).parents[3] / "procedures" / "calibrator_procedures"


def plug(folder: Path, name: str, target: str) -> None:
    """Lay an installed distribution with one entry point into `folder`."""
    info = folder / f"{name}-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n", encoding="utf-8")
    (info / "entry_points.txt").write_text(f"[calibrator.procedures]\n{name} = {target}\n", encoding="utf-8")


def test_unknown_procedure_is_refused_with_the_nearest_names() -> None:
    with pytest.raises(UsageError) as caught:
        load("dnm")
    assert caught.value.code == "unknown-procedure"
    assert caught.value.way_out.startswith("Did you mean dmm")
    assert caught.value.exit_code == 2


def test_a_laboratory_plugs_in_its_own_procedure_unapproved(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "lab_procedures_one.py").write_text(
        "class Info:\n    id = 'own'\nclass Own:\n    info = Info()\nPROCEDURE = Own()\n", encoding="utf-8"
    )
    plug(tmp_path, "own", "lab_procedures_one:PROCEDURE")
    monkeypatch.syspath_prepend(str(tmp_path))
    assert {"dmm", "own"} <= set(available())
    assert load("own").info.id == "own"
    assert not is_approved("dmm", "0" * 64)


@pytest.mark.parametrize("target", ["no_such_module_at_all:PROCEDURE", "json:NO_SUCH_NAME"])
def test_a_procedure_that_cannot_be_imported_names_its_entry_point(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, target: str
) -> None:
    plug(tmp_path, "broken", target)
    monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.raises(ConfigurationError) as caught:
        load("broken")
    assert caught.value.code == "procedure-broken"
    assert target in caught.value.where


def test_a_procedure_under_another_name_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plug(tmp_path, "renamed", "calibrator_procedures.dmm:PROCEDURE")
    monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.raises(ConfigurationError, match="calls itself 'dmm'"):
        load("renamed")


def test_every_shipped_procedure_is_approved_with_its_present_hash() -> None:
    for folder in (path.parent for path in SHIPPED.glob("*/procedure.toml")):
        info = load_info(folder)
        listed = f'{info.id} = "{info.content_hash}"'
        assert is_approved(info.id, info.content_hash), f"after review write into approved.toml: {listed}"


def test_hash_follows_script_and_tables_but_not_line_ends(tmp_path: Path) -> None:
    (tmp_path / "tables").mkdir()
    script, table = tmp_path / "procedure.py", tmp_path / "tables" / "a.toml"
    script.write_bytes(b"one\ntwo\n")
    table.write_bytes(b"x = 1\n")
    first = content_hash(tmp_path)
    script.write_bytes(b"one\r\ntwo\r\n")
    (tmp_path / "README.md").write_text("not part of it", encoding="utf-8")
    assert content_hash(tmp_path) == first
    table.write_bytes(b"x = 2\n")
    assert content_hash(tmp_path) != first
    table.rename(tmp_path / "tables" / "b.toml")
    second = content_hash(tmp_path)
    assert second not in (first, content_hash(tmp_path / "tables"))


def test_head_of_a_procedure_names_file_and_key_of_what_is_wrong(tmp_path: Path) -> None:
    good = (SHIPPED / "dmm" / "procedure.toml").read_text(encoding="utf-8")
    cases = {
        "warm_up_s = 3600": "warmup_s = 3600",
        'rule = "guard-band-u"': 'rule = "guard-band"',
        '"SourceVoltageDC"': '"SourceVoltsDC"',
        "temperature_c = [18, 28]": "temperature_c = [28, 18]",
    }
    for old, new in (
        *cases.items(),
        *(("warm_up_s = 3600", f"warm_up_s = {wrong}") for wrong in ("1e9", "-1", "nan")),
    ):
        (tmp_path / "procedure.toml").write_text(good.replace(old, new), encoding="utf-8")
        with pytest.raises(ConfigurationError) as caught:
            load_info(tmp_path)
        text = good.replace(old, new).splitlines()
        line = text.index(next(item for item in text if new in item))
        assert f"procedure.toml, line {line + 1}" in caught.value.where


def test_importing_and_loading_a_procedure_is_light() -> None:
    code = (
        "import sys; from calibrator.procedure import load; load('dmm').sections('keysight_34401a');"
        "print([m for m in ('numpy','scipy','pint','pyvisa','sqlalchemy','click') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.strip() == "[]"
