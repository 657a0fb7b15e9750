"""What a centre decides for itself: one struct, kept as JSON in the centre's row.

A value that a centre has not touched is what the settings of the installation say, or the default here.
"""

from __future__ import annotations

from typing import Final, Literal, get_args

import msgspec

from signaling.domain.records import Centre

SecondFactor = Literal["none", "any", "strong"]  # asked of nobody; TOTP, passkey or a code; TOTP or passkey
DataClass = Literal["captures", "photos", "documents", "recordings", "positions", "addresses", "sessions"]

# What a centre may do without. Refused at the server, whatever a page shows.
Function = Literal["guests", "sharing", "drawing", "documents", "captures", "mail", "phone_test"]
FUNCTIONS: Final[tuple[Function, ...]] = get_args(Function)

# Telephone regions that SMS may go to (ISO 3166): France, its overseas departments and collectivities
FRANCE: Final = ("FR", "GP", "MQ", "GF", "RE", "YT", "PM", "BL", "MF", "WF", "PF", "NC")


class Quotas(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Against SMS pumping, and floods of files; 0: none may be sent."""

    sms_per_user_hour: int = 60
    sms_per_centre_day: int = 2000
    sms_per_destination_hour: int = 8
    files_per_centre_day: int = 2000  # of phones


class Policy(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    sender: str = ""  # name that an SMS comes from, at most 11 letters and digits; "": the carrier's number
    sms_texts: dict[str, str] = {}  # language -> text to callers, with {link} and, if wanted, {centre}
    mail_texts: dict[str, str] = {}  # language -> first sentences of a mail to callers; {centre} if wanted
    destinations: tuple[str, ...] = FRANCE  # ISO 3166 regions that SMS may go to
    quotas: Quotas = Quotas()
    keep_days: dict[DataClass, int] = {}  # 0: for ever; missing: `erasing.days_of`
    recording: bool = False  # the video is recorded; callers are told before the camera
    second_factor: SecondFactor = "none"
    code_by_sms_or_mail: bool = True  # may stand for a second factor where `second_factor` is "any"
    phrases: tuple[str, ...] = ()  # guidance phrases that the room offers first, by key; (): as they come
    map_tiles: str = ""  # "": MAP_TILES
    map_attribution: str = ""
    history: Literal["centre", "own"] = "centre"  # whose meetings a regulator finds, and may open
    numbers_in_clear: bool = True  # a regulator reads whole numbers in the history; a supervisor always does
    off: tuple[Function, ...] = ()  # what this centre does without

    def has(self, function: Function) -> bool:
        return function not in self.off


_decode: Final = msgspec.json.Decoder(Policy).decode


def policy_of(centre: Centre) -> Policy:
    return _decode(centre.policy) if centre.policy else Policy()


def with_policy(centre: Centre, policy: Policy) -> Centre:
    text = "" if policy == Policy() else msgspec.json.encode(policy, order="deterministic").decode()
    return msgspec.structs.replace(centre, policy=text)
