"""Offers of browsers, spoiled in every way: each is understood or refused as BadOffer, and what is understood
is answered in an SDP that holds."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from ipaddress import ip_address
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from media import sdp
from media.answers import Local, Source, answer_phone, answer_viewer
from media.relay import EmbeddedRelay
from media.sdp import Offer, read_phone, read_viewer
from signaling.domain.errors import BadOffer

OFFERS = {
    path.stem: "\r\n".join(path.read_text().split("\n"))
    for path in (Path(__file__).parent / "offers").glob("*.sdp")
}
LOCAL = Local("abcd", "0123456789abcdefghijkl", ":".join(["AB"] * 32), "active", ())
ODD = [
    "",
    "0",
    "-1",
    "65536",
    "99999999999999999999",
    "é",
    "\ud800",
    "\0",
    "\r",
    "\t",
    "a" * 5_000,
    "%s",
    "²",
    "١",
]

Spoil = Callable[[list[str], random.Random], None]


def _drop(lines: list[str], chance: random.Random) -> None:
    if len(lines) > 1:
        del lines[chance.randrange(len(lines))]


def _repeat(lines: list[str], chance: random.Random) -> None:
    lines.insert(chance.randrange(len(lines)), chance.choice(lines))


def _swap(lines: list[str], chance: random.Random) -> None:
    one, other = chance.randrange(len(lines)), chance.randrange(len(lines))
    lines[one], lines[other] = lines[other], lines[one]


def _change_word(lines: list[str], chance: random.Random) -> None:
    place = chance.randrange(len(lines))
    words = re.split(r"([ :=;/])", lines[place])
    words[chance.randrange(len(words))] = chance.choice(ODD)
    lines[place] = "".join(words)


def _change_letter(lines: list[str], chance: random.Random) -> None:
    place = chance.randrange(len(lines))
    at = chance.randrange(len(lines[place]) + 1)
    lines[place] = (
        lines[place][:at] + chr(chance.choice([0, 10, 13, 32, 61, 127, 0x2028])) + lines[place][at + 1 :]
    )


def _cut(lines: list[str], chance: random.Random) -> None:
    del lines[chance.randrange(1, len(lines) + 1) :]


SPOILS: tuple[Spoil, ...] = (_drop, _repeat, _swap, _change_word, _change_letter, _cut)


def spoiled(text: str, chance: random.Random) -> str:
    lines = text.split("\r\n")
    for _ in range(chance.randrange(1, 6)):
        chance.choice(SPOILS)(lines, chance)
    return "\r\n".join(lines)


def is_clean(answer: str) -> bool:
    """Lines as they must be, and no more sections than we agreed to."""
    lines = answer.split("\r\n")
    shaped = all(re.fullmatch(r"[a-z]=[ -~]{1,2000}", line) for line in lines[:-1])
    return shaped and lines[-1] == "" and sum(line.startswith("m=") for line in lines) <= 2


def answered(offer: Offer, name: str) -> str:
    if "phone" in name:
        return answer_phone(offer, LOCAL, offer.codecs[0], 1_200)
    return answer_viewer(offer, LOCAL, Source(1, 2))


@pytest.mark.parametrize("name", OFFERS)
@given(chance=st.randoms(use_true_random=False))
@settings(max_examples=60)
def test_a_spoiled_offer_is_understood_or_refused(name: str, chance: random.Random) -> None:
    text = spoiled(OFFERS[name], chance)
    for read in (read_phone, read_viewer):
        try:
            offer = read(text)
        except BadOffer:
            continue
        assert len(offer.candidates) <= sdp.CANDIDATES
        assert is_clean(answered(offer, "phone" if read is read_phone else "viewer"))


@given(chance=st.randoms(use_true_random=False))
@settings(max_examples=100)
def test_two_offers_in_one_are_understood_or_refused(chance: random.Random) -> None:
    one, other = (chance.choice(list(OFFERS.values())).split("\r\n") for _ in range(2))
    text = "\r\n".join(one[: chance.randrange(len(one))] + other[chance.randrange(len(other)) :])
    for read in (read_phone, read_viewer):
        try:
            read(text)
        except BadOffer:
            continue


words = st.one_of(
    st.sampled_from([*ODD, "udp", "UDP", "tcp", "1", "2", "typ", "host", "relay", "::1", "x.local"]),
    st.ip_addresses().map(str),
    st.integers(-5, 1 << 40).map(str),
    st.text(max_size=8),
)


@given(st.lists(words, max_size=12).map(" ".join))
def test_any_candidate_is_an_address_or_left_out(value: str) -> None:
    line = f"a=candidate:{value}".replace("\r", "").replace("\n", "")
    text = OFFERS["chromium_phone"].replace("a=ice-ufrag", f"{line}\r\na=ice-ufrag", 1)
    try:
        offer = read_phone(text)
    except BadOffer:
        return
    assert all(0 < one.port < 65_536 and ip_address(one.address) for one in offer.candidates)


def test_of_thousands_of_candidates_we_knock_at_a_few() -> None:
    many = "".join(f"a=candidate:1 1 udp 1 192.0.2.{n % 250} {n + 1} typ host\r\n" for n in range(900))
    offer = read_phone(OFFERS["chromium_phone"].replace("a=ice-ufrag", f"{many}a=ice-ufrag", 1))
    assert len(offer.candidates) == sdp.CANDIDATES


async def test_a_relay_that_was_offered_anything_still_answers_a_good_offer(relay: EmbeddedRelay) -> None:
    chance, refused = random.Random(15), 0
    for number in range(60):
        name, text = chance.choice(list(OFFERS.items()))
        ask = relay.publish if "phone" in name else relay.view
        try:
            await ask(f"session {number}", "participant", spoiled(text, chance))
        except BadOffer:
            refused += 1
    assert 0 < refused < 60
    assert is_clean(await relay.publish("good", "participant", OFFERS["chromium_phone"]))
