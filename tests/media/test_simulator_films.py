"""What the simulated phone films: drawn or from a file, encoded once, played for ever."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from fractions import Fraction
from itertools import islice, pairwise
from pathlib import Path
from typing import cast

import av
import pytest
from av.video.codeccontext import VideoCodecContext
from PIL import Image, ImageChops, ImageStat

from media.simulator import scene, video
from media.simulator.archive import Archive
from media.simulator.film import AHEAD, Film, Projector
from media.simulator.lens import Shot, taken
from media.tasks import end
from tests.media.peers import until

SIZE = (scene.WIDTH, scene.HEIGHT)
DECODERS = {"VP8": "libvpx", "H264": "h264"}
RED, BLUE = (200, 30, 30), (30, 30, 200)


def picture(shot: Shot) -> Image.Image:
    return next(taken(shot, scene.frames(shot.facing)))


def colour(image: Image.Image) -> list[float]:
    """Its mean red, green and blue."""
    return ImageStat.Stat(image).mean


def plain(count: int, of: tuple[int, int, int] = RED) -> Iterator[Image.Image]:
    return (Image.new("RGB", SIZE, of) for _ in range(count))


def decoded(codec: str, frames: list[bytes]) -> list[Image.Image]:
    decoder = cast(VideoCodecContext, av.CodecContext.create(DECODERS[codec], "r"))
    packets = [*map(av.Packet, frames), None]
    return [frame.to_image() for packet in packets for frame in decoder.decode(packet)]  # type: ignore[no-untyped-call]


def whole(film: Film) -> Film:
    while not film.complete:
        film.grow()
    return film


# ---------------------------------------------------------------- the lens
def test_the_torch_makes_the_picture_brighter() -> None:
    assert sum(colour(picture(Shot(lit=True)))) > 1.3 * sum(colour(picture(Shot())))


def test_the_zoom_shows_a_part_of_the_picture_larger() -> None:
    wide, close = picture(Shot()), picture(Shot(zoom=4))
    middle = wide.crop((480, 270, 800, 450)).resize(SIZE, Image.Resampling.BILINEAR)
    below = (0, 100, *SIZE)  # the label is not zoomed
    assert colour(close.crop(below)) == pytest.approx(colour(middle.crop(below)), abs=3)
    assert colour(close.crop(below)) != pytest.approx(colour(wide.crop(below)), abs=3)


def test_the_front_camera_films_something_else() -> None:
    red, _, blue = colour(picture(Shot("user")))
    assert blue > red
    red, _, blue = colour(picture(Shot()))
    assert red > blue


@pytest.mark.parametrize("facing", ["environment", "user"])
def test_the_scene_moves_and_its_end_meets_its_beginning(facing: str) -> None:
    frames = list(islice(scene.frames(facing), 0, None, 10))
    assert all(one.tobytes() != other.tobytes() for one, other in pairwise(frames))
    steps = [_difference(one, other) for one, other in pairwise(frames)]
    assert _difference(frames[-1], frames[0]) <= max(steps)


def _difference(one: Image.Image, other: Image.Image) -> float:
    return sum(ImageStat.Stat(ImageChops.difference(one, other)).sum)


# ---------------------------------------------------------------- films
@pytest.mark.parametrize("codec", ["VP8", "H264"])
def test_a_film_is_decoded_from_its_first_frame_on(codec: str) -> None:
    frames = whole(Film(codec, plain(20), None)).frames
    images = decoded(codec, frames)
    assert len(frames) == len(images) == 20
    assert images[0].size == SIZE
    assert colour(images[-1]) == pytest.approx(RED, abs=12)


def test_a_film_is_played_while_it_is_made_and_then_in_a_loop() -> None:
    film, projector = Film("VP8", plain(AHEAD + 1), None), Projector()
    assert projector.frame() is None
    projector.show(film)
    assert projector.frame() is None
    film.grow()
    assert [projector.frame() for _ in range(AHEAD + 1)] == [*film.frames, None]
    whole(film)
    assert [projector.frame() for _ in range(3)] == [film.frames[-1], *film.frames[:2]]


def test_a_request_for_a_keyframe_and_another_film_begin_with_a_keyframe() -> None:
    first, second, projector = (
        whole(Film("VP8", plain(5), None)),
        Film("VP8", plain(5, BLUE), None),
        Projector(),
    )
    projector.show(first)
    assert [projector.frame(), projector.frame()] == first.frames[:2]
    projector.restart()
    assert projector.frame() == first.frames[0]
    projector.show(first)
    assert projector.frame() == first.frames[1]
    projector.show(whole(second))
    assert projector.frame() == second.frames[0]


def test_a_film_is_kept_and_a_broken_one_made_again(tmp_path: Path) -> None:
    file = tmp_path / "films" / "one.film"
    made = whole(Film("VP8", plain(3), file)).frames
    kept = Film("VP8", plain(0), file)
    kept.grow()
    assert kept.complete
    assert kept.frames == made
    file.write_bytes(b"\x93no film")
    assert len(whole(Film("VP8", plain(2), file)).frames) == 2
    assert [path.name for path in file.parent.iterdir()] == ["one.film"]


def test_a_disk_that_takes_nothing_stops_no_film(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert len(whole(Film("VP8", plain(2), tmp_path / "file" / "one.film")).frames) == 2


async def test_the_film_wanted_last_is_made_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scene, "frames", lambda facing: plain(4 * AHEAD))
    archive, grow, grown = Archive(tmp_path), Film.grow, list[Film]()

    def noted(film: Film) -> None:
        grown.append(film)
        grow(film)

    monkeypatch.setattr(Film, "grow", noted)
    early, late = archive.film(Shot(), "VP8"), archive.film(Shot(lit=True), "VP8")
    assert archive.film(Shot(), "VP8") is early
    assert archive.film(Shot(lit=True), "VP8") is late
    work = asyncio.create_task(archive.work())
    await until(lambda: len(list(tmp_path.glob("environment-1-*VP8*.film"))) == 2)
    await end([work])
    assert grown.index(early) == grown.count(late) > 0


# ---------------------------------------------------------------- files
def test_a_file_is_played_at_our_rate_and_whole(tmp_path: Path) -> None:
    file = write(tmp_path / "clip.mp4", rate=10, count=20)
    frames = list(video.frames(file))
    assert len(frames) == pytest.approx(2 * scene.RATE, abs=3)
    assert frames[0].size == SIZE
    assert colour(frames[0].crop((600, 100, 680, 620))) == pytest.approx(BLUE, abs=15)
    assert colour(frames[0].crop((0, 0, 100, 720))) == pytest.approx((0, 0, 0), abs=5)


def write(file: Path, *, rate: int, count: int) -> Path:
    """A blue portrait."""
    with av.open(file, "w") as container:
        stream = container.add_stream("libx264", rate=rate)
        stream.width, stream.height, stream.pix_fmt = 180, 320, "yuv420p"
        for number in range(count):
            frame = av.VideoFrame.from_image(Image.new("RGB", (180, 320), BLUE))  # type: ignore[no-untyped-call]
            frame.pts, frame.time_base = number, Fraction(1, rate)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return file


@pytest.mark.parametrize("content", [None, b"", b"no video at all" * 50])
def test_a_file_without_a_picture_is_refused(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "clip.mp4"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(video.NoVideo, match=r"clip\.mp4"):
        video.check(file)


def test_only_the_beginning_of_a_long_file_is_played(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(video, "LONGEST", 1)
    file = write(tmp_path / "clip.mp4", rate=10, count=30)
    assert len(list(video.frames(file))) == scene.RATE
