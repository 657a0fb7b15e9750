"""Files by HTTP: those that a phone sends while no data channel opens, and those that it was sent."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Protocol

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from patient_pwa.http import NEVER, cookie_name
from signaling.attachments import attachment
from signaling.domain.errors import BadMessage, NotFound, NotSignedIn
from signaling.domain.records import Document, Participant
from signaling.domain.uploads import POSTED


class Callers(Protocol):
    """Who a phone is, by its cookie (`signaling.service.join`)."""

    async def caller(self, cookie: str | None) -> Participant: ...


class Uploads(Protocol):
    """What the routes need of the use case (`signaling.service.uploads`)."""

    async def receive(self, phone: Participant, file: str, offset: int, data: bytes) -> int: ...


class Documents(Protocol):
    """The same (`signaling.service.documents`)."""

    async def open(self, phone: Participant, document: str) -> tuple[Document, AsyncIterator[bytes]]: ...


def routes(callers: Callers, uploads: Uploads, documents: Documents, *, secure: bool) -> list[BaseRoute]:
    """`secure`: over TLS."""
    door = _Door(callers, uploads, documents, cookie_name(secure))
    return [
        Route("/j/files/{file}", door.receive, methods=["POST"]),
        Route("/j/documents/{document}", door.read, methods=["GET"]),
    ]


class _Door:
    def __init__(self, callers: Callers, uploads: Uploads, documents: Documents, cookie: str) -> None:
        self._callers = callers
        self._uploads = uploads
        self._documents = documents
        self._cookie = cookie

    async def receive(self, request: Request) -> Response:
        """`{"offset"}`: how many bytes of the file are here now. 400 for bytes that were not announced."""
        try:
            phone = await self._phone(request)
            data = await request.body()
            offset = request.headers.get("upload-offset", "")
            if not offset.isdecimal() or len(offset) > 9 or not 0 < len(data) <= POSTED:
                raise BadMessage(f"an offset, and 1 to {POSTED} bytes")
            at = await self._uploads.receive(phone, request.path_params["file"], int(offset), data)
        except NotSignedIn as error:
            return _answer({"code": error.code}, 401)
        except BadMessage as error:
            return _answer({"code": error.code, "message": str(error)}, 400)
        return _answer({"offset": at})

    async def read(self, request: Request) -> Response:
        try:
            phone = await self._phone(request)
            document, pieces = await self._documents.open(phone, request.path_params["document"])
        except NotSignedIn as error:
            return _answer({"code": error.code}, 401)
        except NotFound as error:
            return _answer({"code": error.code}, 404)
        return attachment(pieces, document.size, document.media_type, document.name)

    async def _phone(self, request: Request) -> Participant:
        """Raises NotSignedIn."""
        return await self._callers.caller(request.cookies.get(self._cookie))


def _answer(body: dict[str, object], status: int = 200) -> Response:
    return JSONResponse(body, status, headers={"Cache-Control": NEVER})
