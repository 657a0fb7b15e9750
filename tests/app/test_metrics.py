"""/metrics and /readyz: who may ask, what is counted, what is missing."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Final

import httpx2
import pytest
from msgspec.structs import replace
from prometheus_client import CollectorRegistry
from prometheus_client.parser import text_string_to_metric_families as families

from config.asgi import create
from config.drain import Drain
from config.settings import read
from media.figures import RelayFigures
from media.figures_door import figures_door
from media.relay import EmbeddedRelay
from signaling.bus.memory import MemoryBus
from signaling.bus.redis import RedisBus
from signaling.domain import facts
from signaling.domain.errors import Unavailable
from signaling.domain.facts import AnyFact
from signaling.domain.records import Record
from signaling.domain.room import Change
from signaling.domain.throttle import DOOR_LIMITS
from signaling.limits import Limits
from signaling.messages.control import Quality
from signaling.metrics.access import Access, networks
from signaling.metrics.figures import Figures
from signaling.metrics.readiness import Readiness
from signaling.service.journal import Journal
from signaling.store.sql import SqlStore
from tests import cast
from tests.cast import ALICE, Clock
from tests.e2e.stage import Product
from tests.servers import free_port

SITE: Final = "http://visio.test"
TOKEN: Final = "a-token-of-some-length"
STRANGER: Final = "203.0.113.9"

Values = dict[tuple[str, frozenset[str]], float]  # by the name of a figure and the values of its labels


def values(text: str) -> Values:
    return {
        (sample.name, frozenset(sample.labels.values())): sample.value
        for family in families(text)
        for sample in family.samples
    }


def value(found: Values, name: str, *labels: str) -> float:
    return found.get((name, frozenset(labels)), 0.0)


class Site:
    """The whole product, asked from addresses of one's choice."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self.app = create(read(environ))

    async def get(self, path: str, address: str = "127.0.0.1", **headers: str) -> httpx2.Response:
        transport = httpx2.ASGITransport(self.app, client=(address, 5), raise_app_exceptions=False)
        async with httpx2.AsyncClient(base_url=SITE, transport=transport) as browser:
            named = {name.replace("_", "-"): text for name, text in headers.items()}
            return await browser.get(path, headers=named)

    async def figures(self) -> Values:
        return values((await self.get("/metrics")).text)


@asynccontextmanager
async def site(database_url: str, folder: Path, **more: str) -> AsyncIterator[Site]:
    environ = {"DATABASE_URL": database_url, "DATA_DIR": str(folder), "PUBLIC_URL": SITE, **more}
    environ |= {"SECRET_KEY": "k" * 40, "MEDIA_ADDRESSES": "127.0.0.1"}
    made = Site(environ)
    async with made.app.router.lifespan_context(made.app):
        yield made


# ---------------------------------------------------------------- who may read them
async def test_the_figures_are_for_near_machines_and_for_who_knows_the_token(
    migrated_sqlite_url: str, tmp_path: Path
) -> None:
    async with site(migrated_sqlite_url, tmp_path, METRICS_TOKEN=TOKEN) as made:
        near = await made.get("/metrics")
        assert (near.status_code, near.headers["content-type"].split(";")[0]) == (200, "text/plain")
        known = await made.get("/metrics", STRANGER, Authorization=f"Bearer {TOKEN}")
        assert known.status_code == 200
        for answer in (
            await made.get("/metrics", STRANGER),
            await made.get("/metrics", STRANGER, Authorization=f"Bearer {TOKEN}x"),
            await made.get("/metrics", STRANGER, Authorization="Bearer "),
            await made.get("/metrics", STRANGER, Authorization=TOKEN),
            await made.get("/metrics", X_Forwarded_For=STRANGER),
        ):
            assert answer.status_code == 404
            assert "visio_" not in answer.text


def test_without_a_token_and_without_networks_nobody_reads_them() -> None:
    shut = Access("", networks(("off",)))
    for authorization in ("", "Bearer ", "Bearer None"):
        assert not shut.allows("127.0.0.1", authorization, forwarded=False)


