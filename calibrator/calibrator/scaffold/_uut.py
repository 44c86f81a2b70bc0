"""A further model of a known kind: a point table, an accuracy table and a bench, and no Python of its own."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from importlib.metadata import entry_points
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path

from calibrator._errors import UsageError
from calibrator.plugins import plugged
from calibrator.procedure import available, load
from calibrator.scaffold._write import check_id, free_id, lay
from calibrator_drivers.accuracy import list_tables, load_table
from calibrator_drivers.registry import driver_ids

__all__ = ["write_uut"]

_SCRIPT = '''"""{base} for a further model, with the tables of this folder."""

from __future__ import annotations

from pathlib import Path

from calibrator.procedure import load

__all__ = ["PROCEDURE"]

PROCEDURE = type(load("{base}"))(Path(__file__).parent)
'''
_MODEL = """# A model that speaks as another one does: driver and, on simulated benches, twin are that one's.
id = "{model}"
like = "{like}"
"""
_README = """# {own}

The procedure {base} for the model {model}, begun from the tables of {like}.

1. `tables/{model}.toml`: replace points and limits, and name document and page; every limit is `memory_low`
   until then and decides nothing on a live bench.
2. `accuracy/{model}.toml`, where it is here: replace the figures of the maker's specification.
3. `calibrator plan {own} --uut {model} --sim`, then `calibrator run {own} --uut {model} --sim`.
4. `calibrator procedures approve FOLDER --by NAME`; until then every output says that it was not approved.
"""


def write_uut(folder: Path, model: str, base: str, like: str = "") -> Path:
    """Write a folder that brings procedure `base` for a further model; return it.

    `like` is the model whose tables are the beginning; "" is the procedure's first.

    Raises:
        UsageError: `not-an-id`, `id-is-there`, `unknown-procedure`, `unknown-uut`, `model-is-there`,
            `folder-not-empty`.
    """
    procedure = load(base)
    models = procedure.models()
    if check_id(model) in models:
        raise UsageError(
            f"the procedure {base!r} has a point table for {model!r} already",
            where="MODEL",
            way_out=f"Run it: calibrator run {base} --uut {model}.",
            code="model-is-there",
        )
    like = _like(like, base, models)
    own = free_id(f"{base}_{model}", "procedure", available())
    source = _folder_of(base)
    contents = {
        "procedure.toml": _head(source, base, own, (like, model)),
        **_scripts(source, base, own),
        f"tables/{model}.toml": _unread(_table(source, like).replace(f'"{like}"', f'"{model}"')),
        "README.md": _README.format(own=own, base=base, model=model, like=like),
        **_benches(source, like, model),
    }
    if model not in driver_ids():
        contents["model.toml"] = _MODEL.format(model=model, like=like)
    if model not in list_tables():
        contents[f"accuracy/{model}.toml"] = _own(_accuracy(like).replace(f'"{like}"', f'"{model}"'), model)
    return lay(folder / own, contents)


def _like(text: str, base: str, models: Sequence[str]) -> str:
    """Return the id of the model that is meant, by id or as the maker writes it; the first for ""."""
    if not text:
        return models[0]
    for name in models:
        if text.casefold() in (name.casefold(), load_table(name).model.casefold()):
            return name
    raise UsageError(
        f"the procedure {base!r} has no point table for {text!r}",
        where="--like",
        way_out=f"It has tables for {', '.join(models)}.",
        code="unknown-uut",
    )


def _own(text: str, model: str) -> str:
    """Return an accuracy table under the model's name, its maker to be named: documents print both."""
    text = re.sub(r'(?m)^manufacturer = ".*"$', 'manufacturer = "to be named"', text, count=1)
    text = re.sub(r'(?m)^model = ".*"$', f'model = "{model}"', text, count=1)
    return _unread(re.sub(r'(?m)^title = ".*"$', f'title = "{model}"', text, count=1))


