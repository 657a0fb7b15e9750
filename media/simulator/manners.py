"""How a simulated phone misbehaves, when it is asked to."""

from __future__ import annotations

import msgspec


class Manners(msgspec.Struct, frozen=True, kw_only=True):
    """`loss`: share of the media's datagrams that get lost, in both directions. `silence`: every so many
    seconds no picture is sent for as long. `reconnect`: every so many seconds the page is loaded anew.
    `refuses`: the caller says no to the camera."""

    loss: float = 0.0
    silence: float = 0.0
    reconnect: float = 0.0
    refuses: bool = False

    def is_silent(self, elapsed: float) -> bool:
        """`elapsed`: seconds since the picture began."""
        return self.silence > 0 and elapsed // self.silence % 2 == 1
