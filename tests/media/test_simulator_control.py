"""The simulated phone answers commands as real phones do."""

from __future__ import annotations

import msgspec
import pytest

from media.simulator.camera import Camera
from media.simulator.control import KEPT, Control
from media.simulator.lens import Shot
from signaling.messages.codec import decode_control
from signaling.messages.control import Command, ControlUp, Hello, Result, State

EPOCH = 3


class Rig:
    """A control with an open camera; what it says is read as the server reads it."""

    def __init__(self, *, opened: bool = True) -> None:
        self.said: list[ControlUp] = []
        self.camera = Camera()
        self.camera.open = opened
        self.control = Control(self.camera, self._tell)
        self.control.hello(EPOCH)

    def ask(self, name: str, value: object, id_: str = "", epoch: int = EPOCH) -> str | None:
        """The error of the answer, None for none."""
        command = {"id": id_ or f"{name} {value}", "epoch": epoch, "name": name, "value": value}
        self.control.command(msgspec.convert(command, Command))
        answer = self.said[-1]
        assert isinstance(answer, Result)
        return answer.error

    def states(self) -> list[State]:
        brought = [frame.state if isinstance(frame, Result) else frame for frame in self.said]
        return [frame for frame in brought if isinstance(frame, State)]

    def _tell(self, frame: ControlUp) -> None:
        self.said.append(decode_control(msgspec.json.encode(frame)))


def test_hello_tells_what_the_phone_can_and_does() -> None:
    [hello] = Rig().said
    assert isinstance(hello, Hello)
    assert (hello.epoch, hello.reasons) == (EPOCH, {})
    can = hello.capabilities
    assert (can.facing, can.torch, can.zoom, can.position) == (("environment", "user"), True, (1, 4, 1), True)
    assert (hello.actual.camera, hello.actual.torch, hello.actual.zoom) == ("environment", False, 1)
    assert hello.wanted == hello.actual


def test_a_command_is_done_then_answered_with_what_it_made() -> None:
    rig = Rig()
    assert rig.ask("torch", True) is None
    assert rig.camera.shot == Shot(lit=True)
    _, answer = rig.said
    assert isinstance(answer, Result)
    assert answer.state is not None
    assert (answer.state.actual.torch, answer.state.revision) == (True, 2)


@pytest.mark.parametrize(("value", "step"), [(1, 1), (1.4, 1), (2.6, 3), (4, 4)])
def test_zoom_goes_to_the_nearest_step(value: float, step: int) -> None:
    rig = Rig()
    assert rig.ask("zoom", value) is None
    assert rig.camera.shot.zoom == step


def test_the_front_camera_has_neither_torch_nor_zoom() -> None:
    rig = Rig()
    rig.ask("torch", True)
    rig.ask("zoom", 3)
    assert rig.ask("camera", "user") is None
    assert rig.camera.shot == Shot("user")
    state = rig.states()[-1]
    assert state.reasons == {"torch": "lens", "zoom": "lens"}
    assert (state.capabilities.torch, state.capabilities.zoom) == (False, None)
    assert rig.ask("torch", True, "again") == rig.ask("zoom", 2) == "unsupported"
    assert rig.ask("camera", "environment") is None
    assert rig.camera.shot == Shot()


WRONG: dict[str, list[object]] = {
    "camera": ["side", True],
    "torch": [1.0, "on"],
    "zoom": [0.0, 9.0, True, "2"],
    "position": [1.0, "yes"],
}


@pytest.mark.parametrize(("name", "value"), [(name, value) for name in WRONG for value in WRONG[name]])
def test_a_value_that_no_phone_takes_is_out_of_range_and_changes_nothing(name: str, value: object) -> None:
    rig = Rig()
    assert rig.ask(name, value) == "out_of_range"
    assert rig.states() == []


def test_a_repeated_command_is_answered_and_not_run_again() -> None:
    rig = Rig()
    rig.ask("torch", True, "one")
    rig.ask("torch", False, "two")
    assert rig.ask("torch", True, "one") is None
    assert rig.camera.shot == Shot()
    for number in range(KEPT):
        rig.ask("zoom", 2, f"zoom {number}")
    rig.ask("torch", True, "one")
    assert rig.camera.shot == Shot(lit=True, zoom=2)


def test_a_command_of_an_earlier_page_is_refused() -> None:
    rig = Rig()
    assert rig.ask("torch", True, epoch=EPOCH - 1) == "stale_epoch"
    assert rig.camera.shot == Shot()


def test_the_position_is_told_for_as_long_as_it_is_wanted() -> None:
    rig = Rig()
    rig.ask("position", True)
    assert rig.control.walking.is_set()
    assert rig.states()[-1].actual.position is True
    rig.ask("position", False)
    assert not rig.control.walking.is_set()


def test_a_phone_without_a_camera_says_why_its_controls_are_grey() -> None:
    rig = Rig(opened=False)
    [hello] = rig.said
    assert isinstance(hello, Hello)
    assert hello.capabilities.facing == ()
    assert hello.actual.camera is None
    assert hello.reasons == dict.fromkeys(("camera", "torch", "zoom"), "needs_tap")
    assert rig.ask("camera", "user") == rig.ask("torch", True) == rig.ask("zoom", 2) == "unsupported"
