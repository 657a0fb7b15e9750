"""Relay nodes in processes of their own, as `python -m media` starts them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

from tests.media.peers import LOOPBACK, until


class NodeProcess:
    """One node; it is ready when Redis knows it. `stop` it as a supervisor would, or `kill` it."""

    def __init__(self, redis_url: str) -> None:
        environ = {"PATH": os.environ["PATH"], "REDIS_URL": redis_url, "SECRET_KEY": "k" * 32}
        environ |= {"MEDIA_ADDRESSES": LOOPBACK, "LOG_LEVEL": "error"}
        argv = ["setpriv", "--pdeathsig=KILL", sys.executable, "-m", "media"]
        self._process = subprocess.Popen(argv, env=environ, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        self.id = self._process.stdout.readline().split()[-1]

    def send(self, number: signal.Signals) -> None:
        self._process.send_signal(number)

    async def stop(self, by: signal.Signals = signal.SIGTERM) -> int:
        """Its exit status, once it is gone."""
        self._process.send_signal(by)
        await until(lambda: self._process.poll() is not None)
        assert self._process.stdout is not None
        self._process.stdout.close()
        return int(self._process.returncode)

    def __enter__(self) -> NodeProcess:
        return self

    def __exit__(self, *_: object) -> None:
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()
