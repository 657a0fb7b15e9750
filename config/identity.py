"""People's accounts on their adapters."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

from signaling.domain.ids import Secrets
from signaling.domain.throttle import DOOR_LIMITS, FACTOR_LIMITS, SENDING_LIMITS, Limit
from signaling.factors.passkeys import WebAuthn
from signaling.factors.totp import TotpAuthenticator
from signaling.ports import Clock, Limiter, Notifier, Passwords, Store
from signaling.service.accounts import Accounts
from signaling.service.codes import Codes
from signaling.service.factors import Authenticators
from signaling.service.identity import Identity
from signaling.service.own_account import OwnAccount
from signaling.service.passkeys import Passkeys
from signaling.service.resets import Resets
from signaling.service.tasks import Tasks
from signaling.service.throttle import Throttle


def identity(
    store: Store,
    clock: Clock,
    passwords: Passwords,
    secret_key: str,
    limiter: Callable[[Limit], Limiter],
    notifier: Notifier,
    tasks: Tasks,
    public_url: str,
) -> Identity:
    secrets = Secrets(secret_key.encode())
    accounts = Accounts(store, clock, passwords)
    tries, sending = Throttle(FACTOR_LIMITS, limiter), Throttle((*SENDING_LIMITS, *FACTOR_LIMITS), limiter)
    return Identity(
        authenticators=Authenticators(store, clock, secrets, TotpAuthenticator(secret_key.encode()), tries),
        codes=Codes(store, clock, secrets, notifier, sending, tasks),
        resets=Resets(store, clock, accounts, notifier, sending, tasks, public_url),
        own=OwnAccount(store, clock, accounts, passwords, tries),
        passkeys=Passkeys(store, clock, _relying_party(public_url), Throttle(DOOR_LIMITS, limiter)),
    )


def _relying_party(public_url: str) -> WebAuthn:
    return WebAuthn(urlsplit(public_url).hostname or "", [public_url])
