"""What a caller reads before they tap."""

from __future__ import annotations

from email.message import EmailMessage
from html.parser import HTMLParser
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.settings import CallerLanguage
from patient_pwa.language import catalogues
from signaling.domain.gsm7 import fits, segments, septets, to_gsm7
from signaling.domain.invitation_text import LANGUAGES, mail, sms
from signaling.domain.invitation_words import WORDINGS
from signaling.domain.invitation_words_guest import GUEST_WORDINGS
from signaling.domain.records import GuestRole

LINK = "https://visio.samu54.example/j#Zt3kPq0vXy_9-AbCdEfGhI"
LONG_NAME = "Service d’aide médicale urgente de Meurthe-et-Moselle et de l’agglomération de Nancy"

links = st.from_regex(r"https://[a-z0-9.-]{4,40}/j#[A-Za-z0-9_-]{22}", fullmatch=True)
WIDE = sorted(language for language, wording in WORDINGS.items() if wording.wide)
LATIN = sorted(set(LANGUAGES) - set(WIDE))
languages = st.sampled_from([*LATIN, "fr-FR", "ja", ""])


def test_the_french_sms_says_who_asks_what_for_and_that_there_is_no_sound() -> None:
    text = sms("SAMU 54", LINK, "fr")

    assert text == f"SAMU 54 vous demande une vidéo, sans le son. Touchez ce lien : {LINK}"


def test_the_english_sms_says_the_same() -> None:
    text = sms("SAMU 54", LINK, "en-GB")

    assert text == f"SAMU 54 asks you for live video, without sound. Tap this link: {LINK}"


def test_a_language_without_words_gets_the_french_ones() -> None:
    assert sms("SAMU 54", LINK, "ja") == sms("SAMU 54", LINK, "fr")


def test_an_arabic_sms_stays_arabic_and_is_two_segments() -> None:
    text = sms("SAMU 54", LINK, "ar")

    assert text == f"SAMU 54 يطلب منك فيديو بلا صوت. اضغط هنا: {LINK}"
    assert segments(text) == 2


def test_a_turkish_sms_is_one_segment_without_the_letters_that_the_alphabet_lacks() -> None:
    text = sms("SAMU 54", LINK, "tr")

    assert text == f"SAMU 54 sizden sessiz bir video istiyor. Baglantiya dokunun: {LINK}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_words_of_an_sms_leave_room_for_the_name(language: str) -> None:
    words = WORDINGS[language].sms.format(centre="", link="")

    assert "?" not in to_gsm7(words) or language in WIDE
    assert len(words) <= (45 if language in WIDE else 57)


@given(centre=st.text(min_size=1, max_size=200), link=links, language=st.sampled_from(WIDE))
def test_whatever_the_name_an_sms_of_other_letters_is_two_segments_at_most(
    centre: str, link: str, language: str
) -> None:
    text = sms(centre, link, language)

    assert segments(text) <= 2
    assert text.endswith(f" {link}")
    assert text.count(link) == 1


def test_a_long_name_is_cut_between_words_and_loses_its_typography() -> None:
    text = sms(LONG_NAME, LINK, "fr")

    assert text.startswith("Service d'aide médicale urgente vous demande une vidéo")
    assert segments(text) == 1


def test_a_name_of_one_long_word_is_cut_inside_it() -> None:
    text = sms("A" * 300, LINK, "fr")

    assert segments(text) == 1
    assert text.startswith("A" * 20)
    assert text.endswith(f" {LINK}")


def test_a_link_that_leaves_no_room_for_the_sentence_keeps_the_name_and_the_link() -> None:
    link = f"https://{'x' * 120}/j#{'t' * 10}"

    text = sms("SAMU 54", link, "fr")

    assert text == f"SAMU 54 : {link}"
    assert segments(text) == 1


def test_a_link_longer_than_an_sms_is_still_sent_whole() -> None:
    link = f"https://{'x' * 200}/j#t"

    assert sms("SAMU 54", link, "fr").endswith(f" {link}")


