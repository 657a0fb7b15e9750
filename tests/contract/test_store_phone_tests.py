"""Technical tests of phones, on every database."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from signaling.domain.addresses import parse
from signaling.domain.errors import BadInput, NotFound
from signaling.domain.ids import Secrets, fingerprint, new_id
from signaling.domain.phone_test import LINK_LIFETIME, PhoneTest, Report, draft, invite, taken
from signaling.domain.records import User
from signaling.ports import Store
from tests.cast import ALICE, CHARLIE, NOW, SAMU_54, SAMU_75

SECRETS = Secrets(b"k" * 32)
REPORT = Report(cameras=1, camera="granted", socket="open")


def sent(by: User, code: str, at: int = NOW) -> PhoneTest:
    return invite(by.centre, by.id, parse("06 12 34 56 78"), code, SECRETS, at)


def token_hash(test: PhoneTest) -> str:
    return fingerprint(SECRETS.token(test.id))


async def test_a_centre_lists_its_own_tests_newest_first(store: Store) -> None:
    tests = [sent(ALICE, f"AAAAA{n}", NOW + n) for n in range(3)]
    for test in (*tests, sent(CHARLIE, "CCCCCC"), draft(new_id(NOW), "DDDDDD", NOW)):
        await store.add_phone_test(test)
    assert await store.phone_tests(SAMU_54.id, 2) == (tests[2], tests[1])


async def test_a_code_finds_a_test_of_nobody_or_of_the_own_centre_once_it_was_taken(store: Store) -> None:
    nobodys = taken(draft(new_id(NOW), "NNNNNN", NOW), REPORT, "Chrome 156, Android", NOW)
    own = taken(sent(ALICE, "AAAAAA"), REPORT, "", NOW)
    for test in (nobodys, own, sent(ALICE, "WWWWWW")):
        await store.add_phone_test(test)
    assert await store.phone_test_of_code(SAMU_54.id, "AAAAAA") == own
    for centre in (SAMU_54, SAMU_75):
        assert await store.phone_test_of_code(centre.id, "NNNNNN") == nobodys
    for centre, code in ((SAMU_75, "AAAAAA"), (SAMU_54, "WWWWWW"), (SAMU_54, "")):
        with pytest.raises(NotFound):
            await store.phone_test_of_code(centre.id, code)


async def test_a_code_is_given_once(store: Store) -> None:
    await store.add_phone_test(sent(ALICE, "AAAAAA"))
    with pytest.raises(BadInput):
        await store.add_phone_test(draft(new_id(NOW), "AAAAAA", NOW))


async def test_a_link_finds_its_test_until_it_ends(store: Store) -> None:
    test = sent(ALICE, "AAAAAA")
    await store.add_phone_test(test)
    assert await store.phone_test_of_token(token_hash(test), NOW + LINK_LIFETIME - 1) == test
    with pytest.raises(NotFound):
        await store.phone_test_of_token(token_hash(test), NOW + LINK_LIFETIME)
    with pytest.raises(NotFound):
        await store.phone_test_of_token(fingerprint(""), NOW)


async def test_a_result_is_kept_with_the_test_that_its_link_stands_for(store: Store) -> None:
    test = sent(ALICE, "AAAAAA")
    await store.add_phone_test(test)
    done = await store.change_phone_test(
        SAMU_54.id, test.id, lambda row: taken(row, REPORT, "Safari 18, iOS", NOW + 1)
    )
    assert await store.phone_tests(SAMU_54.id, 9) == (done,)
    assert (done.verdict, done.browser) == ("stills", "Safari 18, iOS")
    with pytest.raises(NotFound):
        await store.change_phone_test(SAMU_75.id, test.id, lambda row: replace(row, browser=""))


async def test_a_test_is_sent_by_a_user_of_its_own_centre(store: Store) -> None:
    with pytest.raises(NotFound):
        await store.add_phone_test(replace(sent(ALICE, "AAAAAA"), centre=SAMU_75.id))


async def test_old_tests_are_forgotten(store: Store) -> None:
    old, young = sent(ALICE, "AAAAAA"), sent(ALICE, "BBBBBB", NOW + 1)
    for test in (old, young):
        await store.add_phone_test(test)
    await store.forget_phone_tests(NOW + 1)
    assert await store.phone_tests(SAMU_54.id, 9) == (young,)
