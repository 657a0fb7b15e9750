"""A small server for the caller's page: the real routes and headers; its relay only counts pictures."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, Literal

import uvicorn
from aiortc import RTCConfiguration, RTCDataChannel, RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import MediaStreamError, MediaStreamTrack
from starlette.applications import Starlette
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from patient_pwa import summary
from patient_pwa.http import cookie_name
from patient_pwa.routes import routes
from signaling.domain.errors import LinkUnusable, NotFound, NotSignedIn, Throttled, VisioError
from signaling.domain.sharing import Shared, Span
from signaling.service import join
from signaling.service.handover import Asked
from signaling.service.summary import Summary
from signaling.web import guarded
from tests.cast import MINUTE, NOW
from tests.servers import free_port

Frame = dict[str, Any]
WITHIN = 20.0  # seconds; a phone's page answers in well under one


@dataclass
class Look:
    state: str
    centre: str
    phone: str = "03 83 85 85 85"
    word: str = "TULIPE"
    recording: bool = False


@dataclass
class Door:
    """Links and codes as the use case would judge them."""

    states: dict[str, str] = field(default_factory=dict)  # token -> state
    holders: dict[str, str] = field(default_factory=dict)  # token -> cookie
    claims: list[tuple[str, str, str]] = field(default_factory=list)  # token, browser, language
    opened: int = 0
    asks: list[str] = field(default_factory=list)  # marks of second phones, at each call
    decision: Literal["waiting", "refused", "ready"] = "waiting"
    share_refusal: VisioError | None = None

    async def look(self, token: str, phone: join.Phone) -> Look:
        self.opened += 1
        return Look(self._state(token, phone.cookie), "SAMU 54" if token in self.states else "")

    async def claim(self, token: str, phone: join.Phone) -> str:
        state = self._state(token, phone.cookie)
        if state not in {"ready", "mine"}:
            raise LinkUnusable(state)
        self.claims.append((token, phone.browser, phone.language))
        self.holders[token] = phone.cookie or f"cookie-of-{token}"
        return self.holders[token]

    async def token_of_code(self, code: str, source: str) -> str:
        if code == "999999":
            raise Throttled(12.2)
        if code != "123456":
            raise NotFound("no such code")
        return "spoken"

    async def ask(self, token: str, phone: join.Phone, mark: str, source: str) -> Asked:
        """`decision` is what the regulator says, for whoever asks."""
        self.asks.append(mark)
        if self.states.get(token) == "expired":
            raise LinkUnusable("expired")
        if self.decision != "ready":
            return Asked(self.decision)
        self.holders[token] = f"second-cookie-of-{token}"
        return Asked("ready", self.holders[token])

    async def share(self, cookie: str | None) -> str:
        if self.share_refusal is not None:
            raise self.share_refusal
        return "https://visio.test/j#shared"

    async def stay(self, cookie: str | None) -> None:
        self.states = {
            token: "ready" if state == "replaced" else state for token, state in self.states.items()
        }

    def _state(self, token: str, cookie: str | None) -> str:
        if token in self.holders and self.states[token] == "ready":
            return "mine" if self.holders[token] == cookie else "claimed"
        return self.states.get(token, "unknown")


@dataclass
class Summaries:
    """Of the phone that holds a link; the same for every call."""

    door: Door

    async def of(self, cookie: str | None) -> Summary:
        if cookie not in self.door.holders.values():
            raise NotSignedIn("no phone holds this cookie")
        end = NOW + 4 * MINUTE
        shared = Shared(
            camera=(Span(NOW, end),),
            captures=(NOW + MINUTE, NOW + 2 * MINUTE),
            films=(),
            photos=(NOW + 3 * MINUTE,),
            sent=(),
            received=(NOW + 2 * MINUTE,),
            positions=tuple(range(NOW, end, MINUTE // 6)),
            viewers=frozenset({"alice", "bob"}),
        )
        return Summary(
            centre="SAMU 54", phone="03 83 85 85 85", started_at=NOW, ended_at=end, shared=shared,
            viewers={"regulator": 2, "supervisor": 1}, deleted_at=end + 365 * 24 * 60 * MINUTE, keep_days=365,
        )  # fmt: skip


class Phone:
    """One connection of a caller's page, as the server sees it."""

    def __init__(self) -> None:
        self.frames: list[Frame] = []
        self.changed = asyncio.Event()
        self.socket: WebSocket | None = None
        self.channel: RTCDataChannel | None = None
        self.leg: RTCPeerConnection | None = None
        self.pictures = 0
        self.offers = 0

    def note(self, frame: Frame, by: str) -> None:
        if frame.get("state"):  # a result brings the state that it made
            self.frames.append({**frame["state"], "by": by})
        self.frames.append({**frame, "by": by})
        self.changed.set()

    async def until(self, true: Callable[[], bool]) -> None:
        """Returns once `true()`. Raises TimeoutError with what came instead."""
        try:
            async with asyncio.timeout(WITHIN):
                while not true():
                    self.changed.clear()
                    await self.changed.wait()
        except TimeoutError:
            raise AssertionError(f"did not come; the phone said {self.said()}") from None

    async def frame(self, type_: str, **fields: Any) -> Frame:
        """The newest frame of that type with these fields, once there is one."""

        def found() -> list[Frame]:
            return [one for one in self.frames if one["type"] == type_ and fields.items() <= one.items()]

        await self.until(lambda: bool(found()))
        return found()[-1]

    def said(self) -> list[str]:
        return [one.get("step") or one["type"] for one in self.frames]

    async def command(self, id_: str, name: str, value: object, epoch: int = 1) -> Frame:
        """Drive the phone by its data channel; the result."""
        assert self.channel is not None
        command = {"type": "command", "id": id_, "epoch": epoch, "name": name, "value": value}
        self.channel.send(json.dumps(command))
        return await self.frame("result", id=id_)

    async def say(self, frame: Frame) -> None:
        assert self.socket is not None
        await self.socket.send_text(json.dumps(frame))

    async def hang_up(self) -> None:
        """The relay is gone."""
        if self.leg is not None:
            await self.leg.close()


