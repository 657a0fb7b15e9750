"""The timeline's sentences on what was shown beside the caller's picture."""

from __future__ import annotations

from typing import Final

from console import words
from console.timeline_teller import Teller, sentence
from signaling.domain import facts
from signaling.domain.facts import Fact

TONES: Final[dict[str, tuple[type[Fact], ...]]] = {}
ICONS: Final[dict[str, tuple[type[Fact], ...]]] = {"camera": (facts.StreamStarted, facts.StreamEnded)}


@sentence.register
def _(fact: facts.StreamStarted, teller: Teller) -> str:
    _ = teller.gettext
    if fact.source == "camera":
        return _("A camera of a colleague or a guest is shown")
    return _("A screen is shared with %(whom)s") % {"whom": words.audience(fact.audience, _)}


@sentence.register
def _(fact: facts.StreamEnded, teller: Teller) -> str:
    return teller.gettext("What was shown beside the picture has ended")
