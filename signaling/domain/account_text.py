"""What the product writes to its own users: codes and links, in the languages of the console."""

from __future__ import annotations

from typing import Final

import msgspec


class Letter(msgspec.Struct, frozen=True):
    subject: str
    text: str


CODE_MINUTES: Final = 5
RESET_MINUTES: Final = 30

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


def code_letter(code: str, language: str) -> Letter:
    subject, text = _CODE.get(language, _CODE["fr"])
    return Letter(subject, text.format(code=code, minutes=CODE_MINUTES))


def reset_letter(link: str, language: str) -> Letter:
    subject, text = _RESET.get(language, _RESET["fr"])
    return Letter(subject, text.format(link=link, minutes=RESET_MINUTES))
