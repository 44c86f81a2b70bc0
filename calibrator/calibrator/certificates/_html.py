"""HTML by jinja2: one file, every text escaped, no request to anywhere."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from calibrator.certificates._view import View

if TYPE_CHECKING:
    from jinja2 import Template

__all__ = ["html_bytes"]

_TEMPLATES: Final = Path(__file__).parent / "templates"


def html_bytes(view: View) -> bytes:
    """Return the certificate as one self-contained HTML page."""
    # `facts` and `clauses` are macros of the template
    own = {"facts_": view["facts"], "clauses_": view["clauses"]}
    rest = {name: value for name, value in view.items() if name not in ("facts", "clauses")}
    text = _template().render(**rest, **own, print_page=_counters(view["page"]))
    return (text + "\n").encode("utf-8")


def _counters(lines: list[str]) -> str:
    """Return the CSS content that prints "page n of m" on paper, inside double quotes."""
    joined = " / ".join(lines)
    return joined.replace("{page}", '" counter(page) "').replace("{pages}", '" counter(pages) "')


@cache
def _template() -> Template:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES, encoding="utf-8"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("certificate.html")
