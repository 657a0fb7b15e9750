"""Offers of real browsers are understood; anything else is refused, with its reason."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from aiortc.sdp import SessionDescription
from hypothesis import given, settings
from hypothesis import strategies as st

from media.answers import Local, Source, answer_phone, answer_viewer
from media.sdp import (
    ABSOLUTE_SEND_TIME,
    COLOR_SPACE,
    TRANSPORT_WIDE,
    Candidate,
    Offer,
    read_phone,
    read_viewer,
)
from signaling.domain.errors import BadOffer

OFFERS = Path(__file__).parent / "offers"
PHONE = (OFFERS / "chromium_phone.sdp").read_text()
VIEWER = (OFFERS / "chromium_viewer.sdp").read_text()
LOCAL = Local(
    username="abcd",
    password="0123456789abcdefghijkl",
    fingerprint=":".join(["AB"] * 32),
    setup="active",
    candidates=(Candidate("1", 2_130_706_431, "192.0.2.1", 40_000, "host"),),
)


def offer_of(browser: str, role: str) -> str:
    return (OFFERS / f"{browser}_{role}.sdp").read_text()


def renumbered(offer: str, before: str, after: str) -> str:
    """With another payload type in place of one."""
    return re.sub(
        rf"((?:rtpmap|fmtp|rtcp-fb):|apt=| ){before}(?= |$)", rf"\g<1>{after}", offer, flags=re.MULTILINE
    )


def answer_to_phone(offer: Offer) -> SessionDescription:
    return SessionDescription.parse(answer_phone(offer, LOCAL, offer.codecs[0], 1_200))


def test_a_phones_offer_is_understood() -> None:
    offer = read_phone(PHONE)
    assert (offer.kind, offer.mid, offer.control_mid, offer.sctp_port) == ("video", "0", "1", 5000)
    assert offer.setup == "actpass"
    assert [(codec.format, codec.payload_type, codec.repair_type) for codec in offer.codecs] == [
        ("VP8", 96, 97),
        ("H264 constrained-baseline 1", 108, 109),
        ("AV1", 45, 46),
        ("VP9", 98, 99),
        ("H264 baseline 1", 102, 103),
        ("H264 main 1", 116, 117),
        ("H264 constrained-baseline 0", 114, 115),
        ("H264 baseline 0", 104, 107),
        ("H264 main 0", 39, 40),
    ]
    assert offer.extensions[TRANSPORT_WIDE] == 4


def test_a_viewers_offer_is_understood_and_its_mdns_names_are_dropped() -> None:
    offer = read_viewer(VIEWER)
    assert offer.control_mid is None
    assert sorted({codec.name for codec in offer.codecs}) == ["AV1", "H264", "VP8", "VP9"]
    assert offer.candidates == ()


@pytest.mark.parametrize(
    ("browser", "best", "others"),
    [
        ("firefox", ("VP8", 120, 124), {"VP9", "AV1"}),
        ("safari17", ("H264 constrained-baseline 1", 98, 99), {"H264 constrained-high 1", "VP8", "VP9"}),
        ("safari18", ("H264 constrained-baseline 1", 98, 99), {"H264 constrained-high 1", "VP8", "VP9"}),
    ],
)
def test_other_browsers_are_understood_too(
    browser: str, best: tuple[str, int, int], others: set[str]
) -> None:
    for offer in (read_phone(offer_of(browser, "phone")), read_viewer(offer_of(browser, "viewer"))):
        first = offer.codecs[0]
        assert (first.format, first.payload_type, first.repair_type) == best
        assert {codec.format for codec in offer.codecs} >= others
        assert first.feedback >= {"nack", "nack pli", "ccm fir", "goog-remb", "transport-cc"}
        assert TRANSPORT_WIDE in offer.extensions
    assert read_phone(offer_of(browser, "phone")).control_mid == "1"
    assert len(answer_to_phone(read_phone(offer_of(browser, "phone"))).media) == 2


def test_payload_types_that_rtcp_could_be_taken_for_are_not_used() -> None:
    """One port carries both: 64 to 95 are RTCP's."""
    taken = {codec.payload_type for codec in read_phone(renumbered(PHONE, "96", "72")).codecs}
    assert 72 not in taken
    assert 108 in taken
    repair = {codec.name: codec.repair_type for codec in read_phone(renumbered(PHONE, "97", "73")).codecs}
    assert repair["VP8"] is None


