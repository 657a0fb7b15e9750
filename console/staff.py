"""`/centre/users`: who works in the own centre; one by one, or from a list."""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any, Final

from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from console.forms import fields
from console.pages import Pages
from console.phrases_centre import line_faults, member_change
from console.rows import moment
from signaling.auth import require
from signaling.domain.errors import BadInput, NotAllowed
from signaling.domain.roster import LARGEST, write
from signaling.service.staff import ROLES, Member, Outcome, Staff

SHOWN: Final = 50  # right lines of a list; all wrong ones are


class StaffPages:
    def __init__(self, staff: Staff, pages: Pages) -> None:
        self._staff = staff
        self._pages = pages

    def routes(self) -> list[Route]:
        entrance = require("administrator")
        changes = {
            "/centre/users": self.invite,
            "/centre/users/list": self.judge,
            "/centre/users/import": self.take,
            "/centre/users/{user}/invite": self.invite_again,
            "/centre/users/{user}/role": self.set_role,
            "/centre/users/{user}/disable": self.shut_out,
            "/centre/users/{user}/enable": self.let_in,
            "/centre/users/{user}/rpps": self.set_rpps,
        }
        return [
            Route("/centre/users", entrance(self.show), methods=["GET"]),
            *(Route(path, entrance(do), methods=["POST"]) for path, do in changes.items()),
        ]

    async def show(self, request: Request) -> Response:
        return await self._page(request, done=request.query_params.get("done", ""))

    # ------------------------------------------------------------ one by one
    async def invite(self, request: Request) -> Response:
        email, name, role = await fields(request, "email", "name", "role")
        try:
            await self._staff.invite(request.state.visitor, email, name, role, self._pages.language(request))
        except BadInput:
            return await self._page(
                request, wrong="invite", typed={"email": email, "name": name, "role": role}
            )
        return _done("invited")

    async def invite_again(self, request: Request) -> Response:
        await self._staff.invite_again(*_whom(request), self._pages.language(request))
        return _done("invited")

    async def set_role(self, request: Request) -> Response:
        (role,) = await fields(request, "role")
        await self._staff.set_role(*_whom(request), role)
        return _done("role")

    async def shut_out(self, request: Request) -> Response:
        await self._staff.shut_out(*_whom(request))
        return _done("out")

    async def let_in(self, request: Request) -> Response:
        await self._staff.let_in(*_whom(request))
        return _done("in")

    async def set_rpps(self, request: Request) -> Response:
        visitor, user = _whom(request)
        (rpps,) = await fields(request, "rpps")
        try:
            await self._staff.set_rpps(visitor, user, rpps)
        except BadInput:
            return await self._page(request, wrong="rpps")
        except NotAllowed:
            return await self._page(request, wrong="rpps_elsewhere")
        return _done("rpps")

    # ------------------------------------------------------------ from a list
    async def judge(self, request: Request) -> Response:
        """What the list would do; nothing is changed yet."""
        async with request.form(max_files=1, max_fields=2, max_part_size=LARGEST * 2) as form:
            file = form.get("file")
            data = await file.read(LARGEST + 1) if isinstance(file, UploadFile) else b""
        try:
            outcomes = await self._staff.judge(request.state.visitor, data)
        except BadInput:
            return await self._page(request, wrong="list")
        return await self._page(request, outcomes=outcomes)

    async def take(self, request: Request) -> Response:
        """The lines that were found right, as the page before sent them."""
        async with request.form(max_files=0, max_fields=2, max_part_size=LARGEST * 2) as form:
            text = str(form.get("list", ""))
        try:
            count = await self._staff.take(
                request.state.visitor, text.encode(), self._pages.language(request)
            )
        except BadInput:
            return await self._page(request, wrong="list")
        return RedirectResponse(f"/centre/users?done={count}", HTTPStatus.SEE_OTHER)

    async def _page(
        self,
        request: Request,
        *,
        done: str = "",
        wrong: str = "",
        typed: dict[str, str] | None = None,
        outcomes: Sequence[Outcome] = (),
    ) -> Response:
        language = self._pages.language(request)
        gettext = self._pages.gettext(language)
        members = await self._staff.listed(request.state.visitor)
        right = [one.line for one in outcomes if not one.fault]
        return self._pages.page(
            request,
            "staff.html",
            HTTPStatus.UNPROCESSABLE_ENTITY if wrong else HTTPStatus.OK,
            members=[_row(one, language) for one in members],
            roles=ROLES,
            said=member_change(gettext).get(done, ""),
            imported=int(done) if done.isascii() and done.isdigit() and len(done) < 6 else None,
            wrong=wrong,
            typed=typed or {},
            right=right[:SHOWN],
            right_count=len(right),
            faulty=[one for one in outcomes if one.fault],
            line_faults=line_faults(gettext),
            list_text=write(right),
        )


def _row(member: Member, language: str) -> dict[str, Any]:
    user = member.user
    return {
        "id": user.id,
        "name": user.name,
        "email": user.email,
        "role": user.role,
        "since": moment(user.created_at, language),
        "out": user.disabled_at is not None,
        "invited": member.invited,
        "rpps": member.rpps,
    }


def _whom(request: Request) -> tuple[Any, str]:
    """The visitor, and the user of the path."""
    return request.state.visitor, request.path_params["user"]


def _done(what: str) -> Response:
    return RedirectResponse(f"/centre/users?done={what}", HTTPStatus.SEE_OTHER)
