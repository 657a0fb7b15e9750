"""The form of an encrypted file: a header, then frames, each sealed by itself (AES-256-GCM).

    header  6 bytes of magic, version, kind ("W" whole, "G" growing), 16 of salt
    frame   16 bytes of the key's id, 4 of the plain text's length (big-endian), 12 of nonce, cipher text
            and 16 of tag

What a frame was sealed with as associated data is not in it: the header, the key's id, the frame's offset in
the plain text, whether it is the last one, the centre and the name. So a frame opens at its place in its file
and nowhere else. A whole file has a salt of its own, which keeps frames of what had the name before out, and
a mark on its last frame, without which it is not whole. A growing one has neither, since it has no last
frame; its name is used once. Nonces are random: 2^32 frames with one key keep the odds of using one twice
below 2^-32 (NIST SP 800-38D, 8.3).
"""

from __future__ import annotations

import secrets
import struct
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import Final, Literal

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from signaling.domain.errors import Damaged

MAGIC: Final = b"VISIO\xf1"
VERSION: Final = 1
HEADER: Final = 24  # bytes
FRAME: Final = 256 * 1024  # bytes of plain text in a frame, at most
_HEAD: Final = struct.Struct(">16sI")
_NONCE: Final = 12
_TAG: Final = 16
OVERHEAD: Final = _HEAD.size + _NONCE + _TAG

KeyOf = Callable[[bytes], Awaitable[AESGCM]]  # by its id; raises Damaged where there is none


class File(msgspec.Struct, frozen=True):
    """Which file, and of what kind; what all its frames have in common."""

    centre: str
    name: str
    kind: Literal["whole", "growing"]
    salt: bytes = bytes(16)

    @property
    def header(self) -> bytes:
        return MAGIC + bytes([VERSION]) + (b"W" if self.kind == "whole" else b"G") + self.salt

    def associated(self, key: bytes, offset: int, *, last: bool) -> bytes:
        place = f"{self.centre}/{self.name}".encode()
        return self.header + key + struct.pack(">Q?", offset, last) + place


class Frame(msgspec.Struct, frozen=True):
    """`offset`: where it begins in the plain text; `end`: where the next one begins in the encrypted file."""

    offset: int
    end: int
    key: bytes
    plain: bytes
    last: bool


# ---------------------------------------------------------------- sealing
def new_file(centre: str, name: str, kind: Literal["whole", "growing"]) -> File:
    return File(centre, name, kind, secrets.token_bytes(16)) if kind == "whole" else File(centre, name, kind)


def sealed(file: File, key: bytes, cipher: AESGCM, offset: int, data: bytes) -> Iterator[bytes]:
    """`data` at `offset` as frames; an empty whole file has one too."""
    view = memoryview(data)
    for start in range(0, max(len(data), 1), FRAME):
        last = file.kind == "whole" and start + FRAME >= len(data)
        yield frame_of(file, key, cipher, offset + start, view[start : start + FRAME], last=last)


def frame_of(
    file: File, key: bytes, cipher: AESGCM, offset: int, plain: bytes | memoryview, *, last: bool
) -> bytes:
    nonce = secrets.token_bytes(_NONCE)
    text = cipher.encrypt(nonce, plain, file.associated(key, offset, last=last))
    return b"".join((_HEAD.pack(key, len(plain)), nonce, text))


# ---------------------------------------------------------------- opening
class Source:
    """Bytes of an encrypted file, taken in the portions in which they were sealed."""

    def __init__(self, pieces: AsyncIterator[bytes]) -> None:
        self._pieces = pieces
        self._held = bytearray()

    async def take(self, size: int) -> bytes:
        """Fewer at the end."""
        await self._hold(size)
        taken = bytes(self._held[:size])
        del self._held[:size]
        return taken

    async def at_end(self) -> bool:
        await self._hold(1)
        return not self._held

    async def rest(self) -> AsyncIterator[bytes]:
        while piece := await self.take(FRAME):
            yield piece

    async def _hold(self, size: int) -> None:
        while len(self._held) < size:
            try:
                self._held += await anext(self._pieces)
            except StopAsyncIteration:
                return


def file_of(centre: str, name: str, header: bytes) -> File | None:
    """None for a file that was never encrypted. Raises Damaged for a version that is none of ours."""
    if header[: len(MAGIC)] != MAGIC:
        return None
    kind: Literal["whole", "growing"] = "whole" if header[7:8] == b"W" else "growing"
    file = File(centre, name, kind, header[8:])
    if header != file.header:
        raise Damaged("an encrypted file that begins as none of ours")
    return file


async def frames(
    file: File, source: Source, key_of: KeyOf, offset: int = 0, position: int = HEADER, skip: int = 0
) -> AsyncIterator[Frame]:
    """From the `source`, which stands at `position`, where the frame of `offset` begins; those that end
    before the offset `skip` are passed over unopened.

    What a crash left of a growing file's last frame is no part of it. Raises Damaged, and what `key_of`
    raises.
    """
    ended = False
    while not await source.at_end():
        head = await source.take(_HEAD.size)
        key, length = _HEAD.unpack(head) if len(head) == _HEAD.size else (b"", 0)
        body = await source.take(length + _NONCE + _TAG) if length <= FRAME else b""
        ended = await source.at_end()
        whole = len(body) == length + _NONCE + _TAG
        if file.kind == "growing" and (not any(head) or (ended and not whole)):
            return
        if not whole or (length == 0 and file.kind == "growing"):
            raise Damaged("an encrypted file was cut off or changed")
        position += OVERHEAD + length
        last = file.kind == "whole" and ended
        if offset + length > skip or last:
            plain = _plain(await key_of(key), body, file.associated(key, offset, last=last))
            if plain is None and file.kind == "growing" and ended:
                return
            if plain is None:
                raise Damaged("an encrypted file was changed, or is another's")
            yield Frame(offset, position, key, plain, last)
        offset += length
    if file.kind == "whole" and not ended:
        raise Damaged("an encrypted file was cut off")


def _plain(cipher: AESGCM, body: bytes, associated: bytes) -> bytes | None:
    try:
        return cipher.decrypt(body[:_NONCE], body[_NONCE:], associated)
    except InvalidTag:
        return None
