"""Joins ES modules into one, for a phone on a slow line: each further file would cost it a round trip.

It knows what our own modules use, and no more: named imports from a relative path, and exported functions,
classes and constants. Anything else is refused at start, loudly. Each module keeps a scope of its own.
"""

from __future__ import annotations

import re
from pathlib import Path, PurePosixPath
from posixpath import normpath
from typing import Final

import rjsmin

_IMPORT: Final = re.compile(r'^import \{([^}]*)\} from "(\.[^"]+)";$', re.MULTILINE)
_EXPORT: Final = re.compile(
    r"^export (?=(?:async )?(?:function\*?|class|const|let) (?P<name>\w+))", re.MULTILINE
)
_LEFT_OVER: Final = re.compile(r"^(?:import|export)\b.*$", re.MULTILINE)


class NotJoinable(Exception):
    """A module uses what this file does not know."""


def joined(root: Path, entry: str) -> str:
    """The module at `entry` (a path below `root`) with all that it imports, without comments.

    What `entry` exports, the result exports. Raises NotJoinable.
    """
    names: dict[str, str] = {}  # path -> the constant that holds its exports
    parts: list[str] = []
    exported = _add(root, entry, names, parts, ())
    if exported:
        parts.append(f"export const {{{','.join(exported)}}} = {names[entry]};")
    return str(rjsmin.jsmin("\n".join(parts)))


def _add(
    root: Path, path: str, names: dict[str, str], parts: list[str], above: tuple[str, ...]
) -> tuple[str, ...]:
    """Append the module and what it imports, each once, the imported ones first. Returns its exports."""
    if path in above:
        raise NotJoinable(f"{path} imports itself by way of {above[-1]}")
    text = (root / path).read_text(encoding="utf-8")
    for _, name in _IMPORT.findall(text):
        imported = _resolved(path, name)
        if imported not in names:
            _add(root, imported, names, parts, (*above, path))
    exports = tuple(found["name"] for found in _EXPORT.finditer(text))
    body = _IMPORT.sub(lambda found: _taken(found, path, names), text)
    body = _EXPORT.sub("", body)
    if left := _LEFT_OVER.search(body):
        raise NotJoinable(f"{path}: {left[0]}")
    names[path] = f"m{len(names)}"
    parts.append(f"const {names[path]} = (() => {{\n{body}\nreturn {{{','.join(exports)}}};\n}})();")
    return exports


def _resolved(path: str, name: str) -> str:
    return normpath(PurePosixPath(path).parent / name)


def _taken(found: re.Match[str], path: str, names: dict[str, str]) -> str:
    wanted = found[1].replace(" as ", ": ").strip()
    return f"const {{{wanted}}} = {names[_resolved(path, found[2])]};"
