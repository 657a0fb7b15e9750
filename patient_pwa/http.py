"""What the routes of the caller's page share: cookies, small JSON bodies, answers that nobody keeps."""

from __future__ import annotations

from collections.abc import Mapping
from math import ceil
from typing import Annotated, Final, TypeVar

import msgspec
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from patient_pwa.agent import MODEL_HINT, describe, model
from signaling.domain.errors import Throttled
from signaling.service.join import Phone

LARGEST_BODY: Final = 4096  # bytes
COOKIE_SECONDS: Final = 36 * 3600  # the longest call, and the day in which its summary can be read
NEVER: Final = "no-store"

T = TypeVar("T")


class Link(msgspec.Struct, frozen=True):
    token: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]


class BadBody(Exception):
    pass


def cookie_name(secure: bool) -> str:
    """`__Host-` needs TLS; a browser would drop such a cookie over plain HTTP."""
    return "__Host-visio-caller" if secure else "visio-caller"


def mark_name(secure: bool) -> str:
    """The cookie by which a phone can repeat a claim whose answer was lost."""
    return f"{cookie_name(secure)}-mark"


def phone_of(request: Request, language: str, secure: bool) -> Phone:
    """What the request says of the phone that makes it."""
    agent = request.headers.get("user-agent", "")
    return Phone(
        cookie=request.cookies.get(cookie_name(secure)) or None,
        mark=request.cookies.get(mark_name(secure)) or None,
        browser=describe(agent),
        model=model(agent, request.headers.get(MODEL_HINT, "")),
        language=language,
        source=request.client.host if request.client else "",
    )


async def read(request: Request, kind: type[T]) -> T:
    """The body's JSON. Raises BadBody."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST_BODY:
            raise BadBody(f"larger than {LARGEST_BODY} bytes")
    try:
        return msgspec.json.decode(body, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadBody(str(error)) from None


def refuse(fault: BadBody) -> Response:
    return reply({"code": "bad_message", "message": str(fault)}, 400)


def reply(body: Mapping[str, object], status: int = 200) -> Response:
    return JSONResponse(body, status, headers={"Cache-Control": NEVER})


def too_often(error: Throttled) -> Response:
    answer = reply({"code": error.code}, 429)
    answer.headers["Retry-After"] = str(max(1, ceil(error.retry_after)))
    return answer


def set_cookie(answer: Response, name: str, value: str, secure: bool) -> None:
    answer.set_cookie(name, value, max_age=COOKIE_SECONDS, secure=secure, httponly=True, samesite="lax")
