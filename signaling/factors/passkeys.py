"""Passkeys (W3C Web Authentication, level 2), verified by py_webauthn."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Final

from webauthn import (
    base64url_to_bytes,
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import bytes_to_base64url
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from signaling.domain.errors import NotAllowed
from signaling.domain.records import Passkey, Person
from signaling.ports import NewPasskey, Presented

NAME: Final = "VisioRegul"
LONGEST: Final = 16_384  # characters of what a browser sends
# A malformed answer fails in whatever the library does with it first
_FAULTS: Final = (WebAuthnException, ValueError, KeyError, TypeError, AttributeError, IndexError)


class WebAuthn:
    """Implements `signaling.ports.PasskeyVerifier`. `rp_id`: the host name of our pages; browsers take no
    address of the form 192.0.2.1. `origins`: of our pages, as browsers write them."""

    def __init__(self, rp_id: str, origins: Sequence[str]) -> None:
        self._rp_id = rp_id
        self._origins = list(origins)

    def new_key(self, person: Person, challenge: str, known: Sequence[str]) -> str:
        options = generate_registration_options(
            rp_id=self._rp_id,
            rp_name=NAME,
            user_id=person.id.encode(),
            user_name=person.email,
            user_display_name=person.name,
            challenge=base64url_to_bytes(challenge),
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.REQUIRED,
                user_verification=UserVerificationRequirement.REQUIRED,
            ),
            exclude_credentials=_descriptors(known),
        )
        return options_to_json(options)

    def challenge(self, challenge: str, allowed: Sequence[str], *, alone: bool) -> str:
        wanted = UserVerificationRequirement.REQUIRED if alone else UserVerificationRequirement.PREFERRED
        options = generate_authentication_options(
            rp_id=self._rp_id,
            challenge=base64url_to_bytes(challenge),
            allow_credentials=_descriptors(allowed),
            user_verification=wanted,
        )
        return options_to_json(options)

    def read(self, text: str) -> Presented:
        if len(text) > LONGEST:
            raise NotAllowed("too long for a passkey")
        try:
            sent: Any = json.loads(text)
            client: Any = json.loads(base64url_to_bytes(sent["response"]["clientDataJSON"]))
            user = base64url_to_bytes(sent["response"].get("userHandle") or "").decode()
            return Presented(str(sent["id"]), str(client["challenge"]), user, text)
        except (*_FAULTS, RecursionError):
            raise NotAllowed("this is no passkey") from None

    def registered(self, presented: Presented) -> NewPasskey:
        try:
            made = verify_registration_response(
                credential=presented.text,
                expected_challenge=base64url_to_bytes(presented.challenge),
                expected_rp_id=self._rp_id,
                expected_origin=self._origins,
                require_user_verification=True,
            )
        except _FAULTS:
            raise NotAllowed("the passkey was not made for this") from None
        return NewPasskey(
            bytes_to_base64url(made.credential_id),
            bytes_to_base64url(made.credential_public_key),
            made.sign_count,
        )

    def shown(self, presented: Presented, passkey: Passkey, *, alone: bool) -> int:
        try:
            verified = verify_authentication_response(
                credential=presented.text,
                expected_challenge=base64url_to_bytes(presented.challenge),
                expected_rp_id=self._rp_id,
                expected_origin=self._origins,
                credential_public_key=base64url_to_bytes(passkey.public_key),
                credential_current_sign_count=passkey.sign_count,
                require_user_verification=alone,
            )
        except _FAULTS:
            raise NotAllowed("the passkey does not open this") from None
        return verified.new_sign_count


def _descriptors(credentials: Sequence[str]) -> list[PublicKeyCredentialDescriptor]:
    return [PublicKeyCredentialDescriptor(id=base64url_to_bytes(id_)) for id_ in credentials]
