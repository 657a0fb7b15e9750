"""The timeline's sentences on photos, documents and second phones."""

from __future__ import annotations

from typing import Final

from console import words
from console.timeline_teller import Teller, sentence
from signaling.domain import facts
from signaling.domain.facts import Fact

TONES: Final[dict[str, tuple[type[Fact], ...]]] = {
    "warn": (facts.FileFailed, facts.HandoverAsked),
}
ICONS: Final[dict[str, tuple[type[Fact], ...]]] = {
    "photo": (facts.PhotoStored,),
    "document": (facts.DocumentStored, facts.DocumentOpened, facts.FileFailed),
    "phone": (facts.InvitationShared, facts.HandoverAsked, facts.HandoverDecided, facts.PhoneReplaced),
}


@sentence.register
def _(fact: facts.PhotoStored, teller: Teller) -> str:
    size = f"{fact.width} × {fact.height}"
    if fact.command:
        return teller.gettext("Sharp photo received (%(size)s)") % {"size": size}
    return teller.gettext("Photo by the caller (%(size)s)") % {"size": size}


@sentence.register
def _(fact: facts.FileFailed, teller: Teller) -> str:
    _ = teller.gettext
    told = _("Photo not kept") if fact.kind == "photo" else _("Document not kept")
    return f"{told} ({words.file_errors(_).get(fact.reason, fact.reason)})"


@sentence.register
def _(fact: facts.DocumentStored, teller: Teller) -> str:
    if fact.by is None:
        return teller.gettext("The caller sent a document")
    if fact.drawing:
        return teller.gettext("%(name)s sent a drawing to the caller") % {"name": teller.name(fact.by)}
    return teller.gettext("%(name)s sent a document to the caller") % {"name": teller.name(fact.by)}


@sentence.register
def _(_fact: facts.DocumentOpened, teller: Teller) -> str:
    return teller.gettext("The caller opened the document")


@sentence.register
def _(_fact: facts.InvitationShared, teller: Teller) -> str:
    return teller.gettext("The caller shows a QR code to another phone")


@sentence.register
def _(fact: facts.HandoverAsked, teller: Teller) -> str:
    return teller.gettext("A second phone asks for the hand (%(browser)s)") % {"browser": fact.browser or "?"}


@sentence.register
def _(fact: facts.HandoverDecided, teller: Teller) -> str:
    _ = teller.gettext
    told = {
        "move": _("%(name)s handed over to the second phone"),
        "add": _("%(name)s added the second phone as a camera"),
        "refuse": _("%(name)s refused the second phone"),
    }[fact.decision]
    return told % {"name": teller.name(fact.by)}


@sentence.register
def _(_fact: facts.PhoneReplaced, teller: Teller) -> str:
    return teller.gettext("Another phone is the camera now")
