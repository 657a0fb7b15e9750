"""What a phone says, checked and turned into facts: decisions only.

All of it is untrusted: a zoom outside its range, a position on Mars or an old revision is refused with
its reason, and the call goes on.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import get_args

from msgspec.structs import replace

from signaling.domain import facts
from signaling.domain.controls import (
    GUIDANCE,
    LENSES,
    MESSAGE_CHARACTERS,
    CommandName,
    CommandValue,
    Controls,
    Metronome,
    Profile,
)
from signaling.domain.errors import BadMessage
from signaling.domain.joining import find_participant
from signaling.domain.records import Participant, Position
from signaling.domain.room import Change, Room
from signaling.messages import caller, control

_STEPS: dict[str, type[facts.Fact]] = {
    "camera.asked": facts.CameraAsked,
    "camera.granted": facts.CameraGranted,
    "camera.back": facts.CameraBack,
    "page.hidden": facts.PageHidden,
    "page.shown": facts.PageShown,
    "hung_up": facts.CallerHungUp,
    "recording.agreed": facts.RecordingAgreed,
    "recording.declined": facts.RecordingDeclined,
}
_REASONS = frozenset({"unsupported", "denied", "lens", "needs_tap"})
_CONTROLS = frozenset(get_args(CommandName))
_LANGUAGE = 12  # characters of a language tag
_LABEL = 100  # characters of a lens's name or id


def newest_phone(room: Room) -> Participant | None:
    """The phone that consoles drive: the camera, and not one that is about to be it or films beside it."""
    for participant in reversed(room.participants):
        if participant.role == "caller" and participant.standing == "main":
            return participant
    return None


def step(room: Room, participant: str, frame: caller.Step) -> Change:
    if room.session.ended_at is not None:
        return Change()
    if frame.step == "camera.refused":
        reason = frame.reason or "other"
        return Change(facts=(facts.CameraRefused(participant=participant, reason=reason),))
    if frame.step == "camera.lost":
        return Change(facts=(facts.CameraLost(participant=participant, cause=frame.cause or "frozen"),))
    return Change(facts=(_STEPS[frame.step](participant=participant),))  # type: ignore[arg-type]


def state(room: Room, participant: str, frame: control.Hello | control.State) -> Change:
    """The phone's own account of its controls; an older epoch or revision says nothing new."""
    check_state(frame)
    if room.session.ended_at is not None:
        return Change()
    phone = find_participant(room, participant)
    if frame.epoch != phone.epoch:
        raise BadMessage(f"epoch {frame.epoch}, this phone is at {phone.epoch}")
    if frame.revision < phone.revision or (
        frame.revision == phone.revision and isinstance(frame, control.State)
    ):
        return Change()
    fact = facts.PhoneState(
        participant=participant,
        epoch=frame.epoch,
        revision=frame.revision,
        capabilities=frame.capabilities,
        wanted=frame.wanted,
        actual=frame.actual,
        reasons=frame.reasons,
    )
    return Change(facts=(fact,), updates=(replace(phone, revision=frame.revision),))


def check_state(frame: control.Hello | control.State) -> None:
    can = frame.capabilities
    if not set(can.facing) <= {"environment", "user"} or len(can.facing) > 2:
        raise BadMessage("unknown camera")
    if len(can.lenses) > LENSES or any(max(len(lens.id), len(lens.label)) > _LABEL for lens in can.lenses):
        raise BadMessage("impossible lenses")
    if not set(frame.reasons) <= _CONTROLS or not set(frame.reasons.values()) <= _REASONS:
        raise BadMessage("unknown reason")
    if not 0 <= frame.revision < 2**53:
        raise BadMessage("impossible revision")
    for values in (frame.actual, frame.wanted):
        _check_texts(values)
        _check_zoom(values.zoom, can.zoom)


def _check_texts(values: Controls) -> None:
    if values.guidance not in {None, "", *GUIDANCE} or len(values.message or "") > MESSAGE_CHARACTERS:
        raise BadMessage("unknown words on the screen")
    if len(values.lens or "") > _LABEL or len(values.language or "") > _LANGUAGE:
        raise BadMessage("impossible lens or language")


