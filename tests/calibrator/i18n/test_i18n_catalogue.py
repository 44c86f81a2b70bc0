"""The Chinese catalogue is whole, compiled, and its places agree."""

from __future__ import annotations

import ast
import gettext
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import calibrator.i18n
from calibrator._errors import UsageError
from calibrator.i18n import LANGUAGES, bilingual, translator
from calibrator.i18n._compile import compile_catalogues, mo_bytes, po_entries
from calibrator.procedure import Text

PACKAGE = Path(calibrator.i18n.__file__).parent.parent
FOLDER = PACKAGE / "i18n" / "locales" / "zh" / "LC_MESSAGES"


def entries() -> list[tuple[str, str]]:
    return po_entries((FOLDER / "calibrator.po").read_text(encoding="utf-8"))


def spoken() -> Iterator[tuple[str, str]]:
    """Yield (file, text) for every fixed text that documents say."""
    for path in (PACKAGE / "certificates").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and _speaks(node.func) and node.args:
                first = node.args[0]
                if isinstance(first, ast.Constant) and isinstance(first.value, str):
                    yield path.name, first.value


def _speaks(function: ast.expr) -> bool:
    if isinstance(function, ast.Name):
        return function.id in ("say", "bilingual")
    return isinstance(function, ast.Attribute) and function.attr in ("say", "line")


def test_the_compiled_catalogue_is_that_of_the_source() -> None:
    assert len(entries()) > 100
    assert (FOLDER / "calibrator.mo").read_bytes() == mo_bytes(entries())


def test_gettext_reads_back_what_was_compiled(tmp_path: Path) -> None:
    folder = tmp_path / "zh" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    source = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\n# why\nmsgid "b \\"q\\"\\n"\n'
    source += '"more"\nmsgstr "乙\\n"\n\nmsgid "a"\nmsgstr "甲"'
    (folder / "calibrator.po").write_text(source, encoding="utf-8")
    assert compile_catalogues(tmp_path) == [folder / "calibrator.mo"]
    catalogue = gettext.translation("calibrator", tmp_path, languages=["zh"])
    assert catalogue.gettext("a") == "甲"
    assert catalogue.gettext('b "q"\nmore') == "乙\n"


def test_no_text_stands_twice_and_none_is_empty() -> None:
    found = entries()
    assert len({msgid for msgid, _ in found}) == len(found)
    assert [msgid for msgid, msgstr in found if not msgstr] == []


def test_every_fixed_text_has_a_translation() -> None:
    known = dict(entries())
    assert sorted({f"{file}: {text}" for file, text in spoken() if text not in known}) == []


def test_tables_of_texts_have_translations() -> None:
    from calibrator.certificates import (
        _deviations,
        _figure_tables,
        _reasons,
        _repeat_table,
        _results,
        _session,
        _statements,
        _tables,
        _view,
    )

    known = dict(entries())
    tables = [
        _results.FUNCTION_TITLES, _statements.INTERVALS, dict.fromkeys(_statements.VERDICTS),
        _tables.STATUS_WORDS, _figure_tables.KINDS, _tables._ROUTES, _session.STATES, _session.BASES,
        dict.fromkeys((_session.NONE, *_reasons.ORDER)),
        _view._PASSES, _view._HOW, _view._PREPARATION,
        _deviations.CHECKS, _tables.NO_NUMBER_WORDS, dict.fromkeys(_repeat_table.REASONS),
    ]  # fmt: skip
    texts = {str(text) for table in tables for text in (table.values() if any(table.values()) else table)}
    assert texts - set(known) == set()


def test_places_to_fill_are_the_same_in_both_languages() -> None:
    for msgid, msgstr in entries():
        if msgid:
            assert sorted(re.findall(r"{\w*}", msgid)) == sorted(re.findall(r"{\w*}", msgstr)), msgid


def test_chinese_is_chinese_and_english_is_the_key() -> None:
    assert LANGUAGES == ("en", "zh")
    assert translator("en")("pass") == "pass"
    assert translator("zh")("pass") == "通过"
    assert translator("zh")("a text that nobody translated") == "a text that nobody translated"


def test_a_bilingual_value_fills_each_language_with_its_own() -> None:
    text = bilingual("maker's specification, {interval}", interval=Text("1 year", "1 年"))
    assert text == Text("maker's specification, 1 year", "制造商技术指标，1 年")


def test_braces_in_a_value_are_not_places() -> None:
    assert bilingual("Decision rule {rule}.", rule="{x}").en == "Decision rule {x}."


def test_another_language_is_refused() -> None:
    with pytest.raises(UsageError) as caught:
        translator("de")
    assert caught.value.code == "unknown-language"
