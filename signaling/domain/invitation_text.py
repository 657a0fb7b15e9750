"""The words of an invitation, as SMS and as mail: who asks, what for, that there is no sound, the link."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from typing import Final

import msgspec
from jinja2 import Environment, StrictUndefined
from msgspec.structs import asdict

from signaling.domain.gsm7 import PART_UCS2, SINGLE, septets, to_gsm7, units
from signaling.domain.invitation_words import WORDINGS, Wording
from signaling.domain.invitation_words_guest import GUEST_WORDINGS
from signaling.domain.records import GuestRole


class Mail(msgspec.Struct, frozen=True):
    subject: str  # one line
    text: str
    html: str


LANGUAGES: Final = tuple(WORDINGS)
_DEFAULT: Final = "fr"

Length = Callable[[str], int]  # of a text, in septets or in units of UCS-2

_TWO_UCS2: Final = 2 * PART_UCS2 - 1  # a character of two units may not be cut in two: it leaves one empty
_SHORTEST_NAME: Final = 12  # "SAMU 54" and a little more
_PLACES: Final = re.compile(r"\{(centre|link)\}")
LONGEST_SMS: Final = 600  # characters of a centre's own text
LONGEST_SMS_SEGMENTS: Final = 4  # each is paid for
_SHORT_SMS: Final = "{centre} : {link}"  # for a link so long that the sentence leaves no room for a name

_TEXT: Final = """\
{request}

{steps}
{link}

{sound}

{unexpected}
"""

# Tables and inline colours because mail programs drop style sheets; the address is also there as text because
# some of them, and some filters, take buttons away.
_HTML: Final = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True).from_string("""\
<!DOCTYPE html>
<html lang="{{ language }}" dir="{{ direction }}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>{{ subject }}</title>
</head>
<body style="margin:0;padding:16px;background:#ffffff;color:#161616;font:18px/1.5 Arial,sans-serif">
<p>{{ request }}</p>
<p>{{ steps }}</p>
<p><a href="{{ link }}" style="display:inline-block;padding:14px 24px;border-radius:8px;\
background:#0b57d0;color:#ffffff;font-weight:bold;text-decoration:none">{{ button }}</a></p>
<p>{{ sound }}</p>
<p style="font-size:15px">{{ by_hand }}<br><a href="{{ link }}" style="color:#0b57d0">{{ link }}</a></p>
<p style="font-size:15px">{{ unexpected }}</p>
</body>
</html>
""")


def sms(
    centre: str, link: str, language: str, guest: GuestRole = "", own: Mapping[str, str] | None = None
) -> str:
    """The text of an SMS, to a caller or to a guest: the name gives way, never the link (ASCII, 110
    characters at most). `own`: the centre's texts to callers, by language.

    One SMS of the 7-bit alphabet for what is written in Latin letters, without the accents that it lacks; two
    of UCS-2 for the others. A centre's own text may be longer.
    """
    known = _known(language, guest)
    wording = _wordings(guest)[known]
    if own and known in own and not guest:
        return own_sms(own[known], centre, link)
    if wording.wide:
        return _filled(_visible(_one_line(centre)), link, wording.sms, units, _TWO_UCS2)
    return _filled(to_gsm7(_one_line(centre)), link, to_gsm7(wording.sms), septets, SINGLE)


def own_sms(text: str, centre: str, link: str) -> str:
    """A centre's text as it is sent: in the 7-bit alphabet, unless a letter or sign has no likeness there."""
    parts = {"centre": _visible(_one_line(centre)), "link": link}
    filled = _PLACES.sub(lambda found: parts[found[1]], text)
    narrow = to_gsm7(filled)
    return narrow if narrow.count("?") == filled.count("?") else filled


def mail(
    centre: str, link: str, language: str, guest: GuestRole = "", own: Mapping[str, str] | None = None
) -> Mail:
    """The same by e-mail, as plain text and as HTML that reads well without images or styles. A centre's own
    text takes the place of the first sentence; how to open the link, and that there is no sound, stays."""
    known = _known(language, guest)
    wording = _wordings(guest)[known]
    filled = {
        field: text.format(centre=_one_line(centre), link=link)
        for field, text in asdict(wording).items()
        if isinstance(text, str)
    }
    if own and known in own and not guest:
        filled["request"] = own[known].replace("{centre}", _one_line(centre))
    return Mail(
        subject=filled["subject"],
        text=_TEXT.format(link=link, **filled),
        html=_HTML.render(link=link, language=known, **filled),
    )


def _known(language: str, guest: GuestRole) -> str:
    """`fr-CA` is read as `fr`; what we have no words for, too: a French number is more likely than not."""
    base = language.partition("-")[0].lower()
    return base if base in _wordings(guest) else _DEFAULT


def _wordings(guest: GuestRole) -> Mapping[str, Wording]:
    if not guest:
        return WORDINGS
    return {language: words[guest] for language, words in GUEST_WORDINGS.items()}


def _one_line(name: str) -> str:
    return " ".join(name.split())


def _visible(name: str) -> str:
    """Without controls and the marks that turn the direction round."""
    return "".join(char for char in name if unicodedata.category(char)[0] != "C")


def _filled(name: str, link: str, pattern: str, length: Length, limit: int) -> str:
    """The pattern with as much of the name as fits, or only the two when that is too little."""
    room = limit - length(pattern.format(centre="", link=link))
    if room < min(_SHORTEST_NAME, length(name)):
        pattern = _SHORT_SMS
        room = limit - length(pattern.format(centre="", link=link))
    return pattern.format(centre=_shortened(name, max(0, room), length), link=link)


def _shortened(name: str, room: int, length: Length) -> str:
    """As many whole words as there is room for, or the beginning of the first one."""
    if length(name) <= room:
        return name
    kept = name
    while length(kept) > room:
        kept = kept[:-1]
    whole, _, cut = f"{kept}{name[len(kept)]}".rpartition(" ")
    return _without_dangling(whole) if whole else cut[:-1]


def _without_dangling(name: str) -> str:
    """Not `Aide médicale urgente de la`: the small words at the end announce what was cut."""
    words = name.split(" ")
    while len(words) > 1 and len(words[-1]) <= 3 and not words[-1][0].isupper() and not words[-1].isdecimal():
        words.pop()
    return " ".join(words)
