"""The whole product as its real processes, on free ports of the loopback."""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, TypeVar

import httpx2

from tests.forked import Forked
from tests.servers import free_port

ROOT: Final = Path(__file__).parents[2]
PASSWORD: Final = "une-phrase-de-passe-pour-les-tests"
READY_WITHIN: Final = 60.0  # seconds; a start takes two or three
EXIT_WITHIN: Final = 20.0

T = TypeVar("T")


class StageError(Exception):
    """A process of the product did not start, or something expected did not come in time."""


class Product:
    """`web` and, when asked for, `media`. `stop` and `kill` end them; `start` begins again on the same
    data."""

    def __init__(self, folder: Path, environ: Mapping[str, str], *, media_process: bool = False) -> None:
        self.port = free_port()
        self.origin = f"http://127.0.0.1:{self.port}"
        self.data = folder / "data"
        self._log = folder / "product.log"
        self._media = media_process
        self._processes: list[Forked] = []
        self._environ = {
            "PATH": os.environ["PATH"],
            "HOME": os.environ.get("HOME", "/"),
            "PORT": str(self.port),
            "DATA_DIR": str(self.data),
            "DEMO_PASSWORD": PASSWORD,
            "MEDIA_ADDRESSES": "127.0.0.1",
            "NOMINATIM_DOMAIN": "off",
            "BAN_DOMAIN": "off",
            # A relay that is full for a moment, because tests share two cores, is what other tests are about
            "MEDIA_MAX_CPU": "100000",
            "MEDIA_MAX_LAG": "100000",
            **environ,
        }

    @property
    def pid(self) -> int:
        """Of `web`, which has the relay in it unless there is `media`."""
        return self._processes[0].pid

    def start(self) -> None:
        """Returns once the pages answer."""
        modules = ["config.serve", "media"] if self._media else ["config.serve"]
        self._processes = [self._process(module) for module in modules]
        self.until("the pages answer", self._answers)

    def stop(self) -> None:
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """As a power cut ends them: no goodbye."""
        self._end(signal.SIGKILL)

    def replace_media(self) -> None:
        """The media node dies without a goodbye; another one starts."""
        dead = self._processes.pop()
        dead.send_signal(signal.SIGKILL)
        dead.wait()
        self._processes.append(self._process("media"))

    def outbox(self) -> list[dict[str, Any]]:
        """The messages that would have left, oldest first."""
        files = sorted((self.data / "outbox").glob("*.json"), key=lambda file: file.stat().st_mtime_ns)
        return [json.loads(file.read_text(encoding="utf-8")) for file in files]

    def message(self, after: int = 0) -> dict[str, Any]:
        """The first one that leaves once so many had left."""
        return self.until("the message left", lambda: self.outbox()[after:])[0]

    def log(self) -> str:
        return self._log.read_text(encoding="utf-8", errors="replace") if self._log.exists() else ""

    def until(self, what: str, probe: Callable[[], T], within: float = READY_WITHIN) -> T:
        """The first true value of `probe`. Raises StageError with the log when none comes."""
        deadline = time.monotonic() + within
        while True:
            if value := probe():
                return value
            if time.monotonic() > deadline or any(one.is_over() for one in self._processes):
                raise StageError(f"waited in vain until {what}\n{self.log()[-4000:]}")
            time.sleep(0.02)

    def _process(self, module: str) -> Forked:
        return Forked(module, self._environ, self._log)

    def _answers(self) -> bool:
        try:
            return httpx2.get(f"{self.origin}/healthz", timeout=2).status_code == 200
        except httpx2.HTTPError:
            return False

    def _end(self, how: signal.Signals) -> None:
        for process in self._processes:
            process.send_signal(how)
        for process in self._processes:
            if not process.wait(EXIT_WITHIN):
                process.send_signal(signal.SIGKILL)
                process.wait()
                raise StageError(f"a process did not end after {how.name}\n{self.log()[-4000:]}")
        self._processes.clear()


@contextmanager
def product(folder: Path, environ: Mapping[str, str], *, media_process: bool = False) -> Iterator[Product]:
    made = Product(folder, environ, media_process=media_process)
    try:
        made.start()
        yield made
    finally:
        made.stop()
