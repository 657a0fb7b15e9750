"""All that the caller's phone downloads: one page a language with everything that the first picture needs,
and what comes after it.

Everything is read, translated, joined and compressed once, at start. The page carries its script and its
style itself, because a further file costs a round trip, and a policy that names them by their hash instead of
by a nonce: it is the same for everybody, and may be kept. What comes later lies under an address that carries
the hash of the content, so a phone keeps it for ever and never mixes two versions.
"""

from __future__ import annotations

import hashlib
from base64 import b64encode
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final

import rjsmin

from patient_pwa.language import catalogues
from signaling.asset import Asset
from signaling.bundle import joined
from signaling.languages import environment

ROOT: Final = Path(__file__).resolve().parent.parent
STATIC: Final = ROOT / "patient_pwa/static"
TEMPLATES: Final = ROOT / "patient_pwa/templates"
PREFIX: Final = "/j/static"


@cache
def shell(origin: str) -> Shell:
    """The page of an address: made once a process."""
    return Shell(origin)


class Shell:
    """The page, its files, and the service worker that keeps them.

    `pages`: by language. `files`: by the name below `address`. `inline`: the sources of script and style that
    the page's policy has to allow.
    """

    def __init__(self, origin: str) -> None:
        self.languages = catalogues().languages
        script = joined(ROOT, "patient_pwa/static/app.js")
        style = (STATIC / "caller.css").read_text(encoding="utf-8")
        old = rjsmin.jsmin((STATIC / "old.js").read_text(encoding="utf-8"))
        self.inline = (f"{_source(old)} {_source(script)}", _source(style))
        self.files = {
            "later.js": Asset.of("later.js", joined(ROOT, "patient_pwa/static/later/main.js").encode()),
            "later.css": Asset.of("later.css", _styles()),
            **{
                f"later.{lang}.html": file
                for lang, file in self._rendered("later.html.jinja", _parts()).items()
            },
            # The words of the page without what else it carries: enough to put it into another language
            **{
                f"first.{lang}.html": file
                for lang, file in self._rendered("caller.html.jinja", _values(origin)).items()
            },
            **{
                name: Asset.of(name, (STATIC / name).read_bytes())
                for name in ("logo.svg", "manifest.webmanifest")
            },
        }
        self.worker = Asset.of("sw.js", joined(ROOT, "patient_pwa/static/sw.js").encode())
        content = b"".join(file.body for file in self.files.values()) + f"{script}{old}{style}".encode()
        self.version = hashlib.sha256(content).hexdigest()[:12]
        self.pages = self._rendered(
            "caller.html.jinja", _values(origin, script, old, style, self.version, self.address(""))
        )

    def address(self, name: str) -> str:
        """Where the phone finds a file."""
        return f"{PREFIX}/{self.version}/{name}"

    def _rendered(self, template: str, values: Mapping[str, object]) -> dict[str, Asset]:
        render = environment(TEMPLATES, catalogues(), **values)
        return {
            language: Asset.of(template.removesuffix(".jinja"), render(template, language).encode())
            for language in self.languages
        }


def _values(
    origin: str, script: str = "", old: str = "", style: str = "", version: str = "", folder: str = ""
) -> dict[str, object]:
    host = origin.partition("://")[2]
    return {
        "script": script,
        "old": old,
        "style": style,
        "version": version,
        "folder": folder,
        "host": host,
    }


def _parts() -> dict[str, list[str]]:
    return {"parts": sorted(f"later/{path.name}" for path in (TEMPLATES / "later").glob("*.jinja"))}


def _styles() -> bytes:
    return b"\n".join(path.read_bytes() for path in sorted((STATIC / "later").glob("*.css")))


def _source(text: str) -> str:
    """As a content security policy names an inline script or style (CSP 3, 2.3.1)."""
    return f"'sha256-{b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
