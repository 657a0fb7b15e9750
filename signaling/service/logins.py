"""Signing in and out, and who a cookie belongs to."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import msgspec
import structlog

from signaling.domain import device
from signaling.domain.errors import NotAllowed, NotFound, NotSignedIn, Throttled
from signaling.domain.ids import Secrets, fingerprint, new_mark, new_secret
from signaling.domain.records import Login, User
from signaling.domain.throttle import LOGIN_LIMITS, Count, Limit, login_counts
from signaling.domain.visitor import Visitor
from signaling.ports import Clock, Limiter, Passwords, Store
from signaling.service.accounts import LONGEST, is_email, tidy_email, tidy_password

log = structlog.get_logger()


class SignedIn(msgspec.Struct, frozen=True):
    """What the browser gets: the cookie of this login, and the cookie that marks the browser as known."""

    cookie: str
    device: str


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
    ) -> None:
        self._store = store
        self._clock = clock
        self._passwords = passwords
        self._secrets = secrets
        self._limiters = {limit: limiter(limit) for limit in LOGIN_LIMITS}
        self._lifetime = hours * 3_600_000

    async def sign_in(self, email: str, password: str, source_ip: str, device_cookie: str | None) -> SignedIn:
        """Raises NotAllowed for any wrong pair, alike for an unknown and a disabled user; Throttled."""
        email = tidy_email(email)
        browser = device.known(self._secrets, device_cookie, email)
        counts = login_counts(email, source_ip, browser)
        await self._must_wait(counts)
        user = await self._user(email, password, known=browser is not None)
        if user is None:
            for count in counts:
                await self._limiters[count.limit].hit(count.key)
            log.info("login_refused", known_browser=browser is not None)
            raise NotAllowed("unknown e-mail address or wrong password")
        cookie = await self._begin(user)
        return SignedIn(cookie, device.remember(self._secrets, device_cookie, email, new_mark()))

    async def visitor(self, cookie: str | None) -> Visitor:
        """Who holds that cookie now. Raises NotSignedIn."""
        try:
            login, user, centre = await self._store.signed_in(fingerprint(cookie or ""), self._clock.now())
        except NotFound:
            raise NotSignedIn("no login, or one that has ended") from None
        return Visitor(
            user=user.id,
            name=user.name,
            email=user.email,
            role=user.role,
            centre=centre.id,
            centre_name=centre.name,
            login=login.id,
            blurred=user.blurred,
        )

    async def sign_out(self, cookie: str | None) -> None:
        """An unknown cookie is no error."""
        await self._store.revoke_login(fingerprint(cookie or ""), self._clock.now())

    async def _must_wait(self, counts: Iterable[Count]) -> None:
        waits = [await self._limiters[count.limit].wait(count.key) for count in counts]
        if (longest := max(waits)) > 0:
            raise Throttled(longest)

    async def _user(self, email: str, password: str, *, known: bool) -> User | None:
        user = await self._find(email)
        password = tidy_password(password)[: LONGEST + 1]
        password_hash = user.password_hash if user else None
        right = await self._passwords.verify(password_hash, password, first=known)
        if user is None or not right or user.disabled_at is not None:
            return None
        return await self._strengthen(user, password)

    async def _find(self, email: str) -> User | None:
        try:
            return await self._store.user_by_email(email) if is_email(email) else None
        except NotFound:
            return None

    async def _strengthen(self, user: User, password: str) -> User:
        """A hash made when computers were slower is made anew while the password is at hand."""
        if not self._passwords.outdated(user.password_hash):
            return user
        stronger = await self._passwords.hash(password)

        def strengthen(now: User) -> User:
            same = now.password_hash == user.password_hash
            return msgspec.structs.replace(now, password_hash=stronger) if same else now

        return await self._store.change_user(user.email, strengthen)

    async def _begin(self, user: User) -> str:
        cookie = new_secret()
        now = self._clock.now()
        login = Login(
            id=fingerprint(cookie),
            centre=user.centre,
            user=user.id,
            created_at=now,
            expires_at=now + self._lifetime,
        )
        await self._store.add_login(login)
        await self._must_be_as_before(user, login)
        log.info("signed_in", user=user.id)
        return cookie

    async def _must_be_as_before(self, user: User, login: Login) -> None:
        """A password changed, or an account shut, while the old one was being checked ends all logins, and
        did not see this one yet."""
        now = await self._store.user_by_email(user.email)
        if (now.password_hash, now.disabled_at) != (user.password_hash, user.disabled_at):
            await self._store.revoke_login(login.id, self._clock.now())
            raise NotAllowed("the account changed meanwhile")
