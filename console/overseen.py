"""Routes that name something of a centre, for who looks after several.

`config.asgi` puts the `Oversight` at `app.state.oversight`. Between `require` and `audited`:

    Route("/captures/{capture}", entrance(overseen(audited("capture.viewed", "capture")(self.read))))
"""

from __future__ import annotations

from functools import wraps

from starlette.requests import HTTPConnection, Request
from starlette.responses import Response

from signaling.auth import Handler
from signaling.domain.errors import NotFound
from signaling.domain.visitor import Visitor
from signaling.service.oversight import Oversight


def oversight_of(connection: HTTPConnection) -> Oversight:
    oversight: Oversight = connection.app.state.oversight
    return oversight


def overseen(handler: Handler) -> Handler:
    """What is not in the centre of a supervisor's login is looked for in their others:
    `request.state.visitor` is then who they are there, so that the rights, the policy and the audit are that
    centre's; `request.state.signed_in` stays who they are where they signed in. A handler that raises
    NotFound has changed nothing."""

    @wraps(handler)
    async def found(request: Request) -> Response:
        signed_in: Visitor = request.state.visitor
        request.state.signed_in = signed_in

        async def look(there: Visitor) -> Response:
            request.state.visitor = there
            try:
                return await handler(request)
            except NotFound:
                request.state.visitor = signed_in
                raise

        return await oversight_of(request).wherever(signed_in, look)

    return found
