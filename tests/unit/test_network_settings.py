"""The settings of the way to the relay: every one that would leave people without a picture is refused."""

from __future__ import annotations

import pytest

from config.settings import Settings, SettingsError, media_external_pairs, read

SECRET = {"TURN_SECRET": "north"}


def fault(environ: dict[str, str]) -> str:
    """The name of the only setting that is at fault."""
    with pytest.raises(SettingsError) as caught:
        read(environ)
    [line] = str(caught.value).splitlines()
    return line.partition(":")[0]


# ---------------------------------------------------------------- addresses
@pytest.mark.parametrize("address", ["relay.example.fr", "10.0.0", "0.0.0.0", "::", "fe80::1", "10.0.0.5/24"])
def test_the_relays_own_addresses_are_such_that_browsers_can_reach(address: str) -> None:
    assert fault({"MEDIA_ADDRESSES": f"10.0.0.5,{address}"}) == "MEDIA_ADDRESSES"


def test_an_external_address_stands_for_one_of_the_relays_own_or_for_all() -> None:
    settings = read({"MEDIA_EXTERNAL_ADDRESSES": "203.0.113.7/10.0.0.5, 2001:db8::7"})
    assert media_external_pairs(settings) == (("203.0.113.7", "10.0.0.5"), ("2001:db8::7", ""))
    assert media_external_pairs(Settings()) == ()


@pytest.mark.parametrize(
    "external",
    [
        "relay.example.fr",
        "127.0.0.1",
        "0.0.0.0",
        "203.0.113.7/relay",
        "203.0.113.7/10.0.0.6",
        "203.0.113.7/10.0.0.5/1",
        "2001:db8::7/10.0.0.5",
    ],
)
def test_an_external_address_that_can_not_be_one_is_refused(external: str) -> None:
    environ = {"MEDIA_ADDRESSES": "10.0.0.5", "MEDIA_EXTERNAL_ADDRESSES": external}
    assert fault(environ) == "MEDIA_EXTERNAL_ADDRESSES"


# ---------------------------------------------------------------- STUN and TURN
@pytest.mark.parametrize(
    "url",
    [
        "turn:turn.example.fr",
        "turn:turn.example.fr:3478?transport=udp",
        "turn:192.0.2.7:3478?transport=tcp",
        "turns:turn.example.fr:443?transport=tcp",
        "turns:[2001:db8::7]:443?transport=tcp",
    ],
)
def test_turn_is_written_as_browsers_want_it(url: str) -> None:
    assert read({"TURN_URLS": url, **SECRET}).turn_urls == (url,)


@pytest.mark.parametrize(
    "url",
    [
        "turn.example.fr:3478",
        "turn://turn.example.fr",
        "turn:",
        "turn:turn.example.fr:99999",
        "turn:turn.example.fr:0",
        "turn:user@turn.example.fr",
        "turn:turn.example.fr?transport=tls",
        "stun:turn.example.fr",
        "https://turn.example.fr",
    ],
)
def test_turn_that_a_browser_would_refuse_is_refused_at_the_start(url: str) -> None:
    assert fault({"TURN_URLS": f"turn:turn.example.fr,{url}", **SECRET}) == "TURN_URLS"


@pytest.mark.parametrize(
    "url", ["turn.example.fr", "turn:turn.example.fr", "stun:turn.example.fr?transport=udp"]
)
def test_stun_that_a_browser_would_refuse_is_refused_at_the_start(url: str) -> None:
    assert read({"STUN_URLS": "stun:turn.example.fr:3478"}).stun_urls == ("stun:turn.example.fr:3478",)
    assert fault({"STUN_URLS": url}) == "STUN_URLS"


@pytest.mark.parametrize(
    "credentials", [{}, {"TURN_USER": "samu"}, {"TURN_PASSWORD": "word"}, {"TURN_MINUTES": "30"}]
)
def test_turn_needs_a_secret_or_a_name_and_a_password(credentials: dict[str, str]) -> None:
    assert fault({"TURN_URLS": "turn:turn.example.fr", **credentials}) == "TURN_SECRET"


def test_turn_takes_a_secret_or_a_name_and_a_password_but_not_both() -> None:
    fixed = {"TURN_URLS": "turn:turn.example.fr", "TURN_USER": "samu", "TURN_PASSWORD": "word"}
    assert read(fixed).turn_user == "samu"
    assert fault({**fixed, **SECRET}) == "TURN_SECRET"


@pytest.mark.parametrize("credentials", [SECRET, {"TURN_USER": "samu", "TURN_PASSWORD": "word"}])
def test_credentials_without_a_turn_server_are_a_mistake(credentials: dict[str, str]) -> None:
    assert fault(credentials) == "TURN_URLS"
