"""The caller's browser in a few words, for the regulator who has to guide them through its menus."""

from __future__ import annotations

import re
from typing import Final

_LONGEST: Final = 400  # characters of the header that are read

# Views inside other applications, by what these add to the header (their own strings as phones send them).
# First match wins: Messenger and Instagram also carry Facebook's marks.
_APPLICATIONS: Final = (
    ("Messenger", r"MessengerForiOS|MessengerLiteForiOS|FB_IAB/(?:Orca|MESSENGER)"),
    ("Instagram", r"\bInstagram "),
    ("Facebook", r"\bFBA[NV]/|FB_IAB/"),
    ("WhatsApp", r"\bWhatsApp/"),
    ("TikTok", r"BytedanceWebview|\bmusical_ly|\btrill_"),
    ("Snapchat", r"Snapchat/"),
    ("LINE", r"\bLine/"),
    ("WeChat", r"\bMicroMessenger/"),
    ("Telegram", r"\bTelegram-Android/"),
    ("LinkedIn", r"\bLinkedInApp"),
    ("Gmail", r"\bGmail\b"),
    ("Outlook", r"\bOutlook-(?:iOS|Android)/"),
    ("Google", r"\bGSA/"),
)
_WEB_VIEW: Final = re.compile(r"; wv\)|(?:iPhone|iPad|iPod)(?!.*Safari/)")

# First match wins: most browsers also claim to be those below them.
_BROWSERS: Final = (
    ("Samsung Internet", r"SamsungBrowser/(\d+)"),
    ("Opera Mini", r"(?:Opera Mini|OPiOS)/(\d+)"),
    ("Huawei Browser", r"HuaweiBrowser/(\d+)"),
    ("Mi Browser", r"MiuiBrowser/(\d+)"),
    ("UC Browser", r"UCBrowser/(\d+)"),
    ("DuckDuckGo", r"(?:DuckDuckGo|Ddg)/(\d+)"),
    ("Edge", r"Edg(?:A|iOS)?/(\d+)"),
    ("Opera", r"(?:OPR|OPT|OPX)/(\d+)"),
    ("Firefox", r"(?:Firefox|FxiOS)/(\d+)"),
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

MODEL_HINT: Final = "Sec-CH-UA-Model"
_APPLE: Final = re.compile("iPhone|iPad|iPod")
_IN_NAME: Final = re.compile(r"; Android [^;)]*; (?!wv\b|rv:)([^;)]+?)(?: Build/[^;)]*)?[;)]")
_UNUSUAL: Final = re.compile(r"[^\w .+()/-]", re.ASCII)
_LONGEST_MODEL: Final = 40
_NO_MODEL: Final = frozenset({"K", "Mobile", "Tablet", "Unspecified Device"})  # said by browsers that hide it


def describe(user_agent: str) -> str:
    """Family, version and system, e.g. `Safari 18, iOS`; `""` for a header that says nothing known.

    A view inside another application is named by that: `Facebook (in-app), Android`.
    """
    text = user_agent[:_LONGEST]
    return ", ".join(part for part in (_application(text) or _browser(text), _system(text)) if part)


def model(user_agent: str, hint: str) -> str:
    """The phone's model, `""` when nobody tells. Browsers of Chromium's family say it in a header of their
    own once a page has asked (`MODEL_HINT`: wicg.github.io/ua-client-hints), older ones in their name;
    Apple's never say more than the kind."""
    text = user_agent[:_LONGEST]
    if apple := _APPLE.search(text):
        return apple[0]
    named = _IN_NAME.search(text)
    told = hint[:_LONGEST].strip().strip('"') or (named[1] if named else "")
    tidy = " ".join(_UNUSUAL.sub(" ", told).split())[:_LONGEST_MODEL]
    return "" if tidy in _NO_MODEL else tidy


def _application(text: str) -> str:
    name = next((name for name, pattern in _APPLICATIONS if re.search(pattern, text)), "")
    if not name and _WEB_VIEW.search(text) and not _browser(text).startswith("Opera Mini"):
        name = "Application"
    return f"{name} (in-app)" if name else ""


def _browser(text: str) -> str:
    for name, pattern in _BROWSERS:
        if found := re.search(pattern, text):
            return f"{name} {found[1][:4]}".strip()
    return ""


def _system(text: str) -> str:
    return next((name for name, pattern in _SYSTEMS if re.search(pattern, text)), "")
