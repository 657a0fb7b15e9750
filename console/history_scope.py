"""What of the history an address asks for, and who asks: for the list and for what is taken along."""

from __future__ import annotations

import msgspec
from starlette.requests import Request

from console.history_query import VIEW, Asked
from console.overseen import oversight_of
from console.rows import may_watch
from signaling.domain.search import Search
from signaling.domain.visitor import Visitor
from signaling.ports import Clock
from signaling.service.history import History, Reader


class Scope(msgspec.Struct, frozen=True):
    """`choices`: who the visitor is in each centre that may be chosen; `reader`: in those that are."""

    asked: Asked
    choices: tuple[Visitor, ...]
    reader: Reader
    search: Search

    @property
    def several(self) -> bool:
        """Whether a meeting says of which centre it is."""
        return len(self.choices) > 1


async def scope_of(request: Request, history: History, clock: Clock) -> Scope:
    """A centre that isn't this visitor's to see has no meetings. The audit of each centre that is read says
    so."""
    visitor: Visitor = request.state.visitor
    asked = Asked(request.query_params)
    choices = await oversight_of(request).visits(visitor)
    chosen = asked.values["centre"]
    visits = tuple(one for one in choices if chosen in ("", one.centre))
    request.state.visits = visits or (visitor,)
    reader = await history.reader(*visits)
    search = asked.search(reader.regulators, clock.now(), texts=may_watch(visitor))
    return Scope(asked, choices, reader, search)


def told(scope: Scope, kind: str) -> dict[str, str | int]:
    """What the audit says of an export of this kind: which parts of the filter were used and not with which
    values, and how its numbers are."""
    parts = ",".join(name for name, value in scope.asked.values.items() if value and name not in VIEW)
    return {"what": "history", "format": kind, "kind": parts, "numbers": numbers_told(scope.reader)}


def numbers_told(reader: Reader) -> str:
    return "whole" if reader.numbers else "masked"
