"""`python -m tests.hostile_batch`: many files through one confined inspector, whose start costs most.

Reads them from stdin, as msgpack. Writes one line of JSON a file: what was found, and what would have been
kept, or the trace of a crash.
"""

from __future__ import annotations

import sys
import traceback
from collections.abc import Iterator
from typing import TextIO

import msgspec
import pillow_heif
from PIL import Image

from signaling.domain.errors import BadFile
from signaling.files import inspector
from signaling.files.inspection import Finding
from tests.hostile_corpus import HostileFile


class Outcome(msgspec.Struct, frozen=True):
    name: str
    finding: Finding
    data: bytes = b""
    crash: str = ""
    memory: int = 0  # most that was ever resident, MB


def main() -> None:
    pillow_heif.register_heif_opener()
    Image.init()
    files = msgspec.msgpack.decode(sys.stdin.buffer.read(), type=list[HostileFile])
    with open("/proc/self/status", encoding="ascii") as status:  # noqa: PTH123 - while there are files
        inspector._confine()
        for line in _outcomes(files, status):
            sys.stdout.buffer.write(line + b"\n")
            sys.stdout.flush()


def _outcomes(files: list[HostileFile], status: TextIO) -> Iterator[bytes]:
    for one in files:
        crash, kept = "", b""
        try:
            finding, kept = inspector._inspect(one.kind, one.data)
        except BadFile as error:
            finding = Finding(error=str(error))
        except Exception:
            finding, crash = Finding(), traceback.format_exc()
        yield msgspec.json.encode(Outcome(one.name, finding, kept, crash, _memory(status)))


def _memory(status: TextIO) -> int:
    """proc(5): `VmHWM:  123456 kB`. Unlike getrusage's, it does not begin with what the parent had."""
    status.seek(0)
    return next(int(line.split()[1]) // 1024 for line in status if line.startswith("VmHWM"))


if __name__ == "__main__":
    main()
