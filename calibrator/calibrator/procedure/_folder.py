"""The folder of a procedure: its head and the hash of its content."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, cast, get_args

from calibrator.procedure._registry import load
from calibrator.procedure._regulation import parse_regulation
from calibrator.procedure._toml import Path as KeyPath
from calibrator.procedure._toml import TomlFile
from calibrator.procedure._types import FigureRule, ProcedureInfo, Resume, RuleOffer, Text
from calibrator_drivers.accuracy import Status
from calibrator_drivers.roles import ROLE_NAMES

__all__ = ["content_hash", "load_info", "text_of"]

HEAD = "procedure.toml"
BENCH = "bench"
RULES = (
    *("guard-band-u", "guard-band-u-binary", "guard-80", "simple", "iso14253", "jjf1094", "rss", "z540.3-6"),
    *("pfa-1", "pfa-2", "pfa-2.5", "pfa-5"),
)
_KEYS = (
    *("id", "version", "title", "document", "document_status", "roles", "rule", "resume"),
    *("environment", "warm_up_s", "truth", "budget_kind", "not_tested", "rule_offers", "regulation"),
    "for_models",
    "regulations",
    "base",  # the procedure whose script is used with the tables of this folder
    "figures",
    "adjustment",
)
_ORIGINS = ("accuracy", "resolution", "wiring", "emf", "settings")
_FIGURE = (
    *("kind", "from", "part", "function", "key", "at", "unit", "sections", "factor", "interval", "on_range"),
    *("option", "over"),
)
# what a unit may have in place of the head's
_OWN = ("title", "document", "document_status", "budget_kind", "adjustment")
_SAID = ("title", "adjustment")  # of those, what is told in both languages
_LONGEST_WARM_UP_S = 14 * 86400.0  # oven-controlled quartz after days switched off
_HASHED = (".py", ".toml", ".csv")


def load_info(folder: Path) -> ProcedureInfo:
    """Read `procedure.toml` of a procedure's folder.

    Raises `ConfigurationError` that names file, line and key.
    """
    path = folder / HEAD
    head = TomlFile.parse(path.read_text(encoding="utf-8"), f"{folder.name}/{HEAD}")
    data = head.data
    head.refuse_unknown(data, _KEYS, ())
    environment = head.require(data, "environment", dict, ())
    head.refuse_unknown(environment, ("temperature_c", "humidity_rh"), ("environment",))
    return ProcedureInfo(
        id=head.require(data, "id", str, ()),
        version=head.require(data, "version", str, ()),
        title=text_of(head, data, "title", ()),
        document=head.require(data, "document", str, ()),
        document_status=head.require(data, "document_status", str, ()),
        roles=_roles(head, head.require(data, "roles", dict, ())),
        rule=_one_of(head, data, "rule", (*RULES, "edition")),
        resume=cast("Resume", _one_of(head, data, "resume", get_args(Resume))),
        temperature_c=_band(head, environment, "temperature_c"),
        humidity_rh=_band(head, environment, "humidity_rh"),
        warm_up_s=_warm_up(head, data),
        content_hash=content_hash(folder),
        truth=data.get("truth", ""),
        budget_kind="guideline" if data.get("budget_kind") == "guideline" else "model",
        not_tested=_not_tested(head, data, ()),
        heads=_heads(head, data),
        rule_offers=tuple(
            _rule_offer(head, item, ("rule_offers", number))
            for number, item in enumerate(data.get("rule_offers", ()))
        ),
        regulation=parse_regulation(head, data),
        regulations=_texts(head, data, "regulations"),
        figures=tuple(
            _figure(head, item, ("figures", number)) for number, item in enumerate(data.get("figures", ()))
        ),
        adjustment=text_of(head, data, "adjustment", ()) if "adjustment" in data else None,
        simulated_bench=_text(folder / f"{BENCH}.toml"),
        simulated_benches={
            path.stem.removeprefix(f"{BENCH}-"): _text(path)
            for path in sorted(folder.glob(f"{BENCH}-*.toml"))
        },
    )


def content_hash(folder: Path) -> str:
    """Return the sha256 over every script and table of a procedure, the same on every platform.

    Names and contents are taken in order of the name, with line ends as LF. The hash of a base counts too.
    """
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*"), key=lambda item: item.relative_to(folder).as_posix()):
        if path.suffix in _HASHED and path.is_file():
            content = path.read_bytes().replace(b"\r\n", b"\n")
            name = path.relative_to(folder).as_posix()
            digest.update(f"{name}\n{len(content)}\n".encode())
            digest.update(content)
    base = _base(folder / HEAD)
    if base:  # its script is this one's script
        digest.update(f"{base}\n{load(base).info.content_hash}\n".encode())
    return digest.hexdigest()


def _base(head: Path) -> str:
    """Return which procedure's script a folder uses with its own tables; "" for none."""
    if not head.is_file():
        return ""
    found = TomlFile.parse(head.read_text(encoding="utf-8"), f"{head.parent.name}/{HEAD}")
    return found.require(found.data, "base", str, ()) if "base" in found.data else ""


def text_of(file: TomlFile, table: Mapping[str, Any], key: str, path: KeyPath) -> Text:
    """Read a text `{ en = "...", zh = "..." }`, which must have both languages."""
    value = file.require(table, key, dict, path)
    file.refuse_unknown(value, ("en", "zh"), (*path, key))
    place = (*path, key)
    return Text(en=file.require(value, "en", str, place), zh=file.require(value, "zh", str, place))


