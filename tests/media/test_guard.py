"""The guard: who may send what, and what becomes of the rest."""

from __future__ import annotations

import random
from typing import NamedTuple

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from media.allowance import Allowance
from media.guard import CHECKS, DTLS, LARGEST, STALE, TRUSTED_LIMIT, Guard, Kind
from media.stats import Counters
from tests.media.attackers import OFF_PATH, Target, client_hello, dtls, message, request, rtp

FRIEND, STRANGER = ("192.0.2.1", 5000), ("192.0.2.9", 5000)
CHANCE = random.Random(15)
MEDIA, RECORD, ASKED = rtp(CHANCE), dtls(22, bytes(40)), request("abcd:efgh", "secret")


class Agent(NamedTuple):
    local_username: str = "abcd"
    local_password: str = "secret"


class Endpoint(NamedTuple):
    receiver: Agent = Agent()
    transactions: tuple[bytes, ...] = (b"we asked this",)


class Clock:
    now = 1_000.0

    def __call__(self) -> float:
        return self.now


class Gate:
    """A guard with one friend, on a clock that stands still."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.counters = Counters()
        self.guard = Guard(self.counters, self.clock)
        self.guard.trust(FRIEND)

    def kind(self, datagram: bytes, sender: tuple[object, ...]) -> Kind | None:
        return self.guard.kind(datagram, sender, Endpoint())

    def dropped(self) -> dict[str, int]:
        counts = msgspec.structs.asdict(self.counters)
        return {name.removeprefix("dropped_"): count for name, count in counts.items() if count}


@pytest.fixture
def gate() -> Gate:
    return Gate()


def test_a_friend_may_send_all_and_a_stranger_what_proves_that_it_is_one(gate: Gate) -> None:
    assert [gate.kind(data, FRIEND) for data in (MEDIA, RECORD, ASKED)] == [Kind.MEDIA, Kind.DTLS, Kind.STUN]
    assert [gate.kind(data, STRANGER) for data in (MEDIA, RECORD)] == [None, None]
    assert gate.dropped() == {"strangers": 2}
    assert gate.kind(ASKED, STRANGER) is Kind.STUN
    assert [gate.kind(data, STRANGER) for data in (MEDIA, RECORD)] == [Kind.MEDIA, Kind.DTLS]


def test_another_port_of_a_friends_address_is_a_stranger(gate: Gate) -> None:
    assert gate.kind(MEDIA, (FRIEND[0], 5001)) is None


def test_an_ipv6_address_is_known_whatever_its_flow_and_scope(gate: Gate) -> None:
    gate.guard.trust(("2001:db8::1", 5000))
    assert gate.kind(MEDIA, ("2001:db8::1", 5000, 7, 0)) is Kind.MEDIA


@pytest.mark.parametrize(
    "data",
    [
        b"",
        bytes([0x80]) * (LARGEST + 1),
        bytes(LARGEST + 1),
        b"\x04",
        b"\x40",
        b"\xc0",
        b"\xff",
        bytes(40),
        b"\0",
    ],
)
def test_what_is_empty_oversized_or_of_no_known_kind_is_dropped_and_counted(gate: Gate, data: bytes) -> None:
    assert gate.kind(data, FRIEND) is None
    assert gate.dropped() == {"malformed": 1}


# ---------------------------------------------------------------- STUN
@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (request("other:efgh", "secret"), "strangers"),
        (request("abcd:efgh", "guessed"), "forged"),
        (message(0x0001, b"", CHANCE), "strangers"),
        (message(0x0011, b"", CHANCE), "strangers"),
        (message(0x0003, b"", CHANCE), "strangers"),
        (message(0x0101, b"", CHANCE), "strangers"),
    ],
    ids=["another username", "another password", "no username", "indication", "TURN", "unasked answer"],
)
def test_stun_that_does_not_prove_itself_makes_no_friend(gate: Gate, data: bytes, reason: str) -> None:
    assert gate.kind(data, STRANGER) is None
    assert gate.dropped() == {reason: 1}
    assert not gate.guard.trusts(STRANGER)


@pytest.mark.parametrize("kind", [b"\x01\x01", b"\x01\x11"])
def test_the_answer_to_a_request_of_ours_goes_to_who_asked(kind: bytes) -> None:
    answer = kind + b"\0\0\x21\x12\xa4\x42" + b"we asked this"[:12]
    gate = Gate()
    assert gate.guard.kind(answer, STRANGER, Endpoint(transactions=(answer[8:20],))) is Kind.STUN
    assert not gate.guard.trusts(STRANGER)  # whoever asked checks it first


def test_checks_without_end_are_thinned_for_their_address_only(gate: Gate) -> None:
    rate, burst = CHECKS
    passed = [gate.kind(ASKED, FRIEND) for _ in range(1_000)]
    assert passed.count(Kind.STUN) == burst
    assert gate.dropped() == {"floods": 1_000 - burst}
    assert gate.kind(ASKED, STRANGER) is Kind.STUN
    gate.clock.now += 1
    assert [gate.kind(ASKED, FRIEND) for _ in range(1_000)].count(Kind.STUN) == rate


def test_a_peer_can_not_make_us_trust_addresses_without_end(gate: Gate) -> None:
    passed = [gate.kind(ASKED, (STRANGER[0], port)) for port in range(1, 1000)]
    assert passed.count(Kind.STUN) == TRUSTED_LIMIT - 1
    assert len(gate.guard.friends) == TRUSTED_LIMIT
    assert gate.kind(MEDIA, FRIEND) is Kind.MEDIA


def test_a_peer_that_moves_all_day_is_followed_and_what_it_left_is_forgotten(gate: Gate) -> None:
    for port in range(1, 1000):
        gate.clock.now += STALE / (TRUSTED_LIMIT - 1)
        assert gate.kind(ASKED, (STRANGER[0], port)) is Kind.STUN
    assert len(gate.guard.friends) <= TRUSTED_LIMIT
    assert not gate.guard.trusts(FRIEND)


def test_an_address_in_use_is_not_given_up_for_new_ones(gate: Gate) -> None:
    for port in range(1, 1000):
        gate.clock.now += 1
        if port % 6 == 0:  # as browsers check a path
            gate.kind(ASKED, FRIEND)
        gate.kind(ASKED, (STRANGER[0], port))
        assert gate.kind(MEDIA, FRIEND) is Kind.MEDIA


def test_whoever_holds_the_list_of_friends_is_told_of_each_change(gate: Gate) -> None:
    told: list[int] = []
    gate.guard.changed = lambda: told.append(len(gate.guard.friends))
    for sender in (STRANGER, STRANGER, FRIEND, (STRANGER[0], 1)):
        gate.kind(ASKED, sender)
    assert told == [2, 3]


# ---------------------------------------------------------------- DTLS
def test_an_alert_in_plain_text_is_dropped_wherever_it_hides(gate: Gate) -> None:
    alert = dtls(21, b"\2\x28")
    assert [gate.kind(data, FRIEND) for data in (alert, RECORD + alert)] == [None, None]
    assert gate.dropped() == {"forged": 2}


@pytest.mark.parametrize(
    "data",
    [
        dtls(21, bytes(26), epoch=1),  # an alert of the session: encrypted
        dtls(22, bytes(40)) + dtls(20, b"\1") + dtls(22, bytes(40), epoch=1),  # a client's last flight
        client_hello(CHANCE),
        b"\x16\xfe\xff" + client_hello(CHANCE)[3:],  # as OpenSSL says it: DTLS 1.0
        b"\x2f" + bytes(40),  # DTLS 1.3
    ],
)
def test_what_a_handshake_and_a_session_need_passes(gate: Gate, data: bytes) -> None:
    assert gate.kind(data, FRIEND) is Kind.DTLS


@pytest.mark.parametrize("data", [RECORD[:-1], RECORD + b"\x16", b"\x16\3\3" + RECORD[3:], b"\x16"])
def test_a_broken_record_is_dropped(gate: Gate, data: bytes) -> None:
    assert gate.kind(data, FRIEND) is None
    assert gate.dropped() == {"malformed": 1}


def test_a_second_handshake_is_dropped_once_both_ends_are_done_with_the_first(gate: Gate) -> None:
    again = [client_hello(CHANCE), dtls(22, bytes(60), epoch=1)]
    gate.guard.up(as_client=False)  # but a client that lost our last flight repeats its own
    assert [gate.kind(data, FRIEND) for data in again] == [Kind.DTLS] * 2
    assert gate.kind(dtls(23, bytes(60), epoch=1), FRIEND) is Kind.DTLS
    assert [gate.kind(data, FRIEND) for data in again] == [None] * 2
    assert gate.dropped() == {"unwanted": 2}


def test_media_that_overtakes_the_end_of_a_handshake_does_not_stop_it(gate: Gate) -> None:
    gate.kind(MEDIA, FRIEND)
    assert gate.kind(dtls(22, bytes(60), epoch=1), FRIEND) is Kind.DTLS
    gate.guard.up(as_client=False)
    assert gate.kind(dtls(22, bytes(60), epoch=1), FRIEND) is None


def test_a_server_has_the_handshake_behind_it_when_we_have(gate: Gate) -> None:
    gate.guard.up(as_client=True)
    assert gate.kind(RECORD, FRIEND) is None


def test_dtls_without_end_is_thinned(gate: Gate) -> None:
    passed = [gate.kind(RECORD, FRIEND) for _ in range(1_000)]
    assert passed.count(Kind.DTLS) == DTLS[1]
    assert gate.dropped() == {"floods": 1_000 - DTLS[1]}


# ---------------------------------------------------------------- anything
@given(st.binary(max_size=1600), st.sampled_from([FRIEND, STRANGER]))
def test_every_datagram_is_either_passed_or_counted(data: bytes, sender: tuple[str, int]) -> None:
    gate = Gate()
    assert (gate.kind(data, sender) is None) == (sum(gate.dropped().values()) == 1)


@pytest.mark.parametrize("name", OFF_PATH)
def test_no_attack_of_who_knows_the_address_only_gets_through(gate: Gate, name: str) -> None:
    datagrams = list(OFF_PATH[name](Target(1, "abcd"), random.Random(15)))
    assert not any(gate.kind(datagram, STRANGER) for datagram in datagrams)
    assert sum(gate.dropped().values()) == len(datagrams) > 0


def test_an_allowance_refills_up_to_its_burst() -> None:
    allowance = Allowance(rate=10, burst=5)
    assert [allowance.take(100.0) for _ in range(6)] == [True] * 5 + [False]
    assert [allowance.take(100.125), allowance.take(100.125)] == [True, False]
    assert [allowance.take(200.0, 6), allowance.take(200.0, 5), allowance.take(200.0)] == [False, True, False]
