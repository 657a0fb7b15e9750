"""What a console and the server say to one another on `/ws/console`."""

from __future__ import annotations

from typing import Literal

import msgspec

from signaling.domain import facts
from signaling.domain.alerts import Alert, State
from signaling.domain.controls import CommandName, CommandValue
from signaling.domain.facts import Audience, Decision, Source
from signaling.domain.records import Outcome, Role


class _Frame(msgspec.Struct, frozen=True, tag_field="type", kw_only=True, omit_defaults=True):
    pass


# --- in
class Join(_Frame, frozen=True, tag="join"):
    """First frame of a room: every event after `since` follows, then new ones as they happen."""

    session: str
    since: int = 0


class Watch(_Frame, frozen=True, tag="watch"):
    """First frame of the home page: the running sessions of the centre, now and after each change. Of the
    history: those of one of the centres that this visitor looks after, or of all of them ("")."""

    centre: str | None = None


class FollowFigures(_Frame, frozen=True, tag="follow_figures"):
    """First frame of the page of figures, of every role: when those of a centre that they look after
    change."""


class FollowWall(_Frame, frozen=True, tag="follow_wall"):
    """First frame of the wall: the running sessions of all centres that this visitor looks after."""


class SendHelp(_Frame, frozen=True, tag="send_help"):
    """From the wall: words for the regulators of that room."""

    ref: int
    centre: str
    session: str
    text: str


class AskHelp(_Frame, frozen=True, tag="ask_help"):
    """From a room: a supervisor should look, or need no longer."""

    ref: int
    asked: bool


class SeeHelp(_Frame, frozen=True, tag="see_help"):
    """From a room: a supervisor's words were read."""

    ref: int
    help: str


class Offer(_Frame, frozen=True, tag="offer"):
    """The browser offers to receive the caller's picture (one recvonly video section), or, small beside it,
    that of one participant."""

    ref: int
    sdp: str
    thumbnail_of: str = ""
    large: bool = False  # it is shown in the place of the session's picture


class Seen(_Frame, frozen=True, tag="seen"):
    """This console decoded the first frame of this phone's picture."""

    participant: str


class Command(_Frame, frozen=True, tag="command"):
    """Drive a phone. `id` is made by the console; the answer comes as a `command.answered` event."""

    ref: int
    id: str
    name: CommandName
    value: CommandValue


class Resend(_Frame, frozen=True, tag="resend"):
    """Send the invitation again. `intent` is made by the console: the same one never sends twice.

    With `to`, a new invitation goes to that number or e-mail address and the unclaimed one is revoked.
    With `other`, it leaves by another provider than the last one, where there is one.
    """

    ref: int
    intent: str
    to: str | None = None
    other: bool = False


class Decide(_Frame, frozen=True, tag="decide"):
    """On a second phone that asks for the link: it takes over, is added as a second camera, or is refused."""

    ref: int
    handover: str
    decision: Decision


class Hand(_Frame, frozen=True, tag="hand"):
    """The phone's control: `ask` who drives for it, `give` it to a user, `take` it from a user who is away (a
    supervisor: in any case). `to`: that user's id; with `take` the one who drives as this console sees it, so
    that of two who take at once one is refused."""

    ref: int
    action: Literal["ask", "give", "take"]
    to: str = ""


class Cpr(_Frame, frozen=True, tag="cpr"):
    """Compressions begin or go on, stand still, or are over. Of whoever is in the room."""

    ref: int
    state: facts.Cpr


class StopRecording(_Frame, frozen=True, tag="stop_recording"):
    """Nothing of this session is recorded from now on."""

    ref: int


class Share(_Frame, frozen=True, tag="share"):
    """The regulator shows a window of their screen, or their own camera (one sendonly video section). With
    `stream`: anew, for one that goes on."""

    ref: int
    source: Source
    audience: Audience
    sdp: str
    stream: str = ""


class Unshare(_Frame, frozen=True, tag="unshare"):
    ref: int
    stream: str


class InviteGuest(_Frame, frozen=True, tag="invite_guest"):
    """Send a third person a link, by SMS or e-mail. `intent` as in `resend`; `name`: who they are, in the
    regulator's words; "" for the masked address."""

    ref: int
    intent: str
    to: str
    role: Literal["watch", "camera", "seen"]
    name: str = ""


class ResendGuest(_Frame, frozen=True, tag="resend_guest"):
    """The same link to the same guest, who hasn't come yet."""

    ref: int
    intent: str
    invitation: str


class RemoveGuest(_Frame, frozen=True, tag="remove_guest"):
    """The guest is out, and their link is worth nothing."""

    ref: int
    invitation: str


class End(_Frame, frozen=True, tag="end"):
    ref: int


class Ping(_Frame, frozen=True, tag="ping"):
    pass


