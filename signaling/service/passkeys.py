"""Passkeys: second factors that also open alone, because each knows its holder."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Final, Literal, TypeVar

import msgspec
from msgspec.structs import replace

from signaling.domain.errors import BadInput, NotAllowed, NotFound
from signaling.domain.ids import fingerprint, new_id, new_secret
from signaling.domain.records import Passkey, Person, Ticket
from signaling.domain.throttle import door_counts
from signaling.domain.ways_in import Proof
from signaling.ports import Clock, PasskeyVerifier, Presented, Store
from signaling.service.throttle import Throttle

PATIENCE: Final = 5 * 60_000  # ms that a challenge waits for its answer
MOST: Final = 10  # a person
Use = Literal["new", "factor", "door"]
T = TypeVar("T")


class _Purpose(msgspec.Struct, frozen=True):
    use: Use
    login: str = ""  # of which it is the second factor, or that makes the key


class Passkeys:
    """Implements `signaling.service.logins.OwnFactor`."""

    name: Proof = "passkey"

    def __init__(self, store: Store, clock: Clock, verifier: PasskeyVerifier, throttle: Throttle) -> None:
        self._store = store
        self._clock = clock
        self._verifier = verifier
        self._throttle = throttle

    async def is_set_up(self, person: Person) -> bool:
        return bool(await self._store.passkeys(person.id))

    async def of(self, person: Person) -> Sequence[Passkey]:
        return await self._store.passkeys(person.id)

    # --- making and removing
    async def offer(self, person: Person, login: str) -> str:
        """Options to make one with. Raises BadInput when there are too many."""
        known = [passkey.credential for passkey in await self.of(person)]
        if len(known) >= MOST:
            raise BadInput(f"{MOST} passkeys at most")
        return self._verifier.new_key(person, await self._challenge("new", person.id, login), known)

    async def register(self, person: Person, login: str, text: str, name: str) -> Passkey:
        """Raises NotAllowed for an answer to no offer of ours, BadInput for a name that can't be."""
        tidy = " ".join(name.split())
        if not tidy or len(tidy) > 60 or not tidy.isprintable():
            raise BadInput("a passkey's name takes 1 to 60 characters")
        presented = self._verifier.read(text)
        await self._use(presented, "new", person.id, login)
        made = self._verifier.registered(presented)
        now = self._clock.now()
        passkey = Passkey(
            id=new_id(now),
            centre="",
            person=person.id,
            credential=made.credential,
            public_key=made.public_key,
            sign_count=made.sign_count,
            name=tidy,
            created_at=now,
        )
        await self._store.add_passkey(passkey)
        return passkey

    async def remove(self, person: Person, passkey: str) -> None:
        """Raises NotFound for one of somebody else."""
        if passkey not in {own.id for own in await self.of(person)}:
            raise NotFound("no such passkey")
        await self._store.remove_passkeys(person.id, passkey)

    # --- as the second factor
    async def ask(self, person: Person, login: str) -> str:
        """Options to show one of the person's keys with."""
        allowed = [passkey.credential for passkey in await self.of(person)]
        return self._verifier.challenge(
            await self._challenge("factor", person.id, login), allowed, alone=False
        )

    async def prove(self, person: Person, login: str, text: str, source_ip: str) -> None:
        """Raises NotAllowed, Throttled."""
        presented = await self._counted(source_ip, lambda: self._read(text, "factor", person.id, login))
        await self._counted(source_ip, lambda: self._show(presented, person.id, alone=False))

    # --- as the only step
    async def ask_anybody(self, source_ip: str) -> str:
        """Options to show whatever key the browser holds. Raises Throttled."""
        counts = door_counts(source_ip)
        await self._throttle.must_wait(counts)
        await self._throttle.hit(counts)
        return self._verifier.challenge(await self._challenge("door", "", ""), (), alone=True)

    async def recognise(self, text: str, source_ip: str) -> Person:
        """Who showed it. Raises NotAllowed, Throttled."""
        presented = await self._counted(source_ip, lambda: self._read(text, "door", "", ""))
        passkey = await self._counted(source_ip, lambda: self._show(presented, presented.user, alone=True))
        return await self._store.person(passkey.person)

    # --- challenges: each is answered once
    async def _challenge(self, use: Use, person: str, login: str) -> str:
        challenge, now = new_secret(), self._clock.now()
        ticket = Ticket(
            id=new_id(now),
            centre="",
            person=person,
            kind="passkey",
            secret_hash=fingerprint(challenge),
            created_at=now,
            expires_at=now + PATIENCE,
            data=msgspec.json.encode(_Purpose(use, login)).decode(),
        )
        await self._store.add_tickets(ticket)
        return challenge

    async def _read(self, text: str, use: Use, person: str, login: str) -> Presented:
        presented = self._verifier.read(text)
        await self._use(presented, use, person, login)
        return presented

    async def _use(self, presented: Presented, use: Use, person: str, login: str) -> None:
        """Raises NotAllowed unless the challenge was made for just this, and waits for its answer."""
        wanted = msgspec.json.encode(_Purpose(use, login)).decode()

        def spend(row: Ticket) -> Ticket:
            now = self._clock.now()
            if row.used_at is not None or row.expires_at <= now or (row.person, row.data) != (person, wanted):
                raise NotAllowed("no challenge of this kind waits for an answer")
            return replace(row, used_at=now)

        try:
            ticket = await self._store.ticket("passkey", fingerprint(presented.challenge))
            await self._store.change_ticket(ticket.id, spend)
        except NotFound:
            raise NotAllowed("an unknown challenge") from None

    async def _show(self, presented: Presented, person: str, *, alone: bool) -> Passkey:
        try:
            passkey = await self._store.passkey(presented.credential)
        except NotFound:
            raise NotAllowed("an unknown passkey") from None
        if passkey.person != person:
            raise NotAllowed("somebody else's passkey")
        count = self._verifier.shown(presented, passkey, alone=alone)

        def seen(row: Passkey) -> Passkey:
            # A key that counts was shown elsewhere meanwhile: one of the two is a copy (WebAuthn 2, 6.1.1)
            if count and row.sign_count >= count:
                raise NotAllowed("the passkey's count went back")
            return replace(row, sign_count=count, used_at=self._clock.now())

        return await self._store.change_passkey(passkey.id, seen)

    async def _counted(self, source_ip: str, attempt: Callable[[], Awaitable[T]]) -> T:
        """A failure is counted. Raises what it raises, Throttled."""
        counts = door_counts(source_ip)
        await self._throttle.must_wait(counts)
        try:
            return await attempt()
        except NotAllowed:
            await self._throttle.hit(counts)
            raise
