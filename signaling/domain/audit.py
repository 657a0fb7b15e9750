"""What the audit keeps: who did what to which object, without a word about a caller."""

from __future__ import annotations

from typing import Literal

import msgspec

Action = Literal[
    "login.succeeded",
    "login.refused",
    "login.ended",
    "factor.changed",
    "password.changed",
    "account.changed",
    "centre.changed",
    "history.viewed",
    "session.viewed",
    "session.joined",
    "document.viewed",
    "capture.viewed",
    "capture.taken",
    "recording.viewed",
    "export.made",
    "session.held",
    "session.erased",
    "retention.run",
    "key.rotated",
]


class Audited(msgspec.Struct, frozen=True):
    """One thing done. `centre` "": none. `actor`: a user's id, "" for nobody or the product itself.
    `detail`: no name, number, address or text of a person."""

    centre: str
    actor: str
    action: Action
    subject: str = ""
    detail: dict[str, str | int] = {}
