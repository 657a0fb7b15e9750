"""The technical test page, `/test`: open to everybody, and no part of a call."""

from __future__ import annotations

from math import ceil
from typing import Annotated, Final, Protocol

import msgspec
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from patient_pwa.agent import describe
from patient_pwa.language import catalogues, language_of
from patient_pwa.shell import ROOT, STATIC, TEMPLATES
from signaling.bundle import joined
from signaling.domain.errors import Throttled
from signaling.domain.phone_test import PhoneTest, Report
from signaling.languages import environment

LARGEST_BODY: Final = 4096  # bytes


class PhoneTests(Protocol):
    """What the page needs of the use case (`signaling.service.phone_test`)."""

    async def keep(self, report: Report, token: str, browser: str, source: str) -> PhoneTest: ...


class Found(msgspec.Struct, frozen=True):
    """`token`: the fragment of the page's address, "" when nobody sent it."""

    report: Report
    token: Annotated[str, msgspec.Meta(max_length=200)] = ""


def routes(tests: PhoneTests) -> list[Route]:
    page = _Page(tests)
    return [Route("/test", page.show), Route("/test/result", page.keep, methods=["POST"])]


class _Page:
    def __init__(self, tests: PhoneTests) -> None:
        self._tests = tests
        style = [STATIC / "caller.css", STATIC / "test/test.css"]
        self._render = environment(
            TEMPLATES,
            catalogues(),
            script=joined(ROOT, "patient_pwa/static/test/main.js"),
            style="\n".join(path.read_text(encoding="utf-8") for path in style),
        )

    async def show(self, request: Request) -> Response:
        language = language_of(request)
        page = self._render("test.html.jinja", language, nonce=request.state.nonce, browser=_browser(request))
        headers = {"Content-Language": language, "Referrer-Policy": "no-referrer"}
        return HTMLResponse(page, headers=headers)

    async def keep(self, request: Request) -> Response:
        """Answers with the code to read to support, and what the findings mean."""
        body = await request.body()
        try:
            if len(body) > LARGEST_BODY:
                raise msgspec.DecodeError(f"larger than {LARGEST_BODY} bytes")
            found = msgspec.json.decode(body, type=Found)
            source = request.client.host if request.client else ""
            test = await self._tests.keep(found.report, found.token, _browser(request), source)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            return JSONResponse({"code": "bad_message", "message": str(error)}, 400)
        except Throttled as error:
            answer = JSONResponse({"code": error.code}, 429)
            answer.headers["Retry-After"] = str(max(1, ceil(error.retry_after)))
            return answer
        return JSONResponse({"code": test.code, "verdict": test.verdict})


def _browser(request: Request) -> str:
    return describe(request.headers.get("user-agent", ""))
