"""What a run of invented input came to."""

from __future__ import annotations

from pathlib import Path

import msgspec


class Counts(msgspec.Struct):
    """`outcomes`: how often each, e.g. an answer's status. `faults`: what must never be."""

    sent: int = 0
    outcomes: dict[str, int] = msgspec.field(default_factory=dict)
    faults: list[str] = msgspec.field(default_factory=list)
    memory: tuple[float, float] = (0.0, 0.0)  # MB of the product before and after

    def note(self, outcome: str) -> None:
        self.sent += 1
        self.outcomes[outcome] = self.outcomes.get(outcome, 0) + 1

    def blame(self, fault: str) -> None:
        if len(self.faults) < 50:  # the first ones tell
            self.faults.append(fault)


def memory(pid: int) -> float:
    """Resident, in MB (proc(5))."""
    for line in Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    raise ValueError(f"process {pid} has no memory")
