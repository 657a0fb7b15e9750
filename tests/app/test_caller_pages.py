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
from patient_pwa.agent import describe, model
from patient_pwa.routes import routes
from patient_pwa.shell import Shell
from signaling.domain.errors import LinkUnusable, NotAllowed, NotFound, NotSignedIn, Throttled
from signaling.service.handover import Asked
from signaling.service.join import Phone
from signaling.web import guarded

ORIGIN = "http://visio.test"
HEAVIEST = 20_000  # bytes, gzip, of all that a phone downloads
SAFARI = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) Version/18.5 Mobile/15E148 Safari/604.1"


@dataclass
class Look:
    state: str
    centre: str
    phone: str = "03 83 85 85 85"
    word: str = "TULIPE"
    recording: bool = False


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

    async def ask(self, token: str, phone: Phone, mark: str, source: str) -> Asked:
        self.asked.append(("ask", token, source, phone.browser))
        self.marks.append(mark)
        if token == "throttled":
            raise Throttled(29.1)
        if token not in {"waiting", "refused", "ready"}:
            raise LinkUnusable(token)
        return Asked(token, "second-secret" if token == "ready" else "")  # type: ignore[arg-type]

    async def share(self, cookie: str | None) -> str:
        self._must_be_phone(cookie)
        return "https://visio.test/j#shared"

    async def stay(self, cookie: str | None) -> None:
        self._must_be_phone(cookie)

    def _must_be_phone(self, cookie: str | None) -> None:
        self.asked.append(("phone", cookie))
        if cookie is None:
            raise NotSignedIn("no phone holds this cookie")
        if cookie == "replaced":
            raise NotAllowed("another phone is the camera")
        if cookie == "hasty":
            raise Throttled(29.1)


@pytest.fixture
def joining() -> Joining:
    return Joining()


