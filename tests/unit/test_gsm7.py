"""The 7-bit alphabet of SMS: 3GPP TS 23.038."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signaling.domain.gsm7 import BASIC, EXTENSION, fits, segments, septets, to_gsm7


def test_the_alphabet_has_its_127_characters_and_the_10_behind_the_escape() -> None:
    assert len(BASIC) == 127
    assert len(EXTENSION) == 10
    assert not BASIC & EXTENSION


@pytest.mark.parametrize("text", ["éèàùòì", "ÄÖÑÜäöñü", "Ç", "ÆØÅæøå", "@£$¥§", "a_b", "a\nb", "{[^|~]}\\€"])
def test_the_alphabet_holds_what_the_table_holds(text: str) -> None:
    assert fits(text)
    assert to_gsm7(text) == text


@pytest.mark.parametrize("text", ["ç", "ê", "ô", "œ", "a\u00a0b", "’", "«", "`", "\x1b", "א"])
def test_the_alphabet_lacks_what_the_table_lacks(text: str) -> None:
    assert not fits(text)


@pytest.mark.parametrize(
    ("text", "sent"),
    [
        ("Hôpital de l’Hôtel-Dieu", "Hopital de l'Hotel-Dieu"),
        ("reçu, Ça va", "recu, Ça va"),
        ("Cœur d'Œuvre", "Coeur d'OEuvre"),
        ("vidéo\u00a0: oui\u202f!", "vidéo : oui !"),
        ("« vidéo »", '" vidéo "'),
        ("Nancy – Toul…", "Nancy - Toul..."),
        ("e\u0301te\u0301", "été"),
        ("½ ﬁn ² ™", "1/2 fin 2 TM"),
        ("SAMU\u200b\u202a 54", "SAMU 54"),
        ("\x00\x1b\x7f", ""),
        ("SAMU 🚑", "SAMU ?"),
        ("إسعاف", "?????"),
        ("Łódź", "Lodz"),
    ],
)
def test_what_the_alphabet_lacks_is_written_in_the_nearest_way(text: str, sent: str) -> None:
    assert to_gsm7(text) == sent


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 1),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("é" * 160, 1),
        ("€" * 80, 1),
        ("€" * 81, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("€" * 153, 3),  # 306 septets, but no euro sign may be cut at the 153rd
        ("ê" * 70, 1),
        ("ê" * 71, 2),
        ("a" * 70 + "\u00a0", 2),  # one odd space doubles the price
        ("🚑" * 35, 1),
        ("🚑" * 36, 2),
        ("🚑" * 67, 3),  # 134 units, but no pair may be cut at the 67th
    ],
)
def test_segments_are_counted_as_carriers_bill_them(text: str, count: int) -> None:
    assert segments(text) == count


@given(st.text())
def test_whatever_the_text_its_likeness_can_be_sent_and_is_stable(text: str) -> None:
    sent = to_gsm7(text)

    assert fits(sent)
    assert to_gsm7(sent) == sent
    assert (segments(sent) == 1) == (septets(sent) <= 160)
