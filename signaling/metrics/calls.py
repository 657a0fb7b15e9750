"""Calls in figures: the facts of sessions, the audit and what phones measure, counted.

A fact is stored by exactly one process and counted there, so that the sum over all processes is the truth.
Each label takes its values from a fixed list: no id, number or name can become one.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Histogram

from signaling.domain import carrier_reasons, facts, ladder
from signaling.domain.facts import Event
from signaling.domain.guests import concerns_guest, guest_ids, guest_ids_told
from signaling.domain.records import Message
from signaling.domain.room import Room
from signaling.messages import control

SECOND: Final = 1000  # ms
OTHER: Final = "other"
_UNTIL_PICTURE: Final = (5, 10, 15, 20, 25, 30, 45, 60, 90, 120, 180, 300, 600)  # seconds
_UNTIL_DELIVERED: Final = (1, 2, 3, 5, 8, 12, 20, 30, 60, 120, 300)  # seconds
_BITRATES: Final = (50, 100, 200, 400, 800, 1200, 2000, 4000)  # kbit/s
_FRAMES: Final = (1, 3, 5, 8, 12, 15, 20, 25, 30)  # a second
_LOSSES: Final = (0.0, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.4)  # share of the packets
_PROVIDERS: Final = ("outbox", "twilio", "ovh", "smtp")


class Calls:
    """Implements `signaling.ports.Observer`."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._facts = Counter("visio_facts", "Facts of sessions", ["type"], registry=registry)
        self._started = Counter("visio_calls_started", "Calls that began", registry=registry)
        self._ended = Counter("visio_calls_ended", "Calls that ended", ["how"], registry=registry)
        self._rungs = Counter(
            "visio_calls_rung", "Calls that reached a rung of the ladder", ["rung"], registry=registry
        )
        self._pictures = Histogram(
            "visio_first_picture_seconds",
            "Until the first picture, from the start of the call or from the opening of its link",
            ["since"],
            buckets=_UNTIL_PICTURE,
            registry=registry,
        )
        self._ways = Counter("visio_picture_ways", "Ways that pictures took", ["way"], registry=registry)
        self._fates = Counter(
            "visio_messages", "Fates of messages", ["provider", "fate", "reason"], registry=registry
        )
        self._deliveries = Histogram(
            "visio_message_delivery_seconds",
            "From the moment a message was queued until it was delivered",
            ["provider"],
            buckets=_UNTIL_DELIVERED,
            registry=registry,
        )
        self._audited = Counter(
            "visio_audited", "Lines of the audit, logins among them", ["action"], registry=registry
        )
        self._bitrates = Histogram(
            "visio_picture_kilobits", "kbit/s that phones send", buckets=_BITRATES, registry=registry
        )
        self._frames = Histogram(
            "visio_picture_frames", "Frames a second that phones send", buckets=_FRAMES, registry=registry
        )
        self._losses = Histogram(
            "visio_picture_loss", "Share of phones' packets that was lost", buckets=_LOSSES, registry=registry
        )
        for rung in ladder.NAMES:
            self._rungs.labels(rung)

    def happened(self, room: Room, events: Sequence[Event]) -> None:
        rung, guests = room.session.rung, guest_ids(room) | guest_ids_told(events)
        for event in events:
            self._facts.labels(_tag(event.fact)).inc()
            self._count(room, event)
            if concerns_guest(guests, event.fact):
                continue  # the ladder is the caller's
            higher = ladder.higher(rung, event.fact)
            if higher != rung:
                self._rungs.labels(higher).inc()
                rung = higher

    def measured(self, frame: control.Quality) -> None:
        self._bitrates.observe(frame.bitrate)
        self._frames.observe(frame.frames)
        self._losses.observe(frame.loss)

    def audited(self, action: str) -> None:
        self._audited.labels(action).inc()

    def _count(self, room: Room, event: Event) -> None:
        match event.fact:
            case facts.SessionStarted():
                self._started.inc()
            case facts.SessionEnded(by=by):
                self._ended.labels("by_itself" if by is None else "by_a_regulator").inc()
            case facts.PictureFirst():
                self._picture(room, event.at)
            case facts.PictureWay(way=way):
                self._ways.labels(way).inc()
            case facts.MessageQueued(provider=provider):
                self._fate(provider, "queued")
            case facts.MessageAccepted(message=message):
                self._fate(_provider(room, message), "accepted")
            case facts.MessageDelivered(message=message):
                self._delivered(room, message, event.at)
            case facts.MessageFailed(message=message, reason=reason, retry_at=retry_at):
                fate = "failed" if retry_at is None else "delayed"
                self._fate(_provider(room, message), fate, carrier_reasons.CATEGORIES.get(reason, OTHER))

    def _picture(self, room: Room, at: int) -> None:
        self._pictures.labels("start").observe(max(0, at - room.session.started_at) / SECOND)
        opened = [
            invitation.opened_at
            for invitation in room.invitations
            if invitation.opened_at is not None and not invitation.guest
        ]
        if opened:
            self._pictures.labels("link").observe(max(0, at - min(opened)) / SECOND)

    def _delivered(self, room: Room, message: str, at: int) -> None:
        provider = _known(_provider(room, message), _PROVIDERS)
        self._fate(provider, "delivered")
        if (row := _message(room, message)) is not None:
            self._deliveries.labels(provider).observe(max(0, at - row.created_at) / SECOND)

    def _fate(self, provider: str, fate: str, reason: str = "") -> None:
        self._fates.labels(_known(provider, _PROVIDERS), fate, reason).inc()


def _message(room: Room, message: str) -> Message | None:
    return next((row for row in room.messages if row.id == message), None)


def _provider(room: Room, message: str) -> str:
    row = _message(room, message)
    return OTHER if row is None else row.provider


def _known(value: str, values: Collection[str]) -> str:
    return value if value in values else OTHER


def _tag(fact: facts.AnyFact) -> str:
    return str(fact.__struct_config__.tag)
