"""Photos and documents leave as films do: in pieces, so that no file is ever whole in memory."""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import Any

import pytest

from signaling.ports import Change
from tests import cast
from tests.app.office import Office
from tests.app.test_recordings import called
from tests.cast import ALICE, SAMU_54

LARGE = bytes(range(256)) * 16_000  # 4 MB
PIECE = 300_000  # bytes


class Line:
    """The product behind a line that weighs what goes over it."""

    def __init__(self, office: Office) -> None:
        self._app = office.app
        self.largest = 0
        office.app = self  # type: ignore[assignment]

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        async def weighed(message: MutableMapping[str, Any]) -> None:
            self.largest = max(self.largest, len(message.get("body", b"")))
            await send(message)

        await self._app(scope, receive, weighed)


@pytest.mark.parametrize("kind", ["captures", "documents"])
async def test_a_large_file_is_sent_in_small_pieces_and_arrives_whole(office: Office, kind: str) -> None:
    session, phone = await called(office)
    room = await office.store.room(SAMU_54.id, session)
    if kind == "captures":
        row: Any = cast.capture(room.session, size=len(LARGE))
    else:
        row = cast.document(phone, size=len(LARGE))
    await office.journal.change(SAMU_54.id, session, lambda _: Change(records=(row,)))
    await office.files.put(SAMU_54.id, row.id, LARGE)
    line = Line(office)
    async with office.desk(ALICE) as browser:
        answer = await browser.get(f"/{kind}/{row.id}")
    assert answer.content == LARGE
    assert answer.headers["content-length"] == str(len(LARGE))
    assert line.largest < PIECE


async def test_a_file_that_is_gone_is_told_before_anything_is_sent(office: Office) -> None:
    session, phone = await called(office)
    row = cast.document(phone)
    await office.journal.change(SAMU_54.id, session, lambda _: Change(records=(row,)))
    async with office.desk(ALICE) as browser:
        assert (await browser.get(f"/documents/{row.id}")).status_code == 404
