"""The HTTP of the caller's page: what it serves, what it weighs, and what its three POSTs answer."""

from __future__ import annotations

import gzip
import hashlib
import re
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from media.simulator.door import AGENT
from patient_pwa.agent import describe
from patient_pwa.routes import routes
from patient_pwa.shell import Shell
from signaling.domain.errors import LinkUnusable, NotFound, Throttled
from signaling.service.join import Phone
from signaling.web import guarded

ORIGIN = "http://visio.test"
HEAVIEST = 20_000  # bytes, gzip, of all that a phone downloads
SAFARI = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) Version/18.5 Mobile/15E148 Safari/604.1"


@dataclass
class Look:
    state: str
    centre: str


@dataclass
class Joining:
    """Records what it is asked; links and codes are what their names say."""

    asked: list[tuple[str | None, ...]] = field(default_factory=list)
    marks: list[str | None] = field(default_factory=list)

    async def look(self, token: str, phone: Phone) -> Look:
        self.asked.append(("look", token, phone.cookie))
        return Look(token, "SAMU 54")

    async def claim(self, token: str, phone: Phone) -> str:
        self.asked.append(("claim", token, phone.cookie, phone.browser, phone.language))
        self.marks.append(phone.mark)
        if token != "ready":
            raise LinkUnusable(token)
        return "a-secret"

    async def token_of_code(self, code: str, source: str) -> str:
        self.asked.append(("code", code, source))
        if code == "999999":
            raise Throttled(12.2)
        if code != "123456":
            raise NotFound("no such code")
        return "token-of-the-code"


@pytest.fixture
def joining() -> Joining:
    return Joining()


def client(joining: Joining, *, secure: bool = False) -> TestClient:
    origin = ORIGIN.replace("http", "https") if secure else ORIGIN
    app = Starlette(
        routes=routes(joining, secure=secure, origin=origin), middleware=guarded([origin], secure=secure)
    )
    return TestClient(app, base_url=origin, headers={"Origin": origin})


@pytest.fixture
def phone(joining: Joining) -> Iterator[TestClient]:
    with client(joining) as made:
        yield made


def named(page: str) -> list[str]:
    """The addresses of the files that a page names."""
    return re.findall(r'(?:href|src|data-[a-z]+)="(/[^"#]+)"', page)


# ---------------------------------------------------------------- the page
def test_the_page_speaks_the_language_of_the_phone(phone: TestClient) -> None:
    french = phone.get("/j", headers={"Accept-Language": "fr-FR,fr;q=0.9"})
    english = phone.get("/j", headers={"Accept-Language": "en-GB"})
    assert '<html lang="fr" dir="ltr">' in french.text
    assert "Démarrer la caméra" in french.text
    assert '<html lang="en" dir="ltr">' in english.text
    assert "Start the camera" in english.text
    assert "Accept-Language" in french.headers["vary"]


def test_a_phone_of_another_language_gets_french(phone: TestClient) -> None:
    assert '<html lang="fr"' in phone.get("/j", headers={"Accept-Language": "zh"}).text


def test_the_page_can_be_shown_before_and_without_any_script(phone: TestClient) -> None:
    page = phone.get("/j").text
    assert "<noscript>" in page
    assert "visio.test/j" in page
    assert re.search(r'<section data-when="opening">\s*<h1', page)
    assert len(re.findall(r'<section[^>]* data-when="[a-z]+">', page)) == 1