def test_of_two_payload_types_for_one_format_the_first_is_taken() -> None:
    twice = PHONE.replace("a=rtpmap:98 VP9/90000", "a=rtpmap:98 VP8/90000").replace(
        "profile-id=0", "max-fs=99"
    )
    assert {codec.name: codec.payload_type for codec in read_phone(twice).codecs}["VP8"] == 96


def test_header_extensions_that_need_two_bytes_are_not_taken() -> None:
    offer = read_phone(re.sub("extmap:[48] ", "extmap:15 ", PHONE))
    assert TRANSPORT_WIDE not in offer.extensions
    assert set(offer.extensions.values()) <= set(range(1, 15))
    answer = answer_phone(offer, LOCAL, offer.codecs[0], 1_200)
    assert "extmap" not in answer  # nor the permission to mix both forms


def test_sound_is_understood_and_answered_where_it_is_expected() -> None:
    sound = (
        PHONE.partition("m=video")[0]
        + "m=audio 9 UDP/TLS/RTP/SAVPF 111 112 63 9 0 100\nc=IN IP4 0.0.0.0\n"
        + "a=mid:0\na=sendonly\na=rtcp-mux\na=setup:actpass\na=ice-ufrag:qiXh\n"
        + f"a=ice-pwd:MhNUcOtDWekaSyOHr5HTib4c\na=fingerprint:sha-256 {LOCAL.fingerprint}\n"
        + "a=rtpmap:111 OPUS/48000/2\na=fmtp:111 minptime=10\n"
        + "a=rtcp-fb:111 transport-cc\na=rtpmap:63 red/48000/2\na=rtpmap:9 G722/8000\n"
        + "a=rtpmap:100 VP8/90000\na=rtpmap:112 rtx/48000\na=fmtp:112 apt=111\n"
        + "m=application"
        + PHONE.partition("m=application")[2]
    )
    offer = read_phone(sound, "audio")
    (codec,) = offer.codecs
    assert (offer.kind, codec.name, codec.clock, codec.repair_type) == ("audio", "opus", 48_000, 112)
    answer = SessionDescription.parse(answer_phone(offer, LOCAL, codec, 0))
    heard, control = answer.media
    assert (heard.kind, heard.direction, control.kind) == ("audio", "recvonly", "application")
    assert [(one.mimeType, one.clockRate, one.channels) for one in heard.rtp.codecs] == [
        ("audio/opus", 48_000, 2),
        ("audio/rtx", 48_000, 1),
    ]
    assert heard.rtp.codecs[0].parameters == {"minptime": 10}
    with pytest.raises(BadOffer):
        read_phone(sound)
    with pytest.raises(BadOffer):
        read_phone(PHONE, "audio")


def test_only_udp_candidates_of_real_addresses_are_kept() -> None:
    kept = {(candidate.address, candidate.port) for candidate in read_phone(PHONE).candidates}
    assert kept == {("127.0.0.1", 37760), ("192.0.2.10", 51300), ("::1", 58495), ("2001:db8::10", 45252)}
    poor = PHONE.replace("192.0.2.10", "224.0.0.1").replace("2001:db8::10", "fe80::1%eth0")
    assert {c.address for c in read_phone(poor).candidates} == {"127.0.0.1", "::1"}


