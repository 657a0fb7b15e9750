"""The WebSockets `/ws/console`, `/ws/caller`, `/ws/guest`, `/ws/test`: who may speak, then what is said."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial

import structlog
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from signaling.domain.errors import NotAllowed, NotFound, NotSignedIn
from signaling.domain.throttle import network
from signaling.line import Close, Closing, close
from signaling.ports import Limiter

log = structlog.get_logger()

Conversation = Callable[[WebSocket], Awaitable[None]]


def routes(
    console: Conversation,
    caller: Conversation,
    guest: Conversation,
    test: Conversation | None,
    arrivals: Limiter,
) -> list[WebSocketRoute]:
    """`test`: None where no phone can be tested. `arrivals` counts connections by where they come from."""
    guarded = partial(_guarded, arrivals)
    tests = [] if test is None else [WebSocketRoute("/ws/test", guarded(test))]
    return [
        *tests,
        WebSocketRoute("/ws/console", guarded(console)),
        WebSocketRoute("/ws/caller", guarded(caller)),
        WebSocketRoute("/ws/guest", guarded(guest)),
    ]


def _guarded(arrivals: Limiter, conversation: Conversation) -> Conversation:
    """Every way out of a conversation closes the socket with the code that tells the client what to do."""

    async def endpoint(websocket: WebSocket) -> None:
        await websocket.accept()
        try:
            await _count(websocket, arrivals)
            await conversation(websocket)
            code = 1000
        except WebSocketDisconnect:
            return
        except Closing as closing:
            code = closing.code
        except NotSignedIn:
            code = Close.NOT_SIGNED_IN
        except (NotFound, NotAllowed):
            code = Close.NO_SESSION
        except Exception:
            log.exception("conversation_failed", path=websocket.url.path)
            code = Close.RESTART
        await close(websocket, code)

    return endpoint


async def _count(websocket: WebSocket, arrivals: Limiter) -> None:
    """Raises Closing for one too many. After the handshake, since browsers tell no page why that failed."""
    source = network(websocket.client.host if websocket.client else "")
    if await arrivals.wait(source) > 0:
        raise Closing(Close.FLOOD)
    await arrivals.hit(source)