def _folder_of(base: str) -> Path:
    """Return the folder of an installed procedure: that of the module its entry point names."""
    (point,) = entry_points(group="calibrator.procedures", name=base)
    spec = find_spec(point.module)
    places = [] if spec is None else [spec.origin, *(spec.submodule_search_locations or ())]
    for place in places:
        found = Path(str(place))
        folder = found if found.is_dir() else found.parent
        if (folder / "procedure.toml").is_file():
            return folder
    raise UsageError(
        f"the folder of the procedure {base!r} cannot be found",
        where=point.value,
        way_out="Write the table beside the procedure's own tables.",
        code="unknown-procedure",
    )


def _head(source: Path, base: str, own: str, models: tuple[str, str]) -> str:
    """Return the head under another id; offers of the maker are for models that it names, and stay behind.

    `models` is the model that is begun from and the new one, which has what `[[for_models]]` says of it.
    """
    text = (source / "procedure.toml").read_text(encoding="utf-8")
    text = re.sub(r"(?ms)^(#[^\n]*\n)*\[\[rule_offers\]\]\n.*?(?=^#|^\[|\Z)", "", text)
    text = re.sub(
        r"(?ms)^\[\[for_models\]\]\n.*?(?=^#|^\[|\Z)", lambda found: _with_model(found[0], *models), text
    )
    derived = "" if base in {item.id for item in plugged()} else f'\nbase = "{base}"'
    if derived:  # a procedure that is itself another one's script with its own tables
        text = re.sub(r'(?m)^base = ".*"\n', "", text)
    return re.sub(rf'(?m)^id = "{re.escape(base)}"', f'id = "{own}"{derived}', text, count=1)


def _with_model(block: str, like: str, model: str) -> str:
    """Return a `[[for_models]]` entry, and behind one of `like` the same again for `model`, as yet unread."""
    (entry,) = tomllib.loads(block)["for_models"]
    if like not in entry["models"]:
        return block
    own = re.sub(r"(?ms)^models = \[.*?\]", lambda _: f'models = ["{model}"]', block, count=1)
    own = re.sub(r'(?m)^document_status = ".*"$', 'document_status = "memory_low"', own)
    return f"{block.rstrip()}\n{own}"


def _scripts(source: Path, base: str, own: str) -> dict[str, str]:
    """Return the script: that of an installed package by its name, that of another folder copied."""
    if base not in {item.id for item in plugged()}:
        return {"procedure.py": _SCRIPT.format(base=base)}
    texts = {path.name: path.read_text(encoding="utf-8") for path in sorted(source.glob("*.py"))}
    return {
        name: text.replace(f"calibrator_folder_{base}", f"calibrator_folder_{own}")
        for name, text in texts.items()
    }


def _table(source: Path, like: str) -> str:
    """Return the text of a point table, whatever its file is called."""
    for path in sorted((source / "tables").glob("*.toml")):
        text = path.read_text(encoding="utf-8")
        if re.search(rf'(?m)^model = "{re.escape(like)}"', text):
            return text
    raise UsageError(
        f"the procedure has no table file of {like!r}",
        where=str(source / "tables"),
        way_out="Name another model with --like.",
        code="unknown-uut",
    )


def _accuracy(like: str) -> str:
    for point in entry_points(group="calibrator.accuracy", name=like):
        return files(point.value).joinpath(f"{like}.toml").read_text(encoding="utf-8")
    return files("calibrator_drivers").joinpath(f"specs/{like}.toml").read_text(encoding="utf-8")


def _benches(source: Path, like: str, model: str) -> dict[str, str]:
    """Return the simulated benches with the new model in the place of the one it is begun from."""
    texts = {path.name: path.read_text(encoding="utf-8") for path in sorted(source.glob("bench*.toml"))}
    if "bench.toml" not in texts:
        from calibrator.bench import find_simulator

        texts["bench.toml"] = find_simulator().default_bench()
    changed = {name: text.replace(f'"{like}"', f'"{model}"') for name, text in texts.items()}
    return {name: text for name, text in changed.items() if text != texts[name] or name == "bench.toml"}


def _unread(text: str) -> str:
    """Return tables whose figures nobody has read for this model yet."""
    text = re.sub(r'(?m)^(\s*status = )"[a-z_]+"', r'\1"memory_low"', text)
    return re.sub(r'(\bstatus = )"(?:seen|checked|derived|memory_[a-z]+)"', r'\1"memory_low"', text)
