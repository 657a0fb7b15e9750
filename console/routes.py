"""All routes of the regulator's console but those of the login."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from starlette.exceptions import HTTPException
from starlette.routing import BaseRoute, Mount
from starlette.staticfiles import StaticFiles

from console import language
from console.assets import room_assets
from console.captures import CaptureFiles
from console.closing import ClosingRoutes
from console.demonstration import Demonstration
from console.documents import DocumentFiles
from console.faults import Faults
from console.history import Meetings
from console.history_export import HistoryExports
from console.history_paper import HistoryPapers
from console.home import Home
from console.meeting import MeetingPages
from console.pages import pages
from console.phone_tests import PhoneTestRoutes
from console.places import MapTiles, PlaceRoutes
from console.recordings import Films
from console.report import Reports
from console.room import Room
from console.stills import StillPictures
from signaling.domain.errors import VisioError
from signaling.ports import Clock
from signaling.service.captures import Captures
from signaling.service.closing import Closings, Preferences
from signaling.service.documents import Documents
from signaling.service.history import History
from signaling.service.invite import Inviting
from signaling.service.phone_test import PhoneTests
from signaling.service.places import Places
from signaling.service.recordings import Recordings
from signaling.service.stills import Stills

_ROOT: Final = Path(__file__).parent.parent
STATIC: Final = ("console/static", "media/client", "signaling/client")


@dataclass(frozen=True)
class KeptFiles:
    """What is kept with a session, and of a user."""

    captures: Captures
    documents: Documents
    recordings: Recordings
    closings: Closings
    preferences: Preferences


@dataclass(frozen=True)
class Whereabouts:
    """`host`: where callers reach us, as it is read aloud, e.g. `visio.example.fr`. `places`: tells where
    they are. `tiles`: of the map, None where there is none."""

    host: str
    places: Places
    tiles: MapTiles | None = None


def routes(
    inviting: Inviting,
    history: History,
    files: KeptFiles,
    stills: Stills,
    clock: Clock,
    whereabouts: Whereabouts,
    demonstration: Demonstration | None,
    phone_tests: PhoneTests | None = None,
) -> list[BaseRoute]:
    """`demonstration`: None where no call can be demonstrated. `phone_tests`: None where no phone can be
    tested."""
    return [
        *([] if phone_tests is None else PhoneTestRoutes(phone_tests, clock, pages()).routes()),
        *Home(inviting, history, clock, pages(), demonstration).routes(),
        *Room(inviting, history, clock, pages(), whereabouts.host, whereabouts.tiles).routes(),
        *PlaceRoutes(whereabouts.places).routes(),
        *CaptureFiles(files.captures).routes(),
        *DocumentFiles(files.documents).routes(),
        *Films(files.recordings).routes(),
        *ClosingRoutes(files.closings, files.preferences).routes(),
        *StillPictures(stills).routes(),
        *Meetings(history, clock, pages()).routes(),
        *HistoryExports(history, clock, pages()).routes(),
        *HistoryPapers(history, clock, pages()).routes(),
        *Reports(history, files.captures, clock, pages()).routes(),
        *MeetingPages(history, clock, pages(), whereabouts.tiles).routes(),
        *language.routes(pages()),
        room_assets().route(),
        # At the folders' own paths a relative import means the same here, in Node and in tsc. ETags make
        # asking again cheap: a new version is there at the next load, without a name that changes.
        *(Mount(f"/{folder}", StaticFiles(directory=_ROOT / folder)) for folder in STATIC),
    ]


def exception_handlers() -> Mapping[Any, Any]:
    """For Starlette: a page for people, JSON for scripts."""
    faults = Faults(pages())
    return {VisioError: faults.visio, HTTPException: faults.http, Exception: faults.crash}