class Server:
    def __init__(self) -> None:
        self.port = free_port()
        self.origin = f"http://127.0.0.1:{self.port}"
        self.door = Door()
        self.phone = Phone()
        self.joins: list[str] = []  # page marks
        self.refuse_with: int | None = None  # close code for the next sockets
        self.sockets_open = True
        self.answers = True  # offers; else no connection stands
        self._legs: list[RTCPeerConnection] = []
        self._tasks: set[asyncio.Task[None]] = set()

    def link(self, token: str, state: str = "ready") -> str:
        self.door.states[token] = state
        return f"{self.origin}/j#{token}"

    def app(self) -> Starlette:
        pages = [
            *routes(self.door, self.door, secure=False, origin=self.origin),
            *summary.routes(Summaries(self.door), secure=False),
        ]
        return Starlette(
            routes=[*pages, WebSocketRoute("/ws/caller", self._caller)],
            middleware=guarded([self.origin], secure=False),
        )

    async def _caller(self, socket: WebSocket) -> None:
        await socket.accept()
        code = self.refuse_with or (4401 if cookie_name(False) not in socket.cookies else None)
        if code or not self.sockets_open:
            await socket.close(code or 1012)
            return
        self.phone.socket = socket
        with suppress(WebSocketDisconnect):
            while True:
                message = await socket.receive()
                if message["type"] == "websocket.disconnect":
                    return
                if message.get("text") is None:
                    await self._still(socket, message["bytes"])
                else:
                    await self._hear(socket, json.loads(message["text"]))

    async def _still(self, socket: WebSocket, data: bytes) -> None:
        number = int.from_bytes(data[:4], "big")
        await socket.send_json({"type": "still_at", "number": number})
        self.phone.note({"type": "still", "jpeg": data[4:]}, "socket")

    async def _hear(self, socket: WebSocket, frame: Frame) -> None:
        if frame["type"] == "ping":
            await socket.send_json({"type": "pong"})
            return
        if frame["type"] == "join":
            self.joins.append(frame["page"])
            epoch = 1 + sorted(set(self.joins), key=self.joins.index).index(frame["page"])
            await socket.send_json(
                {"type": "welcome", "epoch": epoch, "centre": "SAMU 54", "ice_servers": []}
            )
        if frame["type"] == "offer" and self.answers:
            answer = await self._answer(frame["sdp"])
            await socket.send_json({"type": "answer", "ref": frame["ref"], "sdp": answer})
        self.phone.note(frame, "socket")

    async def _answer(self, sdp: str) -> str:
        phone, leg = self.phone, RTCPeerConnection(RTCConfiguration(iceServers=[]))
        self._legs.append(leg)
        phone.leg, phone.channel, phone.pictures = leg, None, 0
        phone.offers += 1
        leg.on("track", lambda track: self._start(self._count(track)))
        leg.on("datachannel", self._listen)
        await leg.setRemoteDescription(RTCSessionDescription(sdp, "offer"))
        await leg.setLocalDescription(await leg.createAnswer())
        return leg.localDescription.sdp

    async def _count(self, track: MediaStreamTrack) -> None:
        phone = self.phone
        with suppress(MediaStreamError):
            while True:
                await track.recv()
                phone.pictures += 1
                phone.changed.set()

    def _listen(self, channel: RTCDataChannel) -> None:
        self.phone.channel = channel
        channel.on("message", lambda text: self.phone.note(json.loads(text), "channel"))

    def _start(self, work: Any) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def close_legs(self) -> None:
        await asyncio.gather(*(leg.close() for leg in self._legs))


@asynccontextmanager
async def running() -> AsyncIterator[Server]:
    server = Server()
    config = uvicorn.Config(server.app(), port=server.port, log_level="warning", lifespan="off")
    web = uvicorn.Server(config)
    serving = asyncio.ensure_future(web.serve())
    while not web.started:
        await asyncio.wait([serving], timeout=0.01)
    try:
        yield server
    finally:
        web.should_exit = web.force_exit = True
        await serving
        await server.close_legs()  # last: until then an offer may still make one
