"""The ladder of a call: the rungs from the invitation to the first picture, and the facts that reach them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from signaling.domain import facts
from signaling.domain.facts import Event, Fact
from signaling.domain.guests import concerns_guest, guest_ids_told

RUNGS: Final[tuple[tuple[str, tuple[type[Fact], ...]], ...]] = (
    ("queued", (facts.MessageQueued,)),
    ("accepted", (facts.MessageAccepted,)),
    ("delivered", (facts.MessageDelivered,)),
    ("opened", (facts.LinkOpened, facts.LinkClaimed)),
    ("asked", (facts.CameraAsked,)),
    ("granted", (facts.CameraGranted,)),
    ("connecting", (facts.MediaConnecting,)),
    ("picture", (facts.PictureFirst,)),
)
NAMES: Final = tuple(name for name, _ in RUNGS)
_RUNG_OF: Final = {kind: name for name, kinds in RUNGS for kind in kinds}


def rung_of(fact: Fact) -> str | None:
    """The rung that this fact reaches, if any."""
    return _RUNG_OF.get(type(fact))


def higher(current: str, fact: Fact) -> str:
    """The furthest rung once `fact` has happened; `current` is `""` before the first."""
    rung = rung_of(fact)
    if rung is None or (current and NAMES.index(rung) <= NAMES.index(current)):
        return current
    return rung


def fact_types() -> dict[str, str]:
    """Fact tag -> rung, for the console's own reduction of the same events."""
    return {str(kind.__struct_config__.tag): name for kind, name in _RUNG_OF.items()}


def times(events: Sequence[Event]) -> dict[str, int]:
    """When each rung was first reached by the caller, ms since the epoch."""
    reached: dict[str, int] = {}
    guests = guest_ids_told(events)
    for event in events:
        rung = rung_of(event.fact)
        if rung is not None and not concerns_guest(guests, event.fact):
            reached.setdefault(rung, event.at)
    return reached
