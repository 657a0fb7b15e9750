"""Offers of browsers: what we read of one, and what we refuse. RFC 8866, 8839, 8842, 8841, 9429.

We accept one thing: one section of media, one way, and on a phone's offer one data channel section with it,
over one transport. Anything else is BadOffer with its reason.
"""

from __future__ import annotations

import ipaddress
import re

import msgspec

from media.codecs import ENCODINGS, Codec, parameter, rank, variant
from signaling.domain.errors import BadOffer

LARGEST = 64 * 1024  # characters; Chromium's offer has about 7,000
SECTIONS = 2  # media and data channel
CANDIDATES = 20  # we knock at no more addresses than that
TRANSPORT_WIDE = "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01"
ABSOLUTE_SEND_TIME = "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time"
COLOR_SPACE = "http://www.webrtc.org/experiments/rtp-hdrext/color-space"
DIRECTIONS = {"sendonly", "recvonly", "sendrecv", "inactive"}
PROTOCOLS = {
    "audio": {"UDP/TLS/RTP/SAVPF"},
    "video": {"UDP/TLS/RTP/SAVPF"},
    "application": {"UDP/DTLS/SCTP", "TCP/DTLS/SCTP"},
}

_MEDIA = re.compile(r"m=([a-z]{1,20}) ([0-9]{1,5}) ([A-Z/]{1,40}) ([ -~]{1,1000})")
_MID = re.compile(r"[!-~]{1,16}")
_UFRAG = re.compile(r"[A-Za-z0-9+/]{4,256}")
_PASSWORD = re.compile(r"[A-Za-z0-9+/]{22,256}")
_FINGERPRINT = re.compile(r"(sha-256|sha-384|sha-512) ((?:[0-9A-F]{2}:){31,63}[0-9A-F]{2})", re.IGNORECASE)
_RTPMAP = re.compile(r"([0-9]{1,3}) ([A-Za-z0-9-]{1,20}/[0-9]{1,6}(?:/[0-9])?)")
_FORMAT = re.compile(r"([0-9]{1,3}|\*) ([ -~]{1,300})")
_EXTENSION = re.compile(r"([0-9]{1,2})(?:/[a-z]{1,8})? ([!-~]{1,200})")

# By its rtpmap in small letters: names of encodings know no case (RFC 4855, 3).
_NAMES = {Codec(name, 0, None, "", frozenset()).encoding.lower(): name for name in ENCODINGS}


class Candidate(msgspec.Struct, frozen=True):
    """An address of the peer; `kind` is host, srflx, prflx or relay. Component 1, UDP."""

    foundation: str
    priority: int
    address: str
    port: int
    kind: str


class Offer(msgspec.Struct, frozen=True, kw_only=True):
    kind: str  # video or audio
    mid: str  # of the media section
    control_mid: str | None  # of the data channel section
    control_first: bool  # the data channel section comes before the media section
    sctp_port: int
    codecs: tuple[Codec, ...]  # those we can forward, the best variant of each first; never none
    extensions: dict[str, int]  # header extensions by URI
    username: str
    password: str
    setup: str  # actpass, active, passive
    fingerprints: tuple[tuple[str, str], ...]  # (algorithm, value)
    candidates: tuple[Candidate, ...]


class _Section:
    """The lines of one section, by attribute; those of the session stand in where it has none."""

    def __init__(self, kind: str, port: str, formats: str, session: dict[str, list[str]]) -> None:
        self.kind = kind
        self.port = port
        self.formats = formats
        self._session = session
        self._own: dict[str, list[str]] = {}

    def add(self, attribute: str, value: str) -> None:
        self._own.setdefault(attribute, []).append(value)

    @property
    def is_refused(self) -> bool:
        """Port 0 means a refusal, but for a section that only ever shares another's transport (RFC 9143)."""
        return self.port == "0" and "bundle-only" not in self._own

    def all(self, attribute: str) -> list[str]:
        return self._own.get(attribute) or self._session.get(attribute, [])

    def own(self, attribute: str) -> list[str]:
        return self._own.get(attribute, [])

    def one(self, attribute: str, shape: re.Pattern[str]) -> str:
        """The only value, of that shape."""
        values = self.all(attribute)
        if len(values) != 1 or not shape.fullmatch(values[0]):
            raise BadOffer(f"{attribute} in the {self.kind} section")
        return values[0]


def read_phone(text: str, kind: str = "video") -> Offer:
    """A phone's offer to send. Raises BadOffer."""
    return _read(text, "sendonly", (kind, "application"))


def read_viewer(text: str, kind: str = "video") -> Offer:
    """A console's offer to receive. Raises BadOffer."""
    return _read(text, "recvonly", (kind,))


def _read(text: str, direction: str, allowed: tuple[str, ...]) -> Offer:
    session, sections = _split(text)
    kinds = [section.kind for section in sections]
    if len(set(kinds)) != len(kinds) or allowed[0] not in kinds or not set(kinds) <= set(allowed):
        raise BadOffer(f"sections {' '.join(kinds) or 'missing'}, {' and '.join(allowed)} expected")
    media = sections[kinds.index(allowed[0])]
    control = sections[kinds.index("application")] if len(kinds) > 1 else None
    _check(media, direction)
    if any(section.is_refused for section in sections):
        raise BadOffer("a refused section")
    transport = _transport(session, sections)
    return Offer(
        kind=media.kind,
        mid=media.one("mid", _MID),
        control_mid=control.one("mid", _MID) if control else None,
        control_first=kinds[0] == "application",
        sctp_port=_port(control) if control else 0,
        codecs=_codecs(media),
        extensions=_extensions(media),
        username=transport.one("ice-ufrag", _UFRAG),
        password=transport.one("ice-pwd", _PASSWORD),
        setup=transport.one("setup", re.compile("actpass|active|passive")),
        fingerprints=_fingerprints(transport),
        candidates=_candidates(transport),
    )


