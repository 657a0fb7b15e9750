"""mediasoup, where somebody has it: `MEDIASOUP` names the folder of its npm package, worker and all.

Its install step downloads or builds the worker, which not every machine can do; so nothing here installs it.
"""

from __future__ import annotations

import asyncio
import os
import re
from collections import defaultdict
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, Final

from media.sdp import ABSOLUTE_SEND_TIME, TRANSPORT_WIDE
from media.simulator.agreement import read, sources
from tests.bench.children import Child, node
from tests.bench.relay.place import ADDRESS
from tests.bench.relay.ways import OpenWay, Viewer

SCRIPT: Final = "tests/bench/relay/mediasoup.mjs"
FEEDBACK: Final = ("nack", "nack pli", "ccm fir", "goog-remb", "transport-cc")

_FINGERPRINT = re.compile(r"^a=fingerprint:sha-256 (\S+)", re.MULTILINE)


class Mediasoup:
    """A router for each session, a transport for each peer."""

    viewers_wait = False

    def __init__(self, process: Child) -> None:
        self.pid = process.pid
        self._process = process
        self._live: defaultdict[str, asyncio.Event] = defaultdict(asyncio.Event)  # by session

    async def publish(self, session: str, offer: str) -> str:
        transport = await self._process.ask("open", session=session)
        await self._connect(transport, offer)
        await self._process.ask(
            "produce", session=session, id=transport["id"], rtpParameters=_produced(offer)
        )
        self._live[session].set()
        agreement = read(offer)
        (kind,), (repair,) = agreement.codecs, agreement.repairs
        extensions = {ABSOLUTE_SEND_TIME: agreement.send_time, TRANSPORT_WIDE: agreement.transport}
        video = _video("recvonly", kind, repair, extensions)
        control = ["m=application 9 UDP/DTLS/SCTP webrtc-datachannel", "c=IN IP4 0.0.0.0", "a=mid:1"]
        control += ["a=sctp-port:5000", "a=max-message-size:262144"]
        return _description(transport, "passive", [video, control])

    async def view(self, session: str, _name: str, viewer: Viewer) -> None:
        await self._live[session].wait()
        transport = await self._process.ask("open", session=session)
        sent = await self._process.ask("consume", session=session, id=transport["id"])
        kind, repair = (codec["payloadType"] for codec in sent["codecs"])
        encoding = sent["encodings"][0]
        extensions = {extension["uri"]: extension["id"] for extension in sent["headerExtensions"]}
        video = _video("sendonly", kind, repair, extensions)
        for ssrc in (encoding["ssrc"], encoding["rtx"]["ssrc"]):
            video.append(f"a=ssrc:{ssrc} cname:mediasoup")
        answer = await viewer.accept(_description(transport, "actpass", [video]))
        await self._connect(transport, answer)

    async def end(self, session: str) -> None:
        await self._process.ask("end", session=session)

    async def _connect(self, transport: Mapping[str, Any], text: str) -> None:
        """The peer of that description begins the DTLS handshake."""
        (value, *_) = _FINGERPRINT.findall(text)
        fingerprints = [{"algorithm": "sha-256", "value": value}]
        parameters = {"role": "client", "fingerprints": fingerprints}
        await self._process.ask("connect", id=transport["id"], dtlsParameters=parameters)


@asynccontextmanager
async def _mediasoup() -> AsyncIterator[Mediasoup]:
    async with node(SCRIPT, os.environ["MEDIASOUP"], ADDRESS) as process:
        yield Mediasoup(process)


def mediasoup() -> dict[str, OpenWay]:
    """By its name, where there is one."""
    return {"mediasoup": _mediasoup} if os.environ.get("MEDIASOUP") else {}


def _produced(offer: str) -> dict[str, Any]:
    """The `RtpParameters` of a phone's offer."""
    agreement = read(offer)
    (kind,), (repair,) = agreement.codecs, agreement.repairs
    picture, repairs = sources(offer)
    feedback = [dict(zip(("type", "parameter"), name.split(), strict=False)) for name in FEEDBACK]
    return {
        "mid": "0",
        "codecs": [
            {"mimeType": "video/VP8", "payloadType": kind, "clockRate": 90_000, "rtcpFeedback": feedback},
            {
                "mimeType": "video/rtx",
                "payloadType": repair,
                "clockRate": 90_000,
                "parameters": {"apt": kind},
            },
        ],
        "headerExtensions": [
            {"uri": ABSOLUTE_SEND_TIME, "id": agreement.send_time},
            {"uri": TRANSPORT_WIDE, "id": agreement.transport},
        ],
        "encodings": [{"ssrc": picture, "rtx": {"ssrc": repairs}}],
        "rtcp": {"cname": "phone"},
    }


def _video(direction: str, kind: int, repair: int, extensions: Mapping[str, int]) -> list[str]:
    return [
        f"m=video 9 UDP/TLS/RTP/SAVPF {kind} {repair}",
        "c=IN IP4 0.0.0.0",
        "a=mid:0",
        f"a={direction}",
        "a=rtcp-mux",
        *(f"a=extmap:{number} {uri}" for uri, number in extensions.items()),
        f"a=rtpmap:{kind} VP8/90000",
        *(f"a=rtcp-fb:{kind} {feedback}" for feedback in FEEDBACK),
        f"a=rtpmap:{repair} rtx/90000",
        f"a=fmtp:{repair} apt={kind}",
    ]


def _description(transport: Mapping[str, Any], setup: str, sections: Sequence[list[str]]) -> str:
    ice, candidates = transport["iceParameters"], transport["iceCandidates"]
    prints = {one["algorithm"]: one["value"] for one in transport["dtlsParameters"]["fingerprints"]}
    shared = [
        *(
            f"a=candidate:{one['foundation']} 1 udp {one['priority']} {one['ip']} {one['port']} typ host"
            for one in candidates
        ),
        "a=end-of-candidates",
        f"a=ice-ufrag:{ice['usernameFragment']}",
        f"a=ice-pwd:{ice['password']}",
        f"a=fingerprint:sha-256 {prints['sha-256']}",
        f"a=setup:{setup}",
    ]
    mids = " ".join(str(at) for at in range(len(sections)))
    lines = ["v=0", "o=- 1 1 IN IP4 0.0.0.0", "s=-", "t=0 0", "a=ice-lite", f"a=group:BUNDLE {mids}"]
    lines += ["a=msid-semantic:WMS *", *(line for section in sections for line in [*section, *shared])]
    return "\r\n".join(lines) + "\r\n"
