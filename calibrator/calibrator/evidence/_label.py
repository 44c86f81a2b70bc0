"""The label on a calibrated instrument: what it is, when, which number, and a QR code of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from calibrator._errors import RefusedError

if TYPE_CHECKING:
    from calibrator.record import Record

__all__ = ["label_svg"]

_WIDTH_MM, _HEIGHT_MM, _QR_MM = 50.0, 25.0, 20.0


def label_svg(record: Record, run: str, *, due: date | None = None) -> bytes:
    """Return the label of a run's newest issued document as SVG, 50 mm by 25 mm.

    Args:
        record: the record, checked to be intact.
        run: the run's id.
        due: a due date that was agreed with the customer; without one none is printed (ISO/IEC 17025:2017,
            7.8.4.3).

    Raises:
        RefusedError: code `never-issued`, there is no document that the label could name.
    """
    from calibrator.certificates import build
    from calibrator.certificates._view import local_day

    issued = [event.body for event in record.events(run, kinds={"certificate.issued"})]
    if not issued:
        raise RefusedError(
            "No document of the run was issued, and a label names one",
            where=run,
            way_out="Issue it first: calibrator certificate.",
            code="never-issued",
        )
    newest = issued[-1]
    model = build(record, run, kind=str(newest.get("kind") or "calibration"))
    lines = [
        str(newest["id"]),
        f"{model.item.model}  {model.item.serial}",
        f"校准 / calibrated {local_day(model, model.ended_at)}",
        *([f"有效至 / due {due.isoformat()}"] if due is not None else []),
        model.laboratory.name,
    ]
    if model.simulated:
        lines.insert(0, "SIMULATED 模拟数据")
    return _drawn(lines, f"calibrator:{newest['id']}:{newest['sha256']}")


def _drawn(lines: Sequence[str], code: str) -> bytes:
    import segno

    matrix = segno.make(code, error="m", micro=False)
    modules = [list(row) for row in matrix.matrix]
    side = _QR_MM / len(modules)
    squares = "".join(
        f"M{x * side:.3f} {y * side:.3f}h{side:.3f}v{side:.3f}h-{side:.3f}z"
        for y, row in enumerate(modules)
        for x, dark in enumerate(row)
        if dark
    )
    step = min(4.2, 21.0 / len(lines))
    texts = "".join(
        f'<text x="24.5" y="{4.5 + index * step:.2f}" font-size="2.2">{escape(line)}</text>'
        for index, line in enumerate(lines)
    )
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH_MM:g}mm" height="{_HEIGHT_MM:g}mm" '
        f'viewBox="0 0 {_WIDTH_MM:g} {_HEIGHT_MM:g}" font-family="sans-serif">'
    )
    title = f"<title>{escape(' · '.join(lines))}</title><desc>{escape(code)}</desc>"
    shape = f'<path transform="translate(2.5 2.5)" d="{squares}"/>'
    return f"{head}{title}{shape}{texts}</svg>\n".encode()
