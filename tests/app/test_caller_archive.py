"""A caller's archive is made while it is sent: not even one of its films is ever whole in memory."""

from __future__ import annotations

import io
from zipfile import ZipFile

from console.caller_archive import Archive
from console.pages import pages
from signaling.domain.records import Recording
from signaling.ports import Change
from tests.app.office import Office
from tests.app.test_keeping import NUMBER, call
from tests.cast import NOW, SAMU_54

FILM = bytes(range(256)) * 40_000  # 10 MB


async def test_a_film_of_an_archive_comes_in_small_pieces(office: Office) -> None:
    made = await call(office)
    room = await office.store.room(SAMU_54.id, made.session)
    film = Recording(
        id="f" * 32,
        centre=SAMU_54.id,
        session=made.session,
        participant=room.participants[0].id,
        started_at=NOW,
        ended_at=NOW,
        media_type="video/webm",
        size=len(FILM),
    )
    await office.journal.change(SAMU_54.id, made.session, lambda _: Change(records=(film,)))
    await office.files.put(SAMU_54.id, film.id, FILM)
    caller = await office.callers.export_all(SAMU_54.id, NUMBER, "")
    archive = Archive(office.callers, SAMU_54.id, pages(), "fr", NOW)
    pieces = [piece async for piece in archive.stream(caller)]
    assert max(map(len, pieces)) < 500_000
    with ZipFile(io.BytesIO(b"".join(pieces))) as zipped:
        assert zipped.testzip() is None
        [name] = [name for name in zipped.namelist() if name.endswith(".webm")]
        assert zipped.read(name) == FILM
