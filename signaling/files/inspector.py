"""`python -m signaling.files.inspector photo|document`: what a file is, in a process that may be lost.

Files come from strangers' phones, and what opens them is written in C. So nothing here is worth stealing (no
environment, no files, no sockets), memory and time are limited, and a crash ends nobody's call. Reads the
file from stdin; writes one line of JSON to stdout, then the file as it is to be kept.
"""

from __future__ import annotations

import os
import resource
import sys
from io import BytesIO
from typing import Final

import msgspec
import pillow_heif
import pypdfium2
from PIL import Image

from signaling.domain.errors import BadFile
from signaling.files.inspection import Finding
from signaling.files.pdf import without_active_content
from signaling.images import check_photo

MEMORY: Final = 1 << 30  # bytes of address space beyond what the libraries take
SECONDS: Final = 20  # of CPU
PAGES: Final = 200
PDF: Final = b"%PDF-"


def main() -> None:
    kind = sys.argv[1]
    pillow_heif.register_heif_opener()
    Image.init()  # every format, while files can still be opened
    _confine()
    try:
        finding, data = _inspect(kind, sys.stdin.buffer.read())
    except BadFile as error:
        finding, data = Finding(error=str(error)), b""
    sys.stdout.buffer.write(msgspec.json.encode(finding) + b"\n" + data)


def _confine() -> None:
    os.nice(10)  # forwarding comes first
    limits = {
        resource.RLIMIT_AS: MEMORY + _address_space(),
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_CPU: SECONDS,
        resource.RLIMIT_FSIZE: 0,
        resource.RLIMIT_NOFILE: 3,
    }
    for limit, value in limits.items():
        resource.setrlimit(limit, (value, value))


def _address_space() -> int:
    """Bytes that the libraries have reserved already (proc(5): /proc/pid/statm)."""
    with open("/proc/self/statm", encoding="ascii") as file:  # noqa: PTH123 - one read, before there are no files
        return int(file.read().split()[0]) * resource.getpagesize()


def _inspect(kind: str, data: bytes) -> tuple[Finding, bytes]:
    """Raises BadFile."""
    if kind == "document" and data.startswith(PDF):
        return Finding("application/pdf"), _checked_pdf(data)
    picture = check_photo(data)
    return Finding(picture.media_type, picture.width, picture.height), picture.data


def _checked_pdf(data: bytes) -> bytes:
    """Without what could act, and opened as any viewer will. Raises BadFile; also for one that asks for a
    password."""
    clean = without_active_content(data)
    try:
        with pypdfium2.PdfDocument(BytesIO(clean)) as document:
            pages = len(document)
    except pypdfium2.PdfiumError as error:
        raise BadFile(f"not a PDF that can be opened: {error}") from error
    if not 1 <= pages <= PAGES:
        raise BadFile(f"a PDF of {pages} pages; 1 to {PAGES} are taken")
    return clean


if __name__ == "__main__":
    main()
