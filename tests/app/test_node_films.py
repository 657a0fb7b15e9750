"""Films of phones whose media pass through nodes of their own: real nodes, real Redis, sealed files."""

from __future__ import annotations

import asyncio
import io
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import suppress
from pathlib import Path

import aioice.ice
import av
import pytest

from config.adapters import adapters
from config.application import Application, build, opened
from config.settings import read
from signaling.domain import facts
from signaling.domain.controls import Capabilities, Controls
from signaling.domain.policy import Policy, with_policy
from signaling.domain.records import Participant, Recording
from signaling.messages import control
from signaling.ports import Change
from signaling.service.negotiate import relay_key
from signaling.store.schema import upgrade
from tests import cast
from tests.cast import ALICE, SAMU_54, Clock
from tests.media.nodes import ANY_SPEED, NodeProcess
from tests.media.peers import LOOPBACK, WITHIN, Phone

pytestmark = pytest.mark.timeout(90)

SOME = 20  # pictures


@pytest.fixture(autouse=True)
def on_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(aioice.ice, "get_host_addresses", lambda **_: [LOOPBACK])


@pytest.fixture
async def made(tmp_path: Path, clock: Clock, redis_url: str) -> AsyncIterator[Application]:
    off = {"BAN_DOMAIN": "off", "NOMINATIM_DOMAIN": "off"}
    settings = read({"DATA_DIR": str(tmp_path), "SECRET_KEY": "k" * 32, "REDIS_URL": redis_url, **off})
    await asyncio.to_thread(upgrade, settings.database_url)
    made = build(settings, adapters(settings, clock), clock)
    async with opened(made):
        store = made.adapters.store
        await cast.settle(store)
        await store.change_centre(SAMU_54.id, lambda row: with_policy(row, Policy(recording=True)))
        yield made


class Call:
    """A visio of SAMU 54 with a caller who was told that the video is recorded."""

    def __init__(self, made: Application) -> None:
        self.made = made
        self.revision = 0
        self.session = cast.session(ALICE)
        invitation = cast.invitation(self.session)
        self.caller: Participant = cast.caller(invitation, standing="main", epoch=1)
        self.rows = (invitation, self.caller)
        self.key = relay_key(SAMU_54.id, self.session.id)

    async def begin(self) -> Call:
        told = facts.RecordingAgreed(participant=self.caller.id)
        await self.made.adapters.store.start(self.session, Change(records=self.rows, facts=(told,)))
        return self

    async def connect(self) -> Phone:
        """As a phone does, until some node takes it."""
        phone = Phone(codecs=("VP8",))
        return await phone.publish(self.made.adapters.relay, self.key, self.caller.id)

    async def pause(self, on: bool) -> None:
        state = Controls(pause=on)
        self.revision += 1
        said = control.Hello(
            epoch=1, revision=self.revision, capabilities=Capabilities(), wanted=state, actual=state
        )
        await self.made.use.reporting.control_frame(self.caller, said)

    async def films(self) -> Sequence[Recording]:
        return await self.made.adapters.store.recordings(SAMU_54.id, self.session.id)

    async def until(self, count: int, holds: Callable[[Recording], Awaitable[bool]]) -> Recording:
        """The newest of so many, once that holds of it."""
        async with asyncio.timeout(WITHIN):
            while True:
                films = await self.films()
                if len(films) == count and await holds(films[-1]):
                    return films[-1]
                await asyncio.sleep(0.1)

    async def plays(self, film: Recording) -> bool:
        return await self.pictures(film) > SOME

    async def has_begun(self, film: Recording) -> bool:
        return film.ended_at is None

    async def is_over(self, film: Recording) -> bool:
        return film.ended_at is not None

    async def pictures(self, film: Recording) -> int:
        """That a player shows, up to where it breaks off."""
        data = await self.made.files.get(SAMU_54.id, film.id) if await self._size(film) else b""
        shown = 0
        with suppress(av.InvalidDataError, av.EOFError), av.open(io.BytesIO(data), "r") as opened:
            for _ in opened.decode(video=0):
                shown += 1
        return shown

    async def _size(self, film: Recording) -> int:
        return await self.made.files.size(SAMU_54.id, film.id)


async def test_a_film_is_made_by_a_node_and_by_the_next_one_when_it_is_killed_or_leaves(
    made: Application, redis_url: str, tmp_path: Path
) -> None:
    call = await Call(made).begin()
    with NodeProcess(redis_url, **ANY_SPEED) as first:
        phone = await call.connect()
        film = await call.until(1, call.plays)
        with NodeProcess(redis_url, **ANY_SPEED) as second:
            await first.stop(signal.SIGKILL)
            await phone.close()
            phone = await call.connect()
            await call.until(2, call.has_begun)
            (killed, _) = await call.films()
            assert killed.ended_at is not None
            assert await call.plays(killed)  # what was written of it
            on_disk = (tmp_path / "files" / SAMU_54.id / film.id).read_bytes()
            assert b"webm" not in on_disk
            assert b"webm" in (await made.files.get(SAMU_54.id, film.id))[:64]

            await call.pause(True)
            paused = await call.until(2, call.is_over)
            assert await call.pictures(paused) > 0
            await call.pause(False)
            await call.until(3, call.has_begun)
            await second.stop()
            whole = await call.until(3, call.is_over)
            assert await call.pictures(whole) > 0
        await phone.close()
    told = await made.adapters.store.events(SAMU_54.id, call.session.id, 0)
    lengths = [event.fact.milliseconds for event in told if isinstance(event.fact, facts.RecordingStored)]
    assert lengths[0] is None
    assert None not in lengths[1:]
    assert len(lengths) == 3
