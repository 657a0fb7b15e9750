"""The product's processes, forked from one that has imported the product already.

A start takes three seconds of a core, two of them for imports, and the suite starts some hundreds of
processes. What runs is the program itself, in a process and with an environment of its own;
`tests/app/test_serve.py` starts it as a person does.
"""

from __future__ import annotations

import atexit
import importlib
import json
import os
import runpy
import select
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).parents[1]
PRELOADED: Final = ("config.serve", "media.__main__")


class Forked:
    """One process that runs a module as `python -m` does; what it says is added to `log`."""

    def __init__(self, module: str, environ: Mapping[str, str], log: Path) -> None:
        self.pid = _forker().fork({"module": module, "environ": dict(environ), "log": str(log)})
        try:
            self._handle: int | None = os.pidfd_open(self.pid)
        except ProcessLookupError:  # over already
            self._handle = None

    def is_over(self) -> bool:
        return self.wait(0)

    def send_signal(self, number: signal.Signals) -> None:
        """A process that is over takes none."""
        if self._handle is not None and not self.is_over():
            signal.pidfd_send_signal(self._handle, number)

    def wait(self, seconds: float | None = None) -> bool:
        """Whether it ended in time. Without a limit: waits until it has."""
        if self._handle is not None and select.select([self._handle], [], [], seconds)[0]:
            os.close(self._handle)
            self._handle = None
        return self._handle is None


class _Forker:
    def __init__(self) -> None:
        command = [sys.executable, "-m", "tests.forked"]
        pipe = subprocess.PIPE
        self._process = subprocess.Popen(command, cwd=ROOT, stdin=pipe, stdout=pipe)

    def fork(self, request: dict[str, Any]) -> int:
        """The new process's id."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(request).encode() + b"\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())

    def close(self) -> None:
        """It ends with the last of its input; what it forked goes on."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait()


@cache
def _forker() -> _Forker:
    made = _Forker()
    atexit.register(made.close)
    return made


# ---------------------------------------------------------------- in the process that forks
def _serve() -> None:
    for module in PRELOADED:
        importlib.import_module(module)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is for the tests
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the system forgets who has ended
    for line in sys.stdin.buffer:
        request = json.loads(line)
        if (pid := os.fork()) == 0:
            _become(Path(request["log"]), request["environ"])
            _run(request["module"])
        os.write(1, f"{pid}\n".encode())


def _become(log: Path, environ: dict[str, str]) -> None:
    """Nothing of the process that forks is left but what it has imported."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    with log.open("ab") as said, Path(os.devnull).open("rb") as nothing:
        for file, number in ((nothing, 0), (said, 1), (said, 2)):
            os.dup2(file.fileno(), number)
    os.environ.clear()
    os.environ.update(environ)
    time.tzset()


def _run(module: str) -> None:
    """As the interpreter runs `-m module`, to its exit."""
    main = module if f"{module}.__main__" not in sys.modules else f"{module}.__main__"
    sys.argv = [module]
    del sys.modules[main]  # or it would be there twice
    runpy.run_module(main, run_name="__main__", alter_sys=True)
    sys.exit()


if __name__ == "__main__":
    _serve()
