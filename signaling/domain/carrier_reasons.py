"""Why a message did not arrive: the carriers' codes, in the few categories that lead to different next steps.

Numbers alone are Twilio's (twilio.com/docs/api/errors), of the API's answers and of delivery reports alike;
`smtp_NNN` is a mail server's reply code (RFC 5321, 4.2); words are ours.
"""

from __future__ import annotations

from typing import Final, Literal, get_args

Category = Literal[
    "not_mobile",  # a landline: another number, e-mail, or the spoken code
    "unreachable",  # switched off, no network, mailbox full: wait, or the spoken code
    "blocked",  # the person or a filter refuses our messages: e-mail, or the spoken code
    "unknown_number",  # no such number or mailbox: check it with the caller
    "not_allowed",  # our account may not send there: the spoken code; the administrator has to know
    "carrier_down",  # the carrier, our account or the way there is out of order: the same
    "timeout",  # no answer in time; it may yet arrive
    "other",
]
ALL: Final[tuple[Category, ...]] = get_args(Category)

CATEGORIES: Final[dict[str, Category]] = {
    # --- Twilio
    "10001": "carrier_down",  # account is not active
    "20003": "carrier_down",  # authentication failed
    "20404": "carrier_down",  # no such account
    "20429": "carrier_down",  # too many requests
    "20500": "carrier_down",  # internal server error
    "20503": "carrier_down",  # service unavailable
    "21211": "unknown_number",  # invalid 'To' number
    "21212": "carrier_down",  # invalid 'From' number
    "21214": "unreachable",  # 'To' number cannot be reached
    "21217": "unknown_number",  # number does not appear to be valid
    "21265": "unknown_number",  # 'To' is a short code
    "21408": "not_allowed",  # no permission for the region of 'To'
    "21606": "carrier_down",  # 'From' can't send messages
    "21608": "not_allowed",  # trial account, unverified number
    "21609": "carrier_down",  # invalid StatusCallback address
    "21610": "blocked",  # the recipient answered STOP
    "21611": "carrier_down",  # the queue of 'From' is full
    "21612": "not_allowed",  # 'To' can't be reached from 'From'
    "21614": "not_mobile",  # 'To' is not a mobile number
    "21635": "not_mobile",  # 'To' is a landline
    "21659": "carrier_down",  # 'From' is not a Twilio number
    "21660": "carrier_down",  # 'From' belongs to another account
    "21703": "carrier_down",  # the messaging service has no number
    "21730": "carrier_down",  # system under maintenance
    "30001": "carrier_down",  # queue overflow
    "30002": "carrier_down",  # account suspended
    "30003": "unreachable",  # unreachable handset
    "30004": "blocked",  # message blocked
    "30005": "unknown_number",  # unknown handset
    "30006": "not_mobile",  # landline or unreachable carrier
    "30007": "blocked",  # filtered
    "30008": "other",  # unknown error
    "30021": "carrier_down",  # internal failure
    "30036": "timeout",  # validity period expired
    "30410": "timeout",  # the provider did not answer
    "30500": "carrier_down",  # internal error
    "63038": "not_allowed",  # daily limit of the account
    # --- OVHcloud: the HTTP status of its answer
    "ovh_400": "other",  # bad request
    "ovh_401": "carrier_down",  # no valid credentials
    "ovh_402": "carrier_down",  # no credit left
    "ovh_403": "carrier_down",  # the credentials do not allow it
    "ovh_404": "carrier_down",  # no such account
    "ovh_409": "carrier_down",  # the account can't send now
    "ovh_429": "carrier_down",  # too many requests
    "ovh_500": "carrier_down",
    "ovh_502": "carrier_down",
    "ovh_503": "carrier_down",
    "ovh_504": "timeout",
    "ovh_invalid_receiver": "unknown_number",
    # --- plain HTTP, from whatever stands in the carrier's place
    "429": "carrier_down",
    "500": "carrier_down",
    "502": "carrier_down",
    "503": "carrier_down",
    "504": "timeout",
    # --- mail servers
    "smtp_421": "carrier_down",  # service not available
    "smtp_450": "unreachable",  # mailbox busy, or greylisting
    "smtp_451": "carrier_down",  # error in processing
    "smtp_452": "unreachable",  # no room
    "smtp_454": "carrier_down",  # TLS or authentication for now not possible
    "smtp_530": "carrier_down",  # authentication required
    "smtp_534": "carrier_down",  # stronger authentication required
    "smtp_535": "carrier_down",  # authentication failed
    "smtp_550": "unknown_number",  # no such mailbox
    "smtp_551": "unknown_number",  # not here
    "smtp_552": "unreachable",  # mailbox full
    "smtp_553": "unknown_number",  # mailbox name not allowed
    "smtp_554": "blocked",  # refused
    "smtp_556": "unknown_number",  # the domain takes no mail
    # --- ours
    "timeout": "timeout",
    "connection": "carrier_down",  # no way to the carrier: name, network, TLS
    "bad_answer": "carrier_down",  # something answered, but not the carrier
    "unsupported": "carrier_down",  # the mail server lacks what the settings ask for
    "disk": "carrier_down",  # the outbox can't be written
    "canceled": "other",  # taken back in the carrier's console
}


def category(reason: str) -> Category:
    """The category of a `CarrierError.reason` or `StatusReport.reason`; unknown ones are `other`."""
    return CATEGORIES.get(reason, "other")
