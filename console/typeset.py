"""`python -m console.typeset`: HTML from standard input, laid out as PDF on standard output.

A process of its own, since WeasyPrint takes half a second of a core, 60 MB, and libraries of the system
(Pango) that a server may lack: the console starts without them, and only reports are refused.
"""

from __future__ import annotations

import os
import sys
from typing import Final

import weasyprint  # type: ignore[import-untyped]
from weasyprint.urls import URLFetcher  # type: ignore[import-untyped]

_OWN: Final = URLFetcher(allowed_protocols=("data",))  # nothing but its own text and pictures


def main() -> None:
    os.nice(10)  # calls come first
    html = sys.stdin.buffer.read().decode()
    sys.stdout.buffer.write(weasyprint.HTML(string=html, url_fetcher=_OWN).write_pdf())


if __name__ == "__main__":
    main()
