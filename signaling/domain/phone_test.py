"""The technical test of a phone: what its page reports, what that means, and the code to read to support."""

from __future__ import annotations

from typing import Annotated, Final, Literal

import msgspec
from msgspec.structs import replace

from signaling.domain.addresses import Address
from signaling.domain.facts import RefusalReason
from signaling.domain.ids import Secrets, fingerprint, new_id
from signaling.domain.records import Channel, Record

TEST_CENTRE: Final = "test"  # in relay keys only: no centre has it, since their ids are 32 hex digits
NOBODY: Final = ""  # the centre of a test that nobody sent
KEPT: Final = 30 * 24 * 3600 * 1000  # ms
LINK_LIFETIME: Final = 48 * 3600 * 1000  # ms
CODE_LENGTH: Final = 6
# Read aloud, typed by hand: without 0 and O, 1, I and L, 2 and Z, 5 and S, 8 and B, U and V
CODE_ALPHABET: Final = "34679ACDEFGHJKMNPQRTWXY"

Feature = Literal[
    "webrtc", "get_user_media", "websocket", "video_codec", "wake_lock", "vibration", "position"
]  # fmt: skip
NEEDED: Final = frozenset({"webrtc", "get_user_media", "websocket", "video_codec"})
Transport = Literal["udp", "tcp", "tls"]
Way = Literal["udp", "turn_udp", "turn_tcp", "turn_tls"]
Verdict = Literal["ready", "slow", "stills", "camera", "no_camera", "browser", "network", "busy"]
MessageFate = Literal["", "queued", "sent", "failed"]

SLOW_LOSS: Final = 10.0  # percent
SLOW_BITRATE: Final = 150  # kbit/s, the least that the relay asks a phone for
SLOW_FRAMES: Final = 50  # in the ten seconds of the echo


class TurnCheck(msgspec.Struct, frozen=True):
    transport: Transport
    answered: bool


class Echo(msgspec.Struct, frozen=True, kw_only=True):
    """Ten seconds of the phone's own video, through the relay and back."""

    way: Way
    bitrate: Annotated[int, msgspec.Meta(ge=0, le=1_000_000)]  # kbit/s
    loss: Annotated[float, msgspec.Meta(ge=0, le=100)]  # percent of packets, of the worse direction
    round_trip: Annotated[int, msgspec.Meta(ge=0, le=60_000)]  # ms, to the relay
    frames: Annotated[int, msgspec.Meta(ge=0, le=10_000)]  # decoded
    width: Annotated[int, msgspec.Meta(ge=0, le=16_384)]
    height: Annotated[int, msgspec.Meta(ge=0, le=16_384)]


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """What the page found. A stranger's word: enumerated or bounded, never free text."""

    cameras: Annotated[int, msgspec.Meta(ge=0, le=100)]
    camera: Literal["granted", RefusalReason]
    missing: Annotated[list[Feature], msgspec.Meta(max_length=7)] = []
    socket: Literal["open", "blocked", "busy"]
    udp: bool | None = None  # None: could not be asked
    turn: Annotated[list[TurnCheck], msgspec.Meta(max_length=3)] = []
    echo: Echo | None = None


class PhoneTest(Record, frozen=True):
    """A test that was taken, or sent to be taken. One link stands for one row: its newest result counts."""

    code: str
    created_at: int
    finished_at: int | None = None  # None: not taken yet
    verdict: Verdict | Literal[""] = ""
    browser: str = ""  # family, version and system
    report: str = ""  # a Report as JSON
    # --- of one that was sent
    sent_by: str | None = None  # user id
    address: str = ""
    channel: Channel = "sms"
    token_hash: str | None = None  # SHA-256 hex of the link's token
    expires_at: int = 0  # of the link
    message: MessageFate = ""
    reason: str = ""  # the carrier's, when the message failed


def draft(id_: str, code: str, now: int) -> PhoneTest:
    """One that nobody sent."""
    return PhoneTest(id=id_, centre=NOBODY, code=code, created_at=now)


def invite(centre: str, user: str, to: Address, code: str, secrets: Secrets, now: int) -> PhoneTest:
    """One to be sent. Its token is derived from its id, never stored."""
    id_ = new_id(now)
    return PhoneTest(
        id=id_,
        centre=centre,
        code=code,
        created_at=now,
        sent_by=user,
        address=to.value,
        channel=to.channel,
        token_hash=fingerprint(secrets.token(id_)),
        expires_at=now + LINK_LIFETIME,
        message="queued",
    )


def taken(test: PhoneTest, report: Report, browser: str, now: int) -> PhoneTest:
    return replace(
        test,
        finished_at=now,
        verdict=verdict(report),
        browser=browser,
        report=msgspec.json.encode(report).decode(),
    )


def report_of(test: PhoneTest) -> Report:
    """Of a test that was taken."""
    return msgspec.json.decode(test.report, type=Report)


def verdict(report: Report) -> Verdict:
    """What hinders the call first, in the order in which a person can do something about it."""
    if NEEDED.intersection(report.missing):
        return "browser"
    if report.camera != "granted":
        return "no_camera" if report.camera == "absent" else "camera"
    if report.socket != "open":
        return "network" if report.socket == "blocked" else "busy"
    if report.echo is None:
        return "stills"
    return "slow" if _is_slow(report.echo) else "ready"


def _is_slow(echo: Echo) -> bool:
    return echo.loss > SLOW_LOSS or echo.bitrate < SLOW_BITRATE or echo.frames < SLOW_FRAMES


def read_code(typed: str) -> str:
    """As it is stored, however it was typed: `k7m 4p9`, `K7M-4P9`."""
    return "".join(sign for sign in typed.upper() if sign.isalnum())[: CODE_LENGTH + 1]
