"""Technical tests of phones: sending the link, keeping what came out, finding it again."""

from __future__ import annotations

import asyncio
import secrets as random
from collections.abc import Callable, Sequence

import msgspec
import structlog
from msgspec.structs import replace

from signaling.domain.addresses import parse
from signaling.domain.errors import BadInput, CarrierError, NotFound, Throttled
from signaling.domain.ids import Secrets, fingerprint, new_id
from signaling.domain.phone_test import (
    CODE_ALPHABET,
    CODE_LENGTH,
    KEPT,
    MessageFate,
    PhoneTest,
    Report,
    draft,
    invite,
    read_code,
    taken,
)
from signaling.domain.phone_test_text import mail, sms
from signaling.domain.policy import policy_of
from signaling.domain.records import Centre
from signaling.domain.throttle import TEST_RESULTS, Limit, network
from signaling.domain.visitor import Visitor
from signaling.ports import Clock, Limiter, Notifier, Outgoing, Store
from signaling.service.quotas import SmsQuotas
from signaling.service.rights import must_have, must_watch
from signaling.service.tasks import Tasks

log = structlog.get_logger()

LISTED = 20  # tests on the console
WAITS = (2.0, 5.0, 15.0)  # seconds between tries: whoever sent it is still there to try another way
CODE_TRIES = 5  # of 148 million codes one is taken once in a thousand, with all that a month can bring


class Sending(msgspec.Struct, frozen=True, kw_only=True):
    """How tests leave."""

    public_url: str
    language: str  # of the messages
    notifier: Notifier
    quotas: SmsQuotas
    tasks: Tasks


class PhoneTests:
    """A test's message is no caller's: it is sent while its sender looks on, a few times within seconds, by a
    task of this process. The courier's queue, its leases and its facts are for sessions, where a lost message
    costs a picture; here the sender sees that none left, and sends another."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        secrets: Secrets,
        limiter: Callable[[Limit], Limiter],
        ways: Sending,
    ) -> None:
        self._store = store
        self._clock = clock
        self._secrets = secrets
        self._results = limiter(TEST_RESULTS)
        self._ways = ways

    async def send(self, visitor: Visitor, typed: str) -> PhoneTest:
        """Send a test to a number or an e-mail address. Raises BadAddress, FunctionOff, TooManyMessages;
        nothing is then kept or sent."""
        must_watch(visitor)
        await must_have(self._store, visitor.centre, "phone_test")
        address = parse(typed)
        await self._ways.quotas.spend(visitor, address)
        now = self._clock.now()
        test = await self._add(
            lambda code: invite(visitor.centre, visitor.user, address, code, self._secrets, now)
        )
        self._ways.tasks.start(self._deliver(test))
        return test

    async def sent(self, visitor: Visitor) -> Sequence[PhoneTest]:
        """Those that this centre sent, newest first."""
        must_watch(visitor)
        return await self._store.phone_tests(visitor.centre, LISTED)

    async def find(self, visitor: Visitor, code: str) -> PhoneTest:
        """One that was taken, by its code: nobody's, or sent by this centre. Raises NotFound."""
        must_watch(visitor)
        return await self._store.phone_test_of_code(visitor.centre, read_code(code))

    async def keep(self, report: Report, token: str, browser: str, source: str) -> PhoneTest:
        """What a phone found, for the test that its link stands for; without a link, or with one that is too
        old, for nobody's. Raises Throttled."""
        key = network(source)
        if (wait := await self._results.wait(key)) > 0:
            raise Throttled(wait)
        await self._results.hit(key)
        now = self._clock.now()
        try:
            test = await self._store.phone_test_of_token(fingerprint(token), now)
        except NotFound:
            id_ = new_id(now)
            return await self._add(lambda code: taken(draft(id_, code, now), report, browser, now))
        return await self._store.change_phone_test(
            test.centre, test.id, lambda row: taken(row, report, browser, now)
        )

    async def sweep(self) -> None:
        """Forget what is older than thirty days."""
        await self._store.forget_phone_tests(self._clock.now() - KEPT)

    async def _add(self, make: Callable[[str], PhoneTest]) -> PhoneTest:
        """With a code that no other test has. Raises BadInput when chance is against us."""
        for left in reversed(range(CODE_TRIES)):
            test = make("".join(random.choice(CODE_ALPHABET) for _ in range(CODE_LENGTH)))
            try:
                await self._store.add_phone_test(test)
            except BadInput:
                if not left:
                    raise
            else:
                return test
        raise AssertionError("unreachable")

    async def _deliver(self, test: PhoneTest) -> None:
        centre = await self._store.centre(test.centre)
        message = self._written(test, centre)
        for wait in (*WAITS, None):
            try:
                await self._ways.notifier.send(message)
            except CarrierError as error:
                if error.permanent or wait is None:
                    log.warning("test_message_failed", test=test.id, reason=error.reason)
                    await self._note(test, "failed", error.reason)
                    return
                await asyncio.sleep(wait)
            else:
                await self._note(test, "sent")
                return

    async def _note(self, test: PhoneTest, fate: MessageFate, reason: str = "") -> None:
        await self._store.change_phone_test(
            test.centre, test.id, lambda row: replace(row, message=fate, reason=reason)
        )

    def _written(self, test: PhoneTest, centre: Centre) -> Outgoing:
        link = f"{self._ways.public_url}/test#{self._secrets.token(test.id)}"
        write = sms if test.channel == "sms" else mail
        words = write(centre.name, link, self._ways.language)
        return Outgoing(
            id=test.id,
            channel=test.channel,
            to=test.address,
            body=words.body,
            link=link,
            subject=words.subject,
            sender=policy_of(centre).sender,
        )
