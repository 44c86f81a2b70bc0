"""Everything the terminal always says has a Chinese text, written in the catalogue."""

from __future__ import annotations

import ast
import gettext
import math
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import calibrator.cli
from calibrator.cli import _checks, main
from calibrator.cli._budget import budget_text
from calibrator.cli._format import width
from calibrator.cli._operator import _HEADINGS
from calibrator.cli._words import _LOCALES, words
from calibrator.evaluation._summary import VERDICTS
from calibrator_uncertainty import BudgetLine, BudgetResult

FOLDER = Path(calibrator.cli.__file__).parent
# Words that reach the terminal out of events and rows, not as literals.
FROM_DATA = (
    *VERDICTS,
    *_HEADINGS.values(),
    *(
        "live",
        "simulated",
        "typed",
        "file",
        "simulated operator",
        "failed",
        "marginal",
        "noisy",
        "unsettled",
        "jump",
    ),
    *("completed", "stopped", "interrupted", "open"),
    *("validated", "NOT validated"),
    *("wait", "settle", "read", "warm-up", "self-test", "proof", "prompt", "point", "review", "close"),
    *("reading", "error", "U", "limit", "settled", "not settled"),
    *("id", "opened at", "mode", "procedure", "uut", "serial", "state", "verdict", "exit code"),
    *("version", "title", "models", "document", "status", "approved", "manufacturer", "model", "driver"),
    *("accuracy table", "roles", "role", "filled by", "asset", "certificate", "issued", "due", "laboratory"),
    *("has no address", "as the file says"),
    *("go on where it stopped", "write the certificate", "do not touch; try again to make it safe"),
    *("the uncertainty budget of a point", "recompute everything from the recorded readings"),
    "what would be done, with what, and why",
    *(
        "ports",
        "encoding",
        "system",
        "packages",
        "plug-ins",
        "clock",
        "fonts",
        "home",
        "disk",
        "lab",
        "lock",
        "record",
    ),
    *(*_checks._STATES.values(), *_checks.CHECK_VERDICTS.values(), _checks.NONE, "check"),
    *(
        "in force",
        "no longer in force",
        "not in force yet",
        "edition",
        "conditions",
        "ratio",
        "points",
        "mpe",
    ),
    *(
        "sequence",
        "rounding",
        "decision",
        "unverified",
        "number",
        "effective",
        "state",
        "title",
        "folder",
        "hash",
        "kind",
    ),
    *("opening", "closing", "stated", "history", "collecting"),
    *("quantity", "value", "distribution", "dof", "sensitivity", "contribution", "share"),
    *("constant", "normal", "rectangular", "triangular", "arcsine", "trapezoidal", "exponential"),
    *(
        "guard-band-u",
        "guard-80",
        "simple",
        "seen",
        "checked",
        "derived",
        "memory_high",
        "memory_medium",
        "memory_low",
    ),
    *("artefact", "yes", "no", "standby", "operate", "no answer", "gone", "seen by a person", "none"),
)
SAME_IN_BOTH = {"U", "id"}


def literals() -> Iterator[tuple[str, str]]:
    """Yield every text that a module of the command line hands to the translator."""
    for path in sorted(FOLDER.glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
                name = getattr(node.func, "id", getattr(node.func, "attr", ""))
                text = node.args[0].value
                if name in {"say", "_say"} and isinstance(text, str):
                    yield path.name, text


def test_every_text_of_the_terminal_is_in_the_catalogue() -> None:
    chinese = words("zh")
    texts = {text for _, text in literals()} | set(FROM_DATA)
    assert len(texts) > 60
    missing = sorted(text for text in texts - SAME_IN_BOTH if chinese(text) == text)
    assert not missing


# Of the terminal and the same in both: commands and data that stand in a line as they are.
AS_THEY_ARE = {"TCPIP0::127.0.0.1::", "::SOCKET", "yellow", "calibrator: ", 'secret = "'}
# Commands for those who write procedures, whose reports are in English.
FOR_AUTHORS = {"_prove.py", "_new.py"}
HEADINGS_OF_JSON = {"name", "resource", "traffic", "model", "serial", "bus"}


def spoken(node: ast.AST) -> Iterator[str]:
    """Yield the texts in an argument that no translator is handed."""
    translators = {"say", "_say", "words"}
    if isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) in translators:
        return
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    if isinstance(node, ast.Subscript):
        return  # the name of a value
    for child in ast.iter_child_nodes(node):
        yield from spoken(child)


def test_nothing_is_said_past_the_translator() -> None:
    """Each literal that echo or a prompt gets went through `say`; help and errors are in English."""
    found = []
    for path in sorted(path for path in FOLDER.glob("*.py") if path.name not in FOR_AUTHORS):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "attr", "") in ("echo", "prompt", "confirm"):
                texts = (text for argument in node.args for text in spoken(argument))
                found += [f"{path.name}:{node.lineno} {t!r}" for t in texts if re.search("[A-Za-z]{3,}", t)]
    allowed = {repr(text) for text in AS_THEY_ARE | HEADINGS_OF_JSON | {"certificate"}}
    assert not [line for line in found if line.partition(" ")[2] not in allowed]


# What other rooms put into sentences that the terminal prints as they come.
SENTENCES = (
    *("record/_chain.py", "record/_verify.py", "record/_heads.py", "record/_kept.py"),
    *("evidence/check_bundle.py", "evidence/_verify_bundle.py", "evidence/_anchor.py"),
    *("certificates/_readback.py", "certificates/_examine.py"),
)


