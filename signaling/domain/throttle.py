"""How often a login may fail, and under which names a failure is counted.

After the OWASP "device cookies" protocol: a browser that signed this user in before is counted by itself, and
no number of failures from elsewhere shuts it out. All other browsers share the limits of their address and of
the account that they try. Only failures are counted.
"""

from __future__ import annotations

from ipaddress import IPv6Address, ip_address
from typing import Final

import msgspec

from signaling.domain.policy import Quotas


class Limit(msgspec.Struct, frozen=True):
    """At most `times` within `seconds`, counted from the first."""

    name: str
    times: int
    seconds: int


class Count(msgspec.Struct, frozen=True):
    limit: Limit
    key: str


# A person who mistypes needs a handful; a program that guesses gets 80 an hour on one account, from anywhere.
KNOWN_BROWSER: Final = Limit("login-browser", 10, 300)
ACCOUNT_FROM_SOURCE: Final = Limit("login-pair", 5, 300)
ACCOUNT: Final = Limit("login-account", 20, 900)
SOURCE: Final = Limit("login-source", 60, 900)  # a hospital may share one address
CODE_GUESSES: Final = Limit("code-guesses", 10, 600)  # of six digits, by one address
# By all addresses together: whoever guesses from everywhere needs two days for one of fifty open codes. The
# links go on meanwhile.
ALL_CODE_GUESSES: Final = Limit("code-guesses-all", 60, 600)
HANDOVERS: Final = Limit("handovers", 10, 600)  # requests of second phones, by one address
SHARES: Final = Limit("shares", 20, 600)  # QR codes on one phone's screen
TEST_ECHOES: Final = Limit("test-echoes", 40, 600)  # of the test page, as the next one; a whole ward may try
TEST_RESULTS: Final = Limit("test-results", 40, 600)
# Links that nobody ever sent, by one address. Only those are counted, and a right link is never refused:
# behind the one address of a hospital or a mobile operator there is always somebody who needs help now.
UNKNOWN_LINKS: Final = Limit("unknown-links", 60, 600)
# Connections of pages, by one address: a hospital's consoles come back together after a cut
SOCKETS: Final = Limit("sockets", 1200, 60)

# Of six digits, three of them right at a time: who knows the password and guesses on needs months
FACTOR_TRIES: Final = Limit("factor-tries", 10, 900)  # by one person
FACTOR_SOURCE: Final = Limit("factor-source", 60, 900)  # by one address
CODES_SENT: Final = Limit("codes-sent", 5, 900)  # to one person; also links to a new password
CODES_SOURCE: Final = Limit("codes-source", 20, 900)  # asked for by one address

DOOR_TRIES: Final = Limit("door-tries", 120, 900)  # by passkey or provider, begun or failed, by one address

DOOR_LIMITS: Final = (DOOR_TRIES,)
FACTOR_LIMITS: Final = (FACTOR_TRIES, FACTOR_SOURCE)
SENDING_LIMITS: Final = (CODES_SENT, CODES_SOURCE)
LOGIN_LIMITS: Final = (KNOWN_BROWSER, ACCOUNT_FROM_SOURCE, ACCOUNT, SOURCE)


def login_counts(email: str, source_ip: str, known_browser: str | None) -> tuple[Count, ...]:
    """What one attempt must find free before it runs, and adds to when it fails.

    `known_browser`: the mark of a browser that signed this user in before (`signaling.domain.device`).
    """
    if known_browser is not None:
        return (Count(KNOWN_BROWSER, f"{known_browser} {email}"),)
    source = network(source_ip)
    return (
        Count(ACCOUNT_FROM_SOURCE, f"{source} {email}"),
        Count(ACCOUNT, email),
        Count(SOURCE, source),
    )


def factor_counts(person: str, source_ip: str) -> tuple[Count, ...]:
    """As `login_counts`, for a second factor."""
    return (Count(FACTOR_TRIES, person), Count(FACTOR_SOURCE, network(source_ip)))


def door_counts(source_ip: str) -> tuple[Count, ...]:
    """What each try at a door without a password adds to; a ward may share one address."""
    return (Count(DOOR_TRIES, network(source_ip)),)


def sending_counts(receiver: str, source_ip: str) -> tuple[Count, ...]:
    """What each code or link that is asked for adds to."""
    return (Count(CODES_SENT, receiver), Count(CODES_SOURCE, network(source_ip)))


def sms_counts(quotas: Quotas, centre: str, user: str, number: str) -> dict[str, Count]:
    """What one SMS adds to, by whose quota it is."""
    return {
        "user": Count(Limit("sms-user", quotas.sms_per_user_hour, 3600), user),
        "destination": Count(
            Limit("sms-destination", quotas.sms_per_destination_hour, 3600), f"{centre} {number}"
        ),
        "centre": Count(Limit("sms-centre", quotas.sms_per_centre_day, 86_400), centre),
    }


def files_count(quotas: Quotas, centre: str) -> Count:
    """What each file adds to that a phone announces."""
    return Count(Limit("files-centre", quotas.files_per_centre_day, 86_400), centre)


def network(source_ip: str) -> str:
    """What an address is counted as: an IPv6 subscriber holds a /64 and may use a new address each time."""
    try:
        address = ip_address(source_ip)
    except ValueError:
        return source_ip
    if not isinstance(address, IPv6Address):
        return str(address)
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return f"{IPv6Address(int(address) >> 64 << 64)}/64"
