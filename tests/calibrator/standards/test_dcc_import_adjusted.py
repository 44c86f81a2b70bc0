"""Whether a standard was adjusted at its calibration is stated, asked and recorded: a history hangs on it."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest

from calibrator._home import Home
from calibrator.cli import main
from calibrator.standards import Certificate, Register
from calibrator.standards.imports import read_dcc
from calibrator.standards.imports._read import _list
from calibrator_drivers.clock import RealClock

NAME = "dcc_gp_temperature_typical_v12.xml"
KEPT = ["standards", "import", "--asset", "T-01", "--due", "2030-01-01", "--kind", "error"]
STATED = ["--function", "temp_rtd", "--model", "fluke_1529", "--traceability", "SI through PTB"]


class Terminal(io.StringIO):
    """What a person types."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def home(tmp_path: Path) -> Home:
    (tmp_path / "home").mkdir()
    return Home(tmp_path / "home")


@pytest.fixture
def two(schemas: Path, tmp_path: Path) -> tuple[Path, Path]:
    """Return the certificates of two years of one thermometer."""
    content = (schemas / "examples" / NAME).read_bytes()
    files = tmp_path / "C-1.xml", tmp_path / "C-2.xml"
    for file, year in zip(files, (b"2024", b"2025"), strict=True):
        named = content.replace(b"1957-08", year + b"-08")
        file.write_bytes(named.replace(b"GP_DCC_temperature_typical_1.2", file.stem.encode()))
    return files


def take(home: Home, file: Path, *more: str) -> int:
    return main([*KEPT, *STATED, str(file), "--home", str(home.path), *more])


def newest(home: Home) -> Certificate:
    with home.open_record(RealClock(), write=False) as record:
        return Register(record).certificates("T-01")[-1]


@pytest.mark.parametrize(
    ("stated", "kept"), [((), None), (("--adjusted", "no"), False), (("--adjusted", "yes"), True)]
)
def test_what_is_stated_is_recorded(
    home: Home, two: tuple[Path, Path], stated: tuple[str, ...], kept: bool | None
) -> None:
    assert take(home, two[0]) == 0
    assert take(home, two[1], *stated) == 0
    assert (newest(home).number, newest(home).adjusted) == ("C-2", kept)


def test_at_a_terminal_it_is_asked_where_there_is_a_former_certificate(
    home: Home, two: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", Terminal(""))
    assert take(home, two[0]) == 0  # nothing before it: nothing to ask
    assert newest(home).adjusted is None
    monkeypatch.setattr("sys.stdin", Terminal("maybe\nno\n"))
    assert take(home, two[1]) == 0
    assert "Was it adjusted at this calibration, since C-1" in capsys.readouterr().out
    assert newest(home).adjusted is False


@pytest.mark.parametrize("status", ["beforeAdjustment", "afterAdjustment", "beforeRepair", "afterRepair"])
def test_what_the_certificate_says_itself_goes_before_what_is_stated(
    home: Home, two: tuple[Path, Path], status: str, capsys: pytest.CaptureFixture[str]
) -> None:
    file = two[1]
    content, count = re.subn(
        rb"(</dcc:description>)(\s*<dcc:data>)",
        rb"\1<dcc:status>" + status.encode() + rb"</dcc:status>\2",
        file.read_bytes(),
        count=1,
    )
    assert count == 1
    file.write_bytes(content)
    as_found = ("--reason", "as-found=it was repaired and is used no more")
    line = read_dcc(content, "").adjusted
    assert b"<dcc:influenceCondition" in content.splitlines()[line - 1]
    assert take(home, file, *as_found, "--adjusted", "no") == 2
    told = capsys.readouterr().err
    assert "The certificate says that it was adjusted or repaired" in told
    assert f"C-2.xml, line {line})" in told
    assert take(home, file, *as_found) == 0
    assert newest(home).adjusted is True


def test_what_was_not_said_is_said_later_for_a_reason(
    home: Home, two: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    assert take(home, two[1]) == 0
    assert take(home, two[1], "--adjusted", "no") == 2
    assert "--reason correction=TEXT" in capsys.readouterr().err
    assert newest(home).adjusted is None
    why = ("--reason", "correction=the cover says so, it was overlooked")
    assert take(home, two[1], "--adjusted", "no", *why) == 0
    assert (newest(home).adjusted, newest(home).correction) == (False, why[1].partition("=")[2])
    two[1].write_bytes(two[1].read_bytes().replace(b"0.061", b"0.062"))
    assert take(home, two[1], "--adjusted", "no", *why) == 2  # what others wrote is not corrected here
    assert "Ask the laboratory which of the two holds" in capsys.readouterr().err


def test_only_the_blanks_of_xml_part_a_list() -> None:
    assert _list(" 1\t2\r\n3 ") == ("1", "2", "3")
    assert _list("1\u00a02 3\u2003\u20284") == ("1\u00a02", "3\u2003\u20284")
    assert _list(None) == ()


def test_a_number_beside_a_no_break_space_is_no_number(
    home: Home, two: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    old, new = b"0.072 0.089", "0.072\u00a00.089".encode()
    content = two[0].read_bytes()
    assert old in content
    two[0].write_bytes(content.replace(old, new))
    assert take(home, two[0], "--reason", "unsound=x") == 2
    assert "0.072" in capsys.readouterr().err
    assert not home.record_path.exists() or not register_holds(home)


def register_holds(home: Home) -> bool:
    with home.open_record(RealClock(), write=False) as record:
        return bool(Register(record).certificates())