def _check_zoom(value: float | None, reach: tuple[float, float, float] | None) -> None:
    if reach is None:
        return
    low, high, increment = reach
    if not 0 < low <= high <= 1000 or not 0 <= increment <= high:
        raise BadMessage("impossible zoom range")
    if value is not None and not low <= value <= high:
        raise BadMessage("zoom outside its own range")


def result(room: Room, participant: str, frame: control.Result) -> Change:
    if room.session.ended_at is not None:
        return Change()
    check_command_id(frame.id)
    answered = facts.CommandAnswered(command=frame.id, participant=participant, error=frame.error)
    before = state(room, participant, frame.state) if frame.state else Change()
    return replace(before, facts=(*before.facts, answered))


def position(room: Room, participant: str, frame: control.Position, id_: str, now: int) -> Change:
    check_position(frame)
    if room.session.ended_at is not None:
        return Change()
    row = Position(
        id=id_,
        centre=room.session.centre,
        session=room.session.id,
        participant=participant,
        at=now,
        latitude=frame.latitude,
        longitude=frame.longitude,
        accuracy=frame.accuracy,
    )
    fact = facts.PositionFixed(
        position=id_,
        participant=participant,
        latitude=frame.latitude,
        longitude=frame.longitude,
        accuracy=frame.accuracy,
    )
    return Change(records=(row,), facts=(fact,))


def check_position(frame: control.Position) -> None:
    if not (-90 <= frame.latitude <= 90 and -180 <= frame.longitude <= 180):
        raise BadMessage("not a place on Earth")
    if not 0 <= frame.accuracy <= 20_000_000:  # half the Earth's circumference, metres
        raise BadMessage("impossible accuracy")


def check_command_id(command: str) -> None:
    if not (1 <= len(command) <= 40 and command.isascii() and command.replace("-", "").isalnum()):
        raise BadMessage("a command's id takes 1 to 40 letters, digits and dashes")


def command(room: Room, by: str, frame_id: str, name: CommandName, value: CommandValue) -> Change:
    """Say that a regulator drives the phone. Raises BadMessage for a value the control can't take."""
    check_command_id(frame_id)
    check_value(name, value)
    phone = newest_phone(room)
    if phone is None or room.session.ended_at is not None:
        raise BadMessage("no phone to drive in this session")
    sent = facts.CommandSent(command=frame_id, participant=phone.id, by=by, name=name, value=value)
    return Change(facts=(sent,))


def check_value(name: CommandName, value: CommandValue) -> None:
    """Raises BadMessage. Whether this phone can do it, only the phone knows."""
    if not _TAKES[name](value):
        raise BadMessage(f"{name} can't be set to {value!r}")


def _truth(value: CommandValue) -> bool:
    return isinstance(value, bool)


def _text(longest: int) -> Callable[[CommandValue], bool]:
    return lambda value: isinstance(value, str) and len(value) <= longest


def _one_of(*known: str) -> Callable[[CommandValue], bool]:
    return lambda value: isinstance(value, str) and value in known


_TAKES: dict[CommandName, Callable[[CommandValue], bool]] = {
    "camera": _one_of("environment", "user"),
    "lens": _text(_LABEL),
    "torch": _truth,
    "zoom": lambda value: not isinstance(value, (bool, str, tuple)) and 0 < value <= 1000,
    "profile": _one_of(*get_args(Profile)),
    "position": _truth,
    "photo": lambda value: value is True,
    "pause": _truth,
    "guidance": _one_of("", *GUIDANCE),
    "message": _text(MESSAGE_CHARACTERS),
    # from the left and from the top of the picture, as shares of it
    "pointer": lambda value: isinstance(value, tuple) and all(0 <= part <= 1 for part in value),
    "metronome": _one_of(*get_args(Metronome)),
    "language": lambda value: isinstance(value, str) and 2 <= len(value) <= _LANGUAGE and value.isascii(),
}
