"""Wirings and nodes of a bench file: which instruments are joined, in which domain."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from calibrator_sim._config_types import InstrumentConfig, Member, NodeConfig
from calibrator_sim._errors import BenchFileError, closest
from calibrator_sim._read import Table
from calibrator_sim.nodes import DOMAINS, domain_class

__all__ = ["parse_nodes", "parse_wirings"]

_SHORTED = "short-input-sense"
_UNFED = ("open", _SHORTED)
_NODE_KEYS = ("domain", "wiring", "joins")
# What a node without a source may carry, by its domain.
_STATED: Mapping[str, tuple[str, ...]] = {
    "electrical": ("voltage_v", "current_a", "resistance_ohm"),
    "pressure": ("pressure_pa",),
    "thermal": ("temperature_c",),
}
_KINDS = {"source": "calibrator or another source", "meter": "meter"}

Instruments = Mapping[str, InstrumentConfig]


def parse_wirings(table: Table, instruments: Instruments, nodes: Table) -> dict[str, NodeConfig]:
    """Take `[wirings]`: each makes one node of the instruments that it names.

    One that `[simulation.nodes]` spells out, with the instrument that feeds it, makes none of its own: where
    probes are put, and on which channels, is more than a wiring says.
    """
    spelled = [nodes.table(name) for name in nodes.values]
    return {
        name: _bare(name, table.table(name))
        if any(_spells_out(node, name, table.table(name)) for node in spelled)
        else _wiring(name, table.table(name), instruments)
        for name in table.values
    }


def _spells_out(node: Table, name: str, entry: Table) -> bool:
    source = entry.text("from") if isinstance(entry.values.get("from"), str) else ""
    spelled = node.text("wiring") == name and node.text("domain") != "electrical"
    return bool(source) and spelled and source in node.texts("joins")


def _bare(name: str, entry: Table) -> NodeConfig:
    return NodeConfig(name, DOMAINS[0], (), domain_class(DOMAINS[0]).figures(entry), name, "", "")


def _wiring(name: str, entry: Table, instruments: Instruments) -> NodeConfig:
    parts = entry.table("parts")
    for key, place in [(key, entry) for key in ("from", "to", "artefact")] + [
        (k, parts) for k in parts.values
    ]:
        _check_named(name, key, place, instruments)
    domain = _domain(entry, instruments)
    if "from" in entry.values and "artefact" in entry.values and domain == "electrical":
        raise _shorted(entry.at("artefact"), entry.text("from"))
    figures = domain_class(domain).figures(entry)
    source = entry.text("from")
    if source and getattr(figures, "terminals", "") == _SHORTED:
        raise _shorted(entry.at("terminals"), source)
    unfed = getattr(figures, "terminals", "") in _UNFED or (domain != "electrical" and not source)
    meters = [other.name for other in instruments.values() if other.entry.part(domain) == "meter"]
    meter = _reader(entry, instruments, meters[0] if len(meters) == 1 else "")
    wanted = [("to", meter, "meter")] + ([] if unfed else [("from", source, "source")])
    for key, end, part in wanted:
        if end not in instruments or instruments[end].entry.part(domain) != part:
            raise _unfit(
                entry, key, part, [o.name for o in instruments.values() if o.entry.part(domain) == part]
            )
    source = "" if unfed else source
    ends = [Member(end) for end in (source, meter, entry.text("artefact")) if end]
    joined = tuple(dict.fromkeys((*ends, *_parts(entry, domain, instruments))))
    return NodeConfig(name, domain, joined, figures, name, source, meter)


def _check_named(wiring: str, key: str, place: Table, instruments: Instruments) -> None:
    """Refuse an end or part of a wiring that the bench does not have."""
    if isinstance(place.values.get(key), list):
        raise _crowded(place.at(key), "A wiring joins one instrument here")
    if key in place.values and place.text(key) not in instruments:
        raise BenchFileError(
            f'The wiring "{wiring}" names "{place.text(key)}", which the bench does not have',
            where=place.at(key),
            way_out=closest(place.text(key), instruments),
            code="unknown-instrument",
        )


def _reader(entry: Table, instruments: Instruments, only: str) -> str:
    """Return the instrument that a wiring feeds: what reads the unit where that has no terminals itself."""
    fed = entry.text("to", only)
    if fed in instruments and not instruments[fed].entry.domains:
        return entry.table("parts").text("uut", fed)
    return fed


def _parts(entry: Table, domain: str, instruments: Instruments) -> list[Member]:
    """Return the further instruments of a wiring that have terminals in its domain, each on its channel."""
    parts, channels, units = entry.table("parts"), entry.table("channels"), entry.table("units")
    readers = [(units.table(name).text("reader", name), units.table(name)) for name in units.values]
    further = [
        Member(reader, str(unit.values.get("channel", "")))
        for reader, unit in readers
        if reader in instruments and instruments[reader].entry.part(domain)
    ]
    own = [name for name in units.values if units.table(name).text("reader", name) != name]
    own += [each.text(key) for each in (unit.table("parts") for _, unit in readers) for key in each.values]
    further += [
        Member(name, "") for name in own if name in instruments and instruments[name].entry.part(domain)
    ]
    return further + [
        Member(parts.text(key), str(channels.values.get(key, "")))
        for key in parts.values
        if instruments[parts.text(key)].entry.part(domain)
    ]


def _unfit(entry: Table, key: str, part: str, fitting: list[str]) -> BenchFileError:
    """Return the error of an end of a wiring that cannot be what it should be there."""
    example = fitting[0] if fitting else "NAME"
    return BenchFileError(
        f'The wiring needs a {_KINDS[part]} here, not "{entry.text(key)}"',
        where=entry.at(key),
        way_out=f'Write {key} = "{example}", the name of a {_KINDS[part]} of the bench.',
        code="unknown-instrument",
    )


def _domain(entry: Table, instruments: Instruments) -> str:
    """Return the domain of a wiring: as it says, else the first in which its instruments have terminals."""
    if "domain" in entry.values:
        return entry.choice("domain", "", DOMAINS)
    ends = [end for end in (entry.text("from"), _reader(entry, instruments, "")) if end]
    shared = [
        domain for domain in DOMAINS if all(instruments[end].entry.part(domain) for end in ends) and ends
    ]
    return shared[0] if shared else DOMAINS[0]


def parse_nodes(
    table: Table, instruments: Instruments, wirings: Mapping[str, NodeConfig]
) -> dict[str, NodeConfig]:
    """Take `[simulation.nodes]`: further nodes, of any domain, with a wiring or always."""
    found: dict[str, NodeConfig] = {}
    for name in table.values:
        entry = table.table(name)
        node = _node(name, entry, instruments, wirings)
        _alone(node, entry, (*wirings.values(), *found.values()))
        found[name] = node
    return found


def _alone(node: NodeConfig, entry: Table, others: Collection[NodeConfig]) -> None:
    """Refuse a node that joins terminals which another one of its domain joins at the same time.

    The two would be one node: never so for leads, and elsewhere not where each has a source of its own.
    """
    for other in others:
        shared = [member for member in node.members if member in other.members]
        together = other.wiring == node.wiring or not (other.wiring and node.wiring)
        fought = bool(node.source and other.source) and node.source != other.source
        if other.domain == node.domain and shared and together and (fought or node.domain == "electrical"):
            raise BenchFileError(
                f'The terminals of "{shared[0].instrument}" are on "{other.name}" at the same time',
                where=entry.at("joins"),
                way_out="Join all on one node, or let each node stand with a wiring of its own.",
                code="two-nodes",
            )


def _node(name: str, entry: Table, instruments: Instruments, wirings: Collection[str]) -> NodeConfig:
    domain = entry.choice("domain", "", DOMAINS)
    physics = domain_class(domain)
    entry.allow((*_NODE_KEYS, *physics.KEYS))
    if name in wirings:
        raise BenchFileError(
            f'"{name}" is a wiring already',
            where=entry.key,
            way_out="Give the node another name; truth is asked for by it.",
            code="twice",
        )
    wiring = entry.choice("wiring", "", ("", *wirings))
    members = tuple(_member(text, entry, domain, instruments) for text in entry.texts("joins"))
    parts = {m.instrument: instruments[m.instrument].entry.part(domain) for m in members}
    sources = [member.instrument for member in members if parts[member.instrument] == "source"]
    if len(sources) > 1:
        raise _crowded(entry.at("joins"), f"{' and '.join(sources)} are two sources on one node")
    if sources and "short" in parts.values():
        raise _shorted(entry.at("joins"), sources[0])
    figures = physics.figures(entry)
    if sources and getattr(figures, "terminals", "") == _SHORTED:
        raise _shorted(entry.at("terminals"), sources[0])
    loaded = all(instruments[name].entry.loaded for name in sources)
    stated = [
        key
        for key in _STATED.get(domain, ())
        if key in entry.values and not (loaded and key == "resistance_ohm")
    ]
    if sources and stated:
        raise _crowded(entry.at(stated[0]), f"{sources[0]} and the stated {stated[0]} are two sources")
    meters = [instrument for instrument, part in parts.items() if part == "meter"]
    ends = (next(iter(sources), ""), next(iter(meters), ""))
    return NodeConfig(name, domain, members, figures, wiring, *ends)


def _member(text: str, entry: Table, domain: str, instruments: Instruments) -> Member:
    instrument, _, terminal = text.partition(":")
    if instrument not in instruments:
        raise BenchFileError(
            f'The node joins "{instrument}", which the bench does not have',
            where=entry.at("joins"),
            way_out=closest(instrument, instruments),
            code="unknown-instrument",
        )
    if not instruments[instrument].entry.part(domain):
        known = ", ".join(instruments[instrument].entry.domains) or "none"
        raise BenchFileError(
            f'"{instrument}" has no {domain} terminals',
            where=entry.at("joins"),
            way_out=f"Join an instrument that has; the domains of {instrument}: {known}.",
            code="unknown-instrument",
        )
    return Member(instrument, terminal)


def _crowded(where: str, what: str) -> BenchFileError:
    return BenchFileError(what, where=where, way_out="Join one source and what it feeds.", code="two-sources")


def _shorted(where: str, source: str) -> BenchFileError:
    return BenchFileError(
        f'The short would short-circuit "{source}"',
        where=where,
        way_out="Take the short or the source off the node.",
        code="short-circuit",
    )
