"""The words of an invitation, as SMS and as mail: who asks, what for, that there is no sound, the link."""

from __future__ import annotations

from typing import Final

import msgspec
from jinja2 import Environment, StrictUndefined

from signaling.domain.gsm7 import SINGLE, septets, to_gsm7


class Mail(msgspec.Struct, frozen=True):
    subject: str  # one line
    text: str
    html: str


class _Wording(msgspec.Struct, frozen=True):
    """One language. `{centre}` stands for the centre's name, `{link}` for the link."""

    sms: str  # in the SMS alphabet (signaling.domain.gsm7), the link last, a space before it
    subject: str
    request: str
    steps: str
    sound: str
    button: str
    by_hand: str
    unexpected: str


_WORDINGS: Final = {
    "fr": _Wording(
        sms="{centre} vous demande une vidéo, sans le son. Touchez ce lien : {link}",
        subject="{centre} : montrez la situation en vidéo",
        request="{centre} vous demande de montrer la situation en vidéo, avec votre téléphone.",
        steps="Ouvrez ce lien sur votre téléphone, puis autorisez l’appareil photo :",
        sound="Il n’y a pas de son : restez au téléphone pour parler.",
        button="Ouvrir la vidéo",
        by_hand="Si le bouton ne répond pas, copiez cette adresse dans votre navigateur :",
        unexpected="Si vous n’avez pas appelé {centre}, ignorez ce message.",
    ),
    "en": _Wording(
        sms="{centre} asks you for live video, without sound. Tap this link: {link}",
        subject="{centre}: show the situation on video",
        request="{centre} asks you to show the situation on video, with your phone.",
        steps="Open this link on your phone, then allow the camera:",
        sound="There is no sound: stay on the phone to talk.",
        button="Open the video",
        by_hand="If the button does nothing, copy this address into your browser:",
        unexpected="If you did not call {centre}, ignore this message.",
    ),
}
LANGUAGES: Final = tuple(_WORDINGS)
_DEFAULT: Final = "fr"

_SHORTEST_NAME: Final = 12  # septets: "SAMU 54" and a little more
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
<html lang="{{ language }}">
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


def sms(centre: str, link: str, language: str) -> str:
    """One SMS of the 7-bit alphabet: the name gives way, never the link (ASCII, 140 characters at most)."""
    name = to_gsm7(_one_line(centre))
    pattern = to_gsm7(_wording(language).sms)
    if _room(pattern, link) < min(_SHORTEST_NAME, septets(name)):
        pattern = _SHORT_SMS
    return pattern.format(centre=_shortened(name, max(0, _room(pattern, link))), link=link)


def mail(centre: str, link: str, language: str) -> Mail:
    """The same by e-mail, as plain text and as HTML that reads well without images or styles."""
    wording = _wording(language)
    filled = {
        field: getattr(wording, field).format(centre=_one_line(centre), link=link)
        for field in wording.__struct_fields__
    }
    return Mail(
        subject=filled["subject"],
        text=_TEXT.format(link=link, **filled),
        html=_HTML.render(link=link, language=_known(language), **filled),
    )


def _known(language: str) -> str:
    """`fr-CA` is read as `fr`; what we have no words for, too: a French number is more likely than not."""
    base = language.partition("-")[0].lower()
    return base if base in _WORDINGS else _DEFAULT


def _wording(language: str) -> _Wording:
    return _WORDINGS[_known(language)]


def _one_line(name: str) -> str:
    return " ".join(name.split())


def _room(pattern: str, link: str) -> int:
    """Septets that are left for the name."""
    return SINGLE - septets(pattern.format(centre="", link=link))


def _shortened(name: str, room: int) -> str:
    """As many whole words as there is room for, or the beginning of the first one."""
    if septets(name) <= room:
        return name
    kept = name
    while septets(kept) > room:
        kept = kept[:-1]
    whole, _, cut = f"{kept}{name[len(kept)]}".rpartition(" ")
    return _without_dangling(whole) if whole else cut[:-1]


def _without_dangling(name: str) -> str:
    """Not `Aide médicale urgente de la`: the small words at the end announce what was cut."""
    words = name.split(" ")
    while len(words) > 1 and len(words[-1]) <= 3 and not words[-1][0].isupper() and not words[-1].isdecimal():
        words.pop()
    return " ".join(words)
