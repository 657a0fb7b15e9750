"""Limits outlive Redis: killed or hanging, each process goes on with what it has seen by itself."""

from __future__ import annotations

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient
from starlette.websockets import WebSocket
from structlog.testing import capture_logs

from signaling import endpoint
from signaling.domain.throttle import UNKNOWN_LINKS, Limit
from signaling.limits import PATIENCE, Limits
from signaling.line import Close
from tests import servers


@pytest.mark.parametrize("fate", ["kill", "freeze"])
async def test_without_redis_a_limit_holds_and_only_one_question_waits_for_it(fate: str) -> None:
    with servers.redis_server() as redis:
        limits = Limits(redis.url)
        limiter = limits.limiter(UNKNOWN_LINKS)
        for _ in range(UNKNOWN_LINKS.times - 1):
            await limiter.hit("192.0.2.7")
        getattr(redis, fate)()
        with capture_logs() as log:
            assert await limiter.wait("192.0.2.7") == 0
            await limiter.hit("192.0.2.7")
            assert await limiter.wait("192.0.2.7") > 0
            assert await limiter.wait("198.51.100.9") == 0
        assert [line["event"] for line in log] == ["limits_without_redis"]
        assert PATIENCE < 0.1  # s
        if fate == "freeze":
            redis.thaw()
        await limits.close()


def test_one_address_opens_so_many_sockets_and_no_more() -> None:
    async def nobody(_: WebSocket) -> None:
        return

    arrivals = Limits().limiter(Limit("sockets", 2, 60))
    app = Starlette(routes=endpoint.routes(nobody, nobody, nobody, None, arrivals))
    codes = []
    for path in ("/ws/console", "/ws/caller", "/ws/guest"):
        with TestClient(app).websocket_connect(path) as line:
            codes.append(line.receive()["code"])
    assert codes == [1000, 1000, Close.FLOOD]
