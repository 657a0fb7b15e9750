"""The relays that carry the same load by turns, by their names."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, TypeVar

from tests.bench.relay.janus import janus
from tests.bench.relay.mediasoup import mediasoup
from tests.bench.relay.ways import OpenWay, ours

OURS, JANUS = "VisioRegul", "Janus"
WAYS: Final[Mapping[str, OpenWay]] = {OURS: ours, JANUS: janus, **mediasoup()}

T = TypeVar("T")


def beside(found: Mapping[str, T], text: Callable[[T], str] = str) -> str:
    """What the others came to."""
    return ", ".join(f"{text(value)} ({name})" for name, value in found.items() if name != OURS)
