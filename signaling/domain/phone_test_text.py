"""The words that bring a test to a phone, as SMS and as mail."""

from __future__ import annotations

from typing import Final

import msgspec

from signaling.domain.gsm7 import SINGLE, septets, to_gsm7


class _Wording(msgspec.Struct, frozen=True):
    """One language. `{centre}` stands for the centre's name, `{link}` for the link."""

    sms: str  # in the SMS alphabet (signaling.domain.gsm7)
    subject: str
    text: str


_WORDINGS: Final = {
    "fr": _Wording(
        sms="{centre} : testez votre téléphone pour la vidéo d'urgence : {link}",
        subject="{centre} : testez votre téléphone pour la vidéo d’urgence",
        text="""\
{centre} vous propose de tester votre téléphone pour la vidéo d’urgence. Cela prend une minute.

Ouvrez ce lien sur le téléphone à tester :
{link}

Rien n’est enregistré, personne ne vous voit. Le lien fonctionne pendant 48 heures.
""",
    ),
    "en": _Wording(
        sms="{centre}: test your phone for the emergency video: {link}",
        subject="{centre}: test your phone for the emergency video",
        text="""\
{centre} asks you to test your phone for the emergency video. It takes a minute.

Open this link on the phone that you want to test:
{link}

Nothing is recorded, nobody sees you. The link works for 48 hours.
""",
    ),
}


class Words(msgspec.Struct, frozen=True):
    body: str
    subject: str = ""  # mail only


def sms(centre: str, link: str, language: str) -> Words:
    """One SMS of the 7-bit alphabet: the name gives way, never the link."""
    pattern = to_gsm7(_wording(language).sms)
    name = to_gsm7(" ".join(centre.split()))
    while name and septets(pattern.format(centre=name, link=link)) > SINGLE:
        name = name[:-1].rstrip()
    return Words(pattern.format(centre=name, link=link))


def mail(centre: str, link: str, language: str) -> Words:
    """Plain text: nothing in it needs more, and every program and filter lets it through."""
    wording, name = _wording(language), " ".join(centre.split())
    return Words(wording.text.format(centre=name, link=link), wording.subject.format(centre=name))


def _wording(language: str) -> _Wording:
    """French for a language that we have no words in."""
    return _WORDINGS.get(language.partition("-")[0].lower(), _WORDINGS["fr"])
