"""Bad lines: lost packets are asked for again on each leg, and the picture stays whole."""

from __future__ import annotations

import random
import socket
import sys
from collections.abc import Callable
from typing import Any

import pytest

from media.relay import EmbeddedRelay
from media.sockets import bind
from tests.media.peers import Phone, Viewer, until

MakePhone = Callable[..., Phone]
MakeViewer = Callable[..., Viewer]

LOSS = 0.05


class LossySocket(socket.socket):
    """Loses media, both ways, in an order that is the same at each run."""

    lost = 0
    chance = random.Random(15)

    def sendto(self, data: Any, address: Any) -> int:  # type: ignore[override]
        return len(data) if self._loses(data) else super().sendto(data, address)

    def sendmsg(self, buffers: Any, ancillary: Any, _flags: int, address: Any) -> int:  # type: ignore[override]
        """One datagram of a burst after the other, so that each has its chance."""
        (data,), ((_, _, segment),) = buffers, ancillary
        size = int.from_bytes(segment, sys.byteorder)
        return sum(self.sendto(data[at : at + size], address) for at in range(0, len(data), size))

    def recvfrom_into(self, buffer: Any) -> Any:  # type: ignore[override]
        while True:
            size, address = super().recvfrom_into(buffer)
            if not self._loses(buffer[:size]):
                return size, address

    def _loses(self, data: Any) -> bool:
        is_media = 127 < data[0] < 192 and not 192 <= data[1] <= 223
        if is_media and self.chance.random() < LOSS:
            LossySocket.lost += 1
            return True
        return False


@pytest.fixture
def lossy(monkeypatch: pytest.MonkeyPatch) -> None:
    def bind_lossy(*where: Any) -> tuple[socket.socket, ...]:
        return tuple(LossySocket(fileno=sock.detach()) for sock in bind(*where))

    LossySocket.lost = 0
    monkeypatch.setattr("media.connection.bind", bind_lossy)


@pytest.mark.parametrize("codec", ["VP8", "H264"])
@pytest.mark.usefixtures("lossy")
async def test_five_percent_of_loss_on_both_legs_costs_no_picture(
    relay: EmbeddedRelay, phone: MakePhone, viewer: MakeViewer, codec: str
) -> None:
    console = await viewer().view(relay)
    caller = await phone(codecs=[codec], detail=True).publish(relay)
    await until(lambda: console.frames)
    began, seen = caller.camera.painted, console.frames
    await until(lambda: caller.camera.painted >= began + 90)
    await until(lambda: console.frames - seen >= 0.97 * 90)
    counters = relay.stats().counters
    assert LossySocket.lost > 5
    assert counters.nacked >= counters.recovered > 0
    assert counters.repeated > 0
