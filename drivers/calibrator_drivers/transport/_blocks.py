"""IEEE 488.2 blocks: `#<digits><length><bytes>` (8.7.9), or `#0<bytes>` up to the end mark (8.7.10)."""

from __future__ import annotations

from typing import NamedTuple

from calibrator_drivers._errors import InstrumentError, UnexpectedReply

from ._link import Link

__all__ = ["Block", "read_block"]

_LARGEST = 1 << 30


class Block(NamedTuple):
    """A block as it came."""

    head: bytes
    data: bytes
    tail: bytes


def read_block(
    link: Link, terminator: bytes, timeout_s: float, *, instrument: str, resource: str, came: bytearray
) -> Block:
    """Read one block; the terminator is not looked for within it, so that any byte may occur there.

    `came` takes what was read, for the log of one that breaks off.

    Raises:
        UnexpectedReply: what comes is no block, or one longer than 1 GiB.
        ReadTimeout: nothing more came for `timeout_s`.
    """

    def refuse(what: str, reply: bytes) -> UnexpectedReply:
        return UnexpectedReply(
            what,
            reply=reply.decode("latin-1"),
            instrument=instrument,
            resource=resource,
            way_out="Check that the query answers with a block, and in which format.",
        )

    head = link.receive_exactly(2, timeout_s)
    came += head
    if head[:1] != b"#" or not head[1:].isdigit():
        raise refuse(f"A block begins with # and a digit, not with {head!r}", head)
    digits = int(head[1:])
    if digits == 0:
        if not link.ends_messages:
            raise refuse("A block without a length has no end on a connection that marks none", head)
        message = link.receive(b"", timeout_s)
        data = message.removesuffix(b"\n")
        return Block(head, data, message[len(data) :])
    length = link.receive_exactly(digits, timeout_s)
    came += length
    if not length.isdigit() or int(length) > _LARGEST:
        raise refuse(f"A block of {length!r} bytes is not read", head + length)
    data = link.receive_exactly(int(length), timeout_s)
    try:
        return Block(head + length, data, link.receive(terminator, timeout_s))
    except InstrumentError:
        came += data
        raise
