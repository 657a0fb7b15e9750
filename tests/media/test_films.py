"""Films: real frames in the container that their codec has, opened again by a player's own demuxer."""

from __future__ import annotations

import io
from collections.abc import Sequence
from contextlib import suppress

import av
import pytest

from media.encoded_frames import EncodedFrame, Gap
from media.filming import LONG_GAP, FilmCutter
from media.picture_size import NoSize, picture_size
from media.recording import End, Recorded, Segment
from signaling.domain.errors import Unavailable
from tests.media.encoding import encoded, looks_like
from tests.media.peers import brightness

STEP = 3000  # ticks: 30 frames a second
SHADES = (40, 120, 200) * 40  # 4 s


class Shelf:
    """A reel that keeps its films."""

    def __init__(self) -> None:
        self.films: list[bytes] = []
        self.media_types: list[str] = []
        self.lengths: list[int] = []
        self.full_at: int | None = None  # bytes that the disk takes

    async def begin(self, media_type: str) -> None:
        self.media_types.append(media_type)
        self.films.append(b"")

    async def write(self, data: bytes) -> None:
        if self.full_at is not None and len(self.films[-1]) + len(data) > self.full_at:
            raise Unavailable("the disk is full")
        self.films[-1] += data

    async def end(self, milliseconds: int) -> None:
        self.lengths.append(milliseconds)


def frames(
    codec: str, shades: Sequence[int] = SHADES, start: int = 0, width: int = 320
) -> list[EncodedFrame]:
    data = encoded(codec, shades, width, 192, keyframe_every=30)
    return [EncodedFrame(codec, start + at * STEP, at % 30 == 0, frame) for at, frame in enumerate(data)]


async def filmed(shelf: Shelf, *parts: Sequence[EncodedFrame], ends: bool = True) -> None:
    cutter = FilmCutter(shelf)
    for part in parts:
        await cutter(Segment(part[0].codec))
        for frame in part:
            await cutter(frame)
    if ends:
        await cutter(End())


def pictures(film: bytes) -> list[tuple[float, int]]:
    """(seconds, brightness) of each, up to where the file breaks off."""
    shown: list[tuple[float, int]] = []
    with av.open(io.BytesIO(film), "r") as opened, suppress(av.InvalidDataError):
        shown.extend((picture.time or 0.0, brightness(picture)) for picture in opened.decode(video=0))
    return shown


@pytest.mark.parametrize("codec", ["VP8", "VP9", "H264", "AV1"])
async def test_a_film_holds_every_frame_at_its_time(codec: str) -> None:
    shelf = Shelf()
    await filmed(shelf, frames(codec))
    assert shelf.media_types == ["video/mp4" if codec == "H264" else "video/webm"]
    shown = pictures(shelf.films[0])
    assert looks_like([shade for _, shade in shown], SHADES)
    assert all(abs(seconds - at / 30) < 0.002 for at, (seconds, _) in enumerate(shown))
    assert shelf.lengths == [119 * 1000 // 30]


@pytest.mark.parametrize("codec", ["VP8", "H264"])
async def test_what_a_killed_process_leaves_plays_up_to_its_last_seconds(codec: str) -> None:
    shelf = Shelf()
    await filmed(shelf, frames(codec), ends=False)
    shown = pictures(shelf.films[0])
    assert len(shown) >= len(SHADES) - 60
    assert looks_like([shade for _, shade in shown[:-1]], SHADES[: len(shown) - 1])
    middle = pictures(shelf.films[0][: len(shelf.films[0]) // 2])
    assert len(middle) >= 30


async def test_another_codec_begins_another_film() -> None:
    shelf = Shelf()
    await filmed(shelf, frames("VP8", SHADES[:30]), frames("H264", SHADES[:30], start=30 * STEP))
    assert shelf.media_types == ["video/webm", "video/mp4"]
    assert [len(pictures(film)) for film in shelf.films] == [30, 30]


async def test_a_phone_that_turns_begins_another_mp4_and_goes_on_in_a_webm() -> None:
    for codec, films in (("VP8", [60]), ("H264", [30, 30])):
        shelf = Shelf()
        turned = frames(codec, SHADES[:30], start=30 * STEP, width=256)
        await filmed(shelf, frames(codec, SHADES[:30]), turned)
        assert [len(pictures(film)) for film in shelf.films] == films


async def test_a_long_break_begins_another_film_and_a_short_one_does_not() -> None:
    for gap, films in ((LONG_GAP + STEP, 2), (LONG_GAP // 2, 1)):
        shelf = Shelf()
        await filmed(shelf, frames("VP8", SHADES[:30]), frames("VP8", SHADES[:30], start=29 * STEP + gap))
        assert len(shelf.films) == films


async def test_a_gap_within_a_film_keeps_its_time() -> None:
    shelf = Shelf()
    cutter = FilmCutter(shelf)
    whole = frames("VP8", SHADES[:90])
    items: list[Recorded] = [Segment("VP8"), *whole[:40], Gap(), *whole[60:], End()]
    for item in items:
        await cutter(item)
    times = [round(seconds * 30) for seconds, _ in pictures(shelf.films[0])]
    assert times == [*range(40), *range(60, 90)]


async def test_a_full_disk_ends_the_film_and_what_was_written_plays() -> None:
    shelf = Shelf()
    shelf.full_at = 1_200_000
    with pytest.raises(Unavailable):
        await filmed(shelf, frames("VP8"))
    assert len(shelf.lengths) == 1
    assert len(pictures(shelf.films[0])) > 10


@pytest.mark.parametrize("codec", ["VP8", "VP9", "H264", "AV1"])
def test_a_hostile_keyframe_has_a_size_or_none(codec: str) -> None:
    whole = frames(codec, SHADES[:1])[0].data
    for at in range(min(len(whole), 60)):
        for data in (whole[:at], whole[:at] + b"\xff" * 40, whole[:at] + bytes(40)):
            try:
                width, height = picture_size(EncodedFrame(codec, 0, True, data))
            except NoSize:
                continue
            assert min(width, height) > 0
            assert max(width, height) <= 16_384