def _not_tested(head: TomlFile, table: Mapping[str, Any], path: KeyPath) -> tuple[Text, ...]:
    return tuple(
        text_of(head, {"text": item}, "text", (*path, "not_tested", number))
        for number, item in enumerate(table.get("not_tested", ()))
    )


def _warm_up(head: TomlFile, data: Mapping[str, Any]) -> float:
    """Return the time to warm up in seconds; more than two weeks, or less than none, is a slip of the pen."""
    warm_up_s = head.require(data, "warm_up_s", float, ())
    if not 0 <= warm_up_s <= _LONGEST_WARM_UP_S:  # nan too
        raise head.error(
            f"a warm-up of {warm_up_s:g} s is none that a person could wait for",
            ("warm_up_s",),
            f"Give seconds from 0 to {_LONGEST_WARM_UP_S:g} (14 days, a quartz oscillator's): 1 h is 3600.",
        )
    return warm_up_s


def _heads(head: TomlFile, data: Mapping[str, Any]) -> Mapping[str, Mapping[str, Any]]:
    """Return by model what `[[for_models]]` says in place of the head: each entry names its models."""
    found: dict[str, Mapping[str, Any]] = {}
    for number, table in enumerate(data.get("for_models", ())):
        path: KeyPath = ("for_models", number)
        head.refuse_unknown(table, ("models", *_OWN, "not_tested", "regulations"), path)
        own: dict[str, Any] = {}
        for key in _OWN:
            if key in table:
                own[key] = text_of(head, table, key, path) if key in _SAID else str(table[key])
        if "budget_kind" in own:
            head.refuse_other(own["budget_kind"], ("model", "guideline"), (*path, "budget_kind"))
        if "not_tested" in table:
            own["not_tested"] = _not_tested(head, table, path)
        if "regulations" in table:
            own["regulations"] = _texts(head, table, "regulations", path)
        found |= dict.fromkeys(head.require(table, "models", list, path), own)
    return found


def _roles(head: TomlFile, table: Mapping[str, Any]) -> Mapping[str, tuple[str, ...]]:
    roles: dict[str, tuple[str, ...]] = {}
    for name in table:
        listed = head.require(table, name, list, ("roles",))
        for role in listed:
            head.refuse_other(str(role), ROLE_NAMES, ("roles", name))
        roles[name] = tuple(listed)
    return roles


def _figure(head: TomlFile, table: Mapping[str, Any], path: KeyPath) -> FigureRule:
    """Take one rule that says where a figure of the budgets comes from."""
    head.refuse_unknown(table, _FIGURE, path)
    origin = head.require(table, "from", str, path)
    head.refuse_other(origin, _ORIGINS, (*path, "from"))
    part = head.require(table, "part", str, path) if origin in ("accuracy", "resolution", "emf") else ""
    texts = {
        key: head.require(table, key, str, path) if key in table else ""
        for key in ("function", "key", "at", "unit", "interval", "on_range", "option")
    }
    listed = head.require(table, "sections", list, path) if "sections" in table else []
    return FigureRule(
        kind=head.require(table, "kind", str, path),
        origin=cast("Literal['accuracy', 'resolution', 'wiring', 'emf', 'settings']", origin),
        part=part,
        function=texts["function"],
        key=texts["key"],
        at=texts["at"],
        unit=texts["unit"],
        sections=tuple(str(item) for item in listed),
        factor=head.require(table, "factor", float, path) if "factor" in table else 1.0,
        interval=texts["interval"],
        on_range=texts["on_range"],
        option=texts["option"],
        over=tuple(str(item) for item in head.require(table, "over", list, path)) if "over" in table else (),
    )


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.is_file() else ""


def _rule_offer(head: TomlFile, table: Mapping[str, Any], path: KeyPath) -> RuleOffer:
    head.refuse_unknown(table, ("rule", "models", "source", "status"), path)
    rule, status = head.require(table, "rule", str, path), head.require(table, "status", str, path)
    head.refuse_other(rule, RULES, (*path, "rule"))
    head.refuse_other(status, [str(item) for item in Status], (*path, "status"))
    models = tuple(str(model) for model in head.require(table, "models", list, path))
    return RuleOffer(rule, models, head.require(table, "source", str, path), status)


def _texts(head: TomlFile, table: Mapping[str, Any], key: str, path: KeyPath = ()) -> tuple[str, ...]:
    listed = head.require(table, key, list, path) if key in table else []
    for item in listed:
        if not isinstance(item, str) or not item:
            raise head.error(
                f"{item!r} under {key!r} is no text", (*path, key), "Write a list of texts.", "wrong-type"
            )
    return tuple(listed)


def _one_of(head: TomlFile, table: Mapping[str, Any], key: str, allowed: tuple[str, ...]) -> str:
    value = str(head.require(table, key, str, ()))
    head.refuse_other(value, allowed, (key,))
    return value


def _band(head: TomlFile, table: Mapping[str, Any], key: str) -> tuple[float, float]:
    band = head.require(table, key, list, ("environment",))
    if len(band) != 2 or not band[0] < band[1]:
        raise head.error(
            f"{key!r} is {band!r}", ("environment", key), "Write [lowest, highest].", "wrong-band"
        )
    return float(band[0]), float(band[1])
