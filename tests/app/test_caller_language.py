"""The language of the caller's page, from its first byte."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from patient_pwa.shell import shell
from tests.app.test_caller_pages import ORIGIN, Joining, client


@pytest.fixture
def phone() -> Iterator[TestClient]:
    with client(Joining()) as made:
        yield made


@pytest.mark.parametrize(
    ("header", "language", "direction"),
    [
        ("ar-EG,ar;q=0.9,en;q=0.5", "ar", "rtl"),
        ("de-AT", "de", "ltr"),
        ("pt-BR,pt;q=0.9", "pt", "ltr"),
        ("zh-Hant-TW", "zh", "ltr"),
        ("zh-CN", "zh", "ltr"),
        ("uk-UA,ru;q=0.5", "uk", "ltr"),
        ("vi-VN,vi;q=0.9", "en", "ltr"),
        ("vi-VN,tr;q=0.1", "tr", "ltr"),
    ],
)
def test_the_first_byte_is_in_the_language_of_the_phone(
    phone: TestClient, header: str, language: str, direction: str
) -> None:
    answer = phone.get("/j", headers={"Accept-Language": header})
    assert f'<html lang="{language}" dir="{direction}">' in answer.text
    assert answer.headers["content-language"] == language
    assert "set-cookie" not in answer.headers


def test_a_chosen_language_wins_and_is_kept_for_the_reload_and_for_the_regulator() -> None:
    joining = Joining()
    with client(joining) as phone:
        assert '<html lang="ar" dir="rtl">' in phone.get("/j?lang=ar", headers={"Accept-Language": "fr"}).text
        assert '<html lang="ar" dir="rtl">' in phone.get("/j", headers={"Accept-Language": "fr"}).text
        phone.post("/j/claim", json={"token": "ready"}, headers={"Accept-Language": "fr"})
        assert joining.asked[-1][-1] == "ar"
        assert '<html lang="de"' in phone.get("/j?lang=de").text


@pytest.mark.parametrize("chosen", ["klingon", "../../etc/passwd", "AR", "", "fr%00", "%ff"])
def test_a_language_that_is_none_changes_nothing_and_is_not_kept(phone: TestClient, chosen: str) -> None:
    answer = phone.get(f"/j?lang={chosen}", headers={"Accept-Language": "de"})
    assert '<html lang="de"' in answer.text
    assert "set-cookie" not in answer.headers


def test_over_tls_the_choice_is_kept_for_tls_only() -> None:
    with client(Joining(), secure=True) as phone:
        assert "Secure" in phone.get("/j?lang=ar").headers["set-cookie"]


def test_what_a_cache_keeps_depends_on_the_choice(phone: TestClient) -> None:
    french, arabic = phone.get("/j?lang=fr"), phone.get("/j?lang=ar")
    assert "Cookie" in french.headers["vary"]
    assert french.headers["etag"] != arabic.headers["etag"]


def test_every_language_has_the_same_page_so_that_one_can_be_changed_into_the_other() -> None:
    pages = shell(ORIGIN)
    for name in ("first", "later"):
        shapes = {
            language: re.findall(r"<([a-z]+)", pages.files[f"{name}.{language}.html"].body.decode())
            for language in pages.languages
        }
        assert len({tuple(shape) for shape in shapes.values()}) == 1, name


def test_a_person_finds_their_language_in_its_own_words() -> None:
    page = shell(ORIGIN).files["later.fr.html"].body.decode()
    assert re.findall(r'data-language="([a-z]+)"[^>]*>([^<]+)<', page) == [
        ("ar", "العربية"),
        ("de", "Deutsch"),
        ("en", "English"),
        ("es", "Español"),
        ("fr", "Français"),
        ("it", "Italiano"),
        ("nl", "Nederlands"),
        ("pl", "Polski"),
        ("pt", "Português"),
        ("ro", "Română"),
        ("ru", "Русский"),
        ("tr", "Türkçe"),
        ("uk", "Українська"),
        ("zh", "中文"),
    ]
