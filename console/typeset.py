"""`python -m console.typeset`: HTML and its pictures from standard input, laid out as PDF on standard output.

The input begins with a line of JSON: how many bytes the HTML and each picture (JPEG) have. They follow in
this order, and the HTML names the pictures `picture:0`, `picture:1`: as text within it they would take
several times the memory.

A process of its own, since WeasyPrint takes half a second of a core, 60 MB, and libraries of the system
(Pango) that a server may lack: the console starts without them, and only reports are refused.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping, Sequence
from typing import Final

import weasyprint  # type: ignore[import-untyped]
from weasyprint.urls import URLFetcher, URLFetcherResponse  # type: ignore[import-untyped]

PICTURE: Final = "picture:"


class _Own(URLFetcher):  # type: ignore[misc]
    """Nothing but its own text and the pictures that came along."""

    def __init__(self, pictures: Sequence[bytes]) -> None:
        super().__init__(allowed_protocols=("data",))
        self._pictures = pictures

    def fetch(self, url: str, headers: Mapping[str, str] | None = None) -> URLFetcherResponse:
        if url.startswith(PICTURE):
            picture = self._pictures[int(url.removeprefix(PICTURE))]
            return URLFetcherResponse(url, picture, {"content-type": "image/jpeg"})
        return super().fetch(url, headers)


def main() -> None:
    os.nice(10)  # calls come first
    sizes = json.loads(sys.stdin.buffer.readline())
    html, *pictures = [sys.stdin.buffer.read(size) for size in sizes]
    sys.stdout.buffer.write(weasyprint.HTML(string=html.decode(), url_fetcher=_Own(pictures)).write_pdf())


if __name__ == "__main__":
    main()
