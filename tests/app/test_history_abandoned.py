"""An export whose client leaves in the middle: nothing of it is left, and the console goes on."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import httpx2
import pytest
from starlette.types import Message

from signaling.domain import facts
from signaling.domain.room import Change
from signaling.service import history
from tests import cast
from tests.app.office import Office
from tests.cast import ALICE, NOW

ROWS = 40
WITHIN = 20.0  # seconds

Left = Callable[[list[Message]], bool]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where temporary folders are made."""
    made = tmp_path / "temporary"
    made.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(made))
    return made


@pytest.fixture
async def browser(office: Office, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[httpx2.AsyncClient]:
    """Of a regulator whose history is read in many batches."""
    monkeypatch.setattr(history, "BATCH", 2)
    for number in range(ROWS):
        session = cast.session(ALICE, NOW + number)
        over = facts.SessionEnded(by=ALICE.id)
        await office.store.start(session, Change(records=(cast.invitation(session),), facts=(over,)))
    async with office.desk(ALICE) as made:
        yield made


class Client:
    """As a server speaks for it. It leaves once `leaves` says so of what it got, and takes nothing then."""

    def __init__(self, browser: httpx2.AsyncClient, path: str, leaves: Left) -> None:
        cookies = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
        self.scope: dict[str, Any] = {
            "type": "http", "asgi": {"version": "3.0", "spec_version": "2.3"}, "http_version": "1.1",
            "method": "GET", "scheme": "http", "path": path, "raw_path": path.encode(), "root_path": "",
            "query_string": b"", "server": ("visio.test", 80), "client": ("127.0.0.1", 1), "state": {},
            "headers": [(b"host", b"visio.test"), (b"cookie", cookies.encode()), (b"accept-language", b"fr")],
        }  # fmt: skip
        self.got: list[Message] = []
        self._leaves = leaves
        self._asked = False

    async def receive(self) -> Message:
        if not self._asked:
            self._asked = True
            return {"type": "http.request", "body": b"", "more_body": False}
        while True:
            if self._leaves(self.got):
                return {"type": "http.disconnect"}
            await asyncio.sleep(0)

    async def send(self, message: Message) -> None:
        self.got.append(message)
        if self._leaves(self.got):
            await asyncio.Event().wait()  # a line that takes nothing more

    @property
    def is_whole(self) -> bool:
        return bool(self.got) and not self.got[-1].get("more_body", True)


def descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def chunks(got: list[Message]) -> int:
    return sum(one["type"] == "http.response.body" for one in got)


@pytest.mark.parametrize(
    ("kind", "when"),
    [("csv", "first rows"), ("csv", "some rows"), ("xlsx", "growing"), ("xlsx", "first rows")],
)
async def test_who_leaves_in_the_middle_leaves_nothing_open(
    office: Office, browser: httpx2.AsyncClient, folder: Path, kind: str, when: str
) -> None:
    leaves: dict[str, Left] = {
        "first rows": lambda got: chunks(got) >= 1,
        "some rows": lambda got: chunks(got) >= 5,
        "growing": lambda got: any(folder.rglob("tmp*")),  # the rows of its sheet
    }
    path = f"/history/export.{kind}"
    assert (await browser.get(path)).status_code == 200  # what stays open for others is open now
    client = Client(browser, path, leaves[when])
    before, tasks = descriptors(), asyncio.all_tasks()
    async with asyncio.timeout(WITHIN):
        await office.app(client.scope, client.receive, client.send)
        while ending := asyncio.all_tasks() - tasks:
            await asyncio.wait(ending)
    assert not client.is_whole
    assert list(folder.iterdir()) == []
    assert descriptors() == before
    again = await browser.get(path)
    assert again.status_code == 200
    assert len(again.content) > 1_000
