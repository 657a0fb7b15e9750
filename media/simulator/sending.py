"""A phone without camera and encoder: it sends frames that somebody encoded."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Sequence
from struct import Struct, pack, unpack_from
from time import monotonic
from typing import Final

import msgspec
from aiortc import RTCDataChannel, RTCIceServer

from media import rtcp
from media.simulator.agreement import Agreement, prefer, sources
from media.simulator.cutting import CUT
from media.simulator.peer import Peer

REPORT_EVERY: Final = 1.0  # seconds between two sender reports
HISTORY: Final = 1024  # packets that can be sent again
CLOCK: Final = 90_000  # RTP units a second

_HEADER = Struct("!BBHIIHH")
_ONE_BYTE_PROFILE: Final = 0xBEDE


class Feedback(msgspec.Struct):
    """What a sender was told."""

    nacked: int = 0  # packets asked for again
    repeated: int = 0  # of those, we still had them
    keyframes: int = 0  # asked for
    limit: int | None = None  # the last REMB, bit/s
    transport_reports: int = 0


class Sent(msgspec.Struct):
    frames: int = 0
    packets: int = 0  # without repeated ones
    octets: int = 0  # of payload


class _Extension:
    """The header extension of each packet: when it left, and its number on the transport."""

    def __init__(self, agreement: Agreement) -> None:
        elements = b""
        self._time_at = self._number_at = 0
        if agreement.send_time:
            self._time_at = _HEADER.size + 1
            elements += bytes([agreement.send_time << 4 | 2, 0, 0, 0])
        if agreement.transport:
            self._number_at = _HEADER.size + len(elements) + 1
            elements += bytes([agreement.transport << 4 | 1, 0, 0])
        self._elements = elements + bytes(-len(elements) % 4)
        self._number = 0
        self.words = len(self._elements) // 4
        self.end = _HEADER.size + len(self._elements)  # where the payload begins

    def write(self, view: memoryview, now: float) -> None:
        view[_HEADER.size : self.end] = self._elements
        if self._time_at:  # 24 bits, 18 of them below the second; any epoch will do
            view[self._time_at : self._time_at + 3] = (int(now * 262_144) & 0xFFFFFF).to_bytes(3, "big")
        if self._number_at:
            view[self._number_at : self._number_at + 2] = self._number.to_bytes(2, "big")
            self._number = (self._number + 1) & 0xFFFF


class SendingPeer(Peer):
    """One video track, and the data channel `control`.

    `codecs`: names to offer, best first; once `answered`, `codec` is the one to send. `keyframe_wanted` is
    called at each request for a keyframe.
    """

    def __init__(
        self,
        codecs: Sequence[str] = ("H264", "VP8"),
        keyframe_wanted: Callable[[], None] = lambda: None,
        *,
        addresses: Sequence[str] = (),
        ice_servers: Sequence[RTCIceServer] = (),
    ) -> None:
        super().__init__(addresses, ice_servers)
        video = self.pc.addTransceiver("video", direction="sendonly")
        prefer(video, codecs)
        self.control: RTCDataChannel = self.pc.createDataChannel("control")
        self.codec = ""
        self.feedback = Feedback()
        self.sent = Sent()
        self._keyframe_wanted = keyframe_wanted
        self._kind = -1
        self._repair_kind: int | None = None
        self._ssrc = self._repair_ssrc = 0
        self._sequence, self._repair_sequence = random.getrandbits(15), random.getrandbits(15)
        self._first_timestamp = random.getrandbits(31)
        self._last = (0, 0.0)  # timestamp of the last frame, and when it left
        self._history: list[tuple[int, int, int, bytes] | None] = [None] * HISTORY
        self._report_at = 0.0
        self.enter(video)

    async def offer(self) -> str:
        text = await super().offer()
        self._ssrc, self._repair_ssrc = sources(text)
        return text

    def agree(self, agreement: Agreement) -> None:
        super().agree(agreement)
        self._kind, self.codec = next(iter(agreement.codecs.items()))
        kinds = {original: repair for repair, original in agreement.repairs.items()}
        self._repair_kind = kinds.get(self._kind)
        self._extension = _Extension(agreement)

    def send(self, frame: bytes, at: float) -> None:
        """One encoded frame: VP8 as it is, H.264 in Annex B. `at`: seconds of any clock, rising.

        A frame is lost while the connection is not up.
        """
        if not self.path.is_up:
            return
        now = monotonic()
        timestamp = (self._first_timestamp + int(at * CLOCK)) & 0xFFFFFFFF
        payloads = CUT[self.codec](frame, self.sent.frames)
        for place, payload in enumerate(payloads, 1):
            marked = self._kind | (0x80 if place == len(payloads) else 0)
            sequence, self._sequence = self._sequence, (self._sequence + 1) & 0xFFFF
            self._history[sequence % HISTORY] = (sequence, marked, timestamp, payload)
            self._write(marked, sequence, timestamp, self._ssrc, payload, now)
            self.sent.octets += len(payload)
        self.sent.frames += 1
        self.sent.packets += len(payloads)
        self._last = (timestamp, now)

    # ------------------------------------------------------------ from the connection
    def heard(self, compound: bytes, now: float) -> None:
        self.feedback.transport_reports += _transport_reports(compound)
        for report in rtcp.parse(compound):
            if isinstance(report, rtcp.Nack):
                self._repeat(report.sequences, now)
            elif isinstance(report, rtcp.KeyframeWanted):
                self.feedback.keyframes += 1
                self._keyframe_wanted()
            elif isinstance(report, rtcp.BitrateLimit):
                self.feedback.limit = report.bitrate

    def tick(self, now: float) -> None:
        timestamp, at = self._last
        if not at or now < self._report_at:
            return
        self._report_at = now + REPORT_EVERY
        timestamp = (timestamp + int((now - at) * CLOCK)) & 0xFFFFFFFF
        sent = self.sent
        self.path.send_rtcp(rtcp.sender_report(self._ssrc, time.time(), timestamp, sent.packets, sent.octets))

    # ------------------------------------------------------------ parts
    def _repeat(self, sequences: Sequence[int], now: float) -> None:
        for sequence in sequences:
            self.feedback.nacked += 1
            kept = self._history[sequence % HISTORY]
            if kept is None or kept[0] != sequence:
                continue
            self.feedback.repeated += 1
            _, marked, timestamp, payload = kept
            if self._repair_kind is None:
                self._write(marked, sequence, timestamp, self._ssrc, payload, now)
                continue
            marked, payload = marked & 0x80 | self._repair_kind, pack("!H", sequence) + payload
            self._write(marked, self._repair_sequence, timestamp, self._repair_ssrc, payload, now)
            self._repair_sequence = (self._repair_sequence + 1) & 0xFFFF

    def _write(
        self, marked: int, sequence: int, timestamp: int, ssrc: int, payload: bytes, now: float
    ) -> None:
        view, extension = self.path.view, self._extension
        _HEADER.pack_into(
            view, 0, 0x90, marked, sequence, timestamp, ssrc, _ONE_BYTE_PROFILE, extension.words
        )
        extension.write(view, now)
        size = extension.end + len(payload)
        view[extension.end : size] = payload
        self.path.send_rtp(size)


def _transport_reports(compound: bytes) -> int:
    """How many transport-wide feedback packets are in it."""
    count = position = 0
    while position + 4 <= len(compound):
        first, kind, words = unpack_from("!BBH", compound, position)
        count += kind == rtcp.RTPFB and first & 31 == rtcp.TRANSPORT_FEEDBACK
        position += 4 + words * 4
    return count
