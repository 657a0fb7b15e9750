"""Real Firefox, headless, driven by WebDriver BiDi (a W3C draft: JSON commands on a WebSocket).

Debian's Firefox has no H.264: its plug-in is a download that tests don't make. Its fake camera is one plain
colour that wanders through all of them. It never uses the loopback for media, whatever its preferences say: a
relay for it needs another address of this machine.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import os
import re
import shutil
import signal
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any, Final

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

FIREFOX: Final = "/usr/bin/firefox-esr"
WITHIN: Final = 30.0  # seconds for one command, a page's own waiting included
EXIT_WITHIN: Final = 5.0

# `--remote-debugging-port` already switches off updates, telemetry and everything else that goes out.
PREFS: Final[dict[str, bool | int | str]] = {
    "media.navigator.streams.fake": True,
    "media.navigator.permission.disabled": True,
    "media.peerconnection.ice.obfuscate_host_addresses": False,
    "media.autoplay.default": 0,
    "intl.accept_languages": "fr-FR, fr",
}


class FirefoxError(Exception):
    """Firefox did not start or answer, or a page's script threw; the text says what."""


class Firefox:
    """One browser. Every call ends: with its answer, with FirefoxError, or after `WITHIN` seconds."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self._numbers = itertools.count(1)
        self._pages: list[FirefoxPage] = []
        self._waiting: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._reader = asyncio.create_task(self._read())

    async def command(self, method: str, **params: Any) -> dict[str, Any]:
        number = next(self._numbers)
        answer = self._waiting[number] = asyncio.get_running_loop().create_future()
        try:
            async with asyncio.timeout(WITHIN):
                await self._socket.send(json.dumps({"id": number, "method": method, "params": params}))
                found = await answer
        except (TimeoutError, ConnectionClosed):
            raise FirefoxError(f"no answer to {method} {params}") from None
        finally:
            del self._waiting[number]
        if found["type"] == "error":
            raise FirefoxError(f"{method}: {found['error']}: {found['message']}")
        return dict(found["result"])

    async def page(self) -> FirefoxPage:
        """A tab with cookies and storage of its own."""
        user = await self.command("browser.createUserContext")
        made = await self.command("browsingContext.create", type="tab", userContext=user["userContext"])
        page = FirefoxPage(self, made["context"])
        self._pages.append(page)
        return page

    async def close_pages(self) -> None:
        while self._pages:
            await self._pages.pop().close()

    async def close(self) -> None:
        with suppress(FirefoxError):
            await self.command("browser.close")
        await self._socket.close()
        await asyncio.wait([self._reader])

    async def _read(self) -> None:
        with suppress(ConnectionClosed):
            async for text in self._socket:
                found = json.loads(text)
                waiting = self._waiting.get(found.get("id"))
                if waiting is not None and not waiting.done():
                    waiting.set_result(found)
        for waiting in self._waiting.values():
            if not waiting.done():
                waiting.set_exception(FirefoxError("Firefox is gone"))


class FirefoxPage:
    """One tab."""

    def __init__(self, browser: Firefox, context: str) -> None:
        self._browser = browser
        self._context = context

    async def goto(self, url: str) -> None:
        """Returns once the page has loaded."""
        await self._browser.command(
            "browsingContext.navigate", context=self._context, url=url, wait="complete"
        )

    async def reload(self) -> None:
        """Returns once the page has loaded anew."""
        await self._browser.command("browsingContext.reload", context=self._context, wait="complete")

    async def evaluate(self, expression: str) -> Any:
        """The value of a JavaScript expression, awaited, as JSON; as if a tap had caused it."""
        found = await self._browser.command(
            "script.evaluate",
            expression=f"(async () => JSON.stringify(await ({expression})) ?? 'null')()",
            target={"context": self._context},
            awaitPromise=True,
            userActivation=True,
        )
        if found["type"] == "exception":
            raise FirefoxError(found["exceptionDetails"]["text"])
        return json.loads(found["result"]["value"])

    async def until(self, expression: str) -> None:
        """Returns once the expression is true. Pages come and go meanwhile."""
        try:
            async with asyncio.timeout(WITHIN):
                while not await self._truth(expression):  # noqa: ASYNC110 - the page has no event for us
                    await asyncio.sleep(0.02)
        except TimeoutError:
            raise FirefoxError(f"never true: {expression}") from None

    async def fill(self, selector: str, value: str) -> None:
        field = f"document.querySelector({json.dumps(selector)})"
        await self.until(f"{field} !== null")
        typed = "new Event('input', {bubbles: true})"
        await self.evaluate(f"({field}.value = {json.dumps(value)}, {field}.dispatchEvent({typed}))")

    async def click(self, selector: str) -> None:
        """The first that is shown, as soon as one is."""
        shown = f"[...document.querySelectorAll({json.dumps(selector)})].find((one) => one.checkVisibility())"
        await self.until(f"{shown} !== undefined")
        await self.evaluate(f"{shown}.click()")

    async def close(self) -> None:
        await self._browser.command("browsingContext.close", context=self._context)

    async def _truth(self, expression: str) -> bool:
        with suppress(FirefoxError):  # the page is just being replaced
            return bool(await self.evaluate(f"Boolean({expression})"))
        return False


@asynccontextmanager
async def firefox() -> AsyncIterator[Firefox]:
    """Started on a profile of its own, and ended whatever happens."""
    profile = Path(tempfile.mkdtemp(prefix="firefox-"))
    lines = [f"user_pref({json.dumps(name)}, {json.dumps(value)});" for name, value in PREFS.items()]
    (profile / "user.js").write_text("\n".join(lines), encoding="utf-8")
    log = profile / "stderr.log"
    process = await _start(profile, log)
    try:
        address = await _address(process, log)
        async with connect(f"{address}/session", max_size=None, compression=None) as socket:
            made = Firefox(socket)
            await made.command("session.new", capabilities={})
            try:
                yield made
            finally:
                await made.close()
    finally:
        await _end(process)
        shutil.rmtree(profile, ignore_errors=True)


async def _start(profile: Path, log: Path) -> asyncio.subprocess.Process:
    # The kernel ends Firefox with its parent, and it is a group of its own: no process of it is ever left.
    argv = ["setpriv", "--pdeathsig=KILL", FIREFOX, "--headless", "--no-remote", "--profile", str(profile)]
    environ = {**os.environ, "HOME": str(profile), "MOZ_CRASHREPORTER_DISABLE": "1"}
    with log.open("ab") as output:
        return await asyncio.create_subprocess_exec(
            *argv,
            "--remote-debugging-port",
            "0",
            stdout=output,
            stderr=output,
            env=environ,
            start_new_session=True,
        )


async def _address(process: asyncio.subprocess.Process, log: Path) -> str:
    """Where its WebDriver BiDi listens."""
    with suppress(TimeoutError):
        async with asyncio.timeout(WITHIN):
            while process.returncode is None:
                if found := re.search(
                    r"WebDriver BiDi listening on (ws://\S+)", log.read_text(errors="replace")
                ):
                    return found[1]
                await asyncio.sleep(0.02)
    raise FirefoxError(f"{FIREFOX} did not start:\n{log.read_text(errors='replace')[-4000:]}")


async def _end(process: asyncio.subprocess.Process) -> None:
    try:
        async with asyncio.timeout(EXIT_WITHIN):
            await process.wait()
    except TimeoutError:
        pass
    with suppress(ProcessLookupError):  # content processes that outlive the first one
        os.killpg(process.pid, signal.SIGKILL)
    await process.wait()
