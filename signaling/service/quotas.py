"""What a centre lets go: to which countries, and how many SMS by each user, to each number, and in all
(threat: SMS pumping); and how many files of phones it takes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

import structlog

from signaling.domain.addresses import Address
from signaling.domain.errors import BadAddress, TooManyMessages
from signaling.domain.policy import Policy, policy_of
from signaling.domain.records import Channel
from signaling.domain.throttle import Limit, files_count, sms_counts
from signaling.domain.visitor import Visitor
from signaling.ports import Limiter, Store

log = structlog.get_logger()


STAYS_HERE: Final = "outbox"  # the provider that writes SMS into files: nobody pays for those


class SmsQuotas:
    """`providers_of`: the carriers of a channel and an address, the first one first."""

    def __init__(
        self,
        store: Store,
        limiter: Callable[[Limit], Limiter],
        providers_of: Callable[[Channel, str], Sequence[str]],
    ) -> None:
        self._store = store
        self._limiter = limiter
        self._providers_of = providers_of

    async def spend(self, visitor: Visitor, address: Address) -> None:
        """One SMS or mail more. Raises BadAddress for where the centre sends nothing; TooManyMessages, and
        nothing is counted; mails are free.

        A centre's administrator finds `sms_quota` in the log, with the centre's id.
        """
        policy = policy_of(await self._store.centre(visitor.centre))
        _must_go_there(policy, address)
        if address.channel != "sms" or self._providers_of("sms", address.value)[0] == STAYS_HERE:
            return
        quotas = policy.quotas
        counts = sms_counts(quotas, visitor.centre, visitor.user, address.value)
        limiters = [(quota, self._limiter(count.limit), count) for quota, count in counts.items()]
        for quota, limiter, count in limiters:
            wait = await limiter.wait(count.key) if count.limit.times else float(count.limit.seconds)
            if wait > 0:
                log.warning("sms_quota", quota=quota, centre=visitor.centre, allowed=count.limit.times)
                raise TooManyMessages(quota, wait)
        for _, limiter, count in limiters:
            await limiter.hit(count.key)


class FileQuotas:
    def __init__(self, store: Store, limiter: Callable[[Limit], Limiter]) -> None:
        self._store = store
        self._limiter = limiter

    async def take(self, centre: str) -> bool:
        """Whether the centre takes one file more of a phone; it is counted then.

        A centre's administrator finds `file_quota` in the log, with the centre's id.
        """
        count = files_count(policy_of(await self._store.centre(centre)).quotas, centre)
        limiter, allowed = self._limiter(count.limit), count.limit.times
        if not allowed or await limiter.wait(count.key) > 0:
            log.warning("file_quota", centre=centre, allowed=allowed)
            return False
        await limiter.hit(count.key)
        return True


def _must_go_there(policy: Policy, address: Address) -> None:
    if address.channel == "email":
        if not policy.has("mail"):
            raise BadAddress("no_mail")
    elif address.region not in policy.destinations:
        raise BadAddress("not_allowed")