@given(centre=st.text(min_size=1, max_size=200), link=links, language=languages)
def test_whatever_the_name_the_sms_is_one_segment_with_the_whole_link_last(
    centre: str, link: str, language: str
) -> None:
    text = sms(centre, link, language)

    assert fits(text)
    assert septets(text) <= 160
    assert text.endswith(f" {link}")
    assert text.count(link) == 1


@given(
    centre=st.text(alphabet="ABCDEFÉèê 54-'’", min_size=1, max_size=30),
    link=links,
    language=languages,
)
def test_a_name_of_thirty_characters_is_never_shortened(centre: str, link: str, language: str) -> None:
    assert sms(centre, link, language).startswith(to_gsm7(" ".join(centre.split())))


def test_an_arabic_mail_runs_from_right_to_left() -> None:
    assert '<html lang="ar" dir="rtl">' in mail("SAMU 54", LINK, "ar").html
    assert '<html lang="fr" dir="ltr">' in mail("SAMU 54", LINK, "fr").html


def test_the_invitation_and_the_page_speak_the_same_languages() -> None:
    assert set(LANGUAGES) == set(catalogues().languages) == set(get_args(CallerLanguage))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_mail_has_the_name_and_the_link_in_both_its_forms(language: str) -> None:
    message = mail("SAMU 54", LINK, language)

    assert message.subject.startswith("SAMU 54")
    for body in (message.text, message.html):
        assert "SAMU 54" in body
        assert LINK in body
        assert "{" not in body


def test_the_mail_says_that_there_is_no_sound_and_what_to_do_if_nobody_called() -> None:
    message = mail("SAMU 54", LINK, "fr")

    assert "Il n’y a pas de son" in message.text
    assert "Si vous n’avez pas appelé SAMU 54, ignorez ce message." in message.text


def test_the_html_reads_as_the_text_does() -> None:
    message = mail("SAMU 54", LINK, "fr")
    page = _Page(message.html)

    for line in filter(None, message.text.splitlines()):
        assert line in page.words
    assert set(page.links) == {LINK}
    assert page.language == "fr"


def test_a_hostile_name_stays_text() -> None:
    name = '<script>alert(1)</script>" onmouseover="x\r\nBcc: charlie@example.org {link} {0} %s'

    message = mail(name, LINK, "fr")
    page = _Page(message.html)

    assert "\n" not in message.subject
    assert page.tags <= {"html", "head", "meta", "title", "body", "p", "a", "br"}
    assert set(page.links) == {LINK}
    assert "<script>alert(1)</script>" in page.words
    EmailMessage()["Subject"] = message.subject  # takes it, or raises


@pytest.mark.parametrize("language", sorted(GUEST_WORDINGS))
@pytest.mark.parametrize("role", ["watch", "camera", "seen"])
def test_a_guest_reads_in_one_sms_who_asks_for_what_and_that_it_is_confidential(
    language: str, role: GuestRole
) -> None:
    link = f"https://{'v' * 50}.example/g#Zt3kPq0vXy_9-AbCdEfGhI"
    text = sms("SAMU 54", link, language, role)
    assert fits(text)
    assert segments(text) == 1
    assert text.startswith("SAMU 54")
    assert text.endswith(f" {link}")
    assert any(word in text for word in ("confidentiel", "confidential", "private"))
    assert any(word in text for word in (("film",) if role == "camera" else ("voir", "watch")))


@pytest.mark.parametrize(("language", "expected"), [("fr", "fr"), ("en-GB", "en"), ("de", "fr")])
def test_a_guests_mail_is_in_a_language_of_the_console(language: str, expected: str) -> None:
    message = mail("SAMU 54", LINK, language, "seen")
    assert _Page(message.html).language == expected
    for text in (message.text, _Page(message.html).words):
        assert LINK in text
        assert "confiden" in text
    assert message.subject != mail("SAMU 54", LINK, language).subject


class _Page(HTMLParser):
    """What a reader sees, where the links go, and which elements there are."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.links: list[str | None] = []
        self.words = ""
        self.language: str | None = None
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        given = dict(attrs)
        if tag == "a":
            self.links.append(given["href"])
        if tag == "html":
            self.language = given["lang"]

    def handle_data(self, data: str) -> None:
        self.words += data
