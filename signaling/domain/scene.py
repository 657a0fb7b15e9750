"""What a guest is shown of a session. Of its facts, only those named here have any part in it."""

from __future__ import annotations

from typing import Any, Final, Literal

import msgspec
from msgspec.structs import replace

from signaling.domain import facts, streams
from signaling.domain.facts import AnyFact, Fact, LossCause, Way

# Of the caller's picture: not there yet, there, withheld by a regulator, away for the moment
State = Literal["waiting", "live", "paused", "cut"]
Kind = Literal["phone", "camera", "screen"]


class Beside(msgspec.Struct, frozen=True):
    """A picture beside the caller's. `id`: what an offer names as `thumbnail_of`."""

    id: str
    kind: Kind


class Paper(msgspec.Struct, frozen=True):
    """A document that a regulator sent; its name stays with it until it is opened."""

    id: str
    media_type: str
    drawing: bool


class Scene(msgspec.Struct, frozen=True):
    """`phone`: participant that is the camera, "" before there is one. `photo`: id of its newest photo while
    photos are all that it sends, else ""."""

    state: State = "waiting"
    phone: str = ""
    way: Literal["video", "stills", "photo"] = "video"
    photo: str = ""
    beside: tuple[Beside, ...] = ()
    papers: tuple[Paper, ...] = ()  # oldest first


class _Phone(msgspec.Struct, frozen=True):
    media: Literal["none", "connected", "stalled"] = "none"
    way: Way | None = None
    lost: LossCause | None = None
    is_hidden: bool = False
    is_paused: bool = False
    had_picture: bool = False
    photo: str = ""

    @property
    def sends(self) -> bool:
        if self.lost is not None or self.is_hidden:
            return False
        return self.media == "connected" or self.way == "stills" or (self.way == "photo" and self.photo != "")


_CHANGES: Final[dict[type[Fact], dict[str, Any]]] = {
    facts.CameraAsked: {"lost": None, "is_hidden": False},
    facts.CameraGranted: {"lost": None},
    facts.CameraBack: {"lost": None},
    facts.PageHidden: {"is_hidden": True},
    facts.PageShown: {"is_hidden": False},
    facts.MediaConnected: {"media": "connected"},
    facts.MediaResumed: {"media": "connected"},
    facts.MediaStalled: {"media": "stalled"},
    facts.CallerHungUp: {"media": "none", "way": None, "lost": None},
}


class Backstage(msgspec.Struct, frozen=True):
    """What the facts so far say; `after` takes one more, `scene_of` shows it to a guest."""

    phones: dict[str, _Phone] = {}  # by participant, who came first before the others
    main: str = ""
    streams: tuple[AnyFact, ...] = ()  # what was said of them
    papers: tuple[Paper, ...] = ()
    guests: dict[str, str] = {}  # second cameras that were invited: invitation -> phone

    def after(self, fact: AnyFact) -> Backstage:
        match fact:
            case facts.LinkClaimed(participant=phone):
                return self._arrived(phone)
            case facts.GuestJoined(role="camera", participant=phone, invitation=invitation):
                return replace(self._beside(phone), guests={**self.guests, invitation: phone})
            case facts.GuestRemoved(invitation=invitation):
                return self._without(self.guests.get(invitation, ""))
            case facts.HandoverDecided(participant=str() as phone):
                return self._beside(phone)
            case facts.PhoneReplaced(successor=phone):
                return replace(self._beside(phone), main=phone)
            case facts.StreamStarted() | facts.StreamEnded():
                return replace(self, streams=(*self.streams, fact))
            case facts.DocumentStored(by=str()):
                paper = Paper(fact.document, fact.media_type, fact.drawing)
                return replace(self, papers=(*self.papers, paper))
            case _:
                return self._of_a_phone(fact)

    def scene_of(self, guest: str) -> Scene:
        """For the guest with that participant's id, who needs no picture of their own camera back."""
        others = [
            Beside(id_, "phone")
            for id_, phone in self.phones.items()
            if id_ != self.main and phone.media == "connected" and not phone.is_paused
        ]
        shown = [
            Beside(streams.relay_name(one.id), one.source)
            for one in streams.running(self.streams, {"guests", "both"})
            if one.participant != guest
        ]
        beside = (*others, *shown)
        phone = self.phones.get(self.main)
        if phone is None:
            return Scene(beside=beside, papers=self.papers)
        return Scene(
            state=_state(phone),
            phone=self.main,
            way=_way(phone),
            photo=phone.photo if phone.way == "photo" and not phone.is_paused else "",
            beside=beside,
            papers=self.papers,
        )

    def _without(self, phone: str) -> Backstage:
        return replace(self, phones={id_: one for id_, one in self.phones.items() if id_ != phone})

    def _arrived(self, phone: str) -> Backstage:
        """The first one is the camera; a later one is, once it takes over."""
        came = self._beside(phone)
        return came if self.main else replace(came, main=phone)

    def _beside(self, phone: str) -> Backstage:
        return self if phone in self.phones else replace(self, phones={**self.phones, phone: _Phone()})

    def _of_a_phone(self, fact: Fact) -> Backstage:
        id_ = getattr(fact, "participant", "")
        phone = self.phones.get(id_)
        if phone is None:
            return self
        changed = _after(phone, fact)
        if changed.sends and not changed.had_picture:
            changed = replace(changed, had_picture=True)
        return self if changed == phone else replace(self, phones={**self.phones, id_: changed})


def _after(phone: _Phone, fact: Fact) -> _Phone:
    match fact:
        case facts.CameraLost(cause=cause):
            return replace(phone, lost=cause)
        case facts.PictureWay(way=way):
            return replace(phone, way=way)
        case facts.PhotoStored(capture=capture):
            return replace(phone, photo=capture)
        case facts.PhoneState(actual=actual):
            return replace(phone, is_paused=actual.pause is True)
        case _:
            return replace(phone, **_CHANGES.get(type(fact), {}))


def _state(phone: _Phone) -> State:
    if phone.is_paused:
        return "paused"
    if phone.sends:
        return "live"
    return "cut" if phone.had_picture else "waiting"


def _way(phone: _Phone) -> Literal["video", "stills", "photo"]:
    return phone.way if phone.way in {"stills", "photo"} else "video"
