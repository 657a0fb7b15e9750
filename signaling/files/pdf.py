"""A PDF without what could act: written anew by qpdf, so that only what its pages show is kept."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from io import BytesIO
from typing import Final

import pikepdf
from pikepdf import Array, Dictionary, Object, Stream

from signaling.domain.errors import BadFile

# All that is kept of a document, of its tree of pages, and of what lies on a page (ISO 32000-2: 7.7.2, 7.7.3,
# 12.5.2): what a page shows hangs on one of these.
KEPT_OF_ROOT: Final = frozenset({"/Type", "/Pages", "/OCProperties", "/AcroForm"})
KEPT_OF_PAGES: Final = frozenset(
    f"/{key}"
    for key in (
        "Type", "Parent", "Kids", "Count", "Resources", "MediaBox", "CropBox", "Rotate", "UserUnit",
        "Contents", "Group", "Annots",
    )
)  # fmt: skip
KEPT_OF_ANNOTATIONS: Final = frozenset(
    f"/{key}"
    for key in (
        "Type", "Subtype", "Rect", "F", "AP", "AS", "OC", "C", "Border", "BS", "BE", "CA", "IC", "QuadPoints",
        "InkList", "Vertices", "L", "LE", "Contents", "DA", "DS", "Q", "RD", "MK", "FT", "Ff", "V", "T",
        "Parent", "MaxLen",
    )
)  # fmt: skip
MOST_DEPTH: Final = 50  # of the tree of pages
# Within these, keys that lead to something that acts, asks the network, or hides in a document (ISO 32000-2:
# 7.11 files, 12.6 actions, 12.7.9 XFA, 13 multimedia).
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
FILES: Final = frozenset({"/Filespec", "/EmbeddedFile"})
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
    """First whatever is not known to show something, then, of that, what could act."""
    _keep(document.trailer, frozenset({"/Root", "/Size", "/ID"}))
    _keep(document.Root, KEPT_OF_ROOT)
    _strip_pages(document.Root.Pages, 0)
    for one in document.objects:
        waiting: list[Object] = [one]
        while waiting:
            waiting.extend(_children(waiting.pop()))


def _keep(one: Object, keys: AbstractSet[str]) -> None:
    for key in set(one.keys()) - keys:
        del one[key]


def _strip_pages(node: Object, depth: int) -> None:
    """Pages and what stands between them and the root. A tree that is deeper than any writer makes it, or
    bites its own tail, raises BadFile."""
    if depth > MOST_DEPTH:
        raise BadFile("a tree of pages without an end")
    if not isinstance(node, Dictionary):
        return
    _keep(node, KEPT_OF_PAGES)
    for child in _items(node.get("/Kids")):
        _strip_pages(child, depth + 1)
    for annotation in _items(node.get("/Annots")):
        if isinstance(annotation, Dictionary):
            _keep(annotation, KEPT_OF_ANNOTATIONS)


def _items(value: object) -> list[Object]:
    return list(value) if isinstance(value, Array) else []


def _children(one: Object) -> list[Object]:
    """What lies directly in `one`, after it was stripped; what it refers to is an object of its own."""
    if isinstance(one, Array):
        _strip_array(one)
        return [item for item in one if _is_inside(item)]
    if not isinstance(one, Dictionary | Stream):
        return []
    if one.get("/S") in ACTIONS or one.get("/Type") in FILES:
        if isinstance(one, Stream):
            one.write(b"")
        _keep(one, frozenset({"/Length"}))
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
