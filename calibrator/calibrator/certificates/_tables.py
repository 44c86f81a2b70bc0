"""Tables of a document: results with their plot, standards."""

from __future__ import annotations

from typing import Any, Final

from calibrator.certificates._kind_words import states_uncertainty
from calibrator.certificates._legend import STATUS_LETTERS, result_legend, status_letter
from calibrator.certificates._model import Certificate, Result, ResultSection
from calibrator.certificates._numbers import (
    Printed,
    aligned,
    at_frequency,
    load_name,
    printed,
    scaled_unit,
    signed,
    significant,
)
from calibrator.certificates._particulars import BESIDE_WORDS, PAIRS, POSITIONS
from calibrator.certificates._plots import PlotText, error_plot
from calibrator.certificates._reasons import left_by_rule
from calibrator.certificates._recorded_curves import curve_table
from calibrator.certificates._statements import interval_text, point_name
from calibrator.certificates._widths import column_widths
from calibrator.certificates._words import STATUS_WORDS, Speaker
from calibrator.i18n import bilingual
from calibrator.procedure import Text

__all__ = [
    "NO_NUMBER_WORDS",
    "STATUS_LETTERS",
    "STATUS_WORDS",
    "result_legend",
    "result_tables",
    "section_tables",
    "standard_table",
]

Table = dict[str, Any]


def result_tables(model: Certificate, speaker: Speaker) -> list[Table]:
    """Return one table with its plot for each section."""
    stated = states_uncertainty(model)
    return section_tables(
        model.sections, speaker, uncertainty=stated, simulated=model.simulated, drawn=stated
    )


def section_tables(
    sections: tuple[ResultSection, ...], speaker: Speaker, *, uncertainty: bool, simulated: bool, drawn: bool
) -> list[Table]:
    """Return a table for each section, with U where the document states it and with a plot where `drawn`."""
    return [
        _result_table(section, speaker, uncertainty=uncertainty, simulated=simulated, drawn=drawn)
        for section in sections
    ]


def _result_table(
    section: ResultSection, speaker: Speaker, *, uncertainty: bool, simulated: bool, drawn: bool
) -> Table:
    rows = [printed(result) for result in section.results]
    numbers = {
        name: aligned([getattr(row, name) for row in rows])
        for name in ("nominal", "indication", "reference", "error", "expanded_uncertainty", "guard_band")
    }
    heads = _heads(section, speaker)
    shown = [
        _row(result, row, {name: column[index] for name, column in numbers.items()}, speaker, simulated)
        for index, (result, row) in enumerate(zip(section.results, rows, strict=True))
    ]
    hidden = _empty(shown)
    widths, size = column_widths(shown, heads, hidden)
    columns = [index for index in (range(15) if uncertainty else _WITHOUT_U) if index not in hidden]
    drawn = drawn and len(rows) > 1  # one point shows nothing that its row does not
    return {
        "title": speaker.tell(section.title),
        "columns": heads,
        "widths": [round(width, 2) for width in widths],
        "size": size,
        "shown": columns,
        "span": sum(2 <= index <= 8 for index in columns),  # of the words in place of a number
        "rows": shown,
        "plot": error_plot(section.results, _plot_text(section, speaker)) if drawn else "",
        "alt": alternative_text(section, rows, speaker) if drawn else "",
        "notes": _notes(section, speaker),
        "curves": [curve_table(curve, speaker) for curve in section.curves],
    }


def _empty(rows: list[Table]) -> set[int]:
    """Return the columns that hold nothing; none where a row has words in place of its numbers."""
    if any(row["no_number"] for row in rows):
        return set()
    found = {index for index, name in _MAY_BE_EMPTY.items() if all(row[name][0] == "–" for row in rows)}
    return found if any(row["value_unit"] for row in rows) else found | {4}


