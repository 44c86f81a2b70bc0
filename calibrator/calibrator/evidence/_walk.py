"""The walk through a run's events: results, budgets, readings, bytes, instruments and their certificates."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from calibrator._errors import IntegrityError
from calibrator.evidence._certified import certified_values
from calibrator.evidence._node import Node
from calibrator.evidence._wire import exchange_at, last_settings

if TYPE_CHECKING:
    from calibrator.certificates._model import Result
    from calibrator.evidence._cell import Cell
    from calibrator.record import Event

__all__ = ["Body", "Walk", "decimal", "place"]

Body = Mapping[str, Any]
_HART_VALUE = 5  # bytes: a unit and a float, the least that a reading by HART is


class Walk:
    """The events of a run, looked through for one point."""

    def __init__(
        self, run: str, events: Sequence[Event], traffic: Path | None, register: Sequence[Event] = ()
    ) -> None:
        self.run = run
        self.events = events
        self._traffic = traffic
        self._register = register  # its certificates of standards

    def last(self, kind: str) -> Event | None:
        """Return the newest event of a kind."""
        return next((event for event in reversed(self.events) if event.kind == kind), None)

    def _fixed(self, point: str) -> tuple[Event, Body]:
        event = self.last("references.fixed")
        if event is None:
            raise IntegrityError("the run has no references", where=self.run, code="no-references")
        return event, next(body for body in event.body["points"] if body["point"]["id"] == point)

    def reference(self, point: str) -> Node:
        """Return where nominal value and range come from."""
        event, body = self._fixed(point)
        said = body["point"]
        facts = {key: f"{said[key]} {said['unit']}" for key in ("nominal", "range")}
        return Node("point table of the procedure", {**facts, **self.procedure(), **place(event)})

    def procedure(self) -> dict[str, str]:
        """Return the procedure with version, document and hash."""
        named = self.events[0].body["procedure"]
        return {
            "procedure": f"{named['id']} {named['version']}",
            "document": str(named["document"]),
            "files (SHA-256)": str(named["hash"]),
        }

    def limit(self, point: str) -> Node:
        """Return where the limits come from."""
        event, body = self._fixed(point)
        limits, unit = body["limits"], body["point"]["unit"]
        facts = {
            "limits": _limits(limits["lower"], limits["upper"], unit),
            "interval": str(limits["interval"]),
            "source": str(limits["source"]),
            "known from": str(limits["status"]),
        }
        if limits.get("confirmed"):
            facts["confirmed"] = str(limits["confirmed"])
        return Node("limit of the unit under test", {**facts, **place(event)})

    def result(self, cell: Cell, result: Result) -> Node:
        """Return the recorded result with all that it was made from."""
        event = next(
            event
            for event in reversed(self.events)
            if event.kind == "section.evaluated" and any(p["id"] == cell.point for p in event.body["results"])
        )
        body = next(item for item in event.body["results"] if item["id"] == cell.point)
        exact = body.get("exact", {})
        facts = {key: str(body[key]) for key in ("error", "u", "U", "k", "dof", "pfa", "verdict", "rule")}
        facts["unit"] = str(body["unit"])
        name = {"error": "error", "U": "U", "k": "k", "w": "guard_band", "pfa": "pfa"}.get(cell.column)
        if name in exact:
            facts["exact"] = f"{float.fromhex(exact[name])!r} ({exact[name]})"
        facts["attempt"] = f"{body['attempt']} of {body['attempts']}"
        if cell.column in ("indication", "reference"):
            facts["made of"] = _made_of(result, cell.column)
        if body["notes"]:
            facts["notes"] = ", ".join(body["notes"])
        below = [self.limit(cell.point)] if cell.column in ("w", "pfa", "verdict") else []
        below += [self.budget(cell.point, body)] if body["budget"] else []
        below += self.readings(cell.point, result.attempt)
        return Node("result", {**facts, **place(event)}, tuple(below))

    def budget(self, point: str, body: Body) -> Node:
        """Return the budget, its inputs with their sources, and the standard's certificate."""
        event, fixed = self._fixed(point)
        lines = tuple(
            Node(
                f"input {line['name']}",
                {
                    "value": f"{line['value']} {line['unit']}",
                    "u": f"{line['u']} {line['unit']}, {line['distribution']}, dof {line['dof']}",
                    "sensitivity": str(line["sensitivity"]),
                    "contribution": f"{line['contribution']} ({_percent(line['share'])} of u²)",
                    "source": str(line["source"]),
                    **({"shared as": str(line["shared"])} if line["shared"] else {}),
                },
                self._correction(line, event, fixed),
            )
            for line in body["budget"]
        )
        facts = {"policy": str(body["policy"]), **self.procedure()}
        facts["versions"] = ", ".join(f"{k} {v}" for k, v in self.events[0].body["versions"].items())
        return Node("uncertainty budget", facts, (*lines, *self._standard(fixed)))

    def _correction(self, line: Body, event: Event, fixed: Body) -> tuple[Node, ...]:
        """Return the recorded reference figure from which an input was made; the correction is its value."""
        own = [
            item
            for item in fixed["contributions"]
            if (line["shared"] and item["shared"] == line["shared"]) or item["kind"] == line["name"]
        ]
        return tuple(
            Node(
                f"reference {item['kind']}",
                {
                    "correction": f"{decimal(item['estimate'])} {item['unit']}",
                    "half width": f"{decimal(item['half_width'])} {item['unit']}, {item['treat_as']}",
                    "source": str(item["source"]),
                    "known from": str(item["confirmed"] or item["status"]),
                    **place(event),
                },
            )
            for item in own
        )

    def _standard(self, fixed: Body) -> Iterator[Node]:
        asset = fixed.get("standard_asset")
        event, _ = self._fixed(fixed["point"]["id"])
        for item in event.body.get("standards", ()):
            # the standard itself, and what else the point rests on by certified values, such as a readout
            if item["asset"] == asset or fixed["point"]["id"] in item.get("certified", ()):
                node = self.standard(event, item)
                yield replace(node, children=tuple(self._certified(item, fixed)))

    def _certified(self, item: Body, fixed: Body) -> Iterator[Node]:
        """Yield the values of the certificate that the point rests on, where it is used by them."""
        if item["route"] != "specification":
            number = str(item["certificate"])
            used = item.get("certified", {}).get(fixed["point"].get("id"))
            yield from certified_values(self._register, str(item["asset"]), number, fixed, used)

    @staticmethod
    def standard(event: Event, item: Body) -> Node:
        """Return a standard and its certificate as the run fixed them."""
        named = {
            "asset": f"{item['asset']}, {item['model']}, serial {item['serial']}",
            "route": str(item["route"]),
            "certificate": f"{item['certificate']} of {item['issued']}, due {item['due']}",
            "laboratory": f"{item['by']} ({item.get('accreditation') or 'no accreditation named'})",
            "traceability": str(item["traceability"]),
            "file (SHA-256)": str(item["hash"] or "none"),
        }
        return Node("measurement standard", {**named, **place(event)})

    def readings(self, point: str, attempt: int) -> list[Node]:
        """Return the readings that count, each with its bytes."""
        from calibrator.evaluation import collect

        observed = collect(self.events).points[point].observations
        counted = {reading.seq for reading in observed.readings}
        return self.taken(f"readings of measurement {attempt}", counted, self._conditions(point))

    def taken(self, title: str, seqs: Iterable[int], facts: Mapping[str, str] | None = None) -> list[Node]:
        """Return readings by their numbers, with what the standard was set to at the first of them."""
        by_seq = {event.seq: event for event in self.events if event.kind == "reading"}
        events = [by_seq[seq] for seq in sorted(seqs)]
        if not events:
            return []
        found = [self._reading(event) for event in events]
        return [Node(f"{len(found)} {title}", facts or {}, (*self._setting(events[0]), *found))]

    def _conditions(self, point: str) -> dict[str, str]:
        from calibrator.evaluation import collect

        seen = collect(self.events).points[point].observations
        facts = {}
        if seen.temperature_c is not None:
            facts["temperature"] = f"{seen.temperature_c:g} °C"
        if seen.humidity_rh is not None:
            facts["humidity"] = f"{seen.humidity_rh:g} % RH"
        return facts

    def _reading(self, event: Event) -> Node:
        body = event.body
        facts = {
            "raw": str(body["raw"]),
            "value": f"{decimal(body['value'])} {body['unit']}",
            "at": event.at.isoformat(),
            "instrument": self._instrument(str(body["asset"])),
            **place(event),
        }
        return Node(f"reading {body['index']}", facts, self._bytes(event))

    def _bytes(self, event: Event) -> tuple[Node, ...]:
        offset = event.body.get("traffic")
        if self._traffic is None or offset is None:
            why = "the log lies at the station that ran it" if self._traffic is None else "typed in, no wire"
            return (Node("no bytes", {"why": why}),)
        log = self._log()
        lines = exchange_at(log, int(offset))
        reply = next((line.content for line in lines if line.said["dir"] == "in"), b"")
        if not _holds(reply, str(event.body["raw"])):
            raise IntegrityError(
                f"the log holds {reply[:60]!r} where reading {event.seq} says {event.body['raw']!r}",
                where=f"{log}, byte {offset}",
                way_out="See all that differs: calibrator verify.",
                code="traffic-differs",
            )
        wire = {str(number): str(line) for number, line in enumerate(lines, start=1)}
        return (Node("bytes on the wire", {"log": log.name, **wire}),)

    def _setting(self, event: Event) -> tuple[Node, ...]:
        """Return what the standard was set to when the first reading was taken."""
        applied = event.body.get("applied")
        if applied is None:
            return ()
        facts = {"applied": f"{decimal(applied)} {event.body['unit']}"}
        before = [e for e in self.events if e.kind == "energise" and e.seq < event.seq]
        point = [e for e in before if e.body.get("point") == event.body["point"]]
        if point:
            said = point[-1]
            facts["energised"] = f"{said.body['value']} {said.body['unit']} at {said.at.isoformat()}"
            facts.update(place(said))
            offset = event.body.get("traffic")
            if self._traffic is not None and offset is not None:
                lines = last_settings(self._log(), int(offset), str(said.body["instrument"]))
                facts.update({f"sent {n}": str(line) for n, line in enumerate(lines, start=1)})
        return (Node("value of the standard", facts),)

    def _log(self) -> Path:
        folder = self._traffic or Path()
        path = folder / f"{self.run}.jsonl"
        if not path.is_file():
            raise IntegrityError(
                "the traffic log of the run is not there",
                where=str(path),
                way_out="Bring it back from the backup of this folder.",
                code="traffic-differs",
            )
        return path

    def _instrument(self, asset: str) -> str:
        event = self.last("instruments.identified")
        for item in event.body["instruments"] if event is not None else ():
            if item["asset"] == asset:
                cited = f"certificate {item['certificate']}" if item.get("certificate") else "unit under test"
                return (
                    f"{asset}, {item['model']}, serial {item['serial']}, firmware {item['firmware']}; {cited}"
                )
        return asset


