"""The filter in the kernel lets in what the guard would, and nothing else gets into a socket's buffer."""

from __future__ import annotations

import random
import socket
from collections.abc import Iterator

import pytest

from media import sieve
from media.guard import LARGEST
from tests.media.attackers import OFF_PATH, Target, attribute, dtls, message, request, rtp

HOSTS = {socket.AF_INET: "127.0.0.1", socket.AF_INET6: "::1"}
USERNAME, SECRET = "abcd", b"\1\2\3\4"
MARK = message(
    0x0001, attribute(6, b"abcd:mark"), random.Random(1)
)  # always let in: all before it was judged


class Gate:
    """A socket behind the filter, a friend of it and a stranger."""

    def __init__(self, family: socket.AddressFamily) -> None:
        self.inside, self.friend, self.stranger = (socket.socket(family, socket.SOCK_DGRAM) for _ in range(3))
        for sock in (self.inside, self.friend, self.stranger):
            sock.bind((HOSTS[family], 0))
        self.inside.settimeout(5)
        self.befriend(self.friend)

    def befriend(self, *friends: socket.socket) -> None:
        addresses = [friend.getsockname()[:2] for friend in friends]
        sieve.attach(self.inside, LARGEST, USERNAME, SECRET, addresses)

    def lets_in(self, datagram: bytes, sender: socket.socket) -> bool:
        at = self.inside.getsockname()
        sender.sendto(datagram, at)
        self.stranger.sendto(MARK, at)
        got = [self.inside.recv(2 * LARGEST)]
        while got[-1] != MARK:
            got.append(self.inside.recv(2 * LARGEST))
        return got[0] == datagram

    def close(self) -> None:
        for sock in (self.inside, self.friend, self.stranger):
            sock.close()


@pytest.fixture(params=HOSTS, ids=["IPv4", "IPv6"])
def gate(request: pytest.FixtureRequest) -> Iterator[Gate]:
    made = Gate(request.param)
    yield made
    made.close()


def test_media_and_dtls_come_from_friends_only(gate: Gate) -> None:
    chance = random.Random(15)
    for datagram in (rtp(chance), b"\x80\xc8" + bytes(40), dtls(22, bytes(40)), b"\xbf", b"\x14"):
        assert gate.lets_in(datagram, gate.friend)
        assert not gate.lets_in(datagram, gate.stranger)


def test_a_friend_may_change_and_there_may_be_many(gate: Gate) -> None:
    others = [socket.socket(gate.inside.family, socket.SOCK_DGRAM) for _ in range(31)]
    for other in others:
        other.bind((gate.inside.getsockname()[0], 0))
    gate.befriend(*others)
    assert not gate.lets_in(b"\x80\0", gate.friend)
    assert all(gate.lets_in(b"\x80\0", other) for other in others)
    for other in others:
        other.close()


def test_the_port_of_a_friend_on_another_address_is_a_strangers() -> None:
    gate = Gate(socket.AF_INET)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as elsewhere:
        elsewhere.bind(("127.0.0.2", gate.friend.getsockname()[1]))
        assert not gate.lets_in(b"\x80\0", elsewhere)
        gate.befriend(elsewhere)
        assert gate.lets_in(b"\x80\0", elsewhere)
        assert not gate.lets_in(b"\x80\0", gate.friend)
    gate.close()


@pytest.mark.parametrize("first", [4, 19, 64, 127, 192, 255])
def test_no_other_kind_comes_in_from_anybody(gate: Gate, first: int) -> None:
    assert not gate.lets_in(bytes([first]) * 40, gate.friend)


def test_nothing_empty_or_oversized_comes_in(gate: Gate) -> None:
    sizes = {0: False, 1: True, LARGEST: True, LARGEST + 1: False, 9_000: False}
    assert {size: gate.lets_in(b"\x80" * size, gate.friend) for size in sizes} == sizes


def test_a_stun_request_must_name_us_in_whichever_attribute(gate: Gate) -> None:
    chance = random.Random(15)
    assert gate.lets_in(request("abcd:peer", "secret"), gate.stranger)
    assert not gate.lets_in(request("abce:peer", "secret"), gate.friend)
    for others in range(sieve.ATTRIBUTES + 1):
        before = b"".join(attribute(0x8022, bytes(size)) for size in range(others))
        asked = message(0x0001, before + attribute(6, b"abcd:peer"), chance)
        assert gate.lets_in(asked, gate.stranger) == (others < sieve.ATTRIBUTES)


def test_a_stun_response_must_answer_a_request_of_ours(gate: Gate) -> None:
    for kind in (b"\x01\x01", b"\x01\x11"):
        head = kind + b"\0\0\x21\x12\xa4\x42"
        assert gate.lets_in(head + SECRET + bytes(8), gate.stranger)
        assert not gate.lets_in(head + b"\1\2\3\5" + bytes(8), gate.stranger)


@pytest.mark.parametrize("name", OFF_PATH)
def test_no_attack_of_who_knows_the_address_only_gets_in_and_each_is_counted(gate: Gate, name: str) -> None:
    chance, before = random.Random(15), sieve.dropped(gate.inside)
    datagrams = list(OFF_PATH[name](Target(gate.inside.getsockname()[1], "none"), chance))
    assert datagrams
    assert not any(gate.lets_in(datagram, gate.stranger) for datagram in datagrams)
    assert sieve.dropped(gate.inside) - before == len(datagrams)