def hashed(page: str, element: str) -> str:
    """The one inline element, as a content security policy names it."""
    [text] = re.findall(rf"<{element}[^>]*>(.+?)</{element}>", page, re.DOTALL)
    return f"'sha256-{b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def test_the_page_needs_no_nonce_so_that_it_may_be_kept(phone: TestClient) -> None:
    answer = phone.get("/j")
    policy = answer.headers["content-security-policy"]
    assert f"script-src 'self' {hashed(answer.text, 'script')};" in policy
    assert f"style-src 'self' {hashed(answer.text, 'style')};" in policy
    assert "nonce" not in policy
    assert " style=" not in answer.text
    assert not re.search(r"\son[a-z]+=", answer.text)
    assert answer.headers["cache-control"] == "no-cache"
    again = phone.get("/j", headers={"If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert "content-security-policy" not in again.headers


def test_the_address_of_the_page_is_told_to_nobody(phone: TestClient) -> None:
    assert phone.get("/j").headers["referrer-policy"] == "no-referrer"
    assert 'name="robots" content="noindex"' in phone.get("/j").text


def test_a_preview_robot_spends_nothing(phone: TestClient, joining: Joining) -> None:
    for _ in range(20):
        assert phone.get("/j").status_code == 200
        assert phone.head("/j").status_code == 200
    assert joining.asked == []


def test_every_file_that_the_page_names_is_there(phone: TestClient) -> None:
    files = named(phone.get("/j").text)
    assert len(files) == 5
    for address in files:
        answer = phone.get(address)
        assert answer.status_code == 200, address
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert answer.headers["x-content-type-options"] == "nosniff"


def test_a_page_older_than_the_server_gets_the_files_of_today_and_keeps_none(phone: TestClient) -> None:
    [later] = [address for address in named(phone.get("/j").text) if address.endswith("/later.js")]
    answer = phone.get(re.sub(r"static/[0-9a-f]+/", "static/0123456789ab/", later))
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    "path",
    [
        "app.js",
        "later.zz.html",
        "../routes.py",
        "..%2f..%2fpyproject.toml",
        "",
    ],
)
def test_no_other_file_can_be_had_by_its_path(phone: TestClient, path: str) -> None:
    assert phone.get(f"/j/static/0123456789ab/{path}").status_code == 404


def test_a_browser_without_gzip_gets_the_same_page(phone: TestClient) -> None:
    plain = phone.get("/j", headers={"Accept-Encoding": "identity"})
    small = phone.get("/j", headers={"Accept-Encoding": "gzip"})
    assert "content-encoding" not in plain.headers
    assert small.headers["content-encoding"] == "gzip"
    assert plain.text == small.text


def test_the_service_worker_may_keep_the_page_and_is_never_stale(phone: TestClient) -> None:
    answer = phone.get("/j/sw.js")
    assert answer.headers["service-worker-allowed"] == "/j"
    assert answer.headers["cache-control"] == "no-cache"
    assert answer.headers["content-type"].startswith("text/javascript")


def test_all_that_a_phone_downloads_before_the_first_picture_weighs_20_kb_at_most() -> None:
    shell = Shell(ORIGIN)
    icons = [shell.files["logo.svg"], shell.files["manifest.webmanifest"]]
    for language, page in shell.pages.items():
        weights = [len(gzip.compress(file.body, 9)) for file in (page, shell.worker, *icons)]
        assert sum(weights) <= HEAVIEST, (language, weights)


# ---------------------------------------------------------------- the door
def test_looking_at_a_link_says_what_it_is_worth(phone: TestClient, joining: Joining) -> None:
    answer = phone.post("/j/open", json={"token": "expired"})
    assert answer.json() == {"state": "expired", "centre": "SAMU 54", "version": Shell(ORIGIN).version}
    assert answer.headers["cache-control"] == "no-store"
    assert joining.asked == [("look", "expired", None)]


def test_looking_marks_the_phone_once_so_that_it_can_repeat_its_claim(
    phone: TestClient, joining: Joining
) -> None:
    cookie = phone.post("/j/open", json={"token": "ready"}).headers["set-cookie"]
    assert cookie.startswith("visio-caller-mark=")
    assert "HttpOnly" in cookie
    assert "set-cookie" not in phone.post("/j/open", json={"token": "ready"}).headers
    for _ in range(2):
        phone.post("/j/claim", json={"token": "ready"})
    assert len(set(joining.marks)) == 1
    assert len(joining.marks[0] or "") >= 22


def test_taking_a_link_gives_a_cookie_that_scripts_cannot_read(phone: TestClient, joining: Joining) -> None:
    answer = phone.post(
        "/j/claim", json={"token": "ready"}, headers={"User-Agent": SAFARI, "Accept-Language": "en"}
    )
    assert answer.status_code == 204
    assert joining.asked == [("claim", "ready", None, "Safari 18, iOS", "en")]
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("visio-caller=a-secret;")
    for attribute in ("HttpOnly", "Max-Age=43200", "Path=/", "SameSite=lax"):
        assert attribute in cookie
    phone.post("/j/open", json={"token": "mine"})
    assert joining.asked[-1] == ("look", "mine", "a-secret")


def test_over_tls_the_cookie_is_bound_to_this_host(joining: Joining) -> None:
    with client(joining, secure=True) as phone:
        cookie = phone.post("/j/claim", json={"token": "ready"}).headers["set-cookie"]
    assert cookie.startswith("__Host-visio-caller=a-secret;")
    assert "Secure" in cookie
    assert "Domain" not in cookie


@pytest.mark.parametrize("state", ["unknown", "expired", "revoked", "claimed", "ended"])
def test_a_link_that_cannot_be_taken_says_why(phone: TestClient, state: str) -> None:
    answer = phone.post("/j/claim", json={"token": state})
    assert (answer.status_code, answer.json()) == (409, {"state": state})
    assert "set-cookie" not in answer.headers


def test_a_spoken_code_leads_to_the_link(phone: TestClient, joining: Joining) -> None:
    assert phone.post("/j/code", json={"code": "123456"}).json() == {"token": "token-of-the-code"}
    assert joining.asked == [("code", "123456", "testclient")]


def test_a_wrong_code_is_not_found(phone: TestClient) -> None:
    assert phone.post("/j/code", json={"code": "000000"}).status_code == 404


def test_too_many_codes_have_to_wait(phone: TestClient) -> None:
    answer = phone.post("/j/code", json={"code": "999999"})
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "13")


