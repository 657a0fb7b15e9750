"""`python -m media.still_worker`: decodes keyframes into JPEG, in a process that may be lost.

A keyframe comes from a stranger's phone, and decoders are written in C. So nothing here is worth stealing (no
environment, no files, no sockets), memory and time are limited, and a crash ends nobody's call. Reads
requests from stdin and writes replies to stdout until stdin ends.
"""

from __future__ import annotations

import os
import resource
import signal
import sys
from io import BytesIO
from typing import Final, cast

import av
from PIL import Image

from media.still_wire import REPLY, REQUEST

LONGEST: Final = 1280  # pixels, of the JPEG's longer side
QUALITY: Final = 80
MAX_PIXELS: Final = 4096 * 4096  # phones send 1 to 8 million; a frame of a few bytes may promise gigabytes
MEMORY: Final = 512 << 20  # bytes of address space
PATIENCE: Final = 10  # seconds for one frame, in case that who should stop us is no longer there
_DECODERS: Final = {"VP8": "vp8", "VP9": "vp9", "H264": "h264", "AV1": "libdav1d"}


def main() -> None:
    _confine()
    requests, replies = sys.stdin.buffer, sys.stdout.buffer
    while len(head := requests.read(REQUEST.size)) == REQUEST.size:
        name, size = REQUEST.unpack(head)
        signal.alarm(PATIENCE)
        picture = _picture(name.rstrip(b"\0").decode(), requests.read(size))
        signal.alarm(0)
        replies.write(REPLY.pack(len(picture)) + picture)
        replies.flush()


def _confine() -> None:
    Image.preinit()  # while files can still be opened
    os.nice(10)  # forwarding comes first
    limits = {
        resource.RLIMIT_AS: MEMORY,
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_FSIZE: 0,
        resource.RLIMIT_NOFILE: 3,
        resource.RLIMIT_NPROC: 0,
    }
    for limit, value in limits.items():
        resource.setrlimit(limit, (value, value))


def _picture(codec: str, frame: bytes) -> bytes:
    try:
        return _jpeg(_decoded(codec, frame))
    except Exception:  # decoders trip over hostile frames in more ways than they document
        return b""


def _decoded(codec: str, frame: bytes) -> av.VideoFrame:
    """Raises IndexError when nothing comes out."""
    decoder = cast(av.VideoCodecContext, av.CodecContext.create(_DECODERS[codec], "r"))
    # More threads give the picture later, and FFmpeg 8.1 crashes in one that meets a truncated frame.
    decoder.thread_count = 1
    decoder.options = {"max_pixels": str(MAX_PIXELS)}
    return [*decoder.decode(av.Packet(frame)), *decoder.decode(None)][0]


def _jpeg(picture: av.VideoFrame) -> bytes:
    scale = min(1.0, LONGEST / max(picture.width, picture.height))
    width, height = (max(1, round(side * scale)) for side in (picture.width, picture.height))
    pixels = picture.reformat(width, height, "rgb24")
    plane = pixels.planes[0]
    image = Image.frombytes("RGB", (width, height), bytes(plane), "raw", "RGB", plane.line_size)
    out = BytesIO()
    image.save(out, "JPEG", quality=QUALITY)
    return out.getvalue()


if __name__ == "__main__":
    main()
