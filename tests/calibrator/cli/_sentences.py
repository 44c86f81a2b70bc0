"""The sentences that errors and refusals of a module say, read off its source."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
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
Named = Mapping[str, Sequence[ast.expr]]


def is_said(text: str) -> bool:
    """Say whether a text is of words at all."""
    return " " in text and len(re.findall("[A-Za-z]{2,}", text)) >= FEWEST_WORDS


def said_in(path: Path) -> Iterator[str]:
    """Yield each line that an error or a refusal of a module may say, a 7 for each value."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    named = _named(tree)
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


def texts(node: ast.AST, named: Named | None = None) -> Iterator[str]:
    """Yield the texts that stand at a node: of a choice each, of a name of the module all it may be."""
    known = named or {}
    if isinstance(node, ast.JoinedStr):
        yield "".join(str(p.value) if isinstance(p, ast.Constant) else "7" for p in node.values)
    elif isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.Call) and name_of(node.func) in ("get", "format"):
        parts = [getattr(node.func, "value", node.func), *node.args[1:]]
        yield from (text for part in parts for text in texts(part, known))
    else:
        name = name_of(node.func) if isinstance(node, ast.Call) else getattr(node, "id", "")
        rest = {key: value for key, value in known.items() if key != name}  # a name may stand for itself
        yield from (text for part in _parts(node, name, known) for text in texts(part, rest))


def _parts(node: ast.AST, name: str, known: Named) -> Iterable[ast.AST]:
    """Return what a node may stand for."""
    if isinstance(node, ast.IfExp):
        return node.body, node.orelse
    if isinstance(node, ast.BoolOp | ast.Dict):
        return node.values
    if isinstance(node, ast.Tuple | ast.List):
        return node.elts
    if isinstance(node, ast.Subscript):
        return (node.value,)
    return known.get(name, ())


def _named(tree: ast.Module) -> Named:
    """Return what is assigned to each name of a module, in its functions too, and what functions return."""
    found: defaultdict[str, list[ast.expr]] = defaultdict(list)
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            for target in targets:
                for name, value in _pairs(target, node.value):
                    found[name].append(value)
        elif isinstance(node, ast.FunctionDef):
            inside = (one.value for one in ast.walk(node) if isinstance(one, ast.Return))
            found[node.name] += [value for value in inside if value is not None]
    return found


def _pairs(target: ast.expr, value: ast.expr) -> Iterator[tuple[str, ast.expr]]:
    if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
        for one, each in zip(target.elts, value.elts, strict=False):
            yield from _pairs(one, each)
    elif isinstance(target, ast.Name):
        yield target.id, value


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
