"""A PDF without what could act: written anew by qpdf, so that only what its pages show is kept."""

from __future__ import annotations

from io import BytesIO
from typing import Final

import pikepdf
from pikepdf import Array, Dictionary, Object, Stream

from signaling.domain.errors import BadFile

# Keys that lead to something that acts, asks the network, or hides in a document (ISO 32000-2: 7.11 files,
# 12.6 actions, 12.7.9 XFA, 13 multimedia).
ACTIVE_KEYS: Final = frozenset(
    f"/{key}"
    for key in (
        "AA", "OpenAction", "JS", "JavaScript", "URI", "URLS", "IDS", "Launch",
        "EmbeddedFiles", "EF", "RF", "AF", "Collection", "AlternatePresentations", "Renditions",
        "XFA", "RichMediaContent", "RichMediaSettings", "3DD", "Movie", "Sound",
        "FFilter", "FDecodeParms", "FS", "OPI",
        "Metadata", "PieceInfo", "SpiderInfo", "Perms", "Legal", "DSS",
    )
)  # fmt: skip
# Whatever key leads to them: all but a jump within the document. Links to the outside go too, since a
# stranger's address in a document that a hospital shows is a way to deceive.
ACTIONS: Final = frozenset(
    f"/{name}"
    for name in (
        "GoToR", "GoToE", "GoToDp", "Launch", "Thread", "URI", "Sound", "Movie", "Hide", "Named",
        "SubmitForm", "ResetForm", "ImportData", "JavaScript", "SetOCGState", "Rendition", "Trans",
        "GoTo3DView", "RichMediaExecute",
    )
)  # fmt: skip
DROPPED_ANNOTATIONS: Final = frozenset(
    f"/{name}" for name in ("FileAttachment", "RichMedia", "Screen", "Movie", "Sound", "3D", "Projection")
)


def without_active_content(data: bytes) -> bytes:
    """The document with its pages as they are seen, unlocked, and without actions, scripts, attachments,
    multimedia, links to the outside and metadata. A signature no longer holds.

    Raises BadFile for what qpdf can't read, also for what asks for a password.
    """
    try:
        with pikepdf.open(BytesIO(data)) as document:
            _strip(document)
            out = BytesIO()
            document.save(
                out,
                encryption=False,
                deterministic_id=True,
                fix_metadata_version=False,
                compress_streams=False,
                stream_decode_level=pikepdf.StreamDecodeLevel.none,
                # Names in plain sight: what is kept can be searched, by a scanner too
                object_stream_mode=pikepdf.ObjectStreamMode.disable,
            )
    except pikepdf.PasswordError as error:
        raise BadFile("a PDF that asks for a password") from error
    except Exception as error:  # qpdf trips over hostile files in more ways than it documents
        raise BadFile(f"not a PDF that can be cleaned: {type(error).__name__}") from error
    return out.getvalue()


def _strip(document: pikepdf.Pdf) -> None:
    for key in ("/Info", "/Metadata"):
        if key in document.trailer:
            del document.trailer[key]
    for one in document.objects:
        waiting: list[Object] = [one]
        while waiting:
            waiting.extend(_children(waiting.pop()))


def _children(one: Object) -> list[Object]:
    """What lies directly in `one`, after it was stripped; what it refers to is an object of its own."""
    if isinstance(one, Array):
        _strip_array(one)
        return [item for item in one if _is_inside(item)]
    if not isinstance(one, Dictionary | Stream):
        return []
    if one.get("/S") in ACTIONS or one.get("/Type") == "/Filespec":
        for key in list(one.keys()):
            del one[key]
    for key in list(one.keys()):
        if key in ACTIVE_KEYS or (key == "/F" and _is_file(one.get(key))):
            del one[key]
    return [item for _, item in one.items() if _is_inside(item)]


def _strip_array(array: Array) -> None:
    for place in reversed(range(len(array))):
        item = array[place]
        if isinstance(item, Dictionary) and item.get("/Subtype") in DROPPED_ANNOTATIONS:
            del array[place]


def _is_file(value: object) -> bool:
    """A file's name or specification; `F` may also be an annotation's flags, or what a page calls a font."""
    if isinstance(value, Dictionary):
        return value.get("/Type") != "/Font"
    return isinstance(value, pikepdf.String)


def _is_inside(item: object) -> bool:
    return isinstance(item, Array | Dictionary) and not item.is_indirect
