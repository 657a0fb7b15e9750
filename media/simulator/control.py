"""The simulated phone's side of the remote control, as `patient_pwa/static/control.js` has it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, TypeVar, cast

from msgspec.structs import replace

from media.simulator.camera import FACINGS, Camera
from media.simulator.lens import Facing
from signaling.messages.control import (
    Capabilities,
    Command,
    CommandError,
    Controls,
    ControlUp,
    Hello,
    Result,
    State,
)

KEPT = 200  # results, so that a repeated command is answered and not run again

Account = tuple[Capabilities, Controls, dict[str, str]]
F = TypeVar("F", Hello, State)


class Control:
    """Its operations take no time, so that actual values are always the wanted ones."""

    def __init__(self, camera: Camera, tell: Callable[[ControlUp], None]) -> None:
        self.walking = asyncio.Event()  # set while the position is wanted
        self._camera = camera
        self._tell = tell
        self._page = Controls(profile="auto", guidance="", message="", metronome="off", language="fr")
        self._results: dict[str, CommandError | None] = {}
        self._epoch = 0
        self._revision = 1
        self._told = self._account()

    def hello(self, epoch: int | None = None) -> None:
        """On every (re)open of a channel; `epoch` comes with the server's welcome."""
        self._epoch = self._epoch if epoch is None else epoch
        self._look()
        self._tell(self._state(Hello))

    def refresh(self) -> None:
        """What the phone can or does may have changed by itself."""
        if self._look():
            self._tell(self._state(State))

    def command(self, command: Command) -> None:
        if command.epoch != self._epoch:
            self._tell(Result(id=command.id, error="stale_epoch"))
            return
        state: State | None = None
        if command.id not in self._results:
            self._results[command.id] = self._run(command)
            state = self._state(State) if self._look() else None
            if len(self._results) > KEPT:
                del self._results[next(iter(self._results))]
        self._tell(Result(id=command.id, error=self._results[command.id], state=state))

    # ------------------------------------------------------------ parts
    def _run(self, command: Command) -> CommandError | None:
        value: Any = command.value
        fault = self._check(command.name, value)
        if fault is not None:
            return fault
        match command.name:
            case "camera":
                self._camera.flip(cast(Facing, value))
            case "torch":
                self._camera.torch(value)
            case "zoom":
                self._camera.zoom(value)
            case "position":
                (self.walking.set if value else self.walking.clear)()
            case "profile" | "guidance" | "message" | "metronome" | "language":
                self._page = replace(self._page, **{command.name: value})
        return None

    def _check(self, name: str, value: Any) -> CommandError | None:
        """Why this phone can't do that now."""
        camera, is_switch, is_number = self._camera, isinstance(value, bool), isinstance(value, int | float)
        match name:
            case "camera":
                able, right = camera.open, value in FACINGS
            case "torch":
                able, right = camera.has_torch, is_switch
            case "zoom":
                low, high, _ = camera.zoom_range or (value, value, 0)
                able = camera.zoom_range is not None
                right = is_number and not is_switch and (not able or low <= value <= high)
            case "position":
                able, right = True, is_switch
            case "profile" | "guidance" | "message" | "metronome" | "language":
                able, right = True, isinstance(value, str)
            case "pointer":
                able, right = True, isinstance(value, tuple)
            case _:  # one lens a side, and no sharp photo
                able, right = False, True
        if not right:
            return "out_of_range"
        return None if able else "unsupported"

    def _look(self) -> bool:
        """Whether anything changed since the last look."""
        account = self._account()
        if account == self._told:
            return False
        self._told = account
        self._revision += 1
        return True

    def _account(self) -> Account:
        camera, shot = self._camera, self._camera.shot
        can = Capabilities(
            facing=FACINGS if camera.open else (),
            torch=camera.has_torch,
            zoom=camera.zoom_range,
            position=True,
        )
        does = replace(self._page, position=self.walking.is_set())
        if camera.open:
            does = replace(does, camera=shot.facing)
        if camera.has_torch:
            does = replace(does, torch=shot.lit, zoom=float(shot.zoom))
        return can, does, self._reasons()

    def _reasons(self) -> dict[str, str]:
        """Why controls are grey on the console."""
        if not self._camera.open:
            return dict.fromkeys(("camera", "torch", "zoom"), "needs_tap")
        return {} if self._camera.has_torch else dict.fromkeys(("torch", "zoom"), "lens")

    def _state(self, kind: type[F]) -> F:
        can, does, reasons = self._told
        return kind(
            epoch=self._epoch,
            revision=self._revision,
            capabilities=can,
            wanted=does,
            actual=does,
            reasons=reasons,
        )