# U only if asked for: a document of verification has no columns U, k, MC, w and PFA (METROLOGY 21)
_WITHOUT_U: Final = (0, 1, 2, 3, 4, 5, 9, 11, 13, 14)
# an error in percent has no nominal value, a stability no reference
_MAY_BE_EMPTY: Final = {1: "nominal", 2: "indication", 3: "reference"}


def _heads(section: ResultSection, speaker: Speaker) -> list[list[str]]:
    """Return the heads of the columns; those of a source, and of differences, say what they are."""
    say = speaker.say
    senses = {result.particulars.sense for result in section.results}
    pairs = {result.particulars.pair_of for result in section.results} - {None}
    first, second = "Indication", "Reference"
    if senses == {"set"}:
        first = "Measured value"
    if len(pairs) == 1:
        first, second = PAIRS[next(pair for pair in pairs if pair)]
    return [
        say("Range"),
        say("Set value") if senses == {"set"} else say("Nominal"),
        say(first),
        say(second),
        say("Unit"),
        say("Difference") if senses == {"difference"} else say("Error E"),
        ["U"],
        ["k"],
        ["MC"],
        say("Limit T"),
        ["w"],
        say("Unit"),
        ["PFA"],
        say("Verdict"),
        say("Fig."),
    ]


def _notes(section: ResultSection, speaker: Speaker) -> list[list[str]]:
    """Return what a reader must know of single points: repeated, no acceptance zone."""
    say = speaker.say
    notes = [
        say(
            "{point}: measured {n} times, measurement {attempt} counts.",
            point=point_name(result),
            n=result.attempts,
            attempt=result.attempt,
        )
        for result in section.results
        if result.attempts > 1
    ]
    for result in section.results:
        if "no-acceptance-zone" in result.notes:
            notes.append(say("{point}: U ≥ T, no acceptance zone.", point=point_name(result)))
        if result.particulars.beside:
            notes.append([f"{point_name(result)}: {_beside(result, speaker)}."])
    for mark, text in _MARKS.values():
        those = [r for r in section.results if mark in _marks(r)]
        if those:
            notes.append(say(text, points="; ".join(point_name(r) for r in those)))
    narrow = [point_name(result) for result in section.results if "guard-band-below-u" in result.notes]
    if narrow:
        notes.append(say("The guard band w is smaller than U: {points}.", points="; ".join(narrow)))
    return notes


# msgids of the catalogue
NO_NUMBER_WORDS: Final = {
    "overload": "no number: the indication was over the range",
    "not-settled": "no number: the indication did not settle",
    "no-uncertainty": "no number: its uncertainty is not known to the first order",
    "no-number": "no number",
}


def _row(
    result: Result, row: Printed, number: dict[str, tuple[str, str]], speaker: Speaker, simulated: bool
) -> Table:
    return {
        "id": result.id,
        "range": row.range + _position(result, speaker),
        "nominal": number["nominal"],
        "indication": number["indication"],
        "reference": number["reference"],
        # stands in place of indication, error, U, k and MC
        "no_number": speaker.say(NO_NUMBER_WORDS[result.no_number]) if result.no_number else [],
        "value_unit": row.value_unit,
        "error": number["error"],
        "U": number["expanded_uncertainty"],
        "k": row.coverage_factor,
        "clause8": "–" if result.clause8 is None else "✓" if result.clause8 else "×",
        "limit": row.limit,
        "w": number["guard_band"],
        "error_unit": row.error_unit,
        "pfa": row.pfa,
        "verdict": speaker.say(_verdict(result, simulated=simulated)),
        "kind": result.verdict.replace(" ", "-"),
        "figures": f"{status_letter(result.limit_status)}/{status_letter(result.standard_status)}",
        "repeated": ("*" if result.attempts > 1 else "") + _marks(result),
        "one_line": _one_line(result),
    }


def _position(result: Result, speaker: Speaker) -> str:
    """Return ", front" where a result belongs to a place, such as one on a pan."""
    place = result.particulars.position
    return f", {speaker.line(place) if place in POSITIONS else place}" if place else ""


