"""The tile server of the room's map: what its setting must look like, and what a policy calls it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final
from urllib.parse import urlsplit

_TEMPLATE: Final = re.compile(r"https?://(?:\{s\}\.)?[A-Za-z0-9.-]+(?::\d{1,5})?/[!-~]*")
_PLACES: Final = ("{z}", "{x}", "{y}")


def tile_faults(template: str) -> Iterator[str]:
    """What is wrong with MAP_TILES; nothing is with an empty one."""
    if template and not (_TEMPLATE.fullmatch(template) and all(place in template for place in _PLACES)):
        yield "MAP_TILES: takes a URL with {z}, {x} and {y}, e.g. https://tiles.example.fr/{z}/{x}/{y}.png"


def tile_origin(template: str) -> str:
    """The origin that the tiles come from, as a content security policy names it; "" without a template.

    `{s}` at the start of a host stands for its subdomains a, b and c.
    """
    if not template:
        return ""
    url = urlsplit(template)
    return f"{url.scheme}://{url.netloc.replace('{s}', '*')}"
