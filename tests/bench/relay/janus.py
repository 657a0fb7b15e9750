"""Janus VideoRoom, spoken to over its WebSocket: https://janus.conf.meetecho.com/docs/videoroom.html."""

from __future__ import annotations

import asyncio
import json
import secrets
import shutil
import subprocess
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

from media.tasks import end
from tests.bench.relay.place import ADDRESS
from tests.bench.relay.ways import Viewer
from tests.e2e.stage import ROOT
from tests.servers import LOOPBACK, Server, free_port, listening

ANSWER_WITHIN: Final = 15.0  # seconds
PROTOCOL: Final = Subprotocol("janus-protocol")
LIBRARIES: Final = "/usr/lib/*-linux-gnu/janus"
_SETTINGS: Final = """
general: {{
  configs_folder = "{folder}", plugins_folder = "{folder}/plugins", transports_folder = "{folder}/transports"
  debug_level = 2, session_timeout = 0
}}
nat: {{ ice_enforce_list = "{media}" }}
"""
_TRANSPORT: Final = 'general: {{ json = "compact", ws = true, ws_ip = "{address}", ws_port = {port} }}\n'


class JanusError(Exception):
    """Janus refused a request; the text is its answer."""


class Janus:
    """Each peer has a session of its own, as each browser would. `publish` makes the session's room."""

    viewers_wait = False

    def __init__(self, socket: ClientConnection, pid: int) -> None:
        self.pid = pid
        self._socket = socket
        self._waiting: dict[str, asyncio.Future[dict[str, Any]]] = {}
        self._rooms: dict[str, int] = {}
        self._feeds: dict[str, int] = {}
        self._peers: defaultdict[str, list[int]] = defaultdict(list)  # Janus's sessions by ours
        self._live: defaultdict[str, asyncio.Event] = defaultdict(asyncio.Event)
        self._phones: dict[int, str] = {}  # session by handle
        self._numbers = count(1)

    async def publish(self, session: str, offer: str) -> str:
        room = self._rooms[session] = next(self._numbers)
        mine, handle = await self._attach(session)
        self._phones[handle] = session
        settings = {"publishers": 1, "bitrate": 0, "videocodec": "vp8", "fir_freq": 0}
        await self._message(mine, handle, {"request": "create", "room": room, **settings})
        wanted = {"request": "joinandconfigure", "ptype": "publisher", "room": room}
        answer = await self._message(mine, handle, wanted, {"type": "offer", "sdp": offer})
        self._feeds[session] = answer["plugindata"]["data"]["id"]
        return str(answer["jsep"]["sdp"])

    async def view(self, session: str, _name: str, viewer: Viewer) -> None:
        """A room announces a phone once its media can flow; until then there is nothing to subscribe to."""
        mine, handle = await self._attach(session)
        await self._live[session].wait()
        wanted = {"request": "join", "ptype": "subscriber", "room": self._rooms[session]}
        streams = [{"feed": self._feeds[session], "mid": "0"}]
        offered = await self._message(mine, handle, {**wanted, "streams": streams})
        # Janus loses a ClientHello that comes while its ICE still thinks; the next one comes after a second.
        offer = offered["jsep"]["sdp"].replace("a=setup:actpass", "a=setup:active")
        answer = {"type": "answer", "sdp": await viewer.accept(offer)}
        await self._message(mine, handle, {"request": "start"}, answer)

    async def end(self, session: str) -> None:
        for mine in self._peers.pop(session):
            await self._ask({"janus": "destroy", "session_id": mine})

    async def listen(self) -> None:
        async for text in self._socket:
            message = json.loads(text)
            if message["janus"] == "webrtcup" and message["sender"] in self._phones:
                self._live[self._phones[message["sender"]]].set()
            asked = message.get("transaction", "")
            if message["janus"] != "ack" and asked in self._waiting:
                self._waiting.pop(asked).set_result(message)

    # ------------------------------------------------------------ parts
    async def _attach(self, session: str) -> tuple[int, int]:
        """(Janus's session, handle) of a new peer."""
        mine: int = (await self._ask({"janus": "create"}))["data"]["id"]
        self._peers[session].append(mine)
        wanted = {"janus": "attach", "session_id": mine, "plugin": "janus.plugin.videoroom"}
        handle: int = (await self._ask(wanted))["data"]["id"]
        return mine, handle

    async def _message(
        self, session: int, handle: int, body: dict[str, Any], jsep: dict[str, Any] | None = None
    ) -> dict[str, Any]:
        wanted = {"janus": "message", "session_id": session, "handle_id": handle, "body": body}
        return await self._ask({**wanted, "jsep": jsep} if jsep else wanted)

    async def _ask(self, wanted: dict[str, Any]) -> dict[str, Any]:
        transaction = secrets.token_hex(8)
        answer = self._waiting[transaction] = asyncio.get_running_loop().create_future()
        await self._socket.send(json.dumps({**wanted, "transaction": transaction}))
        async with asyncio.timeout(ANSWER_WITHIN):
            message: dict[str, Any] = await answer
        if message["janus"] == "error" or "error" in message.get("plugindata", {}).get("data", {}):
            raise JanusError(json.dumps(message))
        return message


@asynccontextmanager
async def janus() -> AsyncIterator[Janus]:
    """As Debian ships it, with the one plugin that is used."""
    if shutil.which("janus") is None:
        subprocess.run([ROOT / "scripts/apt-install", "janus"], check=True)
    with TemporaryDirectory() as name:
        folder, port = Path(name), free_port()
        _write_settings(folder, port)
        argv = ["janus", "-F", str(folder), "-C", str(folder / "janus.jcfg")]
        server = Server(argv, folder, lambda: listening(port))
        server.start()
        try:
            async with connect(f"ws://{LOOPBACK}:{port}", subprotocols=[PROTOCOL]) as socket:
                made = Janus(socket, server.pid)
                listening_task = asyncio.create_task(made.listen())
                yield made
                await end([listening_task])
        finally:
            server.stop()


def _write_settings(folder: Path, port: int) -> None:
    names = {"folder": folder, "address": LOOPBACK, "port": port, "media": ADDRESS}
    (folder / "janus.jcfg").write_text(_SETTINGS.format(**names), encoding="utf-8")
    (folder / "janus.transport.websockets.jcfg").write_text(_TRANSPORT.format(**names), encoding="utf-8")
    for kind, library in (("plugins", "videoroom"), ("transports", "websockets")):
        (folder / kind).mkdir()
        (found,) = Path("/").glob(f"{LIBRARIES[1:]}/{kind}/libjanus_{library}.so")
        (folder / kind / found.name).symlink_to(found)
