"""Call-backs of carriers. They carry no cookie: their signature is what lets them in."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from signaling.domain.delivery import StatusReport
from signaling.domain.errors import NotAllowed, NotFound

Verify = Callable[[str, Mapping[str, str], str], StatusReport | None]  # (public URL, form, signature)
Report = Callable[[str, StatusReport], Awaitable[None]]

PATH = "/hooks/twilio/{message}"


def status_url(public_url: str, message: str) -> str:
    """Where a carrier reports on this message: also what its signature is computed over."""
    return public_url + PATH.format(message=message)


def routes(public_url: str, verify: Verify, report: Report) -> list[Route]:
    async def twilio(request: Request) -> Response:
        """A duplicate, late or unknown report is answered 204 too, or the carrier would repeat it."""
        message = request.path_params["message"]
        async with request.form(max_files=0, max_fields=100) as form:
            fields = {name: value for name, value in form.items() if isinstance(value, str)}
        try:
            signature = request.headers.get("x-twilio-signature", "")
            status = verify(status_url(public_url, message), fields, signature)
        except NotAllowed:
            return Response(status_code=403)
        if status is not None:
            try:
                await report(message, status)
            except NotFound:
                return Response(status_code=204)
        return Response(status_code=204)

    return [Route(PATH, twilio, methods=["POST"])]
