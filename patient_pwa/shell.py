"""All that the caller's phone downloads: one page a language, and the files that it names.

Everything is read, translated and compressed once, at start. The files live under an address that carries the
hash of their content, so a phone keeps them for ever and never mixes two versions; the tree under it mirrors
the folders, so that their relative imports work. The page has no inline script or style: it needs no nonce,
is the same for everybody, and may be kept.
"""

from __future__ import annotations

import gzip
import hashlib
import re
from pathlib import Path, PurePosixPath
from posixpath import normpath
from typing import Final

import msgspec

from signaling.languages import Catalogues, available, environment

ROOT: Final = Path(__file__).resolve().parent.parent
HERE: Final = "patient_pwa/static"
PREFIX: Final = "/j/static"
DEFAULT_LANGUAGE: Final = "fr"
_IMPORT: Final = re.compile(r'^(?:import|export)\b[^;]*?from "(\.[^"]+)";', re.MULTILINE)
_COMMENT: Final = re.compile(
    r"""
      ^[ ]*(?://|/\*\*(?![ ]@type[ ])|\*).*$   # a whole line
    | /\*\*[ ]@type[ ][^*\n]*\*/[ ]?        # a cast, for the type checker
    | (?<=[;,{])[ ]+//[ ][^"'`\n]*$         # the end of a line; without quotes it is not inside a string
    """,
    re.MULTILINE | re.VERBOSE,
)
_MEDIA_TYPES: Final = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".webmanifest": "application/manifest+json",
}


class File(msgspec.Struct, frozen=True):
    media_type: str
    body: bytes
    compressed: bytes  # gzip
    tag: str  # the value of ETag


class Shell:
    """The page, its files, and the service worker that keeps them."""

    def __init__(self, origin: str) -> None:
        modules = _modules(f"{HERE}/app.js")
        extras = [f"{HERE}/{name}" for name in ("caller.css", "manifest.webmanifest", "logo.svg")]
        self.files = {path: _file(path, _read(path)) for path in (*modules, *extras)}
        self.worker = _file("sw.js", _read(f"{HERE}/sw.js"))
        self.version = hashlib.sha256(b"".join(file.body for file in self.files.values())).hexdigest()[:12]
        self.catalogues = Catalogues(
            ROOT / "patient_pwa/locales", available(ROOT / "patient_pwa/locales"), DEFAULT_LANGUAGE
        )
        render = environment(
            ROOT / "patient_pwa/templates",
            self.catalogues,
            modules=[self.address(path) for path in modules],
            style=self.address(extras[0]),
            manifest=self.address(extras[1]),
            logo=self.address(extras[2]),
            host=origin.partition("://")[2],
        )
        self.pages = {
            language: _file("caller.html", render("caller.html.jinja", language).encode())
            for language in self.catalogues.languages
        }

    def address(self, path: str) -> str:
        """Where the phone finds a file, by its path in the source tree."""
        return f"{PREFIX}/{self.version}/{path}"


def _modules(entry: str) -> list[str]:
    """A module and all that it imports, `entry` first: the list to preload, never out of date."""
    found = [entry]
    for path in found:
        for name in _IMPORT.findall((ROOT / path).read_text(encoding="utf-8")):
            module = normpath(PurePosixPath(path).parent / name)
            if module not in found:
                found.append(module)
    return found


def _read(path: str) -> bytes:
    """A file as it is served: scripts leave their comments at home, a third of the page's weight.

    The lines stay, so that an error's line number is the one in the source.
    """
    text = (ROOT / path).read_text(encoding="utf-8")
    return (_COMMENT.sub("", text) if path.endswith(".js") else text).encode()


def _file(name: str, body: bytes) -> File:
    tag = f'"{hashlib.sha256(body).hexdigest()[:20]}"'
    compressed = gzip.compress(body, 9, mtime=0)
    return File(_MEDIA_TYPES[PurePosixPath(name).suffix], body, compressed, tag)
