"""Captures as browsers send them, and as attackers would."""

from __future__ import annotations

import struct
import zlib
from contextlib import nullcontext, suppress
from io import BytesIO
from zipfile import ZipFile

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageChops, ImageCms, ImageStat
from PIL.PngImagePlugin import PngInfo

from signaling.domain.errors import BadFile
from signaling.images import MAX_BYTES, MAX_PIXELS, PHOTO_PIXELS, check_capture, check_photo

GPS_INFO, LATITUDE, ORIENTATION = 0x8825, 2, 0x0112
SECRET = b"48.6936 6.1832 Bob"


def _picture(mode: str = "RGB", size: tuple[int, int] = (64, 48)) -> Image.Image:
    """Red on the left, green on the right, darker to the bottom."""
    image = Image.new("RGB", size)
    width, height = size
    for x in range(width):
        for y in range(height):
            shade = 255 - y * 3
            image.putpixel((x, y), (shade, 0, x) if x < width // 2 else (0, shade, x))
    return image.convert(mode)


def _encoded(image: Image.Image, kind: str, **options: object) -> bytes:
    out = BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def _decoded(data: bytes) -> Image.Image:
    with Image.open(BytesIO(data)) as image:
        image.load()
        return image


def _exif(orientation: int = 1) -> Image.Exif:
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    exif.get_ifd(GPS_INFO)[LATITUDE] = (48.0, 41.0, 36.96)
    exif[0x010E] = SECRET.decode()  # ImageDescription
    return exif


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "L", "LA", "1"])
def test_a_png_keeps_every_pixel(mode: str) -> None:
    picture = _picture(mode)

    checked = check_capture(_encoded(picture, "PNG"))

    assert (checked.width, checked.height, checked.media_type) == (64, 48, "image/png")
    kept = _decoded(checked.data)
    assert (kept.mode, kept.tobytes()) == (mode, picture.tobytes())


def test_a_png_with_a_palette_and_a_transparent_colour_keeps_both() -> None:
    picture = _picture("RGB").quantize(8)

    checked = check_capture(_encoded(picture, "PNG", transparency=3))

    kept = _decoded(checked.data)
    assert kept.info["transparency"] == 3
    assert kept.convert("RGB").tobytes() == picture.convert("RGB").tobytes()


def test_a_jpeg_stays_one_and_looks_the_same() -> None:
    picture = _picture()

    checked = check_capture(_encoded(picture, "JPEG", quality=95))

    assert (checked.width, checked.height, checked.media_type) == (64, 48, "image/jpeg")
    assert _difference(_decoded(checked.data), picture) < 5


@pytest.mark.parametrize("mode", ["L", "CMYK"])
def test_a_jpeg_of_other_colours_can_be_shown_by_a_browser(mode: str) -> None:
    checked = check_capture(_encoded(_picture(mode), "JPEG"))

    assert _decoded(checked.data).mode in {"L", "RGB"}


def test_a_picture_that_exif_turns_is_turned_for_good() -> None:
    picture = _picture()

    checked = check_capture(_encoded(picture, "JPEG", exif=_exif(orientation=6), quality=95))

    assert (checked.width, checked.height) == (48, 64)
    turned = picture.transpose(Image.Transpose.ROTATE_270)
    assert _difference(_decoded(checked.data), turned) < 5


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_where_and_by_whom_it_was_taken_is_gone(kind: str) -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    extra: dict[str, object] = {"comment": SECRET, "xmp": SECRET}
    if kind == "PNG":
        texts = PngInfo()
        texts.add_text("Location", SECRET.decode())
        texts.add_itxt("XML:com.adobe.xmp", SECRET.decode())
        extra = {"pnginfo": texts}
    data = _encoded(_picture(), kind, exif=_exif(), icc_profile=profile, dpi=(300, 300), **extra)
    assert SECRET in data

    checked = check_capture(data)

    kept = _decoded(checked.data)
    assert SECRET not in checked.data
    assert dict(kept.getexif()) == {}
    assert set(kept.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}


def test_a_still_of_two_frames_keeps_the_first() -> None:
    out = BytesIO()
    _picture().save(out, "MPO", save_all=True, append_images=[_picture().rotate(180)])

    checked = check_capture(out.getvalue())

    assert checked.media_type == "image/jpeg"
    assert _difference(_decoded(checked.data), _picture()) < 5


def test_an_animated_png_keeps_the_first_frame() -> None:
    data = _encoded(_picture(), "PNG", save_all=True, append_images=[_picture().rotate(180)], duration=100)

    kept = _decoded(check_capture(data).data)

    assert getattr(kept, "n_frames", 1) == 1
    assert kept.convert("RGB").tobytes() == _picture().tobytes()


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_what_hides_behind_a_picture_is_cut_off(kind: str) -> None:
    archive = BytesIO()
    with ZipFile(archive, "w") as file:
        file.writestr("run.html", "<script>alert(1)</script>")
    polyglot = _encoded(_picture(), kind) + b"<script>alert(2)</script>" + archive.getvalue()

    checked = check_capture(polyglot)

    assert b"<script>" not in checked.data
    assert b"PK\x03\x04" not in checked.data


