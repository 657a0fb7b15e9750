"""The process that decodes keyframes, and what strangers can do to it."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from media import decoding
from media.decoding import Decoder, Undecodable
from media.encoded_frames import EncodedFrame
from signaling.domain.errors import NoPicture
from tests.media.encoding import encoded
from tests.media.peers import until


def keyframe(codec: str = "VP8", width: int = 320, height: int = 192, shade: int = 120) -> EncodedFrame:
    return EncodedFrame(codec, 0, True, encoded(codec, [shade], width, height)[0])


@pytest.fixture
async def decoder() -> AsyncIterator[Decoder]:
    decoder = Decoder()
    yield decoder
    await decoder.close()


def worker(decoder: Decoder) -> int:
    """Its process id."""
    assert decoder._worker is not None
    return decoder._worker.pid


def size(jpeg: bytes) -> tuple[int, int]:
    with Image.open(BytesIO(jpeg)) as image:
        assert image.format == "JPEG"
        assert not image.getexif()
        return image.size


@pytest.mark.parametrize("codec", ["VP8", "VP9", "H264", "AV1"])
async def test_every_codec_becomes_a_jpeg(decoder: Decoder, codec: str) -> None:
    assert size(await decoder.jpeg(keyframe(codec))) == (320, 192)


async def test_a_large_picture_is_made_smaller_whichever_way_it_stands(decoder: Decoder) -> None:
    assert size(await decoder.jpeg(keyframe(width=1920, height=1080))) == (1280, 720)
    assert size(await decoder.jpeg(keyframe(width=1080, height=1920))) == (720, 1280)


@pytest.mark.parametrize(
    "frame",
    [
        EncodedFrame("VP8", 0, True, b""),
        EncodedFrame("VP8", 0, True, b"junk"),
        EncodedFrame("H264", 0, True, b"\0\0\0\1\x67junk\0\0\0\1\x65junk"),
        EncodedFrame("AV1", 0, True, bytes(10)),
        EncodedFrame("opus", 0, True, b"sound"),
    ],
)
async def test_what_is_no_picture_is_refused_and_the_worker_goes_on(
    decoder: Decoder, frame: EncodedFrame
) -> None:
    await decoder.jpeg(keyframe())
    before = worker(decoder)
    with pytest.raises(Undecodable):
        await decoder.jpeg(frame)
    assert size(await decoder.jpeg(keyframe())) == (320, 192)
    assert worker(decoder) == before


async def test_a_picture_that_no_phone_makes_is_refused(decoder: Decoder) -> None:
    with pytest.raises(Undecodable):
        await decoder.jpeg(keyframe("H264", width=4608, height=3840))


async def test_a_picture_of_absurd_size_is_refused_before_it_takes_memory(decoder: Decoder) -> None:
    """A VP8 header of 10 bytes that promises 16383 x 16383 pixels (RFC 6386, 9.1)."""
    header = keyframe().data[:6] + b"\xff\x3f\xff\x3f"
    with pytest.raises(Undecodable):
        await decoder.jpeg(EncodedFrame("VP8", 0, True, header + bytes(1000)))
    peak = Path(f"/proc/{worker(decoder)}/status").read_text().partition("VmPeak:")[2].split()[0]
    assert int(peak) < 400_000


async def test_a_frame_that_crashes_the_worker_ends_it_only(decoder: Decoder) -> None:
    await decoder.jpeg(keyframe())
    before = worker(decoder)
    os.kill(before, signal.SIGSTOP)
    asking = asyncio.create_task(decoder.jpeg(keyframe()))
    await asyncio.sleep(0)
    os.kill(before, signal.SIGSEGV)
    os.kill(before, signal.SIGCONT)
    with pytest.raises(Undecodable):
        await asking
    assert size(await decoder.jpeg(keyframe())) == (320, 192)
    assert worker(decoder) != before


async def test_a_frame_that_the_worker_hangs_on_is_given_up(
    decoder: Decoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    await decoder.jpeg(keyframe())
    before = worker(decoder)
    monkeypatch.setattr(decoding, "WITHIN", 0.2)
    os.kill(before, signal.SIGSTOP)
    with pytest.raises(Undecodable):
        await decoder.jpeg(keyframe())
    monkeypatch.setattr(decoding, "WITHIN", 5.0)
    assert size(await decoder.jpeg(keyframe())) == (320, 192)
    assert not Path(f"/proc/{before}").exists()


async def test_a_worker_that_died_of_itself_is_replaced(decoder: Decoder) -> None:
    await decoder.jpeg(keyframe())
    before = decoder._worker
    assert before is not None
    before.kill()
    await before.wait()
    assert size(await decoder.jpeg(keyframe())) == (320, 192)


async def test_a_frame_that_nobody_waits_for_any_more_does_not_come_to_the_next(decoder: Decoder) -> None:
    await decoder.jpeg(keyframe())
    os.kill(worker(decoder), signal.SIGSTOP)
    hasty = asyncio.create_task(decoder.jpeg(keyframe(width=640)))
    await asyncio.sleep(0)
    hasty.cancel()
    assert size(await decoder.jpeg(keyframe())) == (320, 192)


async def test_only_so_many_wait_for_the_worker(decoder: Decoder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decoding, "QUEUE", 3)
    frame = keyframe()
    results = await asyncio.gather(*(decoder.jpeg(frame) for _ in range(5)), return_exceptions=True)
    assert [type(result) for result in results] == [bytes] * 3 + [NoPicture] * 2
    assert size(await decoder.jpeg(frame)) == (320, 192)


async def test_a_worker_without_work_is_let_go(decoder: Decoder, monkeypatch: pytest.MonkeyPatch) -> None:
    await decoder.jpeg(keyframe())
    monkeypatch.setattr(decoding, "IDLE", 0.05)
    await decoder.jpeg(keyframe())
    assert [task.get_name() for task in asyncio.all_tasks()].count("media decoder retirement") == 1
    await until(lambda: decoder._worker is None)
    assert size(await decoder.jpeg(keyframe())) == (320, 192)


async def test_a_worker_knows_no_secret_and_opens_nothing(
    decoder: Decoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECRET_KEY", "of the relay")
    await decoder.jpeg(keyframe())
    process = Path(f"/proc/{worker(decoder)}")
    assert b"of the relay" not in (process / "environ").read_bytes()
    assert sorted(int(entry.name) for entry in (process / "fd").iterdir()) == [0, 1, 2]
    limits = (process / "limits").read_text()
    assert "Max open files            3                    3" in limits


async def test_a_worker_that_was_taken_over_can_not_fill_our_memory(
    decoder: Decoder, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    taken_over = (
        "import sys, time; sys.stdout.buffer.write(bytes([255] * 4)); sys.stdout.flush(); time.sleep(60)"
    )
    (tmp_path / "media").mkdir()
    (tmp_path / "media" / "still_worker.py").write_text(taken_over)
    monkeypatch.setattr(decoding, "_ROOT", tmp_path)
    with pytest.raises(Undecodable):
        await decoder.jpeg(keyframe())
    assert [vars(line)["reason"] for line in caplog.records] == ["4294967295 bytes are no still"]


async def test_a_worker_ends_with_the_relay_that_died(decoder: Decoder) -> None:
    """Its stdin ends then, as here."""
    await decoder.jpeg(keyframe())
    process = decoder._worker
    assert process is not None
    assert process.stdin is not None
    process.stdin.close()
    assert await process.wait() == 0
