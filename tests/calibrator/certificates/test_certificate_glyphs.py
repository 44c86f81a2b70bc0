"""Which characters the fonts hold."""

from __future__ import annotations

from pathlib import Path

import pytest

from calibrator.certificates import Certificate
from calibrator.certificates._glyphs import check_glyphs, coverage, extra_font, missing_characters
from calibrator.certificates._pdf import FONTS
from calibrator.certificates._view import view


def gb2312(first_row: int, last_row: int) -> set[str]:
    """The characters of GB/T 2312 by rows (区), from the codec of the standard library."""
    found = set()
    for row in range(first_row, last_row + 1):
        for cell in range(1, 95):
            try:
                found.add(bytes((0xA0 + row, 0xA0 + cell)).decode("gb2312"))
            except UnicodeDecodeError:
                continue
    return found


def test_all_of_gb_2312_has_a_glyph() -> None:
    wanted = gb2312(1, 87)
    assert len(wanted) == 7445  # 682 symbols and 6763 hanzi
    assert missing_characters(sorted(wanted)) == frozenset()


def test_the_bold_face_holds_the_characters_in_common_use() -> None:
    wanted = gb2312(16, 55)
    assert len(wanted) == 3755  # level 1
    assert wanted <= coverage(FONTS / "CalibratorSansSC-Bold.otf")


def test_the_symbols_of_the_trade_have_a_glyph() -> None:
    assert missing_characters("Ω µ μ ± ≤ ≥ × · ° − – ‰ √ ν ✓ ∞ ² ℃ ÄÖÜßéñçŠž") == frozenset()


def test_a_character_that_is_mapped_to_nothing_is_found() -> None:
    assert missing_characters({"a": ["x", ("镕", {"b": "\U00020000"})]}) == frozenset("镕\U00020000")


def test_line_breaks_need_no_glyph() -> None:
    assert missing_characters("a\nb\tc") == frozenset()


@pytest.mark.parametrize("language", ["en", "zh", "both"])
def test_the_bold_face_holds_all_that_the_catalogue_sets_in_bold(
    whole_simulated: Certificate, language: str
) -> None:
    seen = view(whole_simulated, language)
    bold = coverage(FONTS / "CalibratorSansSC-Bold.otf") | coverage(FONTS / "CalibratorSans-Bold.ttf")
    headings = [seen["title"], seen["statement"], seen["first_clauses"], seen["clauses"], seen["figures"]]
    used = {character for text in _strings(headings) for character in text}
    assert used - bold - {"\n"} == set()


def _strings(value: object) -> list[str]:
    if isinstance(value, str):
        return [value]
    children = value.values() if isinstance(value, dict) else value if isinstance(value, list | tuple) else ()
    return [text for child in children for text in _strings(child)]


def test_fonts_carry_their_licence_and_stay_small() -> None:
    assert "SIL OPEN FONT LICENSE Version 1.1" in (FONTS / "OFL.txt").read_text(encoding="utf-8")
    assert sum(path.stat().st_size for path in FONTS.iterdir()) < 3_000_000


def test_the_extra_package_is_used_for_what_lies_outside() -> None:
    pytest.importorskip("noto_cjk_sans_otc", reason="the extra zh is not installed")
    extra = extra_font()
    assert extra is not None
    assert check_glyphs(["朱镕基"]) == extra
    assert check_glyphs(["校准"]) is None


def test_a_file_that_is_no_font_covers_nothing(tmp_path: Path) -> None:
    (tmp_path / "x.otf").write_bytes(b"OTTO" + bytes(60))
    assert coverage(tmp_path / "x.otf") == frozenset()