# ---------------------------------------------------------------- calls
async def test_a_call_is_counted_by_what_happens_in_it(migrated_sqlite_url: str, clock: Clock) -> None:
    figures = Figures()
    store = SqlStore(migrated_sqlite_url, clock, timed=figures.machinery.transaction)
    await cast.settle(store)
    journal = Journal(store, MemoryBus(), figures.calls)
    session = cast.session()
    link = cast.invitation(session)
    phone, message = cast.caller(link), cast.message(link)
    queued = facts.MessageQueued(message=message.id, invitation=link.id, channel="sms", provider="outbox")
    begun = Change(records=(link, phone, message), facts=(facts.SessionStarted(by=ALICE.id), queued))
    await journal.start(session, begun)

    async def after(seconds: int, fact: AnyFact, *rows: Record) -> None:
        clock.advance(seconds * 1000)
        await journal.change(session.centre, session.id, lambda room: Change(facts=(fact,), updates=rows))

    await after(3, facts.MessageFailed(message=message.id, reason="30007", permanent=False, retry_at=9))
    await after(4, facts.MessageDelivered(message=message.id))
    await after(5, facts.LinkOpened(invitation=link.id), replace(link, opened_at=clock.now() + 5000))
    for _ in range(2):
        await after(0, facts.PictureWay(participant=phone.id, way="turn_tls"))
    await after(8, facts.PictureFirst(participant=phone.id))
    await after(1, facts.MediaStalled(participant=phone.id))
    figures.calls.measured(Quality(bitrate=900, frames=24, width=1280, height=720, loss=0.03))
    await after(9, facts.SessionEnded(by=None))
    text = figures.text(await store.depths(clock.now())).decode()
    await store.close()

    found = values(text)
    assert value(found, "visio_calls_started_total") == 1
    assert value(found, "visio_calls_ended_total", "by_itself") == 1
    assert value(found, "visio_calls_running") == 0
    assert [value(found, "visio_calls_rung_total", r) for r in ("queued", "delivered", "opened")] == [1, 1, 1]
    assert value(found, "visio_calls_rung_total", "granted") == 0
    assert value(found, "visio_first_picture_seconds_sum", "start") == 20
    assert value(found, "visio_first_picture_seconds_sum", "link") == 8
    assert value(found, "visio_messages_total", "outbox", "delayed", "blocked") == 1
    assert value(found, "visio_message_delivery_seconds_sum", "outbox") == 7
    assert value(found, "visio_picture_ways_total", "turn_tls") == 2
    assert value(found, "visio_facts_total", "media.stalled") == 1
    assert value(found, "visio_picture_loss_sum") == 0.03
    assert value(found, "visio_database_seconds_count", "write") > 5
    for identity in (session.id, link.id, message.id, phone.id, ALICE.id, cast.PHONE, link.address):
        assert identity not in text


async def test_what_waits_is_read_from_the_store(migrated_sqlite_url: str, clock: Clock) -> None:
    store = SqlStore(migrated_sqlite_url, clock)
    await cast.settle(store)
    session = cast.session()
    link = cast.invitation(session)
    phone = cast.caller(link)
    late = cast.message(link, next_try_at=clock.now() + 1)
    rows = (link, phone, cast.message(link), late, cast.upload(phone), cast.upload(phone))
    await store.start(session, Change(records=rows))
    figures = Figures()
    found = values(figures.text(await store.depths(clock.now())).decode())
    await store.close()
    assert value(found, "visio_calls_running") == 1
    assert value(found, "visio_queue_depth", "messages") == 1
    assert value(found, "visio_queue_depth", "uploads") == 2


# ---------------------------------------------------------------- requests and limits
async def test_requests_are_counted_by_the_template_of_their_route(
    migrated_sqlite_url: str, tmp_path: Path
) -> None:
    async with site(migrated_sqlite_url, tmp_path) as made:
        await made.get("/sessions/0612345678")
        await made.get("/0612345678/nowhere")
        text = (await made.get("/metrics")).text
    found = values(text)
    assert value(found, "visio_http_requests_total", "GET", "/sessions/{session}", "401") == 1
    assert value(found, "visio_http_requests_total", "GET", "none", "404") == 1
    assert value(found, "visio_http_seconds_count", "/sessions/{session}") == 1
    assert value(found, "visio_relay_packets_total", "in") == 0
    assert ("visio_relay_dropped_total", frozenset({"strangers"})) in found
    assert "0612345678" not in text


async def test_a_refusal_of_a_limit_is_counted_by_the_name_of_the_limit() -> None:
    figures = Figures()
    limit = DOOR_LIMITS[0]
    limiter = Limits("", figures.machinery.limiter).limiter(limit)
    for _ in range(limit.times):
        await limiter.hit("+33612345678")
        await limiter.wait("alice@samu54.test")
    await limiter.wait("+33612345678")
    assert value(values(figures.text(None).decode()), "visio_limit_refusals_total", limit.name) == 1