def test_the_answer_to_a_phone_takes_one_codec_and_says_where_to_start() -> None:
    answer = answer_to_phone(read_phone(PHONE))
    video, control = answer.media
    assert (video.kind, video.direction, video.rtp.muxId) == ("video", "recvonly", "0")
    assert [codec.name for codec in video.rtp.codecs] == ["VP8", "rtx"]
    assert video.rtp.codecs[0].parameters["x-google-start-bitrate"] == "1200"
    feedback = {(f.type, f.parameter) for f in video.rtp.codecs[0].rtcpFeedback}
    assert feedback >= {("nack", None), ("nack", "pli"), ("transport-cc", None), ("goog-remb", None)}
    assert [(one.id, one.uri) for one in video.rtp.headerExtensions] == [
        (4, TRANSPORT_WIDE),
        (8, COLOR_SPACE),
    ]
    assert (control.kind, control.sctp_port, control.rtp.muxId) == ("application", 5000, "1")
    assert {media.dtls.role for media in answer.media if media.dtls} == {"client"}
    assert {media.ice.usernameFragment for media in answer.media if media.ice} == {"abcd"}


def test_the_answer_to_a_viewer_takes_every_codec_and_no_transport_wide_feedback() -> None:
    offer = read_viewer(VIEWER)
    answer = SessionDescription.parse(answer_viewer(offer, LOCAL, Source(4, 5)))
    (video,) = answer.media
    assert video.direction == "sendonly"
    accepted = {codec.payloadType: codec.name for codec in video.rtp.codecs}
    assert {accepted[codec.payload_type] for codec in offer.codecs} == {"VP8", "H264", "VP9", "AV1"}
    assert {accepted[codec.repair_type] for codec in offer.codecs if codec.repair_type} == {"rtx"}
    assert all(f.type != "transport-cc" for codec in video.rtp.codecs for f in codec.rtcpFeedback)
    assert [source.ssrc for source in video.ssrc] == [4, 5]
    extensions = [(one.id, one.uri) for one in video.rtp.headerExtensions]
    assert extensions == [(2, ABSOLUTE_SEND_TIME), (8, COLOR_SPACE)]


def test_sections_are_answered_in_the_order_of_the_offer() -> None:
    head, video, control = (
        PHONE.partition("m=video")[0],
        *PHONE.partition("m=video")[2].split("m=application"),
    )
    swapped = f"{head}m=application{control}m=video{video}".replace("BUNDLE 0 1", "BUNDLE 1 0")
    assert [media.kind for media in answer_to_phone(read_phone(swapped)).media] == ["application", "video"]


def test_a_section_that_only_shares_a_transport_is_understood() -> None:
    """As browsers offer with `bundlePolicy: "max-bundle"`."""
    lines = PHONE.replace("m=application 50295", "m=application 0").replace(
        "a=mid:1", "a=mid:1\na=bundle-only"
    )
    assert read_phone(lines).control_mid == "1"


def test_a_phone_without_a_data_channel_is_understood() -> None:
    alone = PHONE.partition("m=application")[0].replace("BUNDLE 0 1", "BUNDLE 0")
    assert read_phone(alone).control_mid is None
    assert len(answer_to_phone(read_phone(alone)).media) == 1


def test_a_phone_without_rtx_and_feedback_is_understood() -> None:
    lines = [line for line in PHONE.split("\n") if "rtx" not in line and "rtcp-fb" not in line]
    assert {codec.repair_type for codec in read_phone("\n".join(lines)).codecs} == {None}


def without(text: str, start: str) -> str:
    return "\n".join(line for line in text.split("\n") if not line.startswith(start))


