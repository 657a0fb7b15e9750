"""`python -m media.simulator LINK`: simulated phones, for training and load. More in docs/simulator.md.

Exit codes: 0 all visios have ended or were hung up, 1 a fault of ours, 2 wrong arguments, 3 a link or a login
was refused.
"""

from __future__ import annotations

import argparse
import asyncio
import getpass
import logging
import os
import signal
import ssl
import sys
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Final

import uvloop

from media.simulator import standard_input, video
from media.simulator.archive import Archive
from media.simulator.crowd import Crowd, number
from media.simulator.desk import Desk, LoginRefused
from media.simulator.door import BadLink, Link, is_origin
from media.simulator.manners import Manners
from media.tasks import end

BROKEN: Final = 1
MISUSED: Final = 2
TURNED_AWAY: Final = 3
VARIABLE: Final = "SIMULATOR_PASSWORD"

log = logging.getLogger("media.simulator")


def main(argv: Sequence[str] | None = None) -> int:
    options = parser().parse_args(argv)
    _configure_log(quiet=options.quiet)
    try:
        _check(options)
        return uvloop.run(run(options))
    except (BadLink, video.NoVideo, OSError) as error:
        log.error("%s", error)
        return MISUSED
    except LoginRefused as error:
        log.error("%s", error)
        return TURNED_AWAY


async def run(options: argparse.Namespace) -> int:
    """Until all phones have ended; SIGTERM and SIGINT make them hang up. Raises BadLink, LoginRefused."""
    archive = Archive(Path(os.environ.get("DATA_DIR", "var")) / "simulator", options.video)
    crowd = Crowd(archive, _manners(options), _trust(options.certificate), options.server or "")
    coming = asyncio.create_task(_bring(options, crowd))

    def leave() -> None:
        coming.cancel()
        crowd.hang_up()

    loop = asyncio.get_running_loop()
    for one in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(one, leave)
    if options.minutes:
        loop.call_later(options.minutes * 60, leave)
    if options.tethered:
        crowd.emptied = leave
        coming.add_done_callback(lambda _: leave())
    filming = asyncio.create_task(archive.work())
    filming.add_done_callback(lambda _: leave())  # without pictures there is nothing to show
    await asyncio.wait([coming])
    await crowd.over()
    return await _outcome(crowd, coming, filming)


async def _outcome(crowd: Crowd, coming: asyncio.Task[None], filming: asyncio.Task[None]) -> int:
    """The exit code. Raises what was wrong with the links, or with the films."""
    if filming.done():
        filming.result()
    await end([filming])
    if not coming.cancelled():
        coming.result()
    return BROKEN if crowd.broken else TURNED_AWAY if crowd.refused else 0


def _manners(options: argparse.Namespace) -> Manners:
    return Manners(
        loss=options.loss / 100,
        silence=options.silence,
        reconnect=options.reconnect,
        refuses=options.refuse,
    )


def _trust(certificate: Path | None) -> ssl.SSLContext:
    trust = ssl.create_default_context()
    if certificate is not None:
        trust.load_verify_locations(certificate)
    return trust


async def _bring(options: argparse.Namespace, crowd: Crowd) -> None:
    """Phones for the links, then for the visios that are started for them."""
    count = 0
    async for text in _given(options.links):
        if not is_origin(text):
            crowd.add(Link.read(text))
            count += 1
    if options.login and count < options.count:
        await _start(options, crowd, options.count - count)


async def _given(links: Sequence[str]) -> AsyncIterator[str]:
    for text in links:
        if text == "-":
            async for line in standard_input.lines():
                yield line
        else:
            yield text


async def _start(options: argparse.Namespace, crowd: Crowd, count: int) -> None:
    """So many visios of that regulator, each with its phone."""
    first = options.links[0]
    desk = Desk(crowd.server(first if is_origin(first) else Link.read(first).origin))
    password = os.environ.get(VARIABLE, "") or await asyncio.to_thread(getpass.getpass)
    await desk.log_in(options.login, password)
    for _ in range(count):
        crowd.add(await desk.start())


# ---------------------------------------------------------------- the command
def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(
        prog="python -m media.simulator",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = made.add_argument
    add("links", nargs="+", metavar="LINK", help="https://host/j#TOKEN; - reads them from the standard input")
    add("--count", type=int, default=1, metavar="N", help="phones; those without a link need --login")
    add("--login", metavar="EMAIL", help=f"the regulator who starts their visios; password in {VARIABLE}")
    add("--video", type=Path, metavar="FILE", help="for the back camera, in place of the drawn scene")
    add("--loss", type=_percent, default=0, metavar="PERCENT", help="of the picture's packets, both ways")
    add("--silence", type=_positive, default=0, metavar="SECONDS", help="no picture for so long, as often")
    add("--reconnect", type=_positive, default=0, metavar="SECONDS", help="load the page anew after so long")
    add("--refuse", action="store_true", help="refuse the camera")
    add("--minutes", type=_positive, default=0, metavar="N", help="hang up after so long")
    add("--server", type=_origin, metavar="URL", help="where the links' server really is")
    add("--certificate", type=Path, metavar="FILE", help="trust this one (PEM) beside the system's")
    add("--tethered", action="store_true", help="last no longer than the standard input, nor than the phones")
    add("--quiet", action="store_true", help="tell nothing but trouble")
    return made


def _check(options: argparse.Namespace) -> None:
    """Raises BadLink, NoVideo."""
    for text in options.links:
        if text != "-" and not (options.login and is_origin(text)):
            Link.read(text)
    if options.count > len(options.links) and not options.login and "-" not in options.links:
        raise BadLink(f"{options.count} phones need as many links, or --login to start visios for them")
    if options.video is not None:
        video.check(options.video)


def _positive(text: str) -> float:
    value = float(text)
    if not value > 0:
        raise argparse.ArgumentTypeError("takes a number above 0")
    return value


def _percent(text: str) -> float:
    value = float(text)
    if not 0 <= value <= 100:
        raise argparse.ArgumentTypeError("takes a number from 0 to 100")
    return value


def _origin(text: str) -> str:
    if not is_origin(text):
        raise argparse.ArgumentTypeError("takes scheme, host and port: http://127.0.0.1:8000")
    return text


def _configure_log(*, quiet: bool) -> None:
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("%(asctime)s %(who)s%(message)s", "%H:%M:%S"))
    handler.addFilter(_name)
    logging.basicConfig(level=logging.WARNING, handlers=[handler])
    log.setLevel(logging.WARNING if quiet else logging.INFO)


def _name(record: logging.LogRecord) -> bool:
    """Of several phones, which one."""
    record.who = f"phone {number.get()}: " if number.get() else ""
    return True


if __name__ == "__main__":
    sys.exit(main())
