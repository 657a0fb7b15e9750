"""The run of the retention also deletes what crashes left of files that were being written."""

from __future__ import annotations

import os
from pathlib import Path

from tests.app.office import Office
from tests.cast import SAMU_54


async def test_what_a_crash_left_goes_with_the_retention(office: Office, tmp_path: Path) -> None:
    await office.files.put(SAMU_54.id, "photo.jpg", b"picture")
    left = tmp_path / "files" / SAMU_54.id / ".left"
    left.write_bytes(b"half a picture")
    os.utime(left, (0, 0))
    assert await office.retention.sweep()
    assert not left.exists()
    assert await office.files.get(SAMU_54.id, "photo.jpg") == b"picture"
