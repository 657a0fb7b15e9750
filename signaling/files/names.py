"""Names that a file of a centre may have, wherever it is kept."""

from __future__ import annotations

import re
from typing import Final

from signaling.domain.errors import BadInput, NotFound

# Nothing that a file system could read as a path, a hidden file, or (by its case) as another name
CENTRE: Final = re.compile(r"[a-z0-9]{1,64}", re.ASCII)
NAME: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}(\.[a-z0-9]{1,8})?", re.ASCII)


def is_name(centre: str, name: str) -> bool:
    return CENTRE.fullmatch(centre) is not None and NAME.fullmatch(name) is not None


def must_be_writable(centre: str, name: str) -> None:
    """Raises BadInput."""
    if not is_name(centre, name):
        raise BadInput("not a name of a file")


def must_be_readable(centre: str, name: str) -> None:
    """Raises NotFound."""
    if not is_name(centre, name):
        raise NotFound("no such file")
