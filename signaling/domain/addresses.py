"""What a person types to reach a caller: a telephone number or an e-mail address, made canonical.

Numbers are read as someone in France writes them; those of the overseas departments share the ten-digit plan
(0692 ... is in La Réunion) although they have country codes of their own. Numbering plans: libphonenumber.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

import msgspec
import phonenumbers
from phonenumbers import NumberParseException, PhoneNumber, PhoneNumberFormat, PhoneNumberType

from signaling.domain.errors import BadAddress
from signaling.domain.records import Channel, LineKind


class Address(msgspec.Struct, frozen=True):
    channel: Channel
    value: str  # E.164, or an e-mail address whose domain is in lower case and ASCII
    line: LineKind
    region: str = ""  # ISO 3166 country of a number, "001" for a number of no country, "" for e-mail


# Réunion, Mayotte, Guadeloupe, Guyane, Martinique. New Caledonia, Polynesia, Wallis and Saint-Pierre are left
# out on purpose: the same six digits ring in several of them, so their numbers are typed with +687 and so on.
_TEN_DIGIT_REGIONS: Final = ("FR", "RE", "YT", "GP", "GF", "MQ")
_TEN_DIGIT_CODES: Final = frozenset({33, 262, 590, 594, 596})
# By the three digits after the 0; all other 06 and 07 are metropolitan. Source: ARCEP, plan national de
# numérotation.
_OVERSEAS_MOBILES: Final = {
    "639": "YT", "690": "GP", "691": "GP", "692": "RE", "693": "RE", "694": "GF", "696": "MQ", "697": "MQ",
}  # fmt: skip

_LONGEST: Final = 254  # of an e-mail address, RFC 5321 4.5.3.1.3; no number with its decoration is as long
_LONGEST_LOCAL_PART: Final = 64  # RFC 5321 4.5.3.1.1

_LINES: Final[dict[int, LineKind]] = {
    PhoneNumberType.MOBILE: "mobile",
    PhoneNumberType.FIXED_LINE: "fixed",
    PhoneNumberType.FIXED_LINE_OR_MOBILE: "fixed_or_mobile",
    PhoneNumberType.VOIP: "voip",
}
_COSTLY: Final = frozenset({PhoneNumberType.PREMIUM_RATE, PhoneNumberType.SHARED_COST})

_NUMBER: Final = re.compile(r"[+\d](?:[\d\s+().,/_·•‐‒–—−-]*\d)?")
_ATOM: Final = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LOCAL_PART: Final = re.compile(rf"{_ATOM}(?:\.{_ATOM})*")  # RFC 5322 dot-atom: what real mailboxes have
_DOMAIN: Final = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+(?:[a-z]{2,63}|xn--[a-z0-9-]{2,59})")
_IN_BRACKETS: Final = re.compile(r"<([^<>]*)>$")  # Alice Martin <alice@example.org>, as mail programs copy it


def parse(text: str) -> Address:
    """The address that `text` means. Raises BadAddress, and nothing else, whatever the text."""
    if len(text) > _LONGEST:
        raise BadAddress("not_an_email" if "@" in text else "not_a_number")
    tidy = _tidy(text)
    if not tidy:
        raise BadAddress("empty")
    return _email(tidy) if "@" in tidy else _phone(tidy)


def hint(address: Address | str) -> str:
    """Enough to recognise an address, parsed or as kept, and too little to use it: `+33 6 •• •• •• 78`."""
    value = _value(address)
    if "@" in value:
        return f"{value[0]}•••@{_readable_domain(value)}"  # always three: the length would tell, too
    number = _kept(value)
    return _masked(_format(number, PhoneNumberFormat.INTERNATIONAL)) if number else "•••"


def display(address: Address | str) -> str:
    """An address, parsed or as kept, as a person writes it: `06 12 34 56 78`, `+44 7400 123456`."""
    value = _value(address)
    if "@" in value:
        return f"{value.partition('@')[0]}@{_readable_domain(value)}"
    number = _kept(value)
    if number is None:
        return value
    french = number.country_code in _TEN_DIGIT_CODES
    return _format(number, PhoneNumberFormat.NATIONAL if french else PhoneNumberFormat.INTERNATIONAL)


def _value(address: Address | str) -> str:
    return address if isinstance(address, str) else address.value


def _tidy(text: str) -> str:
    """Full-width characters and odd spaces made plain, less the invisible marks that contact lists copy."""
    plain = unicodedata.normalize("NFKC", text)
    return "".join(char for char in plain if unicodedata.category(char) != "Cf").strip()


# ---------------------------------------------------------------- numbers
def _phone(text: str) -> Address:
    number = _subscriber(_dialled(text))
    kind = phonenumbers.number_type(number)
    if kind in _COSTLY:
        raise BadAddress("premium")
    unlisted = kind == PhoneNumberType.UNKNOWN  # then it is one of _unlisted_mobile
    return Address(
        channel="sms",
        value=_format(number, PhoneNumberFormat.E164),
        line="mobile" if unlisted else _LINES.get(kind, "other"),
        region=_mobile_region(number) if unlisted else phonenumbers.region_code_for_number(number) or "",
    )


def _dialled(text: str) -> str:
    """The digits of the one number in `text`, and its `+`. Words around it ("tel:", "mobile") don't count."""
    found = _NUMBER.findall(text)
    if len(found) != 1:  # none, two numbers, an extension, letters inside: a guess could ring at a stranger's
        raise BadAddress("not_a_number")
    digits = "".join(str(int(char)) for char in found[0] if char.isdecimal())
    return f"+{digits}" if found[0].startswith("+") else digits


