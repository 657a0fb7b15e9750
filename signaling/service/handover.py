"""The camera passes from one phone to another: by a request of the second, or by a QR code on the first."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import msgspec

from signaling.domain import handover, inviting, joining
from signaling.domain.errors import LinkUnusable, NotFound, Throttled
from signaling.domain.facts import Decision
from signaling.domain.ids import Secrets, fingerprint, new_id
from signaling.domain.records import Handover
from signaling.domain.throttle import HANDOVERS, SHARES, Limit, network
from signaling.domain.visitor import Visitor
from signaling.ports import Change, Clock, Limiter, Room, Store
from signaling.service.invite import link_url
from signaling.service.join import Joining, Phone
from signaling.service.journal import Journal
from signaling.service.rights import must_watch


class Asked(msgspec.Struct, frozen=True):
    """What became of a second phone's request. `cookie` once it is `ready`."""

    state: Literal["waiting", "refused", "ready"]
    cookie: str = ""


class HandingOver:
    """`public_url`: of the links that a caller's screen shows."""

    def __init__(
        self,
        store: Store,
        journal: Journal,
        clock: Clock,
        secrets: Secrets,
        joining: Joining,
        limiter: Callable[[Limit], Limiter],
        public_url: str,
    ) -> None:
        self._store = store
        self._journal = journal
        self._clock = clock
        self._secrets = secrets
        self._joining = joining
        self._requests = limiter(HANDOVERS)
        self._shares = limiter(SHARES)
        self._public_url = public_url

    async def ask(self, token: str, phone: Phone, mark: str, source: str) -> Asked:
        """Go on with a link that another phone holds, and what became of that. `mark`: this phone's; the same
        one asks once, however often it calls. Raises LinkUnusable, Throttled."""
        try:
            centre, session, invitation = await self._store.centre_of_token(fingerprint(token))
        except NotFound:
            raise LinkUnusable("unknown") from None
        cookie = self._secrets.phone(mark, invitation)
        room = await self._store.room(centre, session)
        found = self._answer(room, invitation, cookie)
        if found is not None:
            return found
        await _must_wait(self._requests, network(source))
        now = self._clock.now()
        request = Handover(
            id=new_id(now),
            centre=centre,
            session=session,
            invitation=invitation,
            mark_hash=fingerprint(cookie),
            browser=phone.browser,
            language=phone.language,
            created_at=now,
        )
        await self._journal.change(centre, session, lambda room: handover.ask(room, request))
        await self._requests.hit(network(source))
        return Asked("waiting")

    def _answer(self, room: Room, invitation_id: str, cookie: str) -> Asked | None:
        """None for a phone that has not asked yet."""
        invitation = joining.find_invitation(room, invitation_id)
        now = self._clock.now()
        if joining.link_state(room, invitation, fingerprint(cookie), now) in joining.HELD:
            return Asked("ready", cookie)
        request = handover.find_request(room, invitation_id, fingerprint(cookie))
        handover.must_be_askable(room, invitation, now)
        if request is None:
            return None
        return Asked("refused" if request.decision else "waiting")

    async def decide(self, visitor: Visitor, session: str, request: str, decision: Decision) -> None:
        """A regulator's answer. Raises NotFound; NotAllowed once something else was decided."""
        must_watch(visitor)
        now = self._clock.now()
        participant = new_id(now)

        def change(room: Room) -> Change:
            return handover.decide(room, visitor.user, request, decision, participant, now)

        await self._journal.change(visitor.centre, session, change)

    async def share(self, cookie: str | None) -> str:
        """A link for the phone beside this one, which then becomes the camera.

        Raises NotSignedIn, Throttled, NotAllowed (`signaling.domain.inviting.share`).
        """
        phone = await self._joining.caller(cookie)
        await _must_wait(self._shares, phone.id)
        now = self._clock.now()
        invitation = new_id(now)
        await self._journal.change(
            phone.centre,
            phone.session,
            lambda room: inviting.share(room, phone.id, invitation, self._secrets, now),
        )
        await self._shares.hit(phone.id)
        return link_url(self._public_url, self._secrets, invitation)

    async def stay(self, cookie: str | None) -> None:
        """A phone that was replaced films on, as a second camera. Raises NotSignedIn, NotAllowed."""
        phone = await self._joining.caller(cookie)
        await self._journal.change(phone.centre, phone.session, lambda room: handover.stay(room, phone.id))


async def _must_wait(limiter: Limiter, key: str) -> None:
    """Raises Throttled when it must."""
    if (wait := await limiter.wait(key)) > 0:
        raise Throttled(wait)
