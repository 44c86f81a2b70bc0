"""How an instrument frames its messages, and how its serial line is set."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["GPIB_LIKE", "Framing", "SerialLine"]


@dataclass(frozen=True, slots=True)
class Framing:
    """Ends of messages.

    Args:
        ends: each of these bytes ends a message from the client.
        reply_end: what ends a reply.
        blocks: whether a definite block (`#15…`) may hold an end.
        echo: whether every byte of a message is sent back before the reply, while the instrument `echoes`;
            a carriage return with the line feed that follows all of its own.
        prompt: what follows every reply, while it echoes.
    """

    ends: bytes = b"\n"
    reply_end: bytes = b"\n"
    blocks: bool = True
    echo: bool = False
    prompt: bytes = b""


GPIB_LIKE = Framing()


@dataclass(frozen=True, slots=True)
class SerialLine:
    """Settings of a serial line as the instrument leaves the factory."""

    baud: int = 9600
    bits: int = 8
    parity: str = "N"
    stop: float = 1.0
    handshake: str = ""  # "", "xonxoff", "rtscts", "dsrdtr"
    framing: Framing = Framing(ends=b"\r\n", reply_end=b"\r\n")
