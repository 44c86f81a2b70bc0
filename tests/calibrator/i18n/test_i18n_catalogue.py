"""The Chinese catalogue is whole, compiled, and its places agree."""

from __future__ import annotations

import ast
import gettext
import re
import tomllib
from collections.abc import Iterator, Mapping
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest

import calibrator.i18n
import calibrator_drivers
import calibrator_procedures
from calibrator._errors import UsageError
from calibrator.certificates import _kind_words, _tables
from calibrator.evaluation._summary import VERDICTS
from calibrator.i18n import LANGUAGES, bilingual, translator
from calibrator.i18n._compile import compile_catalogues, mo_bytes, po_entries
from calibrator.procedure import Text

PACKAGE = Path(calibrator.i18n.__file__).parent.parent
FOLDER = PACKAGE / "i18n" / "locales" / "zh" / "LC_MESSAGES"


def entries() -> list[tuple[str, str]]:
    return po_entries((FOLDER / "calibrator.po").read_text(encoding="utf-8"))


# Texts that come by a variable: what is handed over, and where it is taken from.
BY_VARIABLE = {
    "_adjusted.py: v": "VERDICTS of the evaluation",
    "_deviations.py: known": "CHECKS",
    "_left_out.py: title": "FUNCTION_TITLES",
    "_legend.py: word": "STATUS_WORDS",
    "_measured.py: result.verdict": "VERDICTS of the evaluation",
    "_origins.py: title": "FUNCTION_TITLES",
    "_recorded_curves.py: head": "_PARAMETER, _VALUE and _U",
    "_recorded_curves.py: name": "names of parameters that a procedure gives in words",
    "_repeat_table.py: reason": "REASONS",
    "_repeat_table.py: version.verdict": "VERDICTS of the evaluation",
    "_results.py: known": "FUNCTION_TITLES",
    "_statements.py: known": "INTERVALS",
    "_statements.py: status": "STATUS_WORDS",
    "_statements.py: text": "ORDER of the reasons",
    "_statements.py: words[policy]": "literals of the function",
    "_tables.py: _verdict(result, simulated=simulated)": "VERDICTS and `undetermined by rule`",
    "_tables.py: first": "PAIRS, and literals of the function",
    "_tables.py: place": "POSITIONS",
    "_tables.py: result.verdict": "VERDICTS of the evaluation",
    "_tables.py: second": "PAIRS, and literals of the function",
    "_tables.py: text": "_MARKS",
    "_view.py: verdict": "VERDICTS of the evaluation",
}
NO_TRANSLATORS = {"_words.py", "_declarations.py", "_curve_plots.py"}  # pass on, or are called alike
FILLED_LATER = {"Page {page} of {pages}"}  # by the typesetter
FIXED_IN_FUNCTIONS = (  # literals that reach the translator by a variable of their function
    *("Indication", "Reference", "Measured value", "undetermined by rule", "Parameter", "Value"),
    *("Standard uncertainty u", "U is rounded upward.", "mean deviation", "allan deviation"),
    "by {how}, {share}",
    "U is rounded to the nearest, upward where it would become more than 5 % smaller.",
)


