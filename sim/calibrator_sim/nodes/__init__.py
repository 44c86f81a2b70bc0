"""Nodes of the bench's physics: where instruments are joined, one module a domain."""

from __future__ import annotations

from calibrator_sim.nodes._domain import DOMAINS, Domain, domain_class

__all__ = ["DOMAINS", "Domain", "domain_class"]
