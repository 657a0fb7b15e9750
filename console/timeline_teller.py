"""Who tells the timeline: one sentence for each kind of fact, each registered where its kind is told."""

from __future__ import annotations

from collections.abc import Iterable
from functools import singledispatch

from babel import Locale
from babel.core import UnknownLocaleError
from babel.numbers import format_decimal

from console import words
from console.words import Gettext
from signaling.domain import facts
from signaling.domain.controls import CommandValue
from signaling.domain.facts import Event, Fact


class Teller:
    """In a language, knowing the names of the users and what the commands asked for.

    `whole`: the reader may also see what was written to the caller, which may name anybody.
    """

    def __init__(
        self, events: Iterable[Event], users: dict[str, str], language: str, _: Gettext, *, whole: bool
    ) -> None:
        self.gettext = _
        self.language = language
        self._whole = whole
        self._users = users
        self._commands = {e.fact.command: e.fact for e in events if isinstance(e.fact, facts.CommandSent)}

    def wanted(self, command: str) -> str:
        sent = self._commands.get(command)
        return self.value(sent.name, sent.value) if sent else "?"

    def name(self, user: str | None) -> str:
        return self._users.get(user or "", "") or self.gettext("A colleague")

    def words(self, text: str) -> str:
        """What was written to somebody."""
        return text if self._whole else "…"

    def value(self, name: str, value: CommandValue) -> str:
        """What a control is set to, in words."""
        _ = self.gettext
        match name, value:
            case "zoom", int() | float():
                return _("zoom %(value)s") % {"value": format_decimal(value, locale=self.language)}
            case ("guidance", "") | ("message", ""):
                return _("nothing on the caller's screen")
            case "guidance", str():
                return _("“%(words)s”") % {"words": words.guidance(_).get(value, value)}
            case "message", str():
                return _("text “%(words)s”") % {"words": value} if self._whole else _("a text")
            case "profile", str():
                return _("picture: %(profile)s") % {"profile": words.profiles(_).get(value, value)}
            case "metronome", str():
                return _("CPR metronome: %(state)s") % {"state": words.metronome(_).get(value, value)}
            case "language", str():
                return _("page in %(language)s") % {"language": self._language_name(value)}
            case _other:
                return self._fixed().get((name, value), self._fixed().get((name, True), name))

    def _language_name(self, code: str) -> str:
        try:
            return Locale.parse(code, sep="-").get_display_name(self.language) or code
        except (ValueError, UnknownLocaleError):
            return code  # the phone's own word for it

    def _fixed(self) -> dict[tuple[str, CommandValue], str]:
        _ = self.gettext
        return {
            ("camera", "environment"): _("back camera"),
            ("camera", "user"): _("front camera"),
            ("pause", True): _("picture paused"),
            ("pause", False): _("picture on again"),
            ("torch", True): _("light on"),
            ("torch", False): _("light off"),
            ("position", True): _("position followed"),
            ("position", False): _("position no longer followed"),
            ("photo", True): _("sharp photo"),
            ("lens", True): _("another lens"),
            ("pointer", True): _("a point in the picture"),
        }


@singledispatch
def sentence(fact: Fact, teller: Teller) -> str:
    """Facts hold no address or number, and neither do their sentences: an administrator may read them all."""
    raise NotImplementedError(f"no sentence for {type(fact).__name__}")