def _one_line(result: Result) -> bool:
    """Say whether a row surely takes one line, so that a long table need not be laid out to find that out."""
    return result.verdict == "pass" and not result.no_number and not _marks(result)


# by the note of a result: its mark, and what it means (msgid of the catalogue)
_MARKS: Final = {
    "raised-to-cmc": ("†", "† U was raised to the laboratory's CMC: {points}."),
    "outside-scope": ("‡", "‡ Outside the accredited scope: {points}."),
}


def _marks(result: Result) -> str:
    return "".join(mark for note, (mark, _) in _MARKS.items() if note in result.notes)


def _beside(result: Result, speaker: Speaker) -> str:
    """Return what was read beside a result, to four digits: at which load it holds."""
    return ", ".join(
        f"{speaker.line(BESIDE_WORDS[item.kind])} {significant(item.value, 4)} {item.unit}".rstrip()
        for item in result.particulars.beside
    )


def _verdict(result: Result, *, simulated: bool) -> str:
    """Return the msgid of a verdict: what a rule leaves undetermined has a word of its own, 待定."""
    return "undetermined by rule" if left_by_rule(result, simulated=simulated) else result.verdict


def _plot_text(section: ResultSection, speaker: Speaker) -> PlotText:
    labels = []
    for result in section.results:
        nominal, unit = scaled_unit(abs(result.nominal), result.unit)
        span, span_unit = scaled_unit(result.range, result.unit)
        sign = signed(result.nominal)[0] if result.nominal < 0 else ""
        below = _position(result, speaker)[2:] or at_frequency(result)[2:] or f"{span} {span_unit}"
        labels.append((load_name(result) or f"{sign}{nominal} {unit}", f"({below})"))
    return PlotText(axis=speaker.line("E / T"), labels=tuple(labels))


def alternative_text(section: ResultSection, rows: list[Printed], speaker: Speaker) -> str:
    """Return the plot in words, for a reader who does not see it."""
    points = "; ".join(
        f"{point_name(result)}: {_in_words(result, row, speaker)}, T {row.limit} {row.error_unit}, "
        f"{speaker.line(result.verdict)}"
        for result, row in zip(section.results, rows, strict=True)
    )
    return f"{speaker.line('Plot of the errors with their limits')}. {points}."


def _in_words(result: Result, row: Printed, speaker: Speaker) -> str:
    if result.no_number:
        return speaker.line(NO_NUMBER_WORDS[result.no_number])
    return f"E {row.error}, U {row.expanded_uncertainty}"


def standard_table(model: Certificate, speaker: Speaker) -> Table:
    """Return the standards with what they are traceable to."""
    say = speaker.say
    return {
        "title": say("Standards and traceability"),
        "columns": [
            say("Standard"),
            say("Serial number"),
            say("Certificate"),
            say("Issued, due"),
            say("Laboratory, traceability"),
            say("Route"),
        ],
        "rows": [
            [
                [standard.model, standard.asset],
                [standard.serial or "–"],
                [standard.certificate or "–"],
                [str(standard.issued or "–"), str(standard.due or "–")],
                [line for line in (standard.by, standard.traceability) if line] or ["–"],
                _route(standard.route, standard.interval, speaker),
            ]
            for standard in model.standards
        ]
        + [
            [
                [item.model, item.asset],
                [item.serial or "–"],
                [item.certificate or "–"],
                ["–"],
                ["–"],
                say("read beside the standards"),
            ]
            for item in model.equipment
        ],
        "none": say("No standard was needed at the points measured."),
    }


# msgids of the catalogue: METROLOGY 10
_ROUTES: Final = {
    "specification": "specification",
    "certificate": "certificate values",
    "artefact": "artefact",
}


def _route(route: str, interval: str, speaker: Speaker) -> list[str]:
    name = bilingual(_ROUTES[route]) if route in _ROUTES else Text(route, route)
    if not interval:
        return speaker.tell(name)
    return speaker.say("{route}, {interval}", route=name, interval=interval_text(interval))
