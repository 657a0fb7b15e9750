"""What the product imports must come with `scripts/run`, which installs no tool of the developers."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]


def locked() -> dict[str, dict[str, Any]]:
    lock = tomllib.loads((ROOT / "uv.lock").read_text(encoding="utf-8"))
    return {package["name"]: package for package in lock["package"]}


def needed(packages: dict[str, dict[str, Any]], start: str) -> set[str]:
    """`start` and all that it depends on, extras included, without its groups of developers' tools."""
    found: set[str] = set()
    waiting = [start]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting.extend(_dependencies(packages[name]))
    return found


def _dependencies(package: dict[str, Any]) -> Iterator[str]:
    for group in (package.get("dependencies", []), *package.get("optional-dependencies", {}).values()):
        yield from (dependency["name"] for dependency in group)


def developers_modules(runtime: set[str]) -> list[str]:
    """Top-level modules that only developers' tools bring."""
    owners = packages_distributions()
    return [name for name, owned_by in owners.items() if not {_normal(owner) for owner in owned_by} & runtime]


def _normal(distribution: str) -> str:
    return distribution.lower().replace("_", "-").replace(".", "-")


@pytest.mark.parametrize("module", ["config.serve", "media.__main__", "console.admin"])
def test_it_loads_without_the_developers_tools(module: str) -> None:
    hidden = developers_modules(needed(locked(), "visioregul"))
    assert {"pytest", "playwright"} <= set(hidden)
    hide = f"import sys; sys.modules.update(dict.fromkeys({hidden!r})); import {module}"
    subprocess.run([sys.executable, "-c", hide], cwd=ROOT, check=True)
