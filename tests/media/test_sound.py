"""Sound takes the same path as pictures: no visio uses it yet, and nothing on the path would notice."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from fractions import Fraction
from functools import partial
from typing import cast

import av
import numpy as np
import pytest
from aiortc import MediaStreamTrack

from media.relay import EmbeddedRelay
from media.sdp import read_phone, read_viewer
from tests.media.peers import LOOPBACK, Ear, Peer, until

CLOCK = 48_000
SAMPLES = 960  # of a packet: 20 ms, whose spectrum tells multiples of 50 Hz apart


class Tone(MediaStreamTrack):
    """A sine of so many Hz."""

    kind = "audio"

    def __init__(self, pitch: int) -> None:
        super().__init__()
        self._pitch = pitch
        self._count = 0
        self._start = asyncio.get_running_loop().time()

    async def recv(self) -> av.AudioFrame:
        await asyncio.sleep(self._start + self._count * SAMPLES / CLOCK - asyncio.get_running_loop().time())
        time = (self._count * SAMPLES + np.arange(SAMPLES)) / CLOCK
        wave = (8_000 * np.sin(2 * np.pi * self._pitch * time)).astype(np.int16)
        frame = av.AudioFrame.from_ndarray(wave[np.newaxis], format="s16", layout="mono")
        frame.sample_rate, frame.time_base = CLOCK, Fraction(1, CLOCK)
        frame.pts = self._count * SAMPLES
        self._count += 1
        return frame


class Microphone(Peer):
    def __init__(self, pitch: int) -> None:
        super().__init__()
        self.pc.addTransceiver(Tone(pitch), direction="sendonly")
        self.pc.createDataChannel("control")


class Speaker(Peer):
    """Hears one pitch, in Hz."""

    def __init__(self) -> None:
        super().__init__()
        self._ear = self.pc.addTransceiver("audio", direction="recvonly").receiver
        self._listening: asyncio.Task[None] | None = None
        self.pitch = 0

    async def answer(self, text: str) -> None:
        await super().answer(text)
        self._listening = asyncio.create_task(self._listen())

    async def hears(self, pitch: int) -> None:
        await until(lambda: self.pitch == pitch, f"{pitch} Hz")

    async def close(self) -> None:
        await super().close()
        if self._listening is not None:
            self._listening.cancel()
            await asyncio.wait([self._listening])

    async def _listen(self) -> None:
        while True:
            frame = cast(av.AudioFrame, await self._ear.track.recv())
            samples = frame.to_ndarray()[0][:: len(frame.layout.channels)]
            self.pitch = int(np.abs(np.fft.rfft(samples)).argmax()) * CLOCK // len(samples)


@pytest.fixture
async def relay(ear: Ear, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[EmbeddedRelay]:
    """One that expects sound where others expect a picture."""
    monkeypatch.setattr("media.session.read_phone", partial(read_phone, kind="audio"))
    monkeypatch.setattr("media.session.read_viewer", partial(read_viewer, kind="audio"))
    relay = EmbeddedRelay(addresses=(LOOPBACK,), start_bitrate=0, video_codecs=("opus",))
    await relay.open(ear)
    yield relay
    await relay.close()


async def test_sound_is_forwarded_and_goes_on_when_another_phone_speaks(
    relay: EmbeddedRelay, peers: list[Peer]
) -> None:
    async def speak(pitch: int) -> None:
        peers.append(phone := Microphone(pitch))
        await phone.answer(await relay.publish("visio", "phone", await phone.offer()))

    async def listen(name: str) -> Speaker:
        peers.append(speaker := Speaker())
        await speaker.answer(await relay.view("visio", name, await speaker.offer()))
        return speaker

    alice = await listen("alice")
    await speak(500)
    await alice.hears(500)
    bob = await listen("bob")
    await bob.hears(500)
    await speak(1_000)
    for speaker in (alice, bob):
        await speaker.hears(1_000)
        assert speaker.pc.connectionState == "connected"
    assert relay.stats().counters.keyframes_asked == 0
