"""Processes of a benchmark. Parent and child speak JSON, a line each way; no child outlives its parent."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

from tests.e2e.stage import ROOT

LONGEST_LINE: Final = 1 << 24  # bytes; thousands of durations
ANSWER_WITHIN: Final = 30.0  # seconds
TICKS: Final = os.sysconf("SC_CLK_TCK")  # a second, in /proc

Answer = Callable[[dict[str, Any]], Awaitable[dict[str, Any]]]


class ChildError(Exception):
    """A process of a benchmark ended, or did not answer in time."""


class Child:
    """The parent's side."""

    def __init__(self, process: asyncio.subprocess.Process, name: str) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        self._process = process
        self._name = name
        self._requests, self._answers = process.stdin, process.stdout

    async def ask(self, do: str, **values: object) -> dict[str, Any]:
        self._requests.write(json.dumps({"do": do, **values}).encode() + b"\n")
        line = await asyncio.wait_for(self._answers.readline(), ANSWER_WITHIN)
        if not line:
            raise ChildError(f"{self._name} ended at {do}")
        answer: dict[str, Any] = json.loads(line)
        return answer

    def cpu(self) -> float:
        """Seconds of processor time so far, all threads."""
        return cpu_of(self._process.pid)

    async def end(self) -> None:
        self._requests.close()
        try:
            await asyncio.wait_for(self._process.wait(), ANSWER_WITHIN)
        except TimeoutError:
            self._process.kill()
            await self._process.wait()


@asynccontextmanager
async def child(module: str, *arguments: str) -> AsyncIterator[Child]:
    """`python -m module`; its errors are ours."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        module,
        *arguments,
        cwd=ROOT,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        limit=LONGEST_LINE,
    )
    made = Child(process, " ".join((module, *arguments)))
    try:
        yield made
    finally:
        await made.end()


async def serve(answers: Mapping[str, Answer]) -> None:
    """The child's side: answer until the parent closes its end, or is gone."""
    requests = asyncio.StreamReader(limit=LONGEST_LINE)
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(requests), sys.stdin
    )
    while line := await requests.readline():
        request = json.loads(line)
        answer = await answers[request.pop("do")](request)
        print(json.dumps(answer), flush=True)


def cpu_of(pid: int) -> float:
    """Seconds of processor time of a process, user and system (proc_pid_stat(5), fields 14 and 15)."""
    after_name = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(after_name[11]) + int(after_name[12])) / TICKS