def sentences(path: Path) -> Iterator[str]:
    """Yield the sentences of a module that are yielded, returned or kept as `what`, a 7 for each value."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Raise):
            continue
        given: list[ast.AST] = []
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") in ("what", "said"):
            given = [node.value]
        elif isinstance(node, ast.Yield | ast.Return) and node.value is not None:
            given = [node.value, *getattr(node.value, "elts", ())]
        elif isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "append":
            given = [*node.args]
        for item in given:
            if isinstance(item, ast.JoinedStr):
                yield "".join(str(getattr(part, "value", "7")) if isinstance(part, ast.Constant) else "7"
                              for part in item.values)  # fmt: skip
            elif isinstance(item, ast.Constant) and isinstance(item.value, str):
                yield item.value


def test_what_other_rooms_say_in_sentences_is_known_by_its_key() -> None:
    chinese = words("zh")
    texts = [(name, text) for name in SENTENCES for text in sentences(FOLDER.parent / name)]
    wanted = [(name, text) for name, text in texts if len(re.findall("[a-z]{3,}", text)) > 2]
    assert len(wanted) > 30
    assert not [pair for pair in wanted if chinese(pair[1]) == pair[1] and pair[1] not in COMPOSED]


# Sentences with a word of ours in the place of a value; every one that can come of them has a key of its own.
COMPOSED = {
    "The row 7 of the table 7 7: it differs from the events",
    "The outside log of heads, 7, was gone at event 7 of the register",
    "7 deleted and the later ones renumbered",
    "the seal7 is not sound: 7",
}


@pytest.mark.parametrize(
    "text",
    [
        *(f"The row 7 of the table 7 {how}: it differs from the events"
          for how in ("is missing", "was put in", "was changed")),
        "The outside log of heads, x, was gone at event 7 of the register, and nobody has recorded why",
        *(f"{one} deleted{how}" for one in ("Event 7 was", "Events 7 to 9 were")
          for how in ("", " and the later ones renumbered")),
        *("the seal is not sound: x", "the seal of CN=x is not sound: revoked"),
        *("Event 7 is no event of this record", "Event 7 was changed after it was written"),
        *("Event 7 was moved here: it is event 8 of x", "Event 7 has columns that differ from its text"),
    ],
)  # fmt: skip
def test_a_composed_sentence_is_known_too(text: str) -> None:
    assert words("zh")(text) != text


def test_a_value_in_a_sentence_is_kept_and_a_number_is_a_number() -> None:
    chinese = words("zh")
    assert chinese("Events 50 to 51 were deleted") == "事件 50 至 51 被删除"
    assert chinese("traceable to nothing") == "traceable to nothing"
    assert chinese("sealed by CN=Lab (revoked)") == "签章者 CN=Lab（已吊销）"


def test_the_key_of_a_file_stays_as_it_is_typed_and_no_blank_is_left_behind_a_word() -> None:
    chinese = words("zh")
    assert chinese('The key "model" is missing') == "缺少键“model”"
    assert chinese("Add model = ….") == "请加入 model = …。"
    told = chinese("The pressure was staged as 1 Pa and is read back as 2 Pa; the output stays in standby")
    assert told == "压力预置为 1 Pa，回读为 2 Pa；输出保持待机"


def test_braces_of_toml_in_a_sentence_are_not_places() -> None:
    told = words("zh")(
        'In both, to = the balance; in "a" artefact = the standard weights and parts = '
        '{ standard = the balance }; in "b" artefact = "c".'
    )
    assert told.endswith('"a" 中 artefact = 标准砝码且 parts = { standard = 天平 }；"b" 中 artefact = "c"。')


def test_places_for_values_are_kept_in_translation() -> None:
    for _, text in literals():
        places = {part.split("}")[0] for part in text.split("{")[1:]}
        chinese = {part.split("}")[0] for part in words("zh")(text).split("{")[1:]}
        assert places == chinese, text


def test_the_compiled_catalogue_is_that_of_its_text() -> None:
    text = (_LOCALES / "zh" / "LC_MESSAGES" / "terminal.po").read_text(encoding="utf-8")
    pairs = re.findall(r'^msgid "(.+)"\nmsgstr "(.+)"$', text, re.MULTILINE)
    written = {key.replace('\\"', '"'): value.replace('\\"', '"') for key, value in pairs}
    with (_LOCALES / "zh" / "LC_MESSAGES" / "terminal.mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)._catalog  # type: ignore[attr-defined]
    assert {key: value for key, value in compiled.items() if key} == written


def test_a_budget_keeps_its_columns_in_chinese() -> None:
    line = BudgetLine("leads", 0.1, "ohm", "rectangular", 0.0577, math.inf, 5e-10, 2.89e-11, 1.0, "", None)
    result = BudgetResult("p", 0.1, "ohm", 1.0, math.inf, 2.0, 2.0, 0.95, "k2", (line,))
    english, chinese = (budget_text(result, words(language)).splitlines() for language in ("en", "zh"))
    for head in ("输入量", "分布", "灵敏系数", "占比"):
        assert head in chinese[1]
    assert "矩形" in chinese[3]
    assert [width(text) for text in chinese] == [width(text) for text in english]


def test_the_terminal_speaks_chinese(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--language", "zh", "list", "instruments", "--home", str(tmp_path)]) == 0
    assert "制造商" in capsys.readouterr().out
    main(["--language", "zh", "doctor", "--home", str(tmp_path)])
    report = capsys.readouterr().out
    assert "当前无进程写入" in report
    assert "nobody" not in report
