"""Encoded frames into a WebM or MP4 file, piece by piece. Nothing is decoded, nothing encoded anew.

A file that ends anywhere plays up to there: WebM is written in clusters, MP4 in fragments, and neither goes
back to what is written. So neither has an index, and a player looks for a moment by reading.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Final

import av

from media.codecs import VIDEO_CLOCK
from media.encoded_frames import EncodedFrame
from media.picture_size import picture_size

PIECE_SECONDS: Final = 2  # of film that a crash may cost
WEBM: Final = "video/webm"
MP4: Final = "video/mp4"
MEDIA_TYPES: Final = {"VP8": WEBM, "VP9": WEBM, "AV1": WEBM, "H264": MP4}

_NAMES: Final = {"VP8": "vp8", "VP9": "vp9", "AV1": "av1", "H264": "h264"}  # of FFmpeg
_FORMATS: Final = {WEBM: "webm", MP4: "mp4"}
_OPTIONS: Final = {
    WEBM: {"cluster_time_limit": str(PIECE_SECONDS * 1000), "live": "1"},
    MP4: {
        # `delay_moov`: the first frame's parameter sets are the header's
        "movflags": "frag_keyframe+empty_moov+delay_moov+default_base_moof",
        "frag_duration": str(PIECE_SECONDS * 1_000_000),
    },
}
_CLOCK: Final = Fraction(1, VIDEO_CLOCK)


class FilmContainer:
    """One file. Its methods take some milliseconds, so they belong into a thread.

    `first`: the keyframe that it begins with. Raises NoSize. All raise `av.FFmpegError` for frames that no
    container takes.
    """

    def __init__(self, first: EncodedFrame) -> None:
        self.media_type = MEDIA_TYPES[first.codec]
        self._begins = first.timestamp
        self._ends = first.timestamp
        self._written = _Pieces()
        width, height = picture_size(first)
        self._container = av.open(
            self._written,
            "w",
            format=_FORMATS[self.media_type],
            options={**_OPTIONS[self.media_type], "flush_packets": "1", "fflags": "bitexact"},
        )
        self._stream = self._container.add_mux_stream(
            _NAMES[first.codec], width=width, height=height, time_base=_CLOCK
        )

    @property
    def milliseconds(self) -> int:
        """From its first frame to its last."""
        return (self._ends - self._begins) * 1000 // VIDEO_CLOCK

    def add(self, frame: EncodedFrame) -> bytes:
        """What the file grows by, often nothing."""
        packet = av.Packet(frame.data)
        packet.stream = self._stream
        packet.time_base = _CLOCK
        packet.pts = packet.dts = frame.timestamp - self._begins
        packet.is_keyframe = frame.keyframe
        self._container.mux_one(packet)
        self._ends = frame.timestamp
        return self._written.take()

    def close(self) -> bytes:
        """The rest of it."""
        self._container.close()
        return self._written.take()


class _Pieces:
    """What a container writes to: it can't go back, and knows of no name."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def write(self, data: bytes) -> int:
        self._pieces.append(bytes(data))
        return len(data)

    def take(self) -> bytes:
        taken = b"".join(self._pieces)
        self._pieces.clear()
        return taken