@pytest.mark.parametrize("kind", ["GIF", "BMP", "WEBP", "TIFF", "PPM", "ICO"])
def test_other_kinds_of_picture_are_refused(kind: str) -> None:
    _refused(_encoded(_picture(), kind))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x00",
        b"capture.png",
        b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
        b"<!DOCTYPE html><script>alert(1)</script>",
        b"%PDF-1.7\n1 0 obj<</JS(app.alert(1))>>",
        b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*",
        b"\x89PNG\r\n\x1a\n",
        b"\xff\xd8\xff\xd9",
        b"GIF89a\x01\x00\x01\x00\x00\x00\x00;",
    ],
)
def test_what_is_no_picture_is_refused(data: bytes) -> None:
    _refused(data)


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
@pytest.mark.parametrize("part", [0.1, 0.5, 0.9])
def test_half_a_picture_is_refused(kind: str, part: float) -> None:
    data = _encoded(Image.effect_noise((200, 150), 50), kind)

    _refused(data[: int(len(data) * part)])


def test_a_damaged_picture_is_refused() -> None:
    data = bytearray(_encoded(Image.effect_noise((200, 150), 50), "PNG"))
    data[len(data) // 2] ^= 0xFF

    _refused(bytes(data))


def test_a_file_of_more_than_15_megabytes_is_refused_unread() -> None:
    _refused(_encoded(_picture(), "PNG") + bytes(MAX_BYTES))


@pytest.mark.parametrize("side", [6_325, 50_000, 2**31 - 1])
def test_a_few_bytes_that_promise_a_huge_picture_are_refused_before_they_unfold(side: int) -> None:
    assert side * side > MAX_PIXELS
    _refused(_png(side, side, zlib.compress(bytes(1_000_000))))


def test_text_that_unfolds_to_gigabytes_inside_a_png_is_refused() -> None:
    bomb = _chunk(b"zTXt", b"Comment\x00\x00" + zlib.compress(bytes(100_000_000)))

    _refused(_png(1, 1, zlib.compress(b"\x00\x00\x00\x00"), bomb))


def test_the_largest_picture_allowed_is_taken_and_one_row_more_is_refused() -> None:
    rows = MAX_PIXELS // 8_000

    assert check_capture(_encoded(Image.new("1", (8_000, rows)), "PNG")).height == rows
    _refused(_encoded(Image.new("1", (8_000, rows + 1)), "PNG"))


@given(
    st.binary(max_size=300), st.sampled_from([b"", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe0\x00\x10JFIF\x00"])
)
def test_garbage_is_refused_and_nothing_else_happens(garbage: bytes, magic: bytes) -> None:
    _refused(magic + garbage)


@given(st.integers(min_value=8, max_value=2_000), st.integers(min_value=0, max_value=255))
def test_one_changed_byte_gives_a_picture_or_a_refusal(position: int, value: int) -> None:
    for kind in ("PNG", "JPEG"):
        data = bytearray(_encoded(_picture(), kind))
        data[position % len(data)] = value
        with suppress(BadFile):  # both ends are right, any other exception is the failure
            assert check_capture(bytes(data)).media_type == f"image/{kind.lower()}"


@pytest.mark.parametrize(
    ("kind", "media_type"), [("JPEG", "image/jpeg"), ("PNG", "image/png"), ("WEBP", "image/jpeg")]
)
def test_a_phones_photo_is_kept_as_what_every_console_shows(kind: str, media_type: str) -> None:
    checked = check_photo(_encoded(_picture(), kind, exif=_exif(orientation=6)))

    assert (checked.width, checked.height, checked.media_type) == (48, 64, media_type)
    assert dict(_decoded(checked.data).getexif()) == {}


def test_a_photo_may_have_more_pixels_than_a_capture_but_not_any_number() -> None:
    rows = PHOTO_PIXELS // 8_000
    for size, is_taken in ((rows, True), (rows + 1, False)):
        data = _encoded(Image.new("1", (8_000, size)), "PNG")
        with nullcontext() if is_taken else pytest.raises(BadFile):
            check_photo(data)


@pytest.mark.parametrize("kind", ["GIF", "BMP", "TIFF", "PPM", "ICO"])
def test_other_kinds_of_photo_are_refused(kind: str) -> None:
    with pytest.raises(BadFile):
        check_photo(_encoded(_picture(), kind))


def _refused(data: bytes) -> None:
    with pytest.raises(BadFile):
        check_capture(data)


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def _png(width: int, height: int, pixels: bytes, *extra: bytes) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = (_chunk(b"IHDR", header), *extra, _chunk(b"IDAT", pixels), _chunk(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def _difference(one: Image.Image, other: Image.Image) -> float:
    """The mean difference of a pixel's colours: under 5 to the eye the same, over 50 turned or mirrored."""
    means = ImageStat.Stat(ImageChops.difference(one.convert("RGB"), other.convert("RGB"))).mean
    return max(means)
