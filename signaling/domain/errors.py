"""Every error that a person or a program may have to handle.

    VisioError                    code, sentence for a person, permanent
     +- BadInput                  what was given can't be used; correct it
     |   +- BadAddress            neither a telephone number nor an e-mail address that we may call
     |   +- BadMessage            a wire message of the wrong shape, size or time
     |   +- BadOffer              an SDP that is not an offer of one-way video
     |   +- BadFile               an upload that is not what it says
     |   |   +- Infected          the virus scanner knows it
     |   |   +- Unchecked         the virus scanner does not answer, and files may not do without
     |   +- BadPlace              neither coordinates nor an address that can be looked up
     |   +- BadGuest              a name that can't be shown
     |   +- BadPolicy             a setting of a centre that can't be kept
    |   +- BadClosing            a file number or a note too long, or of signs that nobody types
     +- NotAllowed
     |   +- NotSignedIn           no login, or one that has ended
     |   +- FunctionOff           the centre does without it
    |   +- NotInControl          a colleague drives the phone; ask for it, or wait
     |   +- Throttled             too many tries; `retry_after` seconds
     |   |   +- TooManyMessages   a quota of SMS is used up
     |   +- TooManyGuests         as many as a session may have are invited; remove one first
     |   +- LinkUnusable          unknown, expired, revoked, taken by another phone, session ended
     +- NotFound                  no such thing in this centre
     |   +- PlaceUnknown          no geocoder knows this address
     +- Unavailable               something outside is down; trying again can help
         +- CarrierError          SMS or mail refused or unreachable
         +- RelayUnavailable      no media node answers
         |   +- RelayFull         no media node can carry another picture now
         +- GeocoderUnavailable   no geocoder answers in time
         +- NoPicture             nothing flows that could be shown
         +- NoChannel             the phone has no open control channel
         +- Damaged               a kept file is not what was written; trying again can't help
         +- WrongMasterKey        files were encrypted under a master key that is not here

`permanent` says whether the same request can succeed later unchanged.
"""

from __future__ import annotations

from typing import ClassVar


class VisioError(Exception):
    """`code` is the stable name on the wire; `str(error)` is a sentence in English for the log."""

    code: ClassVar[str] = "error"
    permanent: bool = True


class BadInput(VisioError):
    code = "bad_input"


class BadAddress(BadInput):
    """`reason`: `empty`, `not_a_number`, `unknown_country`, `premium`, `not_an_email`; of the centre's
    policy: `not_allowed`, `no_mail`."""

    code = "bad_address"

    def __init__(self, reason: str) -> None:
        super().__init__(f"the address can't be used: {reason}")
        self.reason = reason


class BadMessage(BadInput):
    code = "bad_message"


class BadOffer(BadInput):
    code = "bad_offer"


class BadFile(BadInput):
    code = "bad_file"


class Infected(BadFile):
    code = "infected"


class Unchecked(BadFile):
    code = "unchecked"
    permanent = False


class BadPlace(BadInput):
    code = "bad_place"


class BadClosing(BadInput):
    code = "bad_closing"


class BadPolicy(BadInput):
    """`field`: of `policy.Policy`."""

    code = "bad_policy"

    def __init__(self, field: str) -> None:
        super().__init__(f"a centre can't live by this: {field}")
        self.field = field


class BadGuest(BadInput):
    code = "bad_guest"


class NotAllowed(VisioError):
    code = "not_allowed"


class FunctionOff(NotAllowed):
    code = "function_off"


class NotSignedIn(NotAllowed):
    code = "not_signed_in"


class Throttled(NotAllowed):
    code = "throttled"
    permanent = False

    def __init__(self, retry_after: float) -> None:
        super().__init__(f"too many tries, again in {retry_after:.0f} s")
        self.retry_after = retry_after


class TooManyMessages(Throttled):
    """`quota`: `user`, `destination` or `centre`, whose quota of SMS is used up."""

    code = "too_many_messages"

    def __init__(self, quota: str, retry_after: float) -> None:
        super().__init__(retry_after)
        self.quota = quota


class TooManyGuests(NotAllowed):
    code = "too_many_guests"
    permanent = False

    def __init__(self, limit: int) -> None:
        super().__init__(f"a session has {limit} guests at most")
        self.limit = limit


class NotInControl(NotAllowed):
    """`driver`: user id of who drives the phone; `name` is theirs, "" when nobody knows it."""

    code = "not_in_control"
    permanent = False

    def __init__(self, driver: str, name: str = "") -> None:
        super().__init__("a colleague drives the phone")
        self.driver = driver
        self.name = name


class LinkUnusable(NotAllowed):
    """`reason`: `unknown`, `expired`, `revoked`, `claimed`, `ended`."""

    code = "link_unusable"

    def __init__(self, reason: str) -> None:
        super().__init__(f"the link can't be used: {reason}")
        self.reason = reason


class NotFound(VisioError):
    code = "not_found"


class PlaceUnknown(NotFound):
    code = "place_unknown"


class Unavailable(VisioError):
    code = "unavailable"
    permanent = False


class CarrierError(Unavailable):
    """`reason` is the carrier's own code or a short word; `permanent` decides whether to retry."""

    code = "carrier"

    def __init__(self, reason: str, *, permanent: bool) -> None:
        super().__init__(f"the carrier refused or could not be reached: {reason}")
        self.reason = reason
        self.permanent = permanent


class RelayUnavailable(Unavailable):
    code = "relay_unavailable"


class RelayFull(RelayUnavailable):
    code = "relay_full"


class GeocoderUnavailable(Unavailable):
    code = "geocoder_unavailable"


class NoPicture(Unavailable):
    code = "no_picture"


class NoChannel(Unavailable):
    code = "no_channel"


class Damaged(Unavailable):
    code = "damaged"
    permanent = True


class WrongMasterKey(Unavailable):
    """The text says which one is missing, for who runs the server."""
