"""Joins ES modules into one: each further file would cost a phone on a slow line a round trip, and a console
as many as its line to the server is long.

It knows what our own modules use, and no more: named imports from a relative path, modules imported on demand
by a relative path, and exported functions, classes and constants. Anything else is refused at start, loudly.
Each module keeps a scope of its own.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from posixpath import normpath
from typing import Final

import rjsmin

_IMPORT: Final = re.compile(r'^import \{([^}]*)\} from "(\.[^"]+)";$', re.MULTILINE)
_EXPORT: Final = re.compile(
    r"^export (?=(?:async )?(?:function\*?|class|const|let) (?P<name>\w+))", re.MULTILINE
)
_LEFT_OVER: Final = re.compile(r"^(?:import(?!\()|export)\b.*$", re.MULTILINE)
_ON_DEMAND: Final = re.compile(r'(?<![\w$.])import\("(\.[^"]+)"\)')  # where no comment is left


class NotJoinable(Exception):
    """A module uses what this file does not know."""


def joined(root: Path, entry: str) -> str:
    """The module at `entry` (a path below `root`) with all that it imports, without comments.

    What `entry` exports, the result exports. Raises NotJoinable, also for a module imported on demand.
    """
    one = _Joined(root, entry)
    if one.on_demand:
        raise NotJoinable(f"{entry} imports on demand: {', '.join(sorted(one.on_demand))}")
    return one.text


def joined_apart(root: Path, entry: str) -> Mapping[str, str]:
    """The same, and each module that is imported on demand, joined with all that it imports, by its `name`.

    They find each other when they lie in one folder. A module that two of them import is in both, and runs
    in both: it must not keep anything.
    """
    texts: dict[str, str] = {}
    todo = {entry}
    while todo:
        path = todo.pop()
        one = _Joined(root, path)
        texts[name(path)] = one.text
        todo |= {later for later in one.on_demand if name(later) not in texts}
    return texts


def name(path: str) -> str:
    """Of a module joined by `joined_apart`, without a folder."""
    return path.replace("/", "-")


class _Joined:
    """`text`: the module. `on_demand`: the paths of the modules that it imports on demand."""

    def __init__(self, root: Path, entry: str) -> None:
        self.on_demand: set[str] = set()
        self._root = root
        self._names: dict[str, str] = {}  # path -> the constant that holds its exports
        self._parts: list[str] = []
        exported = self._add(entry, ())
        if exported:
            self._parts.append(f"export const {{{','.join(exported)}}}={self._names[entry]};")
        self.text = "\n".join(self._parts)

    def _add(self, path: str, above: tuple[str, ...]) -> tuple[str, ...]:
        """Append the module and what it imports, each once, the imported ones first. Returns its exports."""
        if path in above:
            raise NotJoinable(f"{path} imports itself by way of {above[-1]}")
        text = (self._root / path).read_text(encoding="utf-8")
        for _, imported in _IMPORT.findall(text):
            if _resolved(path, imported) not in self._names:
                self._add(_resolved(path, imported), (*above, path))
        exports = tuple(found["name"] for found in _EXPORT.finditer(text))
        body = _EXPORT.sub("", _IMPORT.sub(lambda found: self._taken(found, path), text))
        if left := _LEFT_OVER.search(body):
            raise NotJoinable(f"{path}: {left[0]}")
        body = _ON_DEMAND.sub(lambda found: self._asked(found, path), str(rjsmin.jsmin(body)))
        self._names[path] = f"m{len(self._names)}"
        self._parts.append(f"const {self._names[path]}=(()=>{{{body}\nreturn{{{','.join(exports)}}};}})();")
        return exports

    def _taken(self, found: re.Match[str], path: str) -> str:
        wanted = found[1].replace(" as ", ": ").strip()
        return f"const {{{wanted}}} = {self._names[_resolved(path, found[2])]};"

    def _asked(self, found: re.Match[str], path: str) -> str:
        later = _resolved(path, found[1])
        self.on_demand.add(later)
        return f'import("./{name(later)}")'


def _resolved(path: str, imported: str) -> str:
    return normpath(PurePosixPath(path).parent / imported)
