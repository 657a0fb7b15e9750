"""Screen captures: in from the room, out as files."""

from __future__ import annotations

from datetime import UTC, datetime
from http import HTTPStatus
from typing import Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from console.audited import audited
from console.overseen import overseen
from signaling.attachments import attachment
from signaling.auth import require
from signaling.domain.records import Capture
from signaling.service.captures import Captures

_ENDINGS: Final = {"image/png": "png", "image/jpeg": "jpg", "image/webp": "webp"}


class CaptureFiles:
    def __init__(self, captures: Captures) -> None:
        self._captures = captures

    def routes(self) -> list[Route]:
        entrance = require("regulator", "supervisor")
        return [
            Route("/sessions/{session}/captures", entrance(overseen(self.store)), methods=["POST"]),
            Route("/captures/{capture}", entrance(overseen(audited("capture.viewed", "capture")(self.read)))),
        ]

    async def store(self, request: Request) -> Response:
        """The body is the picture itself, of a size that the middleware limits."""
        data = await request.body()
        capture = await self._captures.store(request.state.visitor, request.path_params["session"], data)
        facts = {"id": capture.id, "width": capture.width, "height": capture.height, "size": capture.size}
        return JSONResponse(facts, HTTPStatus.CREATED, headers={"location": f"/captures/{capture.id}"})

    async def read(self, request: Request) -> Response:
        capture, pieces = await self._captures.open(request.state.visitor, request.path_params["capture"])
        return attachment(pieces, capture.size, capture.media_type, file_name(capture))


def file_name(capture: Capture) -> str:
    """Sorts by time and names nobody: `visio-20261118-110640Z-1a2b3c.png`."""
    taken = datetime.fromtimestamp(capture.taken_at / 1000, UTC)
    return f"visio-{taken:%Y%m%d-%H%M%S}Z-{capture.id[-6:]}.{_ENDINGS.get(capture.media_type, 'bin')}"