def calls() -> Iterator[tuple[Path, ast.Call]]:
    """Yield every call that hands a text to the translator of documents."""
    for path in sorted((PACKAGE / "certificates").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and _speaks(node.func) and node.args:
                yield path, node


def handed(path: Path, call: ast.Call) -> list[str]:
    """Return the fixed texts at a call: literals, both sides of a choice, entries of a table of the room."""
    named = {name: value for name, value in vars(module_of(path)).items() if isinstance(value, dict | str)}
    return list(texts_at(call.args[0], named))


def module_of(path: Path) -> ModuleType:
    return import_module(".".join(("calibrator", *path.relative_to(PACKAGE).with_suffix("").parts)))


def texts_at(node: ast.AST, named: Mapping[str, object]) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from (*texts_at(node.body, named), *texts_at(node.orelse, named))
    elif isinstance(node, ast.Name):
        yield from leaves(named.get(node.id))
    elif isinstance(node, ast.Subscript):
        yield from texts_at(node.value, named)
    elif isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "get":
        yield from texts_at(node.func.value, named)  # type: ignore[attr-defined]
    elif isinstance(node, ast.Call) and getattr(node.func, "id", "") == "of_kind":
        word = str(ast.literal_eval(node.args[1]))
        yield from (word, _kind_words._VERIFIED[word])


def leaves(value: object) -> Iterator[str]:
    """Yield the texts of a table, or of a table of tables."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | tuple | list):
        for part in value.values() if isinstance(value, dict) else value:
            yield from leaves(part)


def spoken() -> Iterator[tuple[str, str]]:
    """Yield (file, text) for every fixed text that documents say."""
    for path, call in calls():
        yield from ((path.name, text) for text in handed(path, call))


def _speaks(function: ast.expr) -> bool:
    if isinstance(function, ast.Name):
        return function.id in ("say", "bilingual")
    return isinstance(function, ast.Attribute) and function.attr in ("say", "line")


def test_a_text_that_comes_by_a_variable_is_known_to_be_in_the_catalogue() -> None:
    found = {
        f"{path.name}: {ast.unparse(call.args[0])}"
        for path, call in calls()
        if not handed(path, call) and path.name not in NO_TRANSLATORS
    }
    assert found == set(BY_VARIABLE)
    known = dict(entries())
    behind = {
        *VERDICTS,
        *FIXED_IN_FUNCTIONS,
        *leaves(vars(_tables)["PAIRS"]),
        *(text for _, text in _tables._MARKS.values()),
    }
    assert behind - set(known) == set()


def test_a_fixed_text_is_filled_with_what_it_has_places_for() -> None:
    for path, call in calls():
        names = {key.arg for key in call.keywords}
        if isinstance(call.args[0], ast.Constant) and path.name not in NO_TRANSLATORS and None not in names:
            text = str(call.args[0].value)
            assert names == set(re.findall(r"{(\w+)}", text)) or text in FILLED_LATER, text


def test_the_scan_sees_the_texts_and_finds_one_without_chinese() -> None:
    assert len(set(spoken())) > 250
    call = ast.parse('say("Nobody has ever translated this" if x else TABLE[x])').body[0].value  # type: ignore[attr-defined]
    found = list(texts_at(call.args[0], {"TABLE": {"a": "nor this"}}))
    assert found == ["Nobody has ever translated this", "nor this"]
    assert not set(found) & set(dict(entries()))


def written() -> Iterator[tuple[str, str, str]]:
    """Yield (place, English, Chinese) of every pair that a module writes out itself as `Text`."""
    for package in (
        PACKAGE,
        Path(calibrator_procedures.__file__).parent,
        Path(calibrator_drivers.__file__).parent,
    ):
        for path in sorted(package.rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Text":
                    pair = [*node.args, *(key.value for key in node.keywords)][:2]
                    said = ["".join(_literal(part)) for part in pair]
                    if len(said) == 2 and re.search("[a-z]{3,} [a-z]{2,}|[a-z]{6,}", said[0]):
                        yield f"{path.name}:{node.lineno}", said[0], said[1]


def _literal(node: ast.AST) -> Iterator[str]:
    parts = node.values if isinstance(node, ast.JoinedStr) else [node]
    return (str(p.value) for p in parts if isinstance(p, ast.Constant))


def test_a_pair_of_texts_in_a_module_has_chinese_in_its_second_place() -> None:
    found = list(written())
    assert len(found) > 80
    assert [one for one in found if one[1] and not re.search("[\u4e00-\u9fff]", one[2])] == []


def test_every_english_text_of_a_table_file_has_chinese_beside_it() -> None:
    found = [pair for package in (PACKAGE, Path(calibrator_procedures.__file__).parent)
             for path in sorted(package.rglob("*.toml"))
             for pair in pairs(tomllib.loads(path.read_text(encoding="utf-8")), path.name)]  # fmt: skip
    assert len(found) > 550
    assert [pair for pair in found if not re.search("[\u4e00-\u9fff]", pair[2])] == []


def pairs(value: object, place: str) -> Iterator[tuple[str, str, str]]:
    if isinstance(value, dict):
        if isinstance(value.get("en"), str):
            yield place, value["en"], str(value.get("zh", ""))
        for part in value.values():
            yield from pairs(part, place)
    elif isinstance(value, list):
        for part in value:
            yield from pairs(part, place)


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
