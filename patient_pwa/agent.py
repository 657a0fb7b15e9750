"""The caller's browser in a few words, for the regulator who has to guide them through its menus."""

from __future__ import annotations

import re
from typing import Final

_LONGEST: Final = 400  # characters of the header that are read

# First match wins: most browsers also claim to be those below them.
_BROWSERS: Final = (
    ("Samsung Internet", r"SamsungBrowser/(\d+)"),
    ("Edge", r"Edg(?:A|iOS)?/(\d+)"),
    ("Opera", r"(?:OPR|OPT)/(\d+)"),
    ("Firefox", r"(?:Firefox|FxiOS)/(\d+)"),
    ("Facebook", r"FBAV/(\d+)"),
    ("Instagram", r"Instagram (\d+)"),
    ("Chrome", r"(?:Chrome|CriOS)/(\d+)"),
    ("Safari", r"Version/(\d+).*Safari/"),
    ("Simulation", r"VisioSimulation/(\d+)"),  # media/simulator
)
_SYSTEMS: Final = (
    ("iOS", r"iPhone|iPad|iPod"),
    ("Android", r"Android"),
    ("Windows", r"Windows"),
    ("macOS", r"Macintosh"),
    ("Linux", r"Linux"),
)


def describe(user_agent: str) -> str:
    """Family, version and system, e.g. `Safari 18, iOS`; `""` for a header that says nothing known."""
    text = user_agent[:_LONGEST]
    return ", ".join(part for part in (_browser(text), _system(text)) if part)


def _browser(text: str) -> str:
    for name, pattern in _BROWSERS:
        if found := re.search(pattern, text):
            return f"{name} {found[1][:4]}".strip()
    return ""


def _system(text: str) -> str:
    return next((name for name, pattern in _SYSTEMS if re.search(pattern, text)), "")
