"""Everything by which a person proves who they are, beside the password."""

from __future__ import annotations

from dataclasses import dataclass

from signaling.service.codes import Codes
from signaling.service.factors import Authenticators
from signaling.service.own_account import OwnAccount
from signaling.service.passkeys import Passkeys
from signaling.service.resets import Resets


@dataclass(frozen=True, kw_only=True)
class Identity:
    authenticators: Authenticators
    codes: Codes
    resets: Resets
    own: OwnAccount
    passkeys: Passkeys