def _made_of(result: Result, column: str) -> str:
    """Return how the value beside an error follows from the result and its budget."""
    beside = result.particulars
    if beside.pair_of is not None:
        return f"input {beside.pair_of[0 if column == 'indication' else 1]} of the budget"
    if column == "indication":
        return "mean of the readings that count"
    if beside.reference is None:
        return "no reference value"
    return f"{'set value' if beside.sense == 'set' else 'indication'} less error"


def place(event: Event) -> dict[str, str]:
    """Return which event it is, with the beginning of its hash."""
    return {"event": f"{event.seq} {event.kind}, {event.hash[:16]}…"}


def _limits(lower: str | None, upper: str | None, unit: str) -> str:
    if lower is None or upper is None:
        return f"at most {upper} {unit}" if lower is None else f"at least {lower} {unit}"
    return f"{lower} to {upper} {unit}"


def _percent(share: str) -> str:
    return f"{float(share) * 100:.1f} %"


def decimal(value: str | float) -> str:
    """Return a recorded number with every digit that it has."""
    from calibrator.evaluation._collect import number

    found = number(value)
    return "none" if found is None else repr(found)


def _holds(reply: bytes, raw: str) -> bool:
    """Return whether an answer holds what a reading says: as text, or, by HART, as bytes that it names."""
    if raw.encode("ascii", "surrogateescape").strip() in reply:
        return True
    try:
        named = bytes.fromhex(raw)
    except ValueError:  # an ordinary text
        return False
    return len(named) >= _HART_VALUE and named in reply
