"""Where the simulated phone is: its caller walks round Place Stanislas in Nancy."""

from __future__ import annotations

from itertools import count
from math import cos, pi, sin, tau

EVERY = 3.0  # seconds between two positions
_LATITUDE, _LONGITUDE = 48.693611, 6.183333
_RADIUS = 40.0  # metres
_STEPS = 120  # once round: six minutes, 2.5 km/h
_DEGREE = 111_320.0  # metres of latitude


class Walk:
    def __init__(self) -> None:
        self._steps = count()

    def position(self) -> tuple[float, float, float]:
        """The next (latitude, longitude, accuracy in metres); the accuracy gets better with time."""
        step = next(self._steps)
        north = _RADIUS * cos(tau * step / _STEPS)
        east = _RADIUS * sin(tau * step / _STEPS)
        degree_of_longitude = _DEGREE * cos(_LATITUDE * pi / 180)
        accuracy = max(6.0, 48.0 / (step + 1))
        return _LATITUDE + north / _DEGREE, _LONGITUDE + east / degree_of_longitude, accuracy
