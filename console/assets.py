"""What a page loads: one script and one style sheet, made of the files in `static/` at start.

Eighty modules and twenty sheets, each asked for by itself, take longer than they weigh: a browser has six
connections, and each answer costs a round trip. Their addresses carry the hash of their content, so a
workstation fetches them once a version.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from signaling.asset import ASK_FIRST, FOR_EVER, Asset, send
from signaling.bundle import joined_apart, name

_ROOT: Final = Path(__file__).parent.parent
_STYLE: Final = "style.css"
# Of the room. Of two rules of equal weight the later sheet's wins.
SHEETS: Final = (
    *("tokens", "base", "parts", "header", "functions"),
    *("room", "stage", "layers", "bar", "panel", "quality", "ladder", "cards", "position", "words", "cpr"),
    *("files", "watchers", "help", "remedy", "closing", "eyes", "guests", "streams", "drawing", "taping"),
    "assistance",
)


class Assets:
    """`folder`: of their addresses. `entry`: the first module, a path from the root of the code.

    `script`, `style`: their addresses. `files`: all by the name at the end of the address, with the modules
    that the script imports on demand.
    """

    def __init__(self, folder: str, entry: str, sheets: Iterable[str]) -> None:
        scripts = joined_apart(_ROOT, entry)
        style = "\n".join(
            (_ROOT / f"console/static/css/{sheet}.css").read_text(encoding="utf-8") for sheet in sheets
        )
        texts = {**scripts, _STYLE: style}
        self.files = {one: Asset.of(one, text.encode()) for one, text in texts.items()}
        tags = "".join(file.tag for file in self.files.values())
        self._version = hashlib.sha256(tags.encode()).hexdigest()[:12]
        self._folder = folder
        self.script, self.style = (f"{folder}/{self._version}/{one}" for one in (name(entry), _STYLE))

    def route(self) -> Route:
        return Route(self._folder + "/{version}/{name}", self._file)

    async def _file(self, request: Request) -> Response:
        """A page that is older than this server gets today's files, and asks again the next time."""
        found = self.files.get(request.path_params["name"])
        if found is None:
            raise HTTPException(404)
        current = request.path_params["version"] == self._version
        return send(request, found, FOR_EVER if current else ASK_FIRST)


@cache
def room_assets() -> Assets:
    """Made once a process."""
    return Assets("/console/assets", "console/static/room/main.js", SHEETS)