def _check(media: _Section, direction: str) -> None:
    found = [name for name in DIRECTIONS if name in media.own(name)] or ["sendrecv"]
    if found != [direction]:
        raise BadOffer(f"direction {' '.join(found)}, {direction} expected")
    if not media.own("rtcp-mux"):
        raise BadOffer("no rtcp-mux")


def _transport(session: dict[str, list[str]], sections: list[_Section]) -> _Section:
    """The section whose transport all share."""
    mids = [section.one("mid", _MID) for section in sections]
    groups = (group.split()[1:] for group in session.get("group", []) if group.startswith("BUNDLE"))
    bundle = next(groups, mids)
    if len(set(mids)) != len(mids) or set(bundle) != set(mids):
        raise BadOffer("not one transport for all sections")
    return sections[mids.index(bundle[0])]


def _split(text: str) -> tuple[dict[str, list[str]], list[_Section]]:
    if len(text) > LARGEST or not text.startswith("v=0"):
        raise BadOffer("not an SDP")
    session: dict[str, list[str]] = {}
    sections: list[_Section] = []
    for line in text.replace("\r\n", "\n").split("\n"):
        if line.startswith("m="):
            media = _MEDIA.fullmatch(line)
            if media is None or len(sections) == SECTIONS:
                raise BadOffer(f"media line {line[:80]!r}")
            _check_protocol(media[1], media[3])
            sections.append(_Section(media[1], media[2], media[4], session))
        elif line.startswith("a="):
            attribute, colon, value = line[2:].partition(":")
            if sections:
                sections[-1].add(attribute, value if colon else attribute)
            else:
                session.setdefault(attribute, []).append(value if colon else attribute)
        elif line and not (line[1:2] == "=" and line[0].islower()):
            raise BadOffer(f"line {line[:80]!r}")
    return session, sections


def _check_protocol(kind: str, protocol: str) -> None:
    if protocol not in PROTOCOLS.get(kind, {protocol}):
        raise BadOffer(f"{kind} over {protocol}")


def _port(control: _Section) -> int:
    port = control.one("sctp-port", re.compile("[0-9]{1,5}"))
    if control.formats != "webrtc-datachannel" or not 0 < int(port) < 65536:
        raise BadOffer("not a data channel")
    return int(port)


def _codecs(media: _Section) -> tuple[Codec, ...]:
    """Those that we forward, each variant once. Raises BadOffer when there is none."""
    names = dict(_matches(media, "rtpmap", _RTPMAP))
    parameters = dict(_matches(media, "fmtp", _FORMAT))
    repairs = {
        parameter(parameters.get(number, ""), "apt"): int(number)
        for number, name in names.items()
        if name.lower().startswith("rtx/") and _is_dynamic(number)
    }
    feedback = _matches(media, "rtcp-fb", _FORMAT)
    found: dict[str, Codec] = {}
    for number in media.formats.split():
        name = _NAMES.get(names.get(number, "").lower(), "")
        known = variant(name, parameters.get(number, ""))
        if not name or ENCODINGS[name].kind != media.kind or known is None or not _is_dynamic(number):
            continue
        codec = Codec(
            name=name,
            payload_type=int(number),
            repair_type=repairs.get(number),
            parameters=parameters.get(number, ""),
            feedback=frozenset(value for of, value in feedback if of in {number, "*"}),
            variant=known,
        )
        found.setdefault(codec.format, codec)
    if not found:
        raise BadOffer(f"no codec of {', '.join(ENCODINGS)}")
    return tuple(sorted(found.values(), key=rank))


def _is_dynamic(number: str) -> bool:
    """Whether a payload type is free to use beside RTCP on one port (RFC 5761, 4; RFC 3551, 3)."""
    return 35 <= int(number) <= 63 or 96 <= int(number) <= 127


def _matches(section: _Section, attribute: str, shape: re.Pattern[str]) -> list[tuple[str, str]]:
    """The values of that shape; others are a codec's we don't know."""
    found = (shape.fullmatch(value) for value in section.own(attribute))
    return [(match[1], match[2]) for match in found if match]


def _extensions(media: _Section) -> dict[str, int]:
    """Ids of one-byte header extensions: 1 to 14 (RFC 8285, 4.2). What needs two bytes is not taken."""
    found = _matches(media, "extmap", _EXTENSION)
    return {uri: int(number) for number, uri in found if 0 < int(number) < 15}


def _fingerprints(transport: _Section) -> tuple[tuple[str, str], ...]:
    found = [_FINGERPRINT.fullmatch(value) for value in transport.all("fingerprint")]
    fingerprints = tuple((match[1].lower(), match[2].upper()) for match in found if match)
    if not fingerprints:
        raise BadOffer("no fingerprint")
    return fingerprints


def _candidates(transport: _Section) -> tuple[Candidate, ...]:
    """Those we can reach. mDNS names are dropped: a lookup takes 1 s, and the peer reaches us without."""
    found = (_candidate(value.split()) for value in transport.own("candidate"))
    return tuple(candidate for candidate in found if candidate)[:CANDIDATES]


def _candidate(words: list[str]) -> Candidate | None:
    if len(words) < 8 or words[1] != "1" or words[2].lower() != "udp" or words[6] != "typ":
        return None
    try:
        address, port, priority = ipaddress.ip_address(words[4]), int(words[5]), int(words[3])
    except ValueError:
        return None
    if address.is_multicast or address.is_unspecified or "%" in words[4]:
        return None
    if not 0 < port < 65536 or not 0 <= priority < 1 << 32:
        return None
    return Candidate(words[0][:32], priority, str(address), port, words[7])
