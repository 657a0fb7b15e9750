"""What a relay takes and refuses at which load; and that the load is measured."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from media.load import EXPECTED, Capacity, Limits, Load
from media.relay import EmbeddedRelay
from signaling.domain.errors import RelayFull
from tests.media.peers import LOOPBACK, Ear, Phone, Viewer, until

MakePhone = Callable[..., Phone]
MakeViewer = Callable[..., Viewer]

LIMITS = Limits(packets=10_000, cpu=80, lag=100)


def loaded(**load: Any) -> Capacity:
    capacity = Capacity(LIMITS)
    capacity.measured(Load(connections=2, **load))
    return capacity


@pytest.mark.parametrize(
    "load",
    [{"packets": 5_000.0}, {"cpu": 40.0}, {"lag": 50.0}, {"descriptors": 0.5}, {"ports": 0.5}],
    ids=lambda load: next(iter(load)),
)
def test_the_scarcest_resource_decides_first_over_thumbnails_then_sessions_then_viewers(
    load: dict[str, float],
) -> None:
    def at(share: float) -> tuple[bool, bool, bool]:
        capacity = loaded(**{name: half * 2 * share for name, half in load.items()})
        return capacity.thins_thumbnails, capacity.takes_sessions, capacity.takes_viewers

    assert at(0.5) == (False, True, True)
    assert at(0.8) == (True, True, True)
    assert at(0.9) == (True, False, True)
    assert at(1.1) == (True, False, False)


def test_thumbnails_stay_thinned_until_the_load_has_fallen_well_below_where_it_began() -> None:
    capacity = loaded(cpu=64.0)
    for cpu, thins in ((56.0, True), (48.0, False), (56.0, False)):
        capacity.measured(Load(connections=2, cpu=cpu))
        assert capacity.thins_thumbnails is thins


def test_an_idle_relay_takes_a_session_however_slow_its_machine_is() -> None:
    capacity = Capacity(LIMITS)
    capacity.measured(Load(lag=1_000.0))
    assert capacity.takes_sessions


def test_sessions_that_wait_for_their_picture_count_as_if_they_had_it() -> None:
    capacity = loaded(packets=7_000.0)
    assert capacity.takes_sessions
    capacity.counted(connections=10, waiting=5)
    assert capacity.share == (7_000 + 5 * EXPECTED) / 10_000
    assert not capacity.takes_sessions


def test_without_limits_a_relay_takes_all_that_its_ports_and_descriptors_allow() -> None:
    capacity = Capacity(None)
    capacity.measured(Load(connections=2, packets=1e6, cpu=100.0, lag=1e4))
    assert capacity.takes_sessions
    capacity.measured(Load(connections=2, ports=1.0))
    assert not capacity.takes_viewers


def test_a_new_session_goes_where_a_tenth_less_is_carried_and_among_equals_where_fewest_connections_are() -> (
    None
):
    ranks = []
    for cpu, connections in ((4.0, 3), (2.0, 9), (30.0, 1)):
        capacity = Capacity(LIMITS)
        capacity.measured(Load(connections=connections, cpu=cpu))
        ranks.append(capacity.rank)
    assert ranks == sorted(ranks)


# ---------------------------------------------------------------- a relay and its limits
async def test_a_relay_that_is_full_refuses_what_is_new_and_never_the_phone_of_a_session_that_runs(
    phone: MakePhone, viewer: MakeViewer, ear: Ear
) -> None:
    relay = EmbeddedRelay(addresses=(LOOPBACK,), limits=Limits(packets=int(EXPECTED), cpu=1_000, lag=60_000))
    await relay.open(ear)
    await viewer().view(relay)
    with pytest.raises(RelayFull):
        await viewer().view(relay, "other")
    with pytest.raises(RelayFull):
        await viewer().view(relay, participant="colleague")
    with pytest.raises(RelayFull):
        await viewer().view(relay, thumbnail_of="phone")
    assert relay.stats().sessions == 1
    console = await viewer().view(relay)  # the one who was there comes back
    await phone(shade=60).publish(relay)
    await console.sees(60)
    await phone(shade=180).publish(relay)
    await console.sees(180)
    relay.adopt("moved")
    await phone().publish(relay, "moved")
    await relay.close()


async def test_packets_processor_time_connections_and_descriptors_are_measured(
    relay: EmbeddedRelay, phone: MakePhone, viewer: MakeViewer
) -> None:
    console, _ = await viewer().view(relay), await phone(shade=60).publish(relay)
    await console.sees(60)
    await until(lambda: relay.counted().load.packets > 10)
    load = relay.counted().load
    assert (load.connections, load.waiting) == (2, 0)
    assert load.cpu > 0
    assert 0 < load.descriptors < 1
    assert load.lag >= 0