def _subscriber(dialled: str) -> PhoneNumber:
    # Short numbers (15, 112, 3615, 118 712) are no subscribers anywhere, so they end here as well.
    number = _read(dialled, "FR")
    if phonenumbers.is_valid_number(number):
        return number
    if number.country_code in _TEN_DIGIT_CODES:
        return _ten_digit(phonenumbers.national_significant_number(number))
    raise BadAddress("not_a_number")


def _ten_digit(digits: str) -> PhoneNumber:
    """The subscriber of the nine digits after the 0, wherever that is, whatever country code was typed."""
    if len(digits) != 9 or digits[0] == "0":
        raise BadAddress("not_a_number")
    for region in _TEN_DIGIT_REGIONS:
        number = _read(f"0{digits}", region)
        if phonenumbers.is_valid_number(number):
            return number
    return _unlisted_mobile(digits)


def _unlisted_mobile(digits: str) -> PhoneNumber:
    """A mobile whose range was opened after libphonenumber's tables: better an SMS that fails than no SMS."""
    if digits[0] not in "67":
        raise BadAddress("not_a_number")
    region = _OVERSEAS_MOBILES.get(digits[:3], "FR")
    code = phonenumbers.country_code_for_region(region)
    return PhoneNumber(country_code=code, national_number=int(digits))


def _mobile_region(number: PhoneNumber) -> str:
    return _OVERSEAS_MOBILES.get(str(number.national_number)[:3], "FR")


def _read(dialled: str, region: str | None) -> PhoneNumber:
    try:
        return phonenumbers.parse(dialled, region)
    except NumberParseException as error:
        abroad = error.error_type == NumberParseException.INVALID_COUNTRY_CODE
        raise BadAddress("unknown_country" if abroad else "not_a_number") from None


def _format(number: PhoneNumber, style: int) -> str:
    return phonenumbers.format_number(number, style)


def _kept(value: str) -> PhoneNumber | None:
    """The number of a row. A row that holds none, because its person was erased, is no error."""
    try:
        return _read(value, None)
    except BadAddress:
        return None


def _masked(international: str) -> str:
    """Leaves the country code, the first digit after it and the last two."""
    code, _, rest = international.partition(" ")
    shown = {0, *range(len(rest.rstrip()) - 2, len(rest))}
    return code + " " + "".join("•" if c.isdecimal() and i not in shown else c for i, c in enumerate(rest))


# ---------------------------------------------------------------- e-mail
def _email(text: str) -> Address:
    bracketed = _IN_BRACKETS.search(text)
    plain = bracketed[1] if bracketed else text.strip(" .,;:()'\"")
    local, _, domain = plain.strip().removeprefix("mailto:").rpartition("@")
    ascii_domain = _ascii(domain)
    # The patterns leave out every space and control character, so nothing here can start another header.
    if not (_LOCAL_PART.fullmatch(local) and _DOMAIN.fullmatch(ascii_domain)):
        raise BadAddress("not_an_email")
    if len(local) > _LONGEST_LOCAL_PART or len(local) + 1 + len(ascii_domain) > _LONGEST:
        raise BadAddress("not_an_email")
    return Address(channel="email", value=f"{local}@{ascii_domain}", line="email")


def _ascii(domain: str) -> str:
    try:
        return domain.encode("idna").decode("ascii").lower()
    except UnicodeError:
        raise BadAddress("not_an_email") from None


def _readable_domain(value: str) -> str:
    domain = value.rpartition("@")[2]
    try:
        return domain.encode("ascii").decode("idna")
    except UnicodeError:
        return domain