# Each is answered by `ok`, or by `error`
Wish = (
    Command | Resend | Decide | Hand | Cpr | StopRecording | Unshare
    | InviteGuest | ResendGuest | RemoveGuest | AskHelp | SeeHelp | End
)  # fmt: skip
ConsoleIn = Join | Watch | FollowFigures | FollowWall | SendHelp | Offer | Seen | Share | Wish | Ping


# --- out
class Welcome(_Frame, frozen=True, tag="welcome"):
    version: int  # of the newest event
    now: int  # the server's clock, ms since the epoch: seconds on the ladder are counted by it
    ice_servers: list[dict[str, object]]


class IceServers(_Frame, frozen=True, tag="ice_servers"):
    """For the next connection: the credentials of those told before are about to end."""

    ice_servers: list[dict[str, object]]


class Move(_Frame, frozen=True, tag="move"):
    """The picture comes from another media node now: offer again at once. The earlier connection may still
    show it until the new one does."""


class Events(_Frame, frozen=True, tag="events"):
    """Events in order, never with a gap. Each as `signaling.domain.facts.Event`."""

    events: list[msgspec.Raw]


class Quality(_Frame, frozen=True, tag="quality"):
    """As the phone measures it. Fields as in `control.Quality`."""

    participant: str
    bitrate: float
    frames: float
    width: int
    height: int
    loss: float = 0.0
    round_trip: float | None = None
    battery: float | None = None


class FileProgress(_Frame, frozen=True, tag="file_progress"):
    """A file of a phone's is on its way; shown, not kept. Its end is an event."""

    participant: str
    file: str
    kind: Literal["photo", "document"]
    at: int  # bytes that arrived
    size: int  # bytes


class Answer(_Frame, frozen=True, tag="answer"):
    ref: int
    sdp: str


class Shared(_Frame, frozen=True, tag="shared"):
    """The answer to `share`."""

    ref: int
    stream: str
    sdp: str


class Ok(_Frame, frozen=True, tag="ok"):
    ref: int


class Error(_Frame, frozen=True, tag="error"):
    """Refused; the connection goes on. `message` is a sentence in the user's language."""

    code: str
    message: str
    permanent: bool
    ref: int | None = None


class Watcher(msgspec.Struct, frozen=True):
    user: str  # user id; a guest's participant id
    name: str
    role: Role | Literal["guest"]
    since: int  # ms since the epoch


class Watchers(_Frame, frozen=True, tag="watchers"):
    """Everybody who watches now, each once, who came first before the others; at joining and after each
    change."""

    watchers: list[Watcher]


class Guest(msgspec.Struct, frozen=True):
    invitation: str
    name: str  # in the words of who invited them
    address: str  # as people write it


class Guests(_Frame, frozen=True, tag="guests"):
    """All guests of the session by name, ahead of the events that tell of one more."""

    guests: list[Guest]


class RunningSession(msgspec.Struct, frozen=True):
    id: str
    address: str  # as people write it, "06 12 34 56 78"; masked for the history
    regulator: str
    started_at: int
    rung: str
    outcome: Outcome


class Running(_Frame, frozen=True, tag="running"):
    now: int
    sessions: list[RunningSession]


class WallTile(msgspec.Struct, frozen=True, omit_defaults=True):
    """`since`: of the state; `rung_at`: of the rung. `helped`: whether the newest words of a supervisor were
    read; None: there were none."""

    centre: str  # id
    id: str
    address: str  # as people write it
    regulator: str
    started_at: int
    rung: str
    rung_at: int
    state: State
    since: int
    alerts: tuple[Alert, ...]
    helped: bool | None = None


class Part(msgspec.Struct, frozen=True, omit_defaults=True):
    """`name`: `store`, `bus`, `relay`, `files`, `queue`, or `node:` or `carrier:` and its name. Of a carrier:
    messages of the last quarter of an hour. Of the queue: messages that are due and have not left. Of a node
    of the relay: its sessions, packets a second, percent of a core, and percent of what it can carry."""

    name: str
    health: Literal["good", "slow", "bad", "unknown"]
    sent: int = 0
    delivered: int = 0
    failed: int = 0
    waiting: int = 0
    sessions: int = 0
    packets: int = 0
    cpu: int = 0
    load: int = 0


class Wall(_Frame, frozen=True, tag="wall"):
    """Tiles that need somebody first."""

    now: int
    tiles: list[WallTile]
    parts: list[Part]


class FiguresChanged(_Frame, frozen=True, tag="figures_changed"):
    """Sessions have been counted: the page asks for its numbers again. At most once a second."""


class Pong(_Frame, frozen=True, tag="pong"):
    pass


ConsoleOut = (
    Welcome | IceServers | Move | Events | Quality | FileProgress | Answer | Ok | Error | Running | Pong
    | Watchers | Shared | Guests | FiguresChanged | Wall
)  # fmt: skip
