"""Who is looking: a signed-in user, as every page, route and socket of the console sees them."""

from __future__ import annotations

import msgspec

from signaling.domain.policy import Policy
from signaling.domain.records import Role


class Visitor(msgspec.Struct, frozen=True, kw_only=True):
    """A user with their centre, for the length of one request or one socket."""

    user: str  # user id
    person: str  # who they are in all their centres
    name: str
    email: str
    role: Role
    centre: str  # centre id: what every query names
    centre_name: str  # as callers read it, e.g. "SAMU 54"
    login: str  # login id, so that signing out ends this browser only
    policy: Policy = Policy()  # the centre's
    several: bool = False  # this person works in other centres too
    blurred: bool = False  # pictures arrive blurred for this user

    def has(self, *roles: Role) -> bool:
        return self.role in roles
