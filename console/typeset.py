"""`python -m console.typeset`: HTML from standard input, laid out as PDF on standard output.

A process of its own, since WeasyPrint takes half a second of a core, 60 MB, and libraries of the system
(Pango) that a server may lack: the console starts without them, and only reports are refused.
"""

from __future__ import annotations

import os
import sys
from typing import Any, NoReturn

import weasyprint  # type: ignore[import-untyped]


def main() -> None:
    os.nice(10)  # calls come first
    html = sys.stdin.buffer.read().decode()
    sys.stdout.buffer.write(weasyprint.HTML(string=html, url_fetcher=_refuse).write_pdf())


def _refuse(url: str, *_: Any, **__: Any) -> NoReturn:
    raise ValueError("a report is made of nothing but its own text")


if __name__ == "__main__":
    main()