def client(joining: Joining, *, secure: bool = False) -> TestClient:
    origin = ORIGIN.replace("http", "https") if secure else ORIGIN
    app = Starlette(
        routes=routes(joining, joining, secure=secure, origin=origin),
        middleware=guarded([origin], secure=secure),
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


def test_a_phone_of_a_language_that_we_lack_gets_english_and_one_that_says_nothing_french(
    phone: TestClient,
) -> None:
    assert '<html lang="en"' in phone.get("/j", headers={"Accept-Language": "sw"}).text
    assert '<html lang="fr"' in phone.get("/j", headers={"Accept-Language": ""}).text


def test_the_page_can_be_shown_before_and_without_any_script(phone: TestClient) -> None:
    page = phone.get("/j").text
    assert "<noscript>" in page
    assert "visio.test/j" in page
    assert re.search(r'<section data-when="opening">\s*<h1', page)
    assert len(re.findall(r'<section[^>]* data-when="[a-z]+">', page)) == 1


def hashed(page: str, element: str) -> str:
    """The inline elements, as a content security policy names them."""
    texts = re.findall(rf"<{element}[^>]*>(.+?)</{element}>", page, re.DOTALL)
    hashes = [b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in texts]
    return " ".join(f"'sha256-{one}'" for one in hashes)


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
    trust = {"centre": "SAMU 54", "phone": "03 83 85 85 85", "word": "TULIPE"}
    assert answer.json() == {"state": "expired", **trust, "version": Shell(ORIGIN).version}
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
    for attribute in ("HttpOnly", "Max-Age=129600", "Path=/", "SameSite=lax"):
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
@pytest.mark.parametrize("path", ["/j/open", "/j/code", "/j/claim", "/j/handover"])
def test_garbage_is_refused_with_a_reason(
    phone: TestClient, joining: Joining, path: str, body: bytes
) -> None:
    answer = phone.post(path, content=body)
    assert answer.status_code == 400
    assert answer.json()["code"] == "bad_message"
    assert answer.json()["message"]
    assert joining.asked == []


# ---------------------------------------------------------------- another phone
def test_a_second_phone_asks_and_only_it_gets_the_cookie(phone: TestClient, joining: Joining) -> None:
    waiting = phone.post("/j/handover", json={"token": "waiting"}, headers={"User-Agent": SAFARI})
    assert (waiting.status_code, waiting.json()) == (200, {"state": "waiting"})
    assert joining.asked == [("ask", "waiting", "testclient", "Safari 18, iOS")]
    [mark] = waiting.headers.get_list("set-cookie")
    assert mark.startswith("visio-caller-mark=")
    ready = phone.post("/j/handover", json={"token": "ready"})
    assert ready.json() == {"state": "ready"}
    [cookie] = ready.headers.get_list("set-cookie")
    assert cookie.startswith("visio-caller=second-secret;")
    assert "HttpOnly" in cookie
    assert len(set(joining.marks)) == 1


def test_a_second_phone_that_is_refused_gets_no_cookie(phone: TestClient) -> None:
    answer = phone.post("/j/handover", json={"token": "refused"})
    assert answer.json() == {"state": "refused"}
    assert "visio-caller=" not in answer.headers["set-cookie"]


def test_a_second_phone_that_comes_too_late_or_too_often_is_told_so(phone: TestClient) -> None:
    late = phone.post("/j/handover", json={"token": "expired"})
    assert (late.status_code, late.json()) == (409, {"state": "expired"})
    often = phone.post("/j/handover", json={"token": "throttled"})
    assert (often.status_code, often.headers["retry-after"]) == (429, "30")


def test_a_phone_shows_its_link_to_the_one_beside_it(phone: TestClient) -> None:
    phone.cookies.set("visio-caller", "secret")
    shared = phone.post("/j/share", json={}).json()
    assert shared["url"] == "https://visio.test/j#shared"
    assert shared["qr"]["size"] == 29
    assert re.fullmatch(r"(M\d+ \d+h\d+v1h-\d+z)+", shared["qr"]["path"])


def test_a_phone_that_was_replaced_may_stay(phone: TestClient, joining: Joining) -> None:
    phone.cookies.set("visio-caller", "secret")
    assert phone.post("/j/stay", json={}).status_code == 204
    assert joining.asked == [("phone", "secret")]


@pytest.mark.parametrize("path", ["/j/share", "/j/stay"])
@pytest.mark.parametrize(("cookie", "status"), [(None, 401), ("replaced", 409), ("hasty", 429)])
def test_a_phone_that_is_not_the_camera_shares_nothing(
    phone: TestClient, path: str, cookie: str | None, status: int
) -> None:
    if cookie is not None:
        phone.cookies.set("visio-caller", cookie)
    assert phone.post(path, json={}).status_code == status


@pytest.mark.parametrize("path", ["/j/open", "/j/code", "/j/claim", "/j/handover", "/j/share", "/j/stay"])
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
        (
            f"{ANDROID} Version/4.0 Chrome/137.0 Safari/537.36 [FBAN/FB4A;FBAV/500.0]",
            "Facebook (in-app), Android",
        ),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/137.0.0.0 Safari/537.36", "Chrome 137, Windows"),
        (AGENT, "Simulation 1"),
        ("curl/8.0", ""),
        ("", ""),
        ("Firefox/" + "9" * 1000, "Firefox 9999"),
    ],
)
def test_a_browser_is_described_in_a_few_words(header: str, words: str) -> None:
    assert describe(header) == words


@pytest.mark.parametrize(
    ("header", "hint", "named"),
    [
        (f"{ANDROID} Chrome/137.0 Mobile Safari/537.36", '"SM-S911B"', "SM-S911B"),
        ("Mozilla/5.0 (Linux; Android 10; K) Chrome/137.0 Mobile Safari/537.36", "", ""),
        ("Mozilla/5.0 (Linux; Android 9; SM-G960F Build/PPR1) Chrome/80.0", "", "SM-G960F"),
        ("Mozilla/5.0 (Linux; Android 9; SM-G960F; wv) Chrome/80.0", "", "SM-G960F"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1", '"X"', "iPhone"),
        ("Mozilla/5.0 (Android 14; Mobile; rv:140.0) Gecko/140.0 Firefox/140.0", "", ""),
        ("", '"<b>Pixel 8</b>"' + "x" * 1000, "b Pixel 8 /b " + "x" * 27),
        ("", '""', ""),
        ("", "", ""),
    ],
)
def test_a_phone_is_named_as_its_browser_names_it(header: str, hint: str, named: str) -> None:
    assert model(header, hint) == named