GARBAGE = [
    b"",
    b"{",
    b"null",
    b"[]",
    b'"a"',
    b"{}",
    b'{"token":1}',
    b'{"token":""}',
    b'{"token":null}',
    b"\xff",
]
GARBAGE += [b'{"token":"' + b"a" * 201 + b'"}', b'{"token":"' + b"a" * 5000 + b'"}', b"[" * 4000]
GARBAGE += [b'{"code":"12345"}', b'{"code":"1234567"}', b'{"code":"12345a"}', b'{"code":123456}']
GARBAGE += ['{"code":"١٢٣٤٥٦"}'.encode(), b'{"code":"123456\\n"}']


@pytest.mark.parametrize("body", GARBAGE)
@pytest.mark.parametrize("path", ["/j/open", "/j/code", "/j/claim"])
def test_garbage_is_refused_with_a_reason(
    phone: TestClient, joining: Joining, path: str, body: bytes
) -> None:
    answer = phone.post(path, content=body)
    assert answer.status_code == 400
    assert answer.json()["code"] == "bad_message"
    assert answer.json()["message"]
    assert joining.asked == []


@pytest.mark.parametrize("path", ["/j/open", "/j/code", "/j/claim"])
def test_nothing_changes_by_a_get(phone: TestClient, joining: Joining, path: str) -> None:
    assert phone.get(path).status_code == 405
    assert joining.asked == []


# ---------------------------------------------------------------- the browser, in words
ANDROID = "Mozilla/5.0 (Linux; Android 14; SM-A546B) AppleWebKit/537.36 (KHTML, like Gecko)"


@pytest.mark.parametrize(
    ("header", "words"),
    [
        (SAFARI, "Safari 18, iOS"),
        (SAFARI.replace("Version/18.5", "CriOS/137.0"), "Chrome 137, iOS"),
        (f"{ANDROID} Chrome/137.0.0.0 Mobile Safari/537.36", "Chrome 137, Android"),
        (
            f"{ANDROID} SamsungBrowser/28.0 Chrome/130.0.0.0 Mobile Safari/537.36",
            "Samsung Internet 28, Android",
        ),
        (f"{ANDROID} Chrome/137.0 Mobile Safari/537.36 EdgA/137.0", "Edge 137, Android"),
        ("Mozilla/5.0 (Android 14; Mobile; rv:140.0) Gecko/140.0 Firefox/140.0", "Firefox 140, Android"),
        (f"{ANDROID} Version/4.0 Chrome/137.0 Safari/537.36 [FBAN/FB4A;FBAV/500.0]", "Facebook 500, Android"),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/137.0.0.0 Safari/537.36", "Chrome 137, Windows"),
        (AGENT, "Simulation 1"),
        ("curl/8.0", ""),
        ("", ""),
        ("Firefox/" + "9" * 1000, "Firefox 9999"),
    ],
)
def test_a_browser_is_described_in_a_few_words(header: str, words: str) -> None:
    assert describe(header) == words
