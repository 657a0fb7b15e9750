"""Relay nodes that can't carry everything: sessions go to the next one, or are refused with a word."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from media.load import EXPECTED
from signaling.domain.errors import NoPicture, RelayFull
from tests.media.nodes import ANY_SPEED, NodeProcess, placed, web
from tests.media.peers import Ear, Phone, Viewer

MakePhone = Callable[..., Phone]
MakeViewer = Callable[..., Viewer]

ONE_SESSION = {"MEDIA_MAX_PACKETS": str(int(EXPECTED)), **ANY_SPEED}


async def test_a_session_that_a_node_refuses_goes_to_the_next_and_when_all_are_full_a_new_one_is_told(
    redis_url: str, phone: MakePhone, viewer: MakeViewer, ear: Ear
) -> None:
    with NodeProcess(redis_url, **ONE_SESSION) as one, NodeProcess(redis_url, **ONE_SESSION) as other:
        async with web(redis_url, ear) as relay:
            await viewer().view(relay, "nancy")
            await viewer().view(relay, "paris")
            assert {await placed(redis_url, "nancy"), await placed(redis_url, "paris")} == {one.id, other.id}
            for _ in range(2):
                with pytest.raises(RelayFull):
                    await viewer().view(relay, "lyon")
            with pytest.raises(RelayFull):
                await viewer().view(relay, "nancy", participant="colleague")
            await phone().publish(relay, "nancy")  # never refused: its session runs
            with NodeProcess(redis_url, **ANY_SPEED) as third:
                await viewer().view(relay, "lyon")
                assert await placed(redis_url, "lyon") == third.id


async def test_a_node_with_room_takes_what_a_full_one_of_lower_rank_refuses(
    redis_url: str, viewer: MakeViewer, ear: Ear
) -> None:
    with NodeProcess(redis_url, **ONE_SESSION), NodeProcess(redis_url, **ANY_SPEED) as roomy:
        async with web(redis_url, ear) as relay:
            sessions = [f"session {number}" for number in range(6)]
            for session in sessions:
                await viewer().view(relay, session)
            nodes = [await placed(redis_url, session) for session in sessions]
    assert nodes.count(roomy.id) == 5


async def test_a_still_comes_from_a_node_as_from_a_relay_inside(
    redis_url: str, phone: MakePhone, viewer: MakeViewer, ear: Ear
) -> None:
    with NodeProcess(redis_url):
        async with web(redis_url, ear) as relay:
            console, _ = await viewer().view(relay), await phone(shade=60).publish(relay)
            await console.sees(60)
            assert (await relay.still("visio", "phone")).startswith(b"\xff\xd8")
            with pytest.raises(NoPicture):
                await relay.still("visio", "nobody")
