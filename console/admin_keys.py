"""The keys of centres' files on the command line."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from signaling.domain.records import CentreKey
from signaling.ports import Store
from signaling.service.keys import Keys


async def listed(keys: Keys, store: Store) -> Sequence[str]:
    """A line for each key: its centre, its id, what it does, since when, and under which master key."""
    lines = []
    for centre in await store.centres():
        of_centre = await keys.of(centre.id)
        newest = max((key.id for key in of_centre if key.retired_at is None), default="")
        lines += [_line(key, newest) for key in of_centre]
    return lines


async def rotated(keys: Keys, centre: str) -> str:
    """Raises NotFound, Unavailable."""
    done = await keys.rotate(centre)
    words = [f"{done.renewed} files are encrypted anew."]
    if done.damaged:
        words.append(f"{done.damaged} are damaged, and left (file_damaged in the log).")
    if done.busy:
        words.append(f"{done.busy} are growing: the old key stays until this command is given again.")
    return " ".join(words)


async def rewrapped(keys: Keys) -> str:
    """Raises WrongMasterKey."""
    return f"{await keys.rewrap()} keys are under the new master key; MASTER_KEY_OLD may go."


def _line(key: CentreKey, newest: str) -> str:
    state = "in use" if key.id == newest else "being replaced" if key.retired_at is None else "retired"
    since = datetime.fromtimestamp(key.created_at / 1000, UTC).strftime("%Y-%m-%d")
    return f"{key.centre}  {key.id}  {state}  {since}  {key.master}"
