"""Pictures that a browser uploads: decoded for real and written anew, so that only pixels are kept."""

from __future__ import annotations

from io import BytesIO
from typing import Final

import msgspec
from PIL import Image, ImageOps

from signaling.domain.errors import BadFile

MAX_BYTES: Final = 15 * 1024 * 1024
MAX_PIXELS: Final = 40_000_000  # 160 MB decoded; phones take 12 to 24 million
JPEG_QUALITY: Final = 92  # the loss of a second encoding stays invisible

_FORMATS: Final = ("PNG", "JPEG")
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
    if not data:
        raise BadFile("the file is empty")
    if len(data) > MAX_BYTES:
        raise BadFile(f"the file has more than {MAX_BYTES} bytes")
    try:
        with Image.open(BytesIO(data), formats=_FORMATS) as image:
            _check_size(image)
            upright = ImageOps.exif_transpose(image)
            return _written_anew(upright, "PNG" if image.format == "PNG" else "JPEG")
    except BadFile:
        raise
    except Exception as error:  # decoders trip over hostile files in more ways than they document
        raise BadFile(f"neither a PNG nor a JPEG picture: {type(error).__name__}") from error


def _check_size(image: Image.Image) -> None:
    """Before anything is decoded: the header of a few bytes may promise a picture of gigabytes."""
    if image.width * image.height > MAX_PIXELS:
        raise BadFile(f"the picture has more than {MAX_PIXELS} pixels")


def _written_anew(image: Image.Image, kind: str) -> CheckedImage:
    # Pillow would write some of `info` back; of it, only a transparent colour is part of the picture.
    image.info = {name: value for name, value in image.info.items() if name == "transparency"}
    out = BytesIO()
    if kind == "PNG":
        image.save(out, "PNG")
    else:
        pixels = image if image.mode in _JPEG_MODES else image.convert("RGB")
        pixels.save(out, "JPEG", quality=JPEG_QUALITY)
    return CheckedImage(out.getvalue(), image.width, image.height, f"image/{kind.lower()}")
