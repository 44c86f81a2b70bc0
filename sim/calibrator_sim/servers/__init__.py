"""Protocol servers: what carries messages between a socket and an instrument."""

from __future__ import annotations

from calibrator_sim.servers._exchange import Exchange, Outgoing
from calibrator_sim.servers._tcp import TcpHost

__all__ = ["Exchange", "Outgoing", "TcpHost"]