AUDIO = "m=audio 9 UDP/TLS/RTP/SAVPF 111\na=mid:9\na=sendonly\na=rtpmap:111 opus/48000/2\n"
GARBAGE = {
    "nothing": "",
    "prose": "Bonjour, je suis le 15.",
    "json": '{"type": "offer", "sdp": "v=0"}',
    "a head alone": "v=0\ns=-\nt=0 0\n",
    "a line of no shape": PHONE + "surprise\n",
    "a candidate alone": "a=candidate:1 1 udp 1 192.0.2.1 9 typ host",
    "audio beside": PHONE.replace("m=application", AUDIO + "m=application"),
    "audio alone": "v=0\n" + AUDIO,
    "two videos": PHONE + "m=video" + PHONE.partition("m=video")[2].partition("m=application")[0],
    "two data channels": PHONE + "m=application" + PHONE.partition("m=application")[2],
    "a data channel alone": "v=0\nm=application" + PHONE.partition("m=application")[2],
    "the wrong way": PHONE.replace("a=sendonly", "a=recvonly"),
    "both ways": PHONE.replace("a=sendonly", "a=sendrecv"),
    "no direction": without(PHONE, "a=sendonly"),
    "two directions": PHONE.replace("a=sendonly", "a=sendonly\na=recvonly"),
    "no encryption": PHONE.replace("UDP/TLS/RTP/SAVPF", "RTP/AVP"),
    "a refused section": PHONE.replace("m=video 37760", "m=video 0"),
    "no ufrag": without(PHONE, "a=ice-ufrag"),
    "a short password": PHONE.replace("MhNUcOtDWekaSyOHr5HTib4c", "short"),
    "no fingerprint": without(PHONE, "a=fingerprint"),
    "a weak fingerprint": PHONE.replace("sha-256", "md5"),
    "no setup": without(PHONE, "a=setup"),
    "a strange setup": PHONE.replace("a=setup:actpass", "a=setup:holdconn"),
    "no mid": without(PHONE, "a=mid"),
    "one mid twice": PHONE.replace("a=mid:1", "a=mid:0"),
    "no rtcp-mux": without(PHONE, "a=rtcp-mux"),
    "two transports": PHONE.replace("BUNDLE 0 1", "BUNDLE 0"),
    "no codec of ours": re.sub("VP8|VP9|H264|AV1", "H266", PHONE),
    "h264 of 4:4:4 profile only": re.sub("VP8|VP9|AV1", "H266", PHONE)
    .replace("=42", "=f4")
    .replace("=4d", "=f4"),
    "no sctp port": without(PHONE, "a=sctp-port"),
    "sctp port 0": PHONE.replace("a=sctp-port:5000", "a=sctp-port:0"),
    "too large": PHONE + "a=x:" + "x" * 70_000,
    "an answer's end": PHONE.partition("a=mid")[2],
}


@pytest.mark.parametrize("name", GARBAGE)
def test_anything_else_is_refused(name: str) -> None:
    with pytest.raises(BadOffer):
        read_phone(GARBAGE[name])


def test_a_viewer_may_not_send_nor_have_a_data_channel() -> None:
    with pytest.raises(BadOffer):
        read_viewer(PHONE)
    with pytest.raises(BadOffer):
        read_viewer(PHONE.replace("a=sendonly", "a=recvonly"))
    with pytest.raises(BadOffer):
        read_phone(VIEWER)


@given(st.text(max_size=300))
def test_no_text_makes_the_reader_stumble(text: str) -> None:
    for offer in (text, "v=0\n" + text, PHONE + text):
        try:
            read_phone(offer)
        except BadOffer:
            continue


@settings(max_examples=300)
@given(st.data())
def test_no_damage_to_a_good_offer_makes_the_reader_or_the_answer_stumble(data: st.DataObject) -> None:
    lines = PHONE.split("\n")
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(lines) - 1))
        line = lines[place]
        cut = data.draw(st.integers(0, len(line)))
        lines[place] = data.draw(
            st.sampled_from(
                [
                    line[:cut],
                    line[cut:],
                    line + line,
                    line.replace("0", "9"),
                    line[:cut] + "٣é\0" + line[cut:],
                ]
            )
        )
    try:
        offer = read_phone("\n".join(lines))
    except BadOffer:
        return
    answer_to_phone(offer)
