"""Stills and measurements on their way to the consoles: checked, paced, only the newest for who is slow."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from io import BytesIO

import msgspec
import pytest
from PIL import Image

from signaling.bus.memory import MemoryBus
from signaling.bus.topics import NOTE
from signaling.domain.errors import BadFile, BadMessage
from signaling.hub import Hub
from signaling.images import check_still
from signaling.line import Newest
from signaling.messages import console, control
from signaling.messages.codec import STILL_LIMIT, decode_still
from signaling.service.live import QUALITY_MILLISECONDS, STILL_MILLISECONDS, Live
from tests import cast
from tests.cast import NOW, Clock

PHONE = cast.caller(cast.invitation(cast.session()))
QUALITY = control.Quality(bitrate=320.0, frames=12.5, width=640, height=360, loss=0.1, battery=0.4)


def jpeg(width: int = 320, height: int = 180) -> bytes:
    out = BytesIO()
    Image.effect_noise((width, height), 40).convert("RGB").save(out, "JPEG", quality=60)
    return out.getvalue()


def other(kind: str) -> bytes:
    out = BytesIO()
    Image.new("RGB", (64, 64)).save(out, kind)
    return out.getvalue()


class Console:
    """Follows the session, as a console's conversation does."""

    def __init__(self, bus: MemoryBus) -> None:
        self._frames = Hub(None, bus).live(PHONE.session)  # type: ignore[arg-type]
        self.next: asyncio.Future[tuple[str, bytes]] = asyncio.ensure_future(self._take())

    async def _take(self) -> tuple[str, bytes]:
        return await anext(self._frames)

    async def frame(self) -> bytes:
        _, frame = await self.next
        self.next = asyncio.ensure_future(self._take())
        return frame


@pytest.fixture
async def bus() -> AsyncIterator[MemoryBus]:
    made = MemoryBus()
    yield made
    await made.close()


@pytest.fixture
async def seen(bus: MemoryBus) -> AsyncIterator[Console]:
    made = Console(bus)
    await asyncio.sleep(0)  # it has subscribed
    yield made
    made.next.cancel()


@pytest.fixture
def live(bus: MemoryBus, clock: Clock) -> Live:
    return Live(bus, clock, check_still)


async def test_a_still_reaches_the_consoles_with_its_phone_and_time(live: Live, seen: Console) -> None:
    picture = jpeg()
    await live.still(PHONE, picture)
    frame = await seen.frame()
    assert frame[:32].decode() == PHONE.id
    assert int.from_bytes(frame[32:40], "big") == NOW
    assert frame[40:] == picture


@pytest.mark.parametrize(
    "garbage",
    [
        pytest.param(b"\xff\xd8\xff\xe0 not a picture", id="no-jpeg"),
        pytest.param(other("PNG"), id="png"),
        pytest.param(b"<svg xmlns='http://www.w3.org/2000/svg'/>", id="svg"),
        pytest.param(jpeg()[:-500], id="truncated"),
        pytest.param(jpeg(8, 8), id="tiny"),
        pytest.param(jpeg(2000, 16), id="wide"),
    ],
)
async def test_a_still_that_is_no_image_is_refused_and_the_next_one_is_shown(
    live: Live, seen: Console, clock: Clock, garbage: bytes
) -> None:
    with pytest.raises(BadMessage):
        await live.still(PHONE, garbage)
    clock.advance(STILL_MILLISECONDS)
    await live.still(PHONE, jpeg())
    assert (await seen.frame())[40:42] == b"\xff\xd8"


def test_a_picture_of_gigabytes_in_a_few_bytes_is_not_decoded() -> None:
    header = bytearray(jpeg())
    at = header.index(b"\xff\xc0") + 5
    header[at : at + 4] = b"\xff\xff\xff\xff"
    with pytest.raises(BadFile, match="Bomb"):
        check_still(bytes(header))


async def test_a_flood_of_stills_is_refused_and_the_pace_of_a_good_line_is_not(
    live: Live, clock: Clock
) -> None:
    picture = jpeg()
    for _ in range(10):
        await live.still(PHONE, picture)
        clock.advance(300)
    await live.still(PHONE, picture)
    for _ in range(3):
        with pytest.raises(BadMessage, match="too fast"):
            await live.still(PHONE, picture)


@pytest.mark.parametrize("size", [4, 5 + STILL_LIMIT])
def test_a_binary_frame_of_no_still_or_of_too_much_is_refused(size: int) -> None:
    with pytest.raises(BadMessage):
        decode_still(bytes(size))


def test_a_binary_frame_is_a_number_and_a_jpeg_and_fits_the_bus() -> None:
    still = decode_still(b"\x00\x00\x01\x02" + bytes(STILL_LIMIT))
    assert (still.number, len(still.jpeg)) == (258, STILL_LIMIT)
    assert len(f"still:{PHONE.id}\n") + 32 + 8 + STILL_LIMIT <= NOTE


async def test_measurements_reach_the_consoles_with_their_phone(live: Live, seen: Console) -> None:
    await live.quality(PHONE.centre, PHONE.session, PHONE.id, QUALITY)
    told = msgspec.json.decode(await seen.frame(), type=console.Quality)
    assert told == console.Quality(
        participant=PHONE.id, bitrate=320.0, frames=12.5, width=640, height=360, loss=0.1, battery=0.4
    )


@pytest.mark.parametrize(
    "wrong",
    [
        {"loss": 1.5},
        {"bitrate": -1.0},
        {"battery": 7.0},
        {"round_trip": -3.0},
        {"width": 10**9},
        {"frames": 1e300},
    ],
    ids=lambda wrong: next(iter(wrong)),
)
async def test_impossible_measurements_are_refused(live: Live, wrong: dict[str, float]) -> None:
    with pytest.raises(BadMessage):
        await live.quality(PHONE.centre, PHONE.session, PHONE.id, msgspec.structs.replace(QUALITY, **wrong))


async def test_measurements_that_come_too_often_are_let_go(live: Live, seen: Console, clock: Clock) -> None:
    for bitrate in (1.0, 2.0):
        await live.quality(
            PHONE.centre, PHONE.session, PHONE.id, msgspec.structs.replace(QUALITY, bitrate=bitrate)
        )
    clock.advance(QUALITY_MILLISECONDS)
    await live.quality(PHONE.centre, PHONE.session, PHONE.id, msgspec.structs.replace(QUALITY, bitrate=3.0))
    assert [msgspec.json.decode(await seen.frame())["bitrate"] for _ in range(2)] == [1.0, 3.0]


async def test_a_slow_console_gets_the_newest_still_of_each_phone_and_no_older_one() -> None:
    newest = Newest()

    async def frames() -> AsyncIterator[tuple[str, bytes]]:
        for number in range(5):
            yield "still:one", f"one {number}".encode()
        yield "still:two", b"two 0"

    await newest.fill(frames())
    assert [await newest.take(), await newest.take()] == [b"one 4", b"two 0"]
