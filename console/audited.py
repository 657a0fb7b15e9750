"""Routes whose answer the audit must know of.

`config.asgi` puts the audit at `app.state.audit`. Beneath `require`:

    Route("/documents/{document}", entrance(audited("document.viewed", "document")(self.read)))
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import wraps
from http import HTTPStatus

from starlette.requests import HTTPConnection, Request
from starlette.responses import Response

from signaling.auth import Handler
from signaling.domain.audit import Action, Audited
from signaling.domain.visitor import Visitor
from signaling.ports import Audit


def audit_of(connection: HTTPConnection) -> Audit:
    audit: Audit = connection.app.state.audit
    return audit


def audited(action: Action, subject: str = "") -> Callable[[Handler], Handler]:
    """What the handler shows leaves once the audit holds who asked for it; it raises Unavailable when that
    can't be written. `subject`: the parameter of the path that names what is shown; the handler may put more
    into `request.state.audit_detail`, and who the visitor is in each centre that it shows something of into
    `request.state.visits`. A refusal is no view."""

    def keep(handler: Handler) -> Handler:
        @wraps(handler)
        async def kept(request: Request) -> Response:
            response = await handler(request)
            if response.status_code < HTTPStatus.BAD_REQUEST:
                visits: Iterable[Visitor] = getattr(request.state, "visits", (request.state.visitor,))
                named = request.path_params[subject] if subject else ""
                detail: dict[str, str | int] = getattr(request.state, "audit_detail", {})
                lines = [Audited(one.centre, one.user, action, named, detail) for one in visits]
                await audit_of(request).record(*lines)
            return response

        kept.__dict__["audited"] = action  # for the test that goes through all routes
        return kept

    return keep
