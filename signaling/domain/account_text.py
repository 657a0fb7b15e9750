"""What the product writes to its own users: codes and links, in the languages of the console."""

from __future__ import annotations

from typing import Final

import msgspec


class Letter(msgspec.Struct, frozen=True):
    subject: str
    text: str


CODE_MINUTES: Final = 5
RESET_MINUTES: Final = 30
INVITATION_DAYS: Final = 7

_CODE: Final = {
    "fr": (
        "Votre code VisioRegul",
        "VisioRegul : votre code est {code}. Il est valable {minutes} minutes. Ne le donnez à personne.",
    ),
    "en": (
        "Your VisioRegul code",
        "VisioRegul: your code is {code}. It is valid for {minutes} minutes. Give it to nobody.",
    ),
}
_RESET: Final = {
    "fr": (
        "VisioRegul : nouveau mot de passe",
        (
            "Pour choisir un nouveau mot de passe, ouvrez ce lien dans les {minutes} minutes :\n\n{link}\n\n"
            "Si vous n'avez rien demandé, ne faites rien : votre mot de passe reste le même.\n"
        ),
    ),
    "en": (
        "VisioRegul: new password",
        (
            "To choose a new password, open this link within {minutes} minutes:\n\n{link}\n\n"
            "If you did not ask for it, do nothing: your password stays the same.\n"
        ),
    ),
}


_INVITATION: Final = {
    "fr": (
        "VisioRegul : votre compte pour {centre}",
        (
            "{centre} vous ouvre un compte VisioRegul, la vidéo en direct pour la régulation.\n\n"
            "Choisissez votre mot de passe dans les {days} jours :\n\n{link}\n\n"
            "Ce lien est personnel : ne le transmettez à personne.\n"
        ),
    ),
    "en": (
        "VisioRegul: your account for {centre}",
        (
            "{centre} opens an account for you on VisioRegul, live video for emergency dispatch.\n\n"
            "Choose your password within {days} days:\n\n{link}\n\n"
            "This link is yours alone: pass it on to nobody.\n"
        ),
    ),
}
_WELCOME: Final = {
    "fr": (
        "VisioRegul : {centre} s'ajoute à vos centres",
        "{centre} vous ouvre l'accès à VisioRegul. Connectez-vous comme d'habitude :\n\n{link}\n",
    ),
    "en": (
        "VisioRegul: {centre} is now one of your centres",
        "{centre} gives you access to VisioRegul. Sign in as you always do:\n\n{link}\n",
    ),
}


def code_letter(code: str, language: str) -> Letter:
    subject, text = _CODE.get(language, _CODE["fr"])
    return Letter(subject, text.format(code=code, minutes=CODE_MINUTES))


def reset_letter(link: str, language: str) -> Letter:
    subject, text = _RESET.get(language, _RESET["fr"])
    return Letter(subject, text.format(link=link, minutes=RESET_MINUTES))


def invitation_letter(centre: str, link: str, language: str) -> Letter:
    """To who has no password yet."""
    return _filled(_INVITATION, centre, link, language)


def welcome_letter(centre: str, link: str, language: str) -> Letter:
    """To who signs in already, in another centre."""
    return _filled(_WELCOME, centre, link, language)


def _filled(words: dict[str, tuple[str, str]], centre: str, link: str, language: str) -> Letter:
    subject, text = words.get(language, words["fr"])
    return Letter(subject.format(centre=centre), text.format(centre=centre, link=link, days=INVITATION_DAYS))
