"""A phone's SCTP reaches aiortc only when aiortc can take it."""

from __future__ import annotations

from struct import pack

import pytest
from aiortc import rtcsctptransport as theirs
from google_crc32c import value as crc32c
from hypothesis import given
from hypothesis import strategies as st

from media import sctp

DATA, INIT, SACK, HEARTBEAT, FORWARD = 0, 1, 3, 4, 192


def chunk(kind: int, body: bytes = b"", length: int | None = None) -> bytes:
    length = len(body) + 4 if length is None else length
    return pack("!BBH", kind, 0, length) + body + bytes(-len(body) % 4)


def packet(*chunks: bytes) -> bytes:
    body = b"".join(chunks)
    head = pack("!HHL", 5000, 5000, 1)
    return head + pack("<L", crc32c(head + bytes(4) + body)) + body


def data(stream: int = 0, body: bytes = b"x") -> bytes:
    return chunk(DATA, pack("!LHHL", 1, stream, 0, 51) + body)


def sack(*gaps: tuple[int, int], counted: int | None = None) -> bytes:
    head = pack("!LLHH", 1, 1000, len(gaps) if counted is None else counted, 0)
    return chunk(SACK, head + b"".join(pack("!HH", *gap) for gap in gaps))


SOUND = {
    "one message": ([data()], 1),
    "an acknowledgement and messages": ([sack((2, 3), (5, 5)), data(), data()], 3),
    "as many small messages as fit": ([data()] * sctp.CHUNKS, sctp.CHUNKS),
    "the first packet": ([chunk(INIT, bytes(16) + pack("!HHHH", 0xC000, 4, 0x8008, 4))], 1),
    "a heartbeat": ([chunk(HEARTBEAT, pack("!HH", 1, 9) + b"hello" + bytes(3))], 1),
    "messages given up": ([chunk(FORWARD, pack("!LHH", 9, 1, 1))], 1),
    "a cookie": ([chunk(10, bytes(24)), data()], 2),
    "the end": ([chunk(7, bytes(4))], 1),
    "a kind that nobody knows": ([chunk(200, b"whatever")], 1),
}
BROKEN = {
    "nothing": [],
    "a parameter of no length": [chunk(HEARTBEAT, pack("!HH", 1, 0))],
    "a parameter longer than its chunk": [chunk(HEARTBEAT, pack("!HH", 1, 9))],
    "a first packet cut short": [chunk(INIT, bytes(15))],
    "a first packet among others": [chunk(INIT, bytes(16)), data()],
    "a gap without end": [sack((1, 65_535))],
    "a gap that ends before it begins": [sack((3, 2))],
    "many gaps": [sack(*[(1, 900)] * 100)],
    "gaps that are not there": [sack(counted=5)],
    "an acknowledgement cut short": [chunk(SACK, bytes(11))],
    "a message without a byte": [data(body=b"")],
    "a message cut short": [chunk(DATA, bytes(5))],
    "a stream that no page opens": [data(sctp.STREAMS)],
    "messages given up on such a stream": [chunk(FORWARD, pack("!LHH", 9, sctp.STREAMS, 1))],
    "a chunk of no length": [chunk(DATA, b"", 0)],
    "a chunk longer than the packet": [chunk(DATA, bytes(13), 60)],
    "more chunks than fit": [data()] * (sctp.CHUNKS + 1),
    "more than messages needs": [chunk(HEARTBEAT, pack("!HH", 1, 4))] * (sctp.CONTROLS + 1),
    "an end cut short": [chunk(7, bytes(3))],
}


@pytest.mark.parametrize(("chunks", "count"), SOUND.values(), ids=SOUND)
def test_what_browsers_send_passes_and_its_chunks_are_counted(chunks: list[bytes], count: int) -> None:
    assert sctp.count_chunks(packet(*chunks)) == count


@pytest.mark.parametrize("chunks", BROKEN.values(), ids=BROKEN)
def test_what_no_browser_sends_is_refused(chunks: list[bytes]) -> None:
    assert sctp.count_chunks(packet(*chunks)) is None


bodies = st.binary(max_size=60)
chunks = st.builds(chunk, st.sampled_from([*range(16), 130, 192, 200]), bodies)


@given(st.lists(st.one_of(chunks, bodies), max_size=6).map(lambda parts: packet(*parts)))
def test_what_passes_is_read_by_aiortc_to_its_end(made: bytes) -> None:
    """Without the check this hangs: a parameter of no length never ends."""
    if sctp.count_chunks(made) is not None:
        theirs.parse_packet(made)


@given(st.binary(max_size=1500))
def test_any_bytes_are_judged(data: bytes) -> None:
    sctp.count_chunks(data)
