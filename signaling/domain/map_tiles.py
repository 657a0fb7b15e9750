"""The tile server of the room's map: what its address must look like, and what a content security policy
calls it."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import urlsplit

_TEMPLATE: Final = re.compile(r"https?://(?:\{s\}\.)?[A-Za-z0-9.-]+(?::\d{1,5})?/[!-~]*")
_PLACES: Final = ("{z}", "{x}", "{y}")


def is_template(text: str) -> bool:
    """Whether it is a URL with `{z}`, `{x}` and `{y}`."""
    return _TEMPLATE.fullmatch(text) is not None and all(place in text for place in _PLACES)


def tile_origin(template: str) -> str:
    """The origin that the tiles come from, as a content security policy names it; "" without a template.

    `{s}` at the start of a host stands for its subdomains a, b and c.
    """
    if not template:
        return ""
    url = urlsplit(template)
    return f"{url.scheme}://{url.netloc.replace('{s}', '*')}"
