"""Files as phones send them, and as attackers would."""

from __future__ import annotations

import struct
import zlib
from io import BytesIO
from typing import Final
from zipfile import ZipFile

import pillow_heif
from PIL import Image

SECRET: Final = b"48.6936 6.1832 Bob"
SCRIPT: Final = b"<script>alert(document.cookie)</script>"
PDF_SCRIPT: Final = b"/OpenAction<</S/JavaScript/JS(app.alert(1))>>"
GPS_INFO, LATITUDE = 0x8825, 2


def picture(kind: str = "JPEG", size: tuple[int, int] = (64, 48), *, place: bool = False) -> bytes:
    """Of noise, so that it has some weight; `place`: with the place where it was taken."""
    options: dict[str, object] = {}
    if place:
        exif = Image.Exif()
        exif.get_ifd(GPS_INFO)[LATITUDE] = (48.0, 41.0, 36.96)
        exif[0x010E] = SECRET.decode()  # ImageDescription
        options["exif"] = exif.tobytes()
    image = Image.effect_noise(size, 60).convert("RGB")
    out = BytesIO()
    if kind == "HEIF":
        pillow_heif.from_pillow(image).save(out, **options)
    else:
        image.save(out, kind, **options)
    return out.getvalue()


def pdf(pages: int = 1, *, extra: bytes = b"") -> bytes:
    """`extra`: more of its root's entries."""
    kids = b" ".join(b"%d 0 R" % (3 + number) for number in range(pages))
    objects = [b"<</Type/Catalog/Pages 2 0 R" + extra + b">>"]
    objects += [b"<</Type/Pages/Count %d/Kids[%s]>>" % (pages, kids)]
    objects += [b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>"] * pages
    out, places = b"%PDF-1.7\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj%s endobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    head = b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    tail = b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % (len(objects) + 1, len(out))
    return out + head + table + tail


def locked_pdf() -> bytes:
    """One that asks for a password: its key fits none."""
    lock = b"<</Filter/Standard/V 2/R 3/Length 128/P -1/O(" + b"o" * 32 + b")/U(" + b"u" * 32 + b")>>"
    return pdf().replace(b"/Root 1 0 R", b"/Root 1 0 R/ID[(a)(a)]/Encrypt " + lock)


def png(width: int, height: int) -> bytes:
    """A few bytes that promise that many pixels."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(bytes(1_000_000))), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        for name, body in chunks
    )


def _archive() -> bytes:
    out = BytesIO()
    with ZipFile(out, "w") as file:
        file.writestr("run.html", SCRIPT)
    return out.getvalue()


# What is none of what we take, whatever it is called
REFUSED_FILES: Final = {
    "svg": b'<svg xmlns="http://www.w3.org/2000/svg">' + SCRIPT + b"</svg>",
    "html": b"<!DOCTYPE html>" + SCRIPT,
    "archive": _archive(),
    "program": b"\x7fELF" + bytes(200),
    "eicar": b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*",
    "gif": b"GIF89a\x01\x00\x01\x00\x00\x00\x00;",
    "truncated_jpeg": picture(size=(200, 150))[:3000],
    "truncated_heic": picture("HEIF", (200, 150))[:900],
    "png_of_gigabytes": png(50_000, 50_000),
    "html_before_a_pdf": SCRIPT + pdf(),
    "pdf_of_no_pages": pdf(0),
    "pdf_of_201_pages": pdf(201),
    "pdf_with_a_password": locked_pdf(),
    "pdf_head_only": b"%PDF-1.7\n" + SCRIPT,
    "zeros": bytes(5000),
}

# Pictures with something behind or inside them: only the picture is kept
CLEANED: Final = {
    "jpeg_and_archive": picture() + _archive(),
    "png_and_script": picture("PNG") + SCRIPT,
    "heic_and_script": picture("HEIF") + SCRIPT,
    "jpeg_with_its_place": picture(place=True),
    "heic_with_its_place": picture("HEIF", place=True),
    "webp_with_its_place": picture("WEBP", place=True),
}

NAMES: Final = {
    "../../etc/passwd": "passwd.pdf",
    "C:\\Users\\x\\compte rendu.pdf": "compte rendu.pdf",
    "ordonnance\u202efdp.exe": "ordonnancefdp.pdf",
    "a\0b\r\nSet-Cookie: x.pdf": "abSet-Cookie: x.pdf",
    "": "document.pdf",
    " .. ": "document.pdf",
    "é" * 300 + ".pdf": "é" * 96 + ".pdf",
    "وصفة.pdf": "وصفة.pdf",
}
