"""The list of what a back-up holds, sealed with the master key, so that nobody changes it unseen."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Final, Literal

import msgspec

from config.backup.keys import Keys
from signaling import private_file
from signaling.domain.audit import Head
from signaling.domain.errors import Damaged

MANIFEST: Final = "manifest.json"
SEAL: Final = "manifest.seal"
DATABASE: Final = {"sqlite": "visio.db", "postgresql": "visio.dump"}
PIECE: Final = 1 << 20  # bytes


class Item(msgspec.Struct, frozen=True):
    """`path`: below the folder of the back-up. `size`: bytes."""

    path: str
    size: int
    sha256: str


class Stored(msgspec.Struct, frozen=True):
    """A file of a centre, as it lay in the store: encrypted."""

    centre: str
    name: str
    item: Item


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """`taken_at`: UTC, ISO 8601, of the moment that the database is of. `secret`, `masters`: marks of the
    keys without which it is of no use. `counts`: rows by table."""

    form: Literal[1] = 1
    taken_at: str
    kind: Literal["sqlite", "postgresql"]
    schema: str
    secret: str
    masters: list[str]
    counts: dict[str, int]
    heads: list[Head]
    database: Item
    files: list[Stored]


def write(folder: Path, manifest: Manifest, keys: Keys) -> None:
    """The seal is the last that is written: what has none is no back-up."""
    text = msgspec.json.format(msgspec.json.encode(manifest)) + b"\n"
    private_file.write(folder / MANIFEST, text.decode())
    private_file.write(folder / SEAL, keys.seal(text) + "\n")


def read(folder: Path, keys: Keys) -> Manifest:
    """Raises Damaged for what is no back-up, not all of one, or not as it was made."""
    try:
        text = (folder / MANIFEST).read_bytes()
        seal = (folder / SEAL).read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise Damaged(f"{folder} holds no whole back-up ({error})") from error
    if not keys.is_sealed(text, seal):
        raise Damaged("the manifest was changed, or was sealed with another master key (MASTER_KEY)")
    try:
        return msgspec.json.decode(text, type=Manifest)
    except msgspec.DecodeError as error:
        raise Damaged(f"the manifest is of another release ({error})") from error


def item(folder: Path, path: Path) -> Item:
    """Raises OSError."""
    digest, size = hashlib.sha256(), 0
    with path.open("rb") as file:
        while piece := file.read(PIECE):
            digest.update(piece)
            size += len(piece)
    return Item(str(path.relative_to(folder)), size, digest.hexdigest())


def faults(folder: Path, manifest: Manifest) -> Iterator[str]:
    """A line for each file that is missing or not as it was."""
    for listed in (manifest.database, *(one.item for one in manifest.files)):
        try:
            if item(folder, folder / listed.path) != listed:
                yield f"{listed.path} was changed"
        except OSError as error:
            yield f"{listed.path} can't be read: {error.strerror}"
