"""What a phone measures of its own sending, checked."""

from __future__ import annotations

from math import isfinite

from signaling.domain.errors import BadMessage
from signaling.messages import control

BITRATE = 1_000_000  # kbit/s
FRAMES = 1_000  # a second
SIDE = 16_384  # pixels
ROUND_TRIP = 600_000  # ms


def check_quality(frame: control.Quality) -> None:
    """Raises BadMessage for what no phone can have measured."""
    shares = (frame.loss, frame.battery if frame.battery is not None else 0.0)
    within = (
        (frame.bitrate, BITRATE),
        (frame.frames, FRAMES),
        (frame.width, SIDE),
        (frame.height, SIDE),
        (frame.round_trip if frame.round_trip is not None else 0.0, ROUND_TRIP),
        *((share, 1) for share in shares),
    )
    if not all(isfinite(value) and 0 <= value <= most for value, most in within):
        raise BadMessage("impossible measurements")
