"""The room of one session: its page, and the link that can be shown or read out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from http import HTTPStatus
from typing import Any

from babel import Locale
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from console import phrases, words
from console.assets import room_assets
from console.overseen import overseen
from console.pages import Pages
from console.places import MapTiles, map_source, tiles_for
from console.rows import address_for
from console.words import Gettext
from signaling.asset import compressed
from signaling.auth import require
from signaling.domain.closing import kept
from signaling.domain.errors import NotFound
from signaling.domain.invitation_text import LANGUAGES
from signaling.domain.ladder import NAMES, fact_types
from signaling.domain.visitor import Visitor
from signaling.ports import Clock, Details
from signaling.qr import qr
from signaling.service.history import History
from signaling.service.invite import Inviting, Link


class Room:
    """`host`: where callers reach us, as it is read aloud, e.g. `visio.example.fr`. `tiles`: of the map
    where a centre has no other, None where there is none."""

    def __init__(
        self,
        inviting: Inviting,
        history: History,
        clock: Clock,
        pages: Pages,
        host: str,
        tiles: MapTiles | None = None,
    ) -> None:
        self._inviting = inviting
        self._history = history
        self._clock = clock
        self._pages = pages
        self._host = host
        self._tiles = tiles

    def routes(self) -> list[Route]:
        entrance = require("regulator", "supervisor")
        return [
            Route("/sessions/{session}", entrance(overseen(self.show))),
            Route("/sessions/{session}/link.json", entrance(overseen(self.link))),
        ]

    async def show(self, request: Request) -> Response:
        """A session that is over has no room any more: its report is in the history."""
        visitor: Visitor = request.state.visitor
        details = await self._history.details(visitor, request.path_params["session"])
        session = details.room.session
        if session.ended_at is not None:
            return RedirectResponse(f"/history/{session.id}", HTTPStatus.SEE_OTHER)
        link = await self._link(visitor, session.id)
        signs = await self._inviting.signs(visitor, session.id)
        language = self._pages.language(request)
        tiles = tiles_for(visitor, self._tiles)
        request.state.pictures = tiles.origin if tiles else ""
        gettext = self._pages.gettext(language)
        page = self._pages.page(
            request,
            "room.html",
            session=session.id,
            address=address_for(visitor, session.address),
            regulator=details.regulator,
            host=self._host,
            link=link,
            word=signs.word,
            centre_phone=signs.phone,
            guidance=_in_order(words.guidance(gettext), visitor.policy.phrases),
            profiles=words.profiles(gettext),
            metronome=words.metronome(gettext),
            caller_languages=_named(LANGUAGES, language),
            closing=kept(session),
            assessments=words.assessments(gettext),
            assets=room_assets(),
            map=tiles is not None,
            data=self._data(details, visitor, link, gettext) | {"map": map_source(tiles)},
        )
        return compressed(request, page)

    async def link(self, request: Request) -> Response:
        """`{"link": …}`; null when there is none that a caller could take. 404 in another centre."""
        visitor, session = request.state.visitor, request.path_params["session"]
        await self._history.version(visitor, session)
        return JSONResponse({"link": await self._link(visitor, session)})

    async def _link(self, visitor: Visitor, session: str) -> dict[str, Any] | None:
        try:
            return _shown(await self._inviting.link(visitor, session))
        except NotFound:
            return None

    def _data(
        self, details: Details, visitor: Visitor, link: dict[str, Any] | None, gettext: Gettext
    ) -> dict[str, Any]:
        session = details.room.session
        return {
            "session": session.id,
            "started_at": session.started_at,
            "version": session.version,
            "now": self._clock.now(),
            "me": visitor.user,
            "users": details.users | {visitor.user: visitor.name},
            "rungs": NAMES,
            "rung_of": fact_types(),
            "link": link,
            "host": self._host,
            "other_provider": self._inviting.has_other_provider(session),
            "phrases": phrases.room(gettext),
            "blurred": visitor.blurred,
        }


def _in_order(phrases: Mapping[str, str], first: Sequence[str]) -> dict[str, str]:
    """Those that the centre puts first, then the others."""
    keys = dict.fromkeys((*first, *phrases))
    return {key: phrases[key] for key in keys if key in phrases}


def _named(languages: Iterable[str], language: str) -> dict[str, str]:
    """Languages by their codes, named in the reader's own, in the order of the names."""
    names = {code: Locale.parse(code).get_display_name(language) or code for code in languages}
    return {
        code: f"{name[0].upper()}{name[1:]}" for code, name in sorted(names.items(), key=lambda item: item[1])
    }


def _shown(link: Link) -> dict[str, Any]:
    code = qr(link.url)
    return {
        "url": link.url,
        "code": link.code,
        "code_spaced": f"{link.code[:3]}\u00a0{link.code[3:]}",
        "code_expires_at": link.code_expires_at,
        "qr": {"size": code.size, "path": code.path},
    }
