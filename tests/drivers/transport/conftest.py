"""Servers and sessions that end with the test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest


@pytest.fixture
def started() -> Iterator[Callable[[Any], Any]]:
    """`started(Server(...))` closes the server, or a session, with the test; the last one first."""
    servers: list[Any] = []

    def start(server: Any) -> Any:
        servers.append(server)
        return server

    yield start
    for server in reversed(servers):
        server.close()