async def test_a_file_is_counted_while_it_is_looked_at() -> None:
    figures = Figures()

    async def inspect(kind: str, data: bytes) -> float:
        return value(values(figures.text(None).decode()), "visio_inspections")

    assert await figures.machinery.inspected(inspect)("photo", b"") == 1
    assert value(values(figures.text(None).decode()), "visio_inspections") == 0


# ---------------------------------------------------------------- a relay by itself
async def test_a_media_node_shows_its_own_figures_under_the_same_rules() -> None:
    registry = CollectorRegistry()
    registry.register(RelayFigures(EmbeddedRelay(addresses=("127.0.0.1",))))
    access = Access(TOKEN, networks(("off",)))
    async with AsyncExitStack() as stack:
        port = await stack.enter_async_context(figures_door("127.0.0.1", 0, registry, access.allows))
        door = await stack.enter_async_context(httpx2.AsyncClient(base_url=f"http://127.0.0.1:{port}"))
        shown = await door.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
        refused = [await door.get("/metrics"), await door.get("/", headers=shown.request.headers)]
    assert value(values(shown.text), "visio_relay_parties", "viewers") == 0
    assert ("visio_relay_unconnected_total", frozenset()) in values(shown.text)
    assert [answer.status_code for answer in refused] == [404, 404]


# ---------------------------------------------------------------- ready or not
async def test_a_process_is_ready_until_something_that_it_needs_is_gone(
    migrated_sqlite_url: str, tmp_path: Path
) -> None:
    async with site(migrated_sqlite_url, tmp_path) as made:
        ready = await made.get("/readyz", STRANGER)
        assert (ready.status_code, ready.text) == (200, "ready")
        made.app.state.readiness.drain()
        draining = await made.get("/readyz", STRANGER)
        assert (draining.status_code, draining.text) == (503, "draining")
        assert (await made.get("/healthz")).status_code == 200


async def test_without_a_media_node_and_with_a_lost_disk_it_says_which_parts_are_missing(
    migrated_sqlite_url: str, redis_url: str, tmp_path: Path
) -> None:
    folder = tmp_path / "mounted"
    folder.mkdir()
    async with site(migrated_sqlite_url, folder, REDIS_URL=redis_url) as made:
        folder.rename(tmp_path / "lost")
        answer = await made.get("/readyz")
    assert (answer.status_code, answer.text) == (503, "relay files")


async def test_without_redis_the_bus_is_missing() -> None:
    bus = RedisBus(f"redis://127.0.0.1:{free_port()}/0")
    with pytest.raises(Unavailable):
        await bus.check()
    await bus.close()


async def test_a_part_that_hangs_is_missing_and_who_asks_often_asks_it_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("signaling.metrics.readiness.WITHIN", 0.01)
    asked: list[str] = []

    async def hang() -> None:
        asked.append("bus")
        await asyncio.Event().wait()

    readiness = Readiness({"bus": hang})
    assert await asyncio.gather(*(readiness.missing() for _ in range(50))) == [("bus",)] * 50
    assert asked == ["bus"]


async def test_a_drain_is_announced_at_once_and_ends_later_or_at_the_second_signal() -> None:
    said: list[str] = []
    ended = asyncio.Event()
    drain = Drain(lambda: said.append("draining"), 3600)
    drain.begin(ended.set)
    assert (said, ended.is_set()) == (["draining"], False)
    drain.begin(ended.set)
    assert (said, ended.is_set()) == (["draining"], True)
    later = asyncio.Event()
    Drain(lambda: None, 0.01).begin(later.set)
    assert not later.is_set()
    await later.wait()
    at_once: list[str] = []
    Drain(lambda: at_once.append("draining"), 0).begin(lambda: at_once.append("ended"))
    assert at_once == ["ended"]


async def test_a_process_that_was_told_to_stop_says_so_while_it_goes_on(tmp_path: Path) -> None:
    made = Product(tmp_path, {"DRAIN_SECONDS": "3600"})
    made.start()
    os.kill(made.pid, signal.SIGTERM)
    ready = made.until("it says that it stops", lambda: _not_ready(made))
    assert ready == "draining"
    assert httpx2.get(f"{made.origin}/healthz").status_code == 200
    made.stop()


def _not_ready(made: Product) -> str:
    answer = httpx2.get(f"{made.origin}/readyz")
    return answer.text if answer.status_code == 503 else ""
