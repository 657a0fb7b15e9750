"""Pictures that a browser uploads: decoded for real and written anew, so that only pixels are kept."""

from __future__ import annotations

from io import BytesIO
from typing import Final

import msgspec
from PIL import Image, ImageOps

from signaling.domain.errors import BadFile

MAX_BYTES: Final = 15 * 1024 * 1024
MAX_PIXELS: Final = 40_000_000  # 160 MB decoded; phones take 12 to 24 million
# Of zlib: for a camera's pictures a third of the time of level 6, and no larger, since noise does not repeat.
PNG_LEVEL: Final = 3
JPEG_QUALITY: Final = 92  # the loss of a second encoding stays invisible

STILL_SIDES: Final = (16, 1920)  # pixels, least and most
_SMALL: Final = (240, 135)

PHOTO_PIXELS: Final = 64_000_000  # the largest that phones write by default: 48 to 50 million

_FORMATS: Final = ("PNG", "JPEG")
_PHOTO_FORMATS: Final = (*_FORMATS, "WEBP", "HEIF")  # the last once pillow-heif is registered
_JPEG_MODES: Final = ("L", "RGB")


class CheckedImage(msgspec.Struct, frozen=True):
    data: bytes  # PNG or JPEG without metadata
    width: int  # pixels, upright
    height: int
    media_type: str  # image/png or image/jpeg


def check_capture(data: bytes) -> CheckedImage:
    """The picture in `data`, whatever its name or declared type says. Raises BadFile.

    A PNG keeps every pixel's value; a JPEG is encoded again. Rotation by EXIF becomes rotation of the pixels;
    EXIF, GPS, comments, colour profiles, further frames and what hides after the picture are gone. Takes some
    seconds of CPU at the most: call it in a thread.
    """
    if len(data) > MAX_BYTES:
        raise BadFile(f"the file has more than {MAX_BYTES} bytes")
    return _check(data, _FORMATS, MAX_PIXELS)


def check_photo(data: bytes) -> CheckedImage:
    """As `check_capture`, for what phones keep: JPEG, PNG, HEIC, HEIF and WEBP. All but PNG become JPEG.

    HEIC needs `pillow_heif.register_heif_opener()`. Raises BadFile.
    """
    return _check(data, _PHOTO_FORMATS, PHOTO_PIXELS)


def _check(data: bytes, formats: tuple[str, ...], pixels: int) -> CheckedImage:
    if not data:
        raise BadFile("the file is empty")
    try:
        with Image.open(BytesIO(data), formats=formats) as image:
            _check_size(image, pixels)
            upright = ImageOps.exif_transpose(image)
            return _written_anew(upright, "PNG" if image.format == "PNG" else "JPEG")
    except BadFile:
        raise
    except Exception as error:  # decoders trip over hostile files in more ways than they document
        raise BadFile(f"not a picture that we take: {type(error).__name__}") from error


def _check_size(image: Image.Image, pixels: int) -> None:
    """Before anything is decoded: the header of a few bytes may promise a picture of gigabytes."""
    if image.width * image.height > pixels:
        raise BadFile(f"the picture has more than {pixels} pixels")


def _written_anew(image: Image.Image, kind: str) -> CheckedImage:
    # Pillow would write some of `info` back; of it, only a transparent colour is part of the picture.
    image.info = {name: value for name, value in image.info.items() if name == "transparency"}
    out = BytesIO()
    if kind == "PNG":
        image.save(out, "PNG", compress_level=PNG_LEVEL)
    else:
        pixels = image if image.mode in _JPEG_MODES else image.convert("RGB")
        pixels.save(out, "JPEG", quality=JPEG_QUALITY)
    return CheckedImage(out.getvalue(), image.width, image.height, f"image/{kind.lower()}")


def check_still(data: bytes) -> None:
    """Raises BadFile unless this is a whole JPEG picture of a sane size.

    Decoded at an eighth of its size, which reads every byte of it at little cost: about 3 ms for 1280 x 720.
    """
    try:
        with Image.open(BytesIO(data), formats=["JPEG"]) as image:
            if not all(STILL_SIDES[0] <= side <= STILL_SIDES[1] for side in image.size):
                raise BadFile(f"{image.width} x {image.height} pixels")
            image.draft("L", _SMALL)
            image.load()
    except BadFile:
        raise
    except Exception as error:  # decoders trip over hostile files in more ways than they document
        raise BadFile(f"not a JPEG picture: {type(error).__name__}") from error


def scaled(data: bytes, side: int) -> bytes:
    """A picture that `check_capture` or `check_photo` wrote, as JPEG of at most that many pixels a side.

    Raises BadFile for what is none."""
    try:
        with Image.open(BytesIO(data), formats=_FORMATS) as image:
            image.draft("RGB", (side, side))
            small = image.convert("RGB")
            small.thumbnail((side, side))
    except Exception as error:  # decoders trip over hostile files in more ways than they document
        raise BadFile(f"not a picture that we keep: {type(error).__name__}") from error
    out = BytesIO()
    small.save(out, "JPEG", quality=JPEG_QUALITY)
    return out.getvalue()
