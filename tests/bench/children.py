"""Processes of a benchmark. Parent and child speak JSON, a line each way; no child outlives its parent."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any, Final

from tests.e2e.stage import ROOT

LONGEST_LINE: Final = 1 << 24  # bytes; thousands of durations
ANSWER_WITHIN: Final = 30.0  # seconds

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
        self._one_by_one = asyncio.Lock()

    async def ready(self) -> None:
        """Returns once it can be asked."""
        await self._answer("its start")

    async def ask(self, do: str, **values: object) -> dict[str, Any]:
        async with self._one_by_one:
            self._requests.write(json.dumps({"do": do, **values}).encode() + b"\n")
            return await self._answer(do)

    async def _answer(self, to: str) -> dict[str, Any]:
        async with asyncio.timeout(ANSWER_WITHIN):
            line = await self._answers.readline()
        if not line:
            raise ChildError(f"{self._name} ended at {to}")
        answer: dict[str, Any] = json.loads(line)
        return answer

    @property
    def pid(self) -> int:
        return self._process.pid

    async def end(self) -> None:
        self._requests.close()
        try:
            async with asyncio.timeout(ANSWER_WITHIN):
                await self._process.wait()
        except TimeoutError:
            self._process.kill()
            await self._process.wait()


def child(module: str, *arguments: str) -> AbstractAsyncContextManager[Child]:
    """`python -m module`; its errors are ours."""
    return _child(sys.executable, "-m", module, *arguments)


def node(script: str, *arguments: str) -> AbstractAsyncContextManager[Child]:
    """The same for JavaScript, by the Node.js of the environment."""
    return _child(str(Path(sys.executable).with_name("node")), script, *arguments)


@asynccontextmanager
async def _child(*argv: str) -> AsyncIterator[Child]:
    process = await asyncio.create_subprocess_exec(
        *argv,
        cwd=ROOT,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        limit=LONGEST_LINE,
    )
    made = Child(process, " ".join(argv[1:]))
    try:
        await made.ready()
        yield made
    finally:
        await made.end()


async def serve(answers: Mapping[str, Answer]) -> None:
    """The child's side: say that it is ready, then answer until the parent closes its end, or is gone."""
    requests = asyncio.StreamReader(limit=LONGEST_LINE)
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(requests), sys.stdin
    )
    print("{}", flush=True)
    while line := await requests.readline():
        request = json.loads(line)
        answer = await answers[request.pop("do")](request)
        print(json.dumps(answer), flush=True)
