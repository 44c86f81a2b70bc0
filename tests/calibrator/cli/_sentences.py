"""The sentences that errors and refusals of a module say, read off its source."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

__all__ = ["is_said", "said_in", "texts"]

SAYS = re.compile(r"(Error|Refusal|refused|Missing|Problem|Finding|error|problem|bad)$")
# Errors of the instruments' room are named for their cause.
CAUSES = re.compile(
    r"^(ConnectFailed|ConnectionLost|ReadTimeout|UnexpectedReply|SettlingTimeout|WrongIdentity|BadResource"
    r"|ReplayMismatch|OutOfLimits|Unknown\w+|OutOfRange|ConditionsNotMet|UncomputedAdder|BadTable"
    r"|InterruptedRun|UsageError|BadParameter|ClickException)$"
)
SAID_BY_NAME = ("what", "way_out", "reason", "text")
FEWEST_WORDS = 2


def is_said(text: str) -> bool:
    """Say whether a text is of words at all."""
    return " " in text and len(re.findall("[A-Za-z]{2,}", text)) >= FEWEST_WORDS


def said_in(path: Path) -> Iterator[str]:
    """Yield each line that an error or a refusal of a module may say, a 7 for each value."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    named = dict(_constants(tree.body))
    sayers = set(_passing_on(tree))
    for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
        given: list[ast.AST] = [key.value for key in call.keywords if key.arg in SAID_BY_NAME]
        name = name_of(call.func)
        if SAYS.search(name) or CAUSES.match(name) or name in sayers:
            given += call.args
        for part in given:
            yield from (line for text in texts(part, named) for line in text.split("\n") if is_said(line))


def name_of(function: ast.expr) -> str:
    """Return the last name of what is called."""
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def texts(node: ast.AST, named: dict[str, ast.expr] | None = None) -> Iterator[str]:
    """Yield the texts that stand at a node: of a choice each, of a name of the module its own."""
    known = named or {}
    if isinstance(node, ast.JoinedStr):
        yield "".join(str(p.value) if isinstance(p, ast.Constant) else "7" for p in node.values)
    elif isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp | ast.BoolOp):
        parts = node.values if isinstance(node, ast.BoolOp) else (node.body, node.orelse)
        for part in parts:
            yield from texts(part, known)
    elif isinstance(node, ast.Dict | ast.Tuple | ast.List):
        for part in node.values if isinstance(node, ast.Dict) else node.elts:
            yield from texts(part, known) if part is not None else ()
    elif isinstance(node, ast.Name) and node.id in known:
        yield from texts(known[node.id], {})
    elif isinstance(node, ast.Subscript):
        yield from texts(node.value, known)
    elif isinstance(node, ast.Call) and name_of(node.func) in ("get", "format"):
        yield from texts(node.func.value, known) if isinstance(node.func, ast.Attribute) else ()
        yield from (text for part in node.args[1:] for text in texts(part, known))


def _constants(body: Iterable[ast.stmt]) -> Iterator[tuple[str, ast.expr]]:
    for statement in body:
        if isinstance(statement, ast.Assign | ast.AnnAssign) and statement.value is not None:
            targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
            for target in targets:
                if isinstance(target, ast.Name):
                    yield target.id, statement.value


def _passing_on(tree: ast.Module) -> Iterator[str]:
    """Yield the functions of a module that hand a parameter of theirs to an error as it is."""
    for function in (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)):
        own = {argument.arg for argument in (*function.args.args, *function.args.kwonlyargs)}
        for call in (node for node in ast.walk(function) if isinstance(node, ast.Call)):
            named = [key.value for key in call.keywords if key.arg in SAID_BY_NAME]
            name = name_of(call.func)
            says = bool(SAYS.search(name) or CAUSES.match(name))
            given = [*(call.args[:1] if says else ()), *named]
            if any(isinstance(part, ast.Name) and part.id in own for part in given):
                yield function.name
