"""The laboratory's own procedures of `lab_procedures`, as an installed package brings them."""

from __future__ import annotations

from pathlib import Path

FOLDER = Path(__file__).parent / "lab_procedures"


def install(place: Path) -> list[str]:
    """Write what an installed package says of itself; return the folders that belong on the path."""
    info = place / "lab_procedures-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: lab-procedures\nVersion: 1.0\n", encoding="utf-8"
    )
    named = "\n".join(f"{name} = {name}:PROCEDURE" for name in ("lab_line", "lab_block"))
    (info / "entry_points.txt").write_text(f"[calibrator.procedures]\n{named}\n", encoding="utf-8")
    return [str(place), str(FOLDER)]
