"""Protocol servers: what carries messages between a connection and an instrument."""

from __future__ import annotations

from calibrator_sim.servers._conversation import Conversation, Outgoing, Reply, Served
from calibrator_sim.servers._exchange import Exchange
from calibrator_sim.servers._host import Stir, TcpHost
from calibrator_sim.servers._session import Host, Session

__all__ = ["Conversation", "Exchange", "Host", "Outgoing", "Reply", "Served", "Session", "Stir", "TcpHost"]
