"""The bench's whole state as text: time, leads, instruments, faults."""

from __future__ import annotations

import json
from dataclasses import asdict
from hashlib import sha256
from typing import Any

from calibrator_sim._config import BenchConfig
from calibrator_sim._errors import SnapshotError
from calibrator_sim._faults import FaultScript
from calibrator_sim._network import Network

__all__ = ["dump", "fingerprint", "load"]

_VERSION = 1


def fingerprint(config: BenchConfig) -> str:
    """Return what tells benches apart: everything that draws and physics depend on."""
    parts = asdict(config)
    for instrument in parts["instruments"].values():
        del instrument["address"]  # how it is reached changes nothing
    text = json.dumps(parts, sort_keys=True, default=str)
    return sha256(text.encode("utf-8")).hexdigest()[:16]


def dump(bench: str, ns: int, network: Network, faults: FaultScript) -> str:
    """Return the snapshot of the bench with that fingerprint.

    Random draws need no state, since they are keyed by time.
    """
    state = {
        "version": _VERSION,
        "bench": bench,
        "ns": ns,
        **network.save(),
        "faults": faults.save(),
    }
    return json.dumps(state, separators=(",", ":"), sort_keys=True)


def load(snapshot: str, bench: str, network: Network, faults: FaultScript) -> int:
    """Take a snapshot and return its time in ns.

    Raises:
        SnapshotError: it is of another bench or version, or no snapshot.
    """
    state = _parse(snapshot)
    if state["version"] != _VERSION:
        raise SnapshotError(
            f"The snapshot is of version {state['version']}, this simulator writes {_VERSION}",
            way_out="Restore it with the version that wrote it, or start the run again.",
            code="snapshot-version",
        )
    if state["bench"] != bench:
        raise SnapshotError(
            "The snapshot is of another bench, seed or set of effects",
            where=network.config.name,
            way_out="Open the bench with the file and seed of the run.",
            code="snapshot-other-bench",
        )
    network.load(state)
    faults.load(state["faults"])
    return int(state["ns"])


def _parse(snapshot: str) -> dict[str, Any]:
    try:
        state = json.loads(snapshot)
        if {"version", "bench", "ns", "wiring", "instruments", "faults"} <= state.keys():
            return dict(state)
    except (ValueError, AttributeError):
        pass
    raise SnapshotError("This text is no snapshot of a bench", way_out="Take one with snapshot().")
