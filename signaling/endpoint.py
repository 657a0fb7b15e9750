"""The WebSockets `/ws/console`, `/ws/caller`, `/ws/guest`, `/ws/test`: who may speak, then what is said."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import structlog
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from signaling.domain.errors import NotAllowed, NotFound, NotSignedIn
from signaling.line import Close, Closing, close

log = structlog.get_logger()

Conversation = Callable[[WebSocket], Awaitable[None]]


def routes(
    console: Conversation, caller: Conversation, guest: Conversation, test: Conversation | None = None
) -> list[WebSocketRoute]:
    """`test`: None where no phone can be tested."""
    tests = [] if test is None else [WebSocketRoute("/ws/test", _guarded(test))]
    return [
        *tests,
        WebSocketRoute("/ws/console", _guarded(console)),
        WebSocketRoute("/ws/caller", _guarded(caller)),
        WebSocketRoute("/ws/guest", _guarded(guest)),
    ]


def _guarded(conversation: Conversation) -> Conversation:
    """Every way out of a conversation closes the socket with the code that tells the client what to do."""

    async def endpoint(websocket: WebSocket) -> None:
        await websocket.accept()
        try:
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
