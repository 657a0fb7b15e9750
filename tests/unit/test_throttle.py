"""Which counts an attempt to log in falls under, and what makes a browser known."""

from __future__ import annotations

from signaling.domain import device
from signaling.domain.ids import Secrets, new_mark
from signaling.domain.throttle import ACCOUNT, KNOWN_BROWSER, SOURCE, login_counts, network

SECRETS = Secrets(b"k" * 32)
OTHERS = Secrets(b"o" * 32)
ALICE = "alice@samu54.test"
BOB = "bob@samu54.test"


# ---------------------------------------------------------------- counts
def test_a_known_browser_shares_no_count_with_any_stranger() -> None:
    known = {(count.limit, count.key) for count in login_counts(ALICE, "192.0.2.7", "mark")}
    stranger = {(count.limit, count.key) for count in login_counts(ALICE, "192.0.2.7", None)}
    assert known
    assert known.isdisjoint(stranger)


def test_a_known_browser_is_counted_for_each_of_its_users_apart() -> None:
    alice, bob = (login_counts(email, "192.0.2.7", "mark") for email in (ALICE, BOB))
    assert [count.limit for count in alice] == [KNOWN_BROWSER]
    assert alice != bob


def test_strangers_from_everywhere_share_the_count_of_the_account_they_try() -> None:
    here, there = (login_counts(ALICE, source, None) for source in ("192.0.2.7", "198.51.100.9"))
    assert {count for count in here if count in there} == {c for c in here if c.limit == ACCOUNT}


def test_one_address_that_tries_many_accounts_is_counted_as_one() -> None:
    alice, bob = (login_counts(email, "192.0.2.7", None) for email in (ALICE, BOB))
    assert {count for count in alice if count in bob} == {c for c in alice if c.limit == SOURCE}


def test_an_ipv6_subscriber_is_one_source_whatever_address_of_their_network_they_use() -> None:
    assert network("2001:db8:1:2::1") == network("2001:db8:1:2:ffff::9") == "2001:db8:1:2::/64"
    assert network("2001:db8:1:2::1") != network("2001:db8:1:3::1")


def test_an_ipv4_address_is_the_same_source_in_both_spellings() -> None:
    assert network("::ffff:192.0.2.7") == network("192.0.2.7") == "192.0.2.7"


def test_a_source_without_an_address_is_counted_by_its_name() -> None:
    assert network("unix") == "unix"


# ---------------------------------------------------------------- known browsers
def test_a_browser_is_known_for_the_user_who_signed_in_there() -> None:
    cookie = device.remember(SECRETS, None, ALICE, new_mark())
    assert device.known(SECRETS, cookie, ALICE) is not None
    assert device.known(SECRETS, cookie, BOB) is None


def test_the_workstation_of_a_shift_knows_everybody_who_signed_in_there() -> None:
    cookie = device.remember(SECRETS, None, ALICE, new_mark())
    both = device.remember(SECRETS, cookie, BOB, new_mark())
    mark = device.known(SECRETS, both, ALICE)
    assert mark is not None
    assert device.known(SECRETS, both, BOB) == mark
    assert device.remember(SECRETS, both, BOB, new_mark()) == both


def test_a_workstation_forgets_whoever_signed_in_longest_ago() -> None:
    cookie = None
    shift = [f"user{number}@samu54.test" for number in range(device.USERS + 1)]
    for email in shift:
        cookie = device.remember(SECRETS, cookie, email, new_mark())
    known = [email for email in shift if device.known(SECRETS, cookie, email)]
    assert known == shift[1:]


def test_nobody_makes_a_known_browser_without_the_secret_key() -> None:
    forged = device.remember(OTHERS, None, ALICE, new_mark())
    assert device.known(SECRETS, forged, ALICE) is None


def test_a_seal_is_worth_nothing_beside_another_mark() -> None:
    _, seal = device.remember(SECRETS, None, ALICE, new_mark()).split(".")
    assert device.known(SECRETS, f"{new_mark()}.{seal}", ALICE) is None


def test_the_cookie_of_a_known_browser_holds_no_name() -> None:
    assert "alice" not in device.remember(SECRETS, None, ALICE, new_mark())


def test_garbage_in_the_cookie_is_an_unknown_browser_and_is_replaced() -> None:
    fresh = new_mark()
    for garbage in ("", ".", "a.b", "é" * 22 + "." + "é" * 22, "x" * 5000, f"{fresh}." * 40, f"{fresh}.\n"):
        assert device.known(SECRETS, garbage, ALICE) is None
        assert device.remember(SECRETS, garbage, ALICE, fresh).startswith(f"{fresh}.")
