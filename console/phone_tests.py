"""Tests of phones, on the home page: send one, see what came of those sent, look one up by its code."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated, Final

import msgspec
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from console.pages import Pages
from console.phone_test_words import Line, Standing, lines, standing
from console.rows import Moment, address_for, moment
from console.words import bad_address, describe
from signaling.auth import require
from signaling.domain.errors import BadAddress, NotFound, TooManyMessages
from signaling.domain.phone_test import PhoneTest, report_of
from signaling.domain.visitor import Visitor
from signaling.ports import Clock
from signaling.service.phone_test import PhoneTests

_encode: Final = msgspec.json.Encoder().encode


class Invitation(msgspec.Struct, frozen=True):
    to: Annotated[str, msgspec.Meta(max_length=300)]


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """A test as the list shows it. `code`: "" until it was taken."""

    address: str
    at: Moment
    standing: Standing
    code: str


class Result(msgspec.Struct, frozen=True, kw_only=True):
    code: str
    at: Moment
    browser: str
    standing: Standing
    lines: list[Line]


class PhoneTestRoutes:
    def __init__(self, tests: PhoneTests, clock: Clock, pages: Pages) -> None:
        self._tests = tests
        self._clock = clock
        self._pages = pages

    def routes(self) -> list[Route]:
        entrance = require("regulator", "supervisor")
        return [
            Route("/tests", entrance(self.list)),
            Route("/tests", entrance(self.send), methods=["POST"]),
            Route("/tests/{code}", entrance(self.result)),
        ]

    async def list(self, request: Request) -> Response:
        visitor: Visitor = request.state.visitor
        language = self._pages.language(request)
        gettext, now = self._pages.gettext(language), self._clock.now()
        tests = await self._tests.sent(visitor)
        return _json(
            [
                Row(
                    address=address_for(visitor, test.address),
                    at=moment(test.finished_at or test.created_at, language),
                    standing=standing(test, now, gettext),
                    code=test.code if test.verdict else "",
                )
                for test in tests
            ]
        )

    async def send(self, request: Request) -> Response:
        """Answers at once: the message leaves meanwhile, and the list tells of it."""
        try:
            wanted = msgspec.json.decode(await request.body(), type=Invitation)
            await self._tests.send(request.state.visitor, wanted.to)
        except msgspec.DecodeError:
            raise HTTPException(HTTPStatus.BAD_REQUEST) from None
        except BadAddress as error:
            wrong = bad_address(error.reason, self._pages.gettext(self._pages.language(request)))
            return _json({"error": wrong}, HTTPStatus.UNPROCESSABLE_ENTITY)
        except TooManyMessages as error:
            full = describe(error, self._pages.gettext(self._pages.language(request)))
            return _json({"error": full}, HTTPStatus.TOO_MANY_REQUESTS)
        return Response(status_code=HTTPStatus.CREATED)

    async def result(self, request: Request) -> Response:
        language = self._pages.language(request)
        gettext = self._pages.gettext(language)
        try:
            test = await self._tests.find(request.state.visitor, request.path_params["code"])
        except NotFound:
            wrong = gettext("No test has this code. Tests are kept for 30 days.")
            return _json({"error": wrong}, HTTPStatus.NOT_FOUND)
        return _json(self._result(test, language))

    def _result(self, test: PhoneTest, language: str) -> Result:
        gettext = self._pages.gettext(language)
        return Result(
            code=test.code,
            at=moment(test.finished_at or test.created_at, language),
            browser=test.browser,
            standing=standing(test, self._clock.now(), gettext),
            lines=lines(report_of(test), gettext),
        )


def _json(body: object, status: HTTPStatus = HTTPStatus.OK) -> Response:
    return Response(_encode(body), status, media_type="application/json")
