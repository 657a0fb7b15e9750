"""What a process and its descendants use, from /proc."""

from __future__ import annotations

import os
import re
from contextlib import suppress
from pathlib import Path
from typing import Final

TICKS: Final = os.sysconf("SC_CLK_TCK")  # a second
_RSS = re.compile(r"^Rss:\s+(\d+) kB", re.MULTILINE)


def cpu(pid: int) -> float:
    """Seconds of processor time so far, user and system, of all threads (proc_pid_stat(5), 14 and 15)."""
    spent = 0
    for member in _tree(pid):
        after_name = Path(f"/proc/{member}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
        spent += int(after_name[11]) + int(after_name[12])
    return spent / TICKS


def memory(pid: int) -> float:
    """MB (RSS). Shared libraries count whole, so that it does not depend on who else runs."""
    kilobytes = 0
    for member in _tree(pid):
        with suppress(FileNotFoundError, ProcessLookupError):  # one that ended meanwhile
            found = _RSS.search(Path(f"/proc/{member}/smaps_rollup").read_text(encoding="utf-8"))
            kilobytes += int(found[1]) if found else 0
    return kilobytes / 1000


def descriptors(pid: int) -> int:
    """Open files and sockets."""
    return sum(len(list(Path(f"/proc/{member}/fd").iterdir())) for member in _tree(pid))


def _tree(pid: int) -> list[int]:
    """The process and those that it started, and so on."""
    members = [pid]
    for member in members:
        for task in Path(f"/proc/{member}/task").iterdir():
            with suppress(FileNotFoundError):  # a thread that ended meanwhile
                members += map(int, (task / "children").read_text(encoding="utf-8").split())
    return members
