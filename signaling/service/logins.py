"""Signing in and out, and who a cookie belongs to.

Every way in ends in `begin`, and every second factor in `proved`:

    begin(person, proofs, arrival) -> SignedIn  after what opened the door: {"password"}, {"passkey"}, {"psc"}
    proved(cookie, proof) -> SignedIn           after a second factor: "totp", "recovery", "code", "passkey"

Both say in `SignedIn.waits_for` what is missing yet: "factor", "centre", "terms", in that order, or nothing.
Until then the cookie opens the pages of these steps (`pending`) and nothing else. Each step makes a new
login with a new cookie (ASVS 5.0 7.2.4). `factors`: what people may set up as second factors of their own.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Final, Protocol

import msgspec
import structlog

from signaling.domain import device
from signaling.domain.audit import Audited
from signaling.domain.errors import NotAllowed, NotFound, NotSignedIn
from signaling.domain.ids import Secrets, fingerprint, new_mark, new_secret
from signaling.domain.policy import policy_of
from signaling.domain.records import Centre, Login, Person, User
from signaling.domain.throttle import LOGIN_LIMITS, Limit, login_counts
from signaling.domain.visitor import Visitor
from signaling.domain.ways_in import Proof, Step, code_allowed, factor_missing, later_step
from signaling.ports import Audit, Bearer, Clock, Limiter, Passwords, Store
from signaling.service.accounts import LONGEST, is_email, tidy_email, tidy_password
from signaling.service.throttle import Throttle

log = structlog.get_logger()

UNFINISHED: Final = 15 * 60_000  # ms that a login may take to become whole
SEEN_EVERY: Final = 60_000  # ms


class OwnFactor(Protocol):
    """A second factor that people set up for themselves."""

    name: Proof

    async def is_set_up(self, person: Person) -> bool: ...


class Arrival(msgspec.Struct, frozen=True):
    """From where somebody signs in. `device`: the cookie that marks a known browser. `browser`: in words."""

    source_ip: str
    device: str | None = None
    browser: str = ""


class SignedIn(msgspec.Struct, frozen=True):
    """What the browser gets: the cookie of this login, and the cookie that marks the browser as known."""

    cookie: str
    device: str | None
    waits_for: Step = ""


class Pending(msgspec.Struct, frozen=True):
    """A login that is not whole yet, for the pages of its steps. `own`: the second factors that the person
    set up; none, and `by_code` is false: one must be set up now."""

    bearer: Bearer
    step: Step
    own: tuple[Proof, ...]
    by_code: bool
    places: tuple[tuple[User, Centre], ...]


class Logins:
    """`hours`: how long a login lasts. `limiter` makes the counter of a limit."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        passwords: Passwords,
        secrets: Secrets,
        limiter: Callable[[Limit], Limiter],
        hours: int,
        factors: Sequence[OwnFactor] = (),
        *,
        audit: Audit,
    ) -> None:
        self._store = store
        self._clock = clock
        self._passwords = passwords
        self._secrets = secrets
        self._throttle = Throttle(LOGIN_LIMITS, limiter)
        self._lifetime = hours * 3_600_000
        self._factors = factors
        self._audit = audit

    # --- ways in
    async def sign_in(self, email: str, password: str, arrival: Arrival) -> SignedIn:
        """Raises NotAllowed for any wrong pair, alike for an unknown and a disabled person; Throttled."""
        email = tidy_email(email)
        browser = device.known(self._secrets, arrival.device, email)
        counts = login_counts(email, arrival.source_ip, browser)
        await self._throttle.must_wait(counts)
        person = await self._person(email, password, known=browser is not None)
        if person is None:
            await self._throttle.hit(counts)
            log.info("login_refused", known_browser=browser is not None)
            await self._audit.record(*await self._refused(email))
            raise NotAllowed("unknown e-mail address or wrong password")
        by_password: tuple[Proof, ...] = ("password",)
        return await self.begin(person, by_password, arrival)

    async def begin(self, person: Person, proofs: Collection[Proof], arrival: Arrival) -> SignedIn:
        """Raises NotAllowed for who is disabled, or works nowhere."""
        places = await self._places(person)
        if not places:
            raise NotAllowed("this account is shut")
        own = await self.own_factors(person)
        missing = factor_missing(own, [policy_of(centre) for _, centre in places], proofs)
        step: Step = "factor" if missing else later_step(person, centre_chosen=len(places) == 1)
        cookie, login = await self._add(places[0][0], step, arrival.browser)
        await self._must_be_as_before(person, login)
        known = device.remember(self._secrets, arrival.device, person.email, new_mark())
        return SignedIn(cookie, known, step)

    # --- the steps to a whole login
    async def pending(self, cookie: str | None) -> Pending:
        """Raises NotSignedIn; a whole login has the step ""."""
        bearer = await self._bearer(cookie)
        places = await self._places(bearer.person)
        own = await self.own_factors(bearer.person)
        by_code = code_allowed(own, [policy_of(centre) for _, centre in places])
        return Pending(bearer, _step(bearer), own, by_code, tuple(places))

    async def proved(self, cookie: str | None, proof: Proof) -> SignedIn:
        """The second factor was shown. Raises NotSignedIn, NotAllowed for one that is not enough here."""
        pending = await self.pending(cookie)
        policies = [policy_of(centre) for _, centre in pending.places]
        if pending.step != "factor" or factor_missing(pending.own, policies, ("password", proof)):
            raise NotAllowed("this is no second factor here")
        step = later_step(pending.bearer.person, centre_chosen=len(pending.places) == 1)
        return await self._next(pending.bearer, pending.bearer.user, step)

    async def choose(self, cookie: str | None, centre: str) -> SignedIn:
        """The centre to work in, while signing in or later. Raises NotSignedIn, NotAllowed, NotFound."""
        pending = await self.pending(cookie)
        if pending.step not in ("centre", ""):
            raise NotAllowed("something else is asked for first")
        user = next((user for user, place in pending.places if place.id == centre), None)
        if user is None:
            raise NotFound("no such centre")
        return await self._next(pending.bearer, user, later_step(pending.bearer.person, centre_chosen=True))

    async def accept_terms(self, cookie: str | None, version: str) -> SignedIn:
        """`version`: of the text that was shown. Raises NotSignedIn, NotAllowed."""
        bearer = await self._bearer(cookie)
        if _step(bearer) != "terms":
            raise NotAllowed("something else is asked for first")
        person = await self._store.change_person(
            bearer.person.id, lambda row: msgspec.structs.replace(row, terms=version)
        )
        return await self._next(bearer, bearer.user, later_step(person, centre_chosen=True))

    async def own_factors(self, person: Person) -> tuple[Proof, ...]:
        return tuple([factor.name for factor in self._factors if await factor.is_set_up(person)])

    # --- who a cookie belongs to
    async def visitor(self, cookie: str | None) -> Visitor:
        """Who holds that cookie now. Raises NotSignedIn, for a login that waits for something too."""
        bearer = await self._bearer(cookie)
        if bearer.login.waits_for:
            raise NotSignedIn("a login that is not whole yet")
        await self._see(bearer.login)
        return Visitor(
            user=bearer.user.id,
            person=bearer.person.id,
            name=bearer.user.name,
            email=bearer.user.email,
            role=bearer.user.role,
            centre=bearer.centre.id,
            centre_name=bearer.centre.name,
            login=bearer.login.id,
            policy=policy_of(bearer.centre),
            several=bearer.several,
            blurred=bearer.user.blurred,
        )

    async def sign_out(self, cookie: str | None) -> None:
        """An unknown cookie is no error."""
        try:
            bearer = await self._bearer(cookie)
        except NotSignedIn:
            return
        await self._store.revoke_login(bearer.login.id, self._clock.now())
        await self._ended(bearer)

    async def _ended(self, bearer: Bearer) -> None:
        """A login that never became whole did not begin either."""
        if not bearer.login.waits_for:
            user = bearer.user
            await self._audit.record(Audited(user.centre, user.id, "login.ended", bearer.login.id))

    async def _refused(self, email: str) -> list[Audited]:
        """In each centre of the person whose address it is; an address that nobody has is only counted."""
        person = await self._find(email)
        users = [] if person is None else [user for user, _ in await self._store.users_of(person.id)]
        tried = [Audited(user.centre, "", "login.refused", user.id) for user in users]
        return tried or [Audited("", "", "login.refused")]

    async def _bearer(self, cookie: str | None) -> Bearer:
        try:
            return await self._store.signed_in(fingerprint(cookie or ""), self._clock.now())
        except NotFound:
            raise NotSignedIn("no login, or one that has ended") from None

    async def _see(self, login: Login) -> None:
        now = self._clock.now()
        if now - (login.seen_at or login.created_at) >= SEEN_EVERY:
            await self._store.saw_login(login.id, now)

    # --- the password
    async def _person(self, email: str, password: str, *, known: bool) -> Person | None:
        person = await self._find(email)
        password = tidy_password(password)[: LONGEST + 1]
        password_hash = (person.password_hash or None) if person else None
        right = await self._passwords.verify(password_hash, password, first=known)
        if person is None or not right or not await self._places(person):
            return None
        return await self._strengthen(person, password)

    async def _find(self, email: str) -> Person | None:
        try:
            return await self._store.person_by_email(email) if is_email(email) else None
        except NotFound:
            return None

    async def _strengthen(self, person: Person, password: str) -> Person:
        """A hash made when computers were slower is made anew while the password is at hand."""
        if not self._passwords.outdated(person.password_hash):
            return person
        stronger = await self._passwords.hash(password)

        def strengthen(now: Person) -> Person:
            same = now.password_hash == person.password_hash
            return msgspec.structs.replace(now, password_hash=stronger) if same else now

        return await self._store.change_person(person.id, strengthen)

    # --- rows
    async def _places(self, person: Person) -> Sequence[tuple[User, Centre]]:
        """Where the person may work now."""
        if person.disabled_at is not None:
            return ()
        return [(user, at) for user, at in await self._store.users_of(person.id) if user.disabled_at is None]

    async def _next(self, bearer: Bearer, user: User, step: Step) -> SignedIn:
        """The login before this step ends: its cookie may have been seen by others."""
        cookie, login = await self._add(user, step, bearer.login.browser)
        await self._store.revoke_login(bearer.login.id, self._clock.now())
        await self._ended(bearer)
        await self._must_be_as_before(bearer.person, login)
        return SignedIn(cookie, None, step)

    async def _add(self, user: User, step: Step, browser: str) -> tuple[str, Login]:
        cookie = new_secret()
        now = self._clock.now()
        login = Login(
            id=fingerprint(cookie),
            centre=user.centre,
            user=user.id,
            created_at=now,
            expires_at=now + (UNFINISHED if step else self._lifetime),
            waits_for=step,
            browser=browser,
        )
        await self._store.add_login(login)
        log.info("signed_in", user=user.id, waits_for=step)
        if not step:
            await self._audit.record(Audited(user.centre, user.id, "login.succeeded", login.id))
        return cookie, login

    async def _must_be_as_before(self, person: Person, login: Login) -> None:
        """A password changed, or an account shut, while the old one was being checked ends all logins, and
        did not see this one yet."""
        now = await self._store.person(person.id)
        if (now.password_hash, now.disabled_at) != (person.password_hash, person.disabled_at):
            await self._store.revoke_login(login.id, self._clock.now())
            raise NotAllowed("the account changed meanwhile")


def _step(bearer: Bearer) -> Step:
    step: Step = msgspec.convert(bearer.login.waits_for, Step)
    return step
