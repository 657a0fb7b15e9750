"""Every state that the caller's page can be in, each reached as a caller reaches it.

A tour is a few of them, one after the other on the same phone; it stops at each for whoever looks.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Any, Final

from playwright.async_api import Page, expect

from tests.e2e.caller_page.conftest import go_live, on_screen, tap, until
from tests.e2e.caller_page.server import Server

Tour = Callable[[Page, Server], AsyncIterator[str]]

# The phone asks its owner, who takes their time and then says no
HOLD: Final = """
const no = new DOMException("Permission denied", "NotAllowedError");
void (phone.silent = new Promise((_, refuse) => { phone.refuse = () => refuse(no); }));
"""
REFUSALS: Final[dict[str, tuple[str, str]]] = {
    "denied": ("NotAllowedError", "Permission denied"),
    "dismissed": ("NotAllowedError", "Permission dismissed"),
    "system": ("NotAllowedError", "Permission denied by system"),
    "absent": ("NotFoundError", ""),
    "busy": ("NotReadableError", ""),
    "insecure": ("SecurityError", ""),
    "other": ("OperationError", ""),
}

DOCUMENT: Final = {"id": "d" * 32, "name": "consignes.pdf", "media_type": "application/pdf", "size": 4096}


DRAWING: Final = {
    **DOCUMENT,
    "id": "e" * 32,
    "name": "dessin.jpg",
    "media_type": "image/jpeg",
    "drawing": True,
}


async def door(phone: Page, server: Server) -> AsyncIterator[str]:
    """From the link to the camera's question, and every way of saying no."""
    await phone.route("**/j/open", lambda route: route.abort())
    await phone.goto(server.link("good"))
    await expect(phone.locator("[data-when=slow]")).to_be_visible()
    yield "slow"
    await phone.unroute("**/j/open")
    await on_screen(phone, "ready")
    yield "ready"
    await tap(phone, "languages")
    await expect(phone.locator("[data-part=languages]")).to_be_visible()
    yield "languages"
    await phone.keyboard.press("Escape")
    await expect(phone.locator("[data-part=languages]")).to_be_hidden()
    await phone.evaluate(HOLD)
    await tap(phone, "start")
    await on_screen(phone, "asking")
    yield "asking"
    await phone.evaluate("phone.refuse()")
    for reason, (name, message) in REFUSALS.items():
        if reason != "denied":
            await phone.evaluate(f"phone.fails.environment = {{ name: '{name}', message: '{message}' }}")
            await tap(phone, "start")
        await on_screen(phone, "refused")
        await expect(phone.locator(f"h1 [data-when='refused:{reason}']")).to_be_visible()
        yield f"refused-{reason}"


async def links(phone: Page, server: Server) -> AsyncIterator[str]:
    """Links that open nothing, and the code in their place."""
    await phone.goto(server.link("claimed", "claimed"))
    await on_screen(phone, "claimed")
    yield "claimed"
    await tap(phone, "handover")
    await expect(phone.locator("[data-part=handover-wait]")).to_be_visible()
    yield "claimed-waiting"
    server.door.decision = "refused"
    await expect(phone.locator("[data-part=handover-no]")).to_be_visible()
    yield "claimed-refused"
    for state in ("expired", "revoked", "unknown"):
        await phone.goto("about:blank")
        await phone.goto(server.link(state, state))
        await on_screen(phone, "unusable")
        await expect(phone.locator(f"h1 [data-when='unusable:{state}']")).to_be_visible()
        yield f"unusable-{state}"
    await tap(phone, "code")
    await on_screen(phone, "code")
    yield "code"
    for digits, reason in (("000000", "wrong"), ("999999", "throttled")):
        await phone.locator("#digits").fill(digits)
        await expect(phone.locator(f"[data-when='code:{reason}']")).to_be_visible()
        yield f"code-{reason}"


async def call(phone: Page, server: Server) -> AsyncIterator[str]:
    """From the picture to the end."""
    await go_live(phone, server)
    await until(phone, "document.querySelector('[data-part=summary]') && true")
    yield "live"
    for name, value in (("guidance", "prop"), ("message", "Ouvrez la porte, l’ambulance est au 12.")):
        await server.phone.command(f"tour-{name}", name, value)
        await expect(phone.locator("[data-part=words]")).to_be_visible()
        yield f"live-{name}"
        await server.phone.command(f"tour-no-{name}", name, "")
    await server.phone.command("tour-beat", "metronome", "silent")
    await expect(phone.locator("[data-part=beat]")).to_be_visible()
    yield "live-metronome"
    await server.phone.command("tour-no-beat", "metronome", "off")
    await tap(phone, "share")
    await expect(phone.locator("[data-part=share-code]")).to_be_visible()
    yield "live-share"
    await tap(phone, "close-share")
    await server.phone.say({"type": "document", "document": DOCUMENT})
    await expect(phone.locator("[data-part=arrived]")).to_be_visible()
    yield "live-arrived"
    await tap(phone, "documents")
    await expect(phone.locator("[data-part=documents]")).to_be_visible()
    yield "live-documents"
    await tap(phone, "close-documents")
    await server.phone.say({"type": "streams", "streams": [{"id": "s" * 32, "source": "screen"}]})
    await expect(phone.locator("[data-part=shown]")).to_be_visible()
    yield "live-shown"
    await tap(phone, "shown-close")
    await expect(phone.locator("[data-part=shown-again]")).to_be_visible()
    yield "live-shown-away"
    await server.phone.say({"type": "streams", "streams": []})
    await server.phone.say({"type": "document", "document": DRAWING})
    await expect(phone.locator("[data-part=drawing]")).to_be_visible()
    yield "live-drawing"
    await tap(phone, "drawing-close")
    await tap(phone, "hangup")
    await on_screen(phone, "hungup")
    await expect(phone.locator("[data-part=summary]")).to_be_visible()
    yield "hungup"
    await server.phone.say({"type": "ended"})
    await on_screen(phone, "ended")
    await expect(phone.locator("[data-part=summary]")).to_be_visible()
    yield "ended"


async def trouble(phone: Page, server: Server) -> AsyncIterator[str]:
    """A call whose network goes, and one that goes on elsewhere."""
    await go_live(phone, server)
    server.sockets_open = False
    assert server.phone.socket is not None
    await server.phone.socket.close(1012)
    await server.phone.hang_up()
    await expect(phone.locator(".status .bad")).to_be_visible()
    yield "live-lost"
    await phone.evaluate("dispatchEvent(new StorageEvent('storage', { key: 'visio-page', newValue: 'x' }))")
    await on_screen(phone, "moved")
    yield "moved"
    server.sockets_open = True
    await phone.goto("about:blank")
    await phone.goto(server.link("elsewhere", "replaced"))
    await on_screen(phone, "replaced")
    yield "replaced"


TOURS: Final[dict[str, Tour]] = {"door": door, "links": links, "call": call, "trouble": trouble}


async def look_round(tour: Tour, phone: Page, server: Server, look: Callable[[str], Any]) -> None:
    """Calls `look` with the name of each state while the page is in it."""
    async for name in tour(phone, server):
        await look(name)
