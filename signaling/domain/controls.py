"""The remote control of a phone: what can be asked of it, what it can do, and what it does."""

from __future__ import annotations

from typing import Final, Literal

import msgspec

CommandName = Literal[
    "camera", "lens", "torch", "zoom", "profile", "position", "photo",
    "guidance", "message", "pointer", "metronome", "language", "pause",
]  # fmt: skip
CommandValue = bool | float | str | tuple[float, float]
CommandError = Literal[
    "unsupported", "out_of_range", "stale_epoch", "needs_tap", "failed", "replaced", "unreachable", "ended"
]

Facing = Literal["environment", "user"]
# What the picture is for: smooth movement (CPR), fine detail (a wound, a label), a line that carries little.
Profile = Literal["auto", "motion", "detail", "weak"]
Metronome = Literal["off", "silent", "sound"]
GUIDANCE: Final = (
    "speaker", "closer", "back", "face", "chest", "still", "prop", "light", "turn", "coming",
)  # fmt: skip
MESSAGE_CHARACTERS: Final = 300
LENSES: Final = 12  # more than any phone has


class Lens(msgspec.Struct, frozen=True, omit_defaults=True):
    """One camera of the phone, where it lets them be told apart. `id` means something to its page only."""

    id: str
    label: str
    facing: Facing | None = None


class Capabilities(msgspec.Struct, frozen=True, omit_defaults=True):
    """What the lens in use can do; absent means it can't. Zoom is `(min, max, step)`."""

    facing: tuple[str, ...] = ()  # of "environment", "user": the cameras that can be chosen
    lenses: tuple[Lens, ...] = ()  # when there are several that look the same way
    torch: bool = False
    zoom: tuple[float, float, float] | None = None
    photo: bool = False  # a sharp photo, of the sensor's size or of the video's
    position: bool = False
    vibration: bool = False


class Controls(msgspec.Struct, frozen=True, omit_defaults=True):
    """Values of the controls, once as wanted and once as actual. None: not known or not applicable."""

    camera: Facing | None = None
    lens: str | None = None
    torch: bool | None = None
    zoom: float | None = None
    profile: Profile | None = None
    position: bool | None = None
    guidance: str | None = None  # one of GUIDANCE while it fills the screen, "" for none
    message: str | None = None  # the text on the screen, "" once the caller put it away
    metronome: Metronome | None = None
    pause: bool | None = None  # the camera's picture is held back, the session goes on
    language: str | None = None  # of the page, as in LANGUAGES
