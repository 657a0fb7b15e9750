"""The mark of a known browser: a signed cookie set after a successful login. It opens nothing by itself.

`MARK.SEAL.SEAL`: a random mark for the browser and one seal for each user who signed in there, newest first,
because the regulators of one shift share a workstation. A seal proves that this server saw that user succeed
on that browser; without the secret key it can't be made, and it holds no personal datum.
"""

from __future__ import annotations

import hmac
import re
from typing import Final

from signaling.domain.ids import Secrets

USERS: Final = 16  # of one workstation; the cookie stays under 400 bytes
_SHAPE: Final = re.compile(r"[\w-]{22}(\.[\w-]{22}){1,16}", re.ASCII)


def known(secrets: Secrets, cookie: str | None, email: str) -> str | None:
    """The browser's mark when `email` signed in there before, else None."""
    mark, seals = _parts(cookie)
    wanted = secrets.seal(mark, email)
    return mark if any(hmac.compare_digest(wanted, seal) for seal in seals) else None


def remember(secrets: Secrets, cookie: str | None, email: str, fresh_mark: str) -> str:
    """The cookie once `email` has signed in. `fresh_mark`: for a browser without one (`ids.new_mark`)."""
    mark, seals = _parts(cookie)
    mark = mark or fresh_mark
    own = secrets.seal(mark, email)
    return ".".join((mark, own, *[seal for seal in seals if seal != own][: USERS - 1]))


def _parts(cookie: str | None) -> tuple[str, list[str]]:
    if not cookie or not _SHAPE.fullmatch(cookie):
        return "", []
    mark, *seals = cookie.split(".")
    return mark, seals
