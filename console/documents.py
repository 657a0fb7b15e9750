"""Documents: from the regulator to the phone, and those of either to save."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any
from urllib.parse import unquote

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from console.audited import audited
from console.overseen import overseen
from signaling.attachments import attachment
from signaling.auth import require
from signaling.domain.records import Document
from signaling.service.documents import Documents


class DocumentFiles:
    def __init__(self, documents: Documents) -> None:
        self._documents = documents

    def routes(self) -> list[Route]:
        entrance = require("regulator", "supervisor")
        return [
            Route("/sessions/{session}/documents", entrance(overseen(self.send)), methods=["POST"]),
            Route("/sessions/{session}/documents.json", entrance(overseen(self.listed))),
            Route(
                "/documents/{document}", entrance(overseen(audited("document.viewed", "document")(self.read)))
            ),
        ]

    async def send(self, request: Request) -> Response:
        """The body is the file itself, its size limited by the middleware; `X-File-Name`: percent-encoded.
        With `?drawing=1` it is a drawing on a picture of the caller's, which their page shows at once."""
        name = unquote(request.headers.get("x-file-name", ""))
        data = await request.body()
        session = request.path_params["session"]
        document = await self._documents.send(
            request.state.visitor, session, name, data, drawing=request.query_params.get("drawing") == "1"
        )
        headers = {"location": f"/documents/{document.id}"}
        return JSONResponse(_shown(document), HTTPStatus.CREATED, headers=headers)

    async def listed(self, request: Request) -> Response:
        """`{"documents": [{"id", "name", "media_type", "size", "from_phone"}]}`, oldest first."""
        found = await self._documents.listed(request.state.visitor, request.path_params["session"])
        shown = [_shown(document) | {"from_phone": from_phone} for document, from_phone in found]
        return JSONResponse({"documents": shown})

    async def read(self, request: Request) -> Response:
        document, pieces = await self._documents.read(request.state.visitor, request.path_params["document"])
        return attachment(pieces, document.size, document.media_type, document.name)


def _shown(document: Document) -> dict[str, Any]:
    return {
        "id": document.id,
        "name": document.name,
        "media_type": document.media_type,
        "size": document.size,
        "drawing": document.drawing,
    }
