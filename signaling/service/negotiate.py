"""Offers from either end, answered by the relay."""

from __future__ import annotations

import asyncio

from signaling.domain import facts
from signaling.domain.errors import NotAllowed
from signaling.domain.joining import find_invitation, find_participant
from signaling.domain.records import Participant
from signaling.domain.room import must_be_open
from signaling.domain.streams import relay_name
from signaling.domain.visitor import Visitor
from signaling.ports import Change, Relay, Room, Store
from signaling.service.journal import Journal
from signaling.service.rights import must_watch


def relay_key(centre: str, session: str) -> str:
    """How the relay knows a session: its events then name the centre, and no look-up goes without one."""
    return f"{centre}.{session}"


def read_relay_key(key: str) -> tuple[str, str]:
    centre, _, session = key.partition(".")
    return centre, session


class Negotiating:
    def __init__(self, store: Store, journal: Journal, relay: Relay) -> None:
        self._store = store
        self._journal = journal
        self._relay = relay

    async def publish(self, phone: Participant, offer: str) -> str:
        """The answer to a phone that offers its camera. Raises BadOffer, RelayUnavailable, NotAllowed: the
        session has ended, or another phone is the camera."""
        _must_film(phone)
        key, second = relay_key(phone.centre, phone.session), phone.standing == "second"
        _, answer = await asyncio.gather(
            self._journal.change(phone.centre, phone.session, lambda room: _connecting(room, phone)),
            self._relay.publish(key, phone.id, offer, second=second),
        )
        return answer

    async def view(
        self,
        visitor: Visitor,
        session: str,
        leg: str,
        offer: str,
        thumbnail_of: str = "",
        *,
        large: bool = False,
    ) -> str:
        """The answer to a console that wants the picture, or one participant's as a thumbnail, or `large` in
        its place. `leg` names this console's connection."""
        must_watch(visitor)
        room = await self._store.room(visitor.centre, session)
        must_be_open(room)
        key = relay_key(visitor.centre, session)
        return await self._relay.view(key, leg, offer, thumbnail_of, large=large)

    async def view_as_guest(
        self, guest: Participant, leg: str, offer: str, thumbnail_of: str = "", *, large: bool = False
    ) -> str:
        """As `view`; which of the pictures a guest may see is known to who asks (`signaling.domain.scene`).
        Raises NotAllowed once the guest was removed."""
        room = await self._store.room(guest.centre, guest.session)
        must_be_open(room)
        if find_invitation(room, guest.invitation or "").revoked_at is not None:
            raise NotAllowed("this guest was removed")
        key = relay_key(guest.centre, guest.session)
        return await self._relay.view(key, leg, offer, thumbnail_of, large=large)

    async def show(self, phone: Participant, stream: str, offer: str) -> str:
        """The answer to a phone that wants to see a stream; which of them it may see is known to who asks."""
        key = relay_key(phone.centre, phone.session)
        return await self._relay.view(key, eye_of(phone), offer, relay_name(stream), large=True)

    async def leave(self, centre: str, session: str, leg: str) -> None:
        await self._relay.drop(relay_key(centre, session), leg)


def eye_of(phone: Participant) -> str:
    """As whom a phone sees at the relay: apart from what it sends, so that neither takes the other's
    place."""
    return f"{phone.id}-eye"


def _connecting(room: Room, phone: Participant) -> Change:
    must_be_open(room)
    _must_film(find_participant(room, phone.id))
    return Change(facts=(facts.MediaConnecting(participant=phone.id, epoch=phone.epoch),))


def _must_film(phone: Participant) -> None:
    if phone.standing == "replaced":
        raise NotAllowed("another phone is the camera")
