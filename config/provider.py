"""The identity provider, as the settings choose it."""

from __future__ import annotations

from config.settings import Settings
from signaling.identity.openid import Client, OpenId
from signaling.ports import Clock, IdentityProvider


def identity_provider(settings: Settings, clock: Clock) -> IdentityProvider | None:
    """None without PSC_ISSUER."""
    if not settings.psc_issuer:
        return None
    described = f"{settings.psc_issuer}/.well-known/openid-configuration"
    client = Client(
        issuer=settings.psc_issuer,
        discovery_url=settings.psc_discovery_url or described,
        client_id=settings.psc_client_id,
        client_secret=settings.psc_client_secret,
        scope=settings.psc_scope,
        acr=settings.psc_acr,
        claim_rpps=settings.psc_claim_rpps,
        site=settings.origin,
    )
    return OpenId(client, clock)
