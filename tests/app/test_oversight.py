"""Which centres a supervisor looks after, over the real store."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from signaling.domain.errors import NotFound
from signaling.domain.policy import Policy, with_policy
from signaling.domain.records import Role, User
from signaling.domain.visitor import Visitor
from signaling.service.oversight import CentreSeen, Oversight
from tests import cast
from tests.app.office import SUPERVISOR, Office
from tests.cast import SAMU_54, SAMU_75


def visitor(of: User = SUPERVISOR, *, several: bool = True) -> Visitor:
    return Visitor(
        user=of.id,
        person=of.person,
        name=of.name,
        email=of.email,
        role=of.role,
        centre=SAMU_54.id,
        centre_name=SAMU_54.name,
        login="login",
        several=several,
    )


async def also_in_paris(office: Office, role: Role, disabled_at: int | None = None) -> User:
    made = cast.user(SUPERVISOR.name, SAMU_75, person=SUPERVISOR.person, email=SUPERVISOR.email, role=role)
    made = replace(made, disabled_at=disabled_at, blurred=True)
    await office.store.add_user(made)
    return made


async def test_a_supervisor_of_two_centres_sees_both_their_own_first(office: Office) -> None:
    there = await also_in_paris(office, "supervisor")
    await office.store.change_centre(SAMU_75.id, lambda row: with_policy(row, Policy(history="own")))
    oversight = Oversight(office.store)
    own = CentreSeen(SAMU_54.id, SAMU_54.name)
    assert await oversight.centres(visitor()) == (own, CentreSeen(SAMU_75.id, SAMU_75.name))
    at_paris = await oversight.visitor_at(visitor(), SAMU_75.id)
    assert (at_paris.user, at_paris.centre, at_paris.centre_name) == (there.id, SAMU_75.id, SAMU_75.name)
    assert (at_paris.policy.history, at_paris.blurred, at_paris.login) == ("own", True, "login")


@pytest.mark.parametrize(
    ("role", "disabled_at"), [("regulator", None), ("administrator", None), ("supervisor", cast.NOW)]
)
async def test_where_somebody_does_not_supervise_they_look_after_nothing(
    office: Office, role: Role, disabled_at: int | None
) -> None:
    await also_in_paris(office, role, disabled_at)
    oversight = Oversight(office.store)
    assert [one.id for one in await oversight.centres(visitor())] == [SAMU_54.id]
    with pytest.raises(NotFound):
        await oversight.visitor_at(visitor(), SAMU_75.id)


async def test_a_regulator_here_sees_nothing_of_where_they_supervise(office: Office) -> None:
    await also_in_paris(office, "supervisor")
    regulating = replace(visitor(), role="regulator")
    assert [one.id for one in await Oversight(office.store).centres(regulating)] == [SAMU_54.id]


async def test_a_centre_that_does_not_exist_is_nobodys(office: Office) -> None:
    await also_in_paris(office, "supervisor")
    with pytest.raises(NotFound):
        await Oversight(office.store).visitor_at(visitor(), "none")
    assert (await Oversight(office.store).visitor_at(visitor(), SAMU_54.id)) == visitor()
