"""A centre's own settings, by its administrators: what it is called, what it writes, to where, how long it
keeps."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import msgspec
from msgspec.structs import replace

from signaling.domain.addresses import Address, parse
from signaling.domain.audit import Audited
from signaling.domain.gsm7 import fits, segments, septets, units
from signaling.domain.ids import Secrets, new_id
from signaling.domain.invitation_text import mail, own_sms, sms
from signaling.domain.policy import Policy, policy_of, with_policy
from signaling.domain.policy_check import check
from signaling.domain.records import Centre
from signaling.domain.visitor import Visitor
from signaling.ports import Audit, Clock, Notifier, Outgoing, Store
from signaling.service.accounts import centre_name, centre_phone
from signaling.service.invite import link_url
from signaling.service.quotas import SmsQuotas
from signaling.service.rights import must_administrate


class Preview(msgspec.Struct, frozen=True):
    """An SMS as it would leave."""

    text: str
    segments: int  # each is paid for
    length: int  # in units of the alphabet
    narrow: bool  # the 7-bit alphabet, of which 160 fit in one; otherwise 70 do
    replaced: bool  # letters of the typed text were replaced, since the alphabet lacks them


@dataclass(frozen=True, kw_only=True)
class Post:
    """How a message for trying out leaves."""

    public_url: str
    notifier: Notifier
    quotas: SmsQuotas
    secrets: Secrets


class Centres:
    def __init__(self, store: Store, clock: Clock, audit: Audit, post: Post) -> None:
        self._store = store
        self._clock = clock
        self._audit = audit
        self._post = post

    async def own(self, visitor: Visitor) -> Centre:
        """Raises NotAllowed."""
        must_administrate(visitor)
        return await self._store.centre(visitor.centre)

    async def call(self, visitor: Visitor, name: str, phone: str) -> None:
        """What callers read. Raises BadInput; BadPolicy for a name that makes too many SMS of a text."""
        tidy_name, tidy_phone = centre_name(name), centre_phone(phone)

        def changed(row: Centre) -> Centre:
            check(policy_of(row), self._link(), tidy_name)
            return replace(row, name=tidy_name, phone=tidy_phone)

        await self._change(visitor, "name", changed)

    async def change(self, visitor: Visitor, part: str, edit: Callable[[Policy], Policy]) -> None:
        """`part`: what is changed, for the audit. In force at once in every process: each reads the
        centre's row when it needs it. Raises BadPolicy, and nothing is then kept."""

        def changed(row: Centre) -> Centre:
            policy = edit(policy_of(row))
            check(policy, self._link(), row.name)
            return with_policy(row, policy)

        await self._change(visitor, part, changed)

    async def preview(self, visitor: Visitor, language: str, typed: str) -> Preview:
        """`typed`: "" for the text that every centre has."""
        centre, link = await self.own(visitor), self._link()
        text = own_sms(typed, centre.name, link) if typed else sms(centre.name, link, language)
        narrow = fits(text)
        return Preview(
            text=text,
            segments=segments(text),
            length=septets(text) if narrow else units(text),
            narrow=narrow,
            replaced=narrow and bool(typed) and not fits(typed),
        )

    async def try_out(self, visitor: Visitor, language: str, typed: str) -> Address:
        """The centre's message as callers get it, with a link that opens nothing. Raises BadAddress,
        TooManyMessages, CarrierError."""
        centre = await self.own(visitor)
        address = parse(typed)
        await self._post.quotas.spend(visitor, address)
        await self._post.notifier.send(self._written(centre, address, language))
        return address

    async def _change(self, visitor: Visitor, part: str, change: Callable[[Centre], Centre]) -> None:
        must_administrate(visitor)
        await self._store.change_centre(visitor.centre, change)
        done = Audited(visitor.centre, visitor.user, "centre.changed", visitor.centre, {"parts": part})
        await self._audit.record(done)

    def _written(self, centre: Centre, address: Address, language: str) -> Outgoing:
        policy, link, id_ = policy_of(centre), self._link(), new_id(self._clock.now())
        if address.channel == "sms":
            body = sms(centre.name, link, language, "", policy.sms_texts)
            return Outgoing(
                id=id_, channel="sms", to=address.value, body=body, link=link, sender=policy.sender
            )
        written = mail(centre.name, link, language, "", policy.mail_texts)
        return Outgoing(
            id=id_,
            channel="email",
            to=address.value,
            body=written.text,
            link=link,
            subject=written.subject,
            html=written.html,
            sender=policy.sender,
        )

    def _link(self) -> str:
        """As long as a caller's, of no invitation."""
        return link_url(self._post.public_url, self._post.secrets, new_id(self._clock.now()))
