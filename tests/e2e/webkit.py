"""Real WebKit (WebKitGTK's MiniBrowser), driven by WebDriver on a screen that nobody sees.

It has cameras of its own for tests: "Mock video device 2" looks to the back, with a torch and a zoom,
device 1 to the front. Debian builds it without WebRTC: here a phone sends stills, as an iPhone in lockdown
mode does.
"""

from __future__ import annotations

import asyncio
import base64
import json
import os
import shutil
import signal
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any, Final

import httpx2

from tests.servers import free_port

DRIVER: Final = "/usr/bin/WebKitWebDriver"
BROWSERS: Final = "*/webkit2gtk-4.*/MiniBrowser"  # below /usr/lib
SCREEN: Final = "1000x1000x24"
WITHIN: Final = 30.0  # seconds for one command, a page's own waiting included
ARGS: Final = (
    "--automation",
    "--enable-media-stream=true",
    "--enable-mock-capture-devices=true",
    "--features=+ImageCapture",
)
ELEMENT: Final = "element-6066-11e4-a52e-4f735466cecf"  # WebDriver 12.1: how an element is named


class WebKitError(Exception):
    """WebKit did not start or answer, or a page's script threw; the text says what."""


class WebKit:
    """One browser, one page. A call ends with its answer, with WebKitError, or after `WITHIN` seconds."""

    def __init__(self, client: httpx2.AsyncClient, session: str) -> None:
        self._client = client
        self._path = f"/session/{session}"

    async def goto(self, url: str) -> None:
        """Returns once the page has loaded."""
        await self._command("POST", "/url", {"url": url})

    async def reload(self) -> None:
        await self._command("POST", "/refresh", {})

    async def resize(self, width: int, height: int) -> None:
        """The window; the page is a little smaller."""
        await self._command("POST", "/window/rect", {"width": width, "height": height})

    async def evaluate(self, expression: str) -> Any:
        """The value of a JavaScript expression, awaited, as JSON."""
        script = (
            "const done = arguments[arguments.length - 1];"
            f"(async () => JSON.stringify(await ({expression})) ?? 'null')()"
            ".then((value) => done({ value }), (error) => done({ error: String(error) }));"
        )
        found = await self._command("POST", "/execute/async", {"script": script, "args": []})
        if "error" in found:
            raise WebKitError(f"{expression}: {found['error']}")
        return json.loads(found["value"])

    async def until(self, expression: str) -> None:
        """Returns once the expression is true. Pages come and go meanwhile."""
        try:
            async with asyncio.timeout(WITHIN):
                while not await self._truth(expression):  # noqa: ASYNC110 - the page has no event for us
                    await asyncio.sleep(0.02)
        except TimeoutError:
            raise WebKitError(f"never true: {expression}") from None

    async def click(self, selector: str) -> None:
        """A real click on the first that is shown, as soon as one is."""
        shown = f"[...document.querySelectorAll({json.dumps(selector)})].find((one) => one.checkVisibility())"
        await self.until(f"{shown} !== undefined")
        element = await self._command("POST", "/execute/sync", {"script": f"return {shown}", "args": []})
        await self._command("POST", f"/element/{element[ELEMENT]}/click", {})

    async def choose(self, selector: str, *files: Path) -> None:
        """Give files to an `<input type=file>`, as its dialogue would."""
        found = await self._command("POST", "/element", {"using": "css selector", "value": selector})
        text = "\n".join(str(file) for file in files)
        await self._command("POST", f"/element/{found[ELEMENT]}/value", {"text": text})

    async def screenshot(self) -> bytes:
        """A PNG of the page."""
        return base64.b64decode(await self._command("GET", "/screenshot"))

    async def close(self) -> None:
        with suppress(WebKitError):
            await self._command("DELETE", "")

    async def _truth(self, expression: str) -> bool:
        with suppress(WebKitError):  # the page is just being replaced
            return bool(await self.evaluate(f"Boolean({expression})"))
        return False

    async def _command(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        return await _ask(self._client, method, self._path + path, body)


@asynccontextmanager
async def webkit() -> AsyncIterator[WebKit]:
    """Started on a profile and a screen of its own, and ended whatever happens."""
    binary = next(Path("/usr/lib").glob(BROWSERS), None)
    if binary is None or not Path(DRIVER).exists() or shutil.which("Xvfb") is None:
        raise WebKitError("Debian has it: apt-get install webkit2gtk-driver xvfb")
    home = Path(tempfile.mkdtemp(prefix="webkit-"))
    processes: list[asyncio.subprocess.Process] = []
    try:
        display = await _screen(home, processes)
        port = free_port()
        processes.append(await _start([DRIVER, f"--port={port}", "--host=127.0.0.1"], home, display))
        address = f"http://127.0.0.1:{port}"
        async with httpx2.AsyncClient(base_url=address, timeout=WITHIN, trust_env=False) as client:
            made = WebKit(client, await _session(client, str(binary)))
            try:
                yield made
            finally:
                await made.close()
    finally:
        for process in reversed(processes):
            await _end(process)
        shutil.rmtree(home, ignore_errors=True)


async def _screen(home: Path, processes: list[asyncio.subprocess.Process]) -> str:
    """An X server that chooses its own number and says so once it is ready."""
    reader, writer = os.pipe()
    argv = ["Xvfb", "-displayfd", str(writer), "-screen", "0", SCREEN, "-nolisten", "tcp"]
    processes.append(await _start(argv, home, "", writer))
    os.close(writer)
    with os.fdopen(reader) as told:
        number = await asyncio.to_thread(told.readline)
    if not number.strip():
        raise WebKitError("Xvfb did not start")
    return f":{number.strip()}"


async def _start(argv: list[str], home: Path, display: str, *fds: int) -> asyncio.subprocess.Process:
    # The kernel ends it with its parent, and it is a group of its own: no process of it is ever left.
    environ = {**os.environ, "HOME": str(home), "XDG_RUNTIME_DIR": str(home), "DISPLAY": display}
    environ |= {
        "LANG": "fr_FR.UTF-8",
        "LANGUAGE": "fr_FR",
        "GDK_BACKEND": "x11",
        "LIBGL_ALWAYS_SOFTWARE": "1",
    }
    environ |= {"WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS": "1"}  # as root it has none
    return await asyncio.create_subprocess_exec(
        *["setpriv", "--pdeathsig=KILL", *argv],
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
        env=environ,
        pass_fds=fds,
        start_new_session=True,
    )


async def _session(client: httpx2.AsyncClient, binary: str) -> str:
    """Waits until the driver listens, and starts the browser."""
    options = {"binary": binary, "args": list(ARGS)}
    wanted = {"capabilities": {"alwaysMatch": {"webkitgtk:browserOptions": options}}}
    try:
        async with asyncio.timeout(WITHIN):
            while not await _listens(client):  # noqa: ASYNC110 - the driver has no other way to say so
                await asyncio.sleep(0.05)
    except TimeoutError:
        raise WebKitError(f"{DRIVER} did not start") from None
    session = str((await _ask(client, "POST", "/session", wanted))["sessionId"])
    timeouts = {"script": int(WITHIN * 1000), "pageLoad": int(WITHIN * 1000)}
    await _ask(client, "POST", f"/session/{session}/timeouts", timeouts)
    return session


async def _listens(client: httpx2.AsyncClient) -> bool:
    with suppress(httpx2.ConnectError):
        return (await client.get("/status")).is_success
    return False


async def _ask(client: httpx2.AsyncClient, method: str, path: str, body: dict[str, Any] | None) -> Any:
    reply = await client.request(method, path, json=body)
    found = reply.json()["value"]
    if reply.is_success:
        return found
    raise WebKitError(f"{method} {path}: {found['error']}: {found['message']}")


async def _end(process: asyncio.subprocess.Process) -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    await process.wait()
