"""Who sees which figures, and the reading of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Final

import msgspec

from console.figures_query import Chosen, steps
from signaling.domain.errors import NotAllowed, NotFound
from signaling.domain.figures import Group, Measures
from signaling.domain.records import Role
from signaling.domain.visitor import Visitor
from signaling.ports import Store
from signaling.service.figures import Figures
from signaling.service.oversight import CentreSeen, Oversight

MOST_GROUPS: Final = 24  # of a chart: those with most attempts
OVER_TIME: Final = 5  # groups that a chart over time tells apart; the others are one
OTHERS: Final = "*"  # no stored name is this
NOTHING: Final = Measures()
# In the order in which they are offered. Figures are no way to watch a colleague: a regulator compares
# themselves with the whole centre, and an administrator, who runs the centre without its people, nobody.
_SPLITS: Final[Mapping[Role, tuple[str, ...]]] = {
    "supervisor": ("", "centre", "regulator", "carrier", "model", "browser", "network"),
    "regulator": ("", "regulator", "carrier", "model", "browser", "network"),
    "administrator": ("", "carrier", "model", "browser", "network"),
}


class Scope(msgspec.Struct, frozen=True):
    """`centres`: that the visitor may choose from; `seen`: those that are shown. `split`: the groups that are
    shown, "" for none; `splits`: those that may be."""

    centres: tuple[CentreSeen, ...]
    seen: tuple[CentreSeen, ...]
    split: str
    splits: tuple[str, ...]


class Read(msgspec.Struct, frozen=True):
    """`days`: with which the steps of time begin; `over_time`: for each of them, by group ("" for all);
    `groups`: of the whole time, the largest first. Groups have their stored names."""

    whole: Measures
    days: tuple[date, ...]
    over_time: Mapping[str, tuple[Measures, ...]]
    groups: Mapping[str, Measures]
    left_out: int  # groups beyond the largest


class FiguresDesk:
    def __init__(self, reading: Figures, oversight: Oversight, store: Store) -> None:
        self._reading = reading
        self._oversight = oversight
        self._store = store

    def today(self) -> date:
        return self._reading.today()

    async def scope(self, visitor: Visitor, chosen: Chosen) -> Scope:
        """Raises NotFound for a centre that isn't this visitor's to see, NotAllowed for groups that aren't.
        A word that names no groups asks for none."""
        centres = await self._oversight.centres(visitor)
        known = {one.id for one in centres}
        if not known.issuperset(chosen.centres):
            raise NotFound("no such centre of this visitor's")
        if chosen.split in _SPLITS["supervisor"] and chosen.split not in _SPLITS[visitor.role]:
            raise NotAllowed("this account's role sees no such groups")
        splits = tuple(one for one in _SPLITS[visitor.role] if one != "centre" or len(centres) > 1)
        split = chosen.split if chosen.split in splits else ""
        seen = tuple(one for one in centres if not chosen.centres or one.id in chosen.centres)
        return Scope(centres, seen, split, splits)

    async def read(self, visitor: Visitor, chosen: Chosen, scope: Scope) -> Read:
        ids = [one.id for one in scope.seen]
        days = tuple(steps(chosen.first, chosen.last, chosen.step))

        async def groups(step: bool, split: str) -> Sequence[Group]:
            return await self._reading.read(
                ids, chosen.first, chosen.last, chosen.step if step else None, split
            )

        whole = next((one.measures for one in await groups(False, "")), NOTHING)
        if not scope.split:
            return Read(whole, days, _over_time(await groups(True, ""), days, {""}), {}, 0)
        found = {one.name: one.measures for one in await groups(False, scope.split)}
        if _is_own(visitor, scope):
            own = found.get(visitor.user, NOTHING)
            return Read(whole, days, {}, {visitor.user: own, "": whole}, 0)
        ordered = sorted(found, key=lambda name: (-found[name].attempts, name))
        largest = {name: found[name] for name in ordered[:MOST_GROUPS]}
        over_time = _over_time(await groups(True, scope.split), days, set(ordered[:OVER_TIME]))
        in_order = {name: over_time[name] for name in (*ordered[:OVER_TIME], OTHERS) if name in over_time}
        return Read(whole, days, in_order, largest, len(found) - len(largest))

    async def names(self, scope: Scope) -> Mapping[str, str]:
        """Of regulators and centres that are shown, by id."""
        if scope.split == "centre":
            return {one.id: one.name for one in scope.seen}
        if scope.split != "regulator":
            return {}
        several = len(scope.seen) > 1
        return {
            user.id: f"{user.name} · {centre.name}" if several else user.name
            for centre in scope.seen
            for user in await self._store.users(centre.id)
        }


def _is_own(visitor: Visitor, scope: Scope) -> bool:
    """Whether all they see of people is themselves."""
    return scope.split == "regulator" and not visitor.has("supervisor")


def _over_time(
    groups: Iterable[Group], days: Sequence[date], apart: set[str]
) -> dict[str, tuple[Measures, ...]]:
    """For each day one, by group; attempts and those with a picture of the groups that aren't told apart are
    added up."""
    found: dict[str, dict[date, Measures]] = {}
    for one in groups:
        name = one.name if one.name in apart else OTHERS
        steps_of = found.setdefault(name, {})
        steps_of[one.first] = one.measures if name != OTHERS else _sum(steps_of.get(one.first), one.measures)
    if apart == {""}:
        found.setdefault("", {})
    return {name: tuple(by_day.get(day, NOTHING) for day in days) for name, by_day in found.items()}


def _sum(before: Measures | None, more: Measures) -> Measures:
    one = before or NOTHING
    return Measures(attempts=one.attempts + more.attempts, reached=one.reached + more.reached)
