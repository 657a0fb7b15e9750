"""An administrator's pages over the whole product: what is set there holds at once, in this centre alone."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

import httpx2
import msgspec
import pytest
from msgspec.structs import replace
from starlette.applications import Starlette

from config.asgi import create
from config.settings import read
from signaling.clock import SystemClock
from signaling.domain.errors import Unavailable
from signaling.domain.policy import FUNCTIONS, policy_of
from signaling.domain.records import AuditEntry, User
from signaling.service.accounts import Accounts
from signaling.store.sql import SqlStore
from tests import cast
from tests.app.office import ADMIN, SITE, SUPERVISOR
from tests.cast import ALICE, CHARLIE, PASSWORD, SAMU_54, SAMU_75
from tests.hostile_files import picture
from tests.media.peers import until

OWN_TEXT: Final = "Bonjour, ici {centre}. Montrez-nous : {link}"
BOSS: Final = cast.user("Zoe", SAMU_75, role="administrator")
ROSTER: Final = "e-mail;nom;rôle\nnina@example.org;Nina;régulatrice\nomar@example.org;Omar;roi\n"


class Centre:
    """SAMU 54 and SAMU 75 in the product as it is wired, with its outbox."""

    def __init__(self, app: Starlette, store: SqlStore, folder: Path) -> None:
        self.store = store
        self._app = app
        self._outbox = folder / "outbox"

    @asynccontextmanager
    async def browser(self, user: User | None = None) -> AsyncIterator[httpx2.AsyncClient]:
        headers = {"Origin": SITE, "Accept": "text/html", "Accept-Language": "fr"}
        transport = httpx2.ASGITransport(self._app, raise_app_exceptions=False)
        async with httpx2.AsyncClient(base_url=SITE, headers=headers, transport=transport) as made:
            if user is not None:
                assert (await sign_in(made, user.email)).status_code == 303
            yield made

    def sent(self) -> list[dict[str, Any]]:
        kept = [msgspec.json.decode(path.read_bytes()) for path in self._outbox.glob("*.json")]
        return sorted(kept, key=lambda one: one["created"])

    async def newest(self, count: int) -> dict[str, Any]:
        await until(lambda: len(self.sent()) >= count)
        return self.sent()[-1]

    async def audit(self) -> list[AuditEntry]:
        return list(await self.store.audit_entries(SAMU_54.id, 0, 1_000))


async def sign_in(browser: httpx2.AsyncClient, email: str, password: str = PASSWORD) -> httpx2.Response:
    return await browser.post("/login", data={"email": email, "password": password})


@pytest.fixture
async def centre(migrated_sqlite_url: str, tmp_path: Path) -> AsyncIterator[Centre]:
    environ = {
        "DATABASE_URL": migrated_sqlite_url,
        "DATA_DIR": str(tmp_path),
        "PUBLIC_URL": SITE,
        "SECRET_KEY": "k" * 40,
        "MEDIA_ADDRESSES": "127.0.0.1",
        "BAN_DOMAIN": "off",
        "NOMINATIM_DOMAIN": "off",
    }
    app = create(read(environ))
    store = SqlStore(migrated_sqlite_url, SystemClock())
    await store.open()
    await cast.settle(store)
    for user in (ADMIN, SUPERVISOR, BOSS):
        await store.add_user(user, cast.person(user))
    async with app.router.lifespan_context(app):
        yield Centre(app, store, tmp_path)
    await store.close()


# ---------------------------------------------------------------- messages
async def test_a_text_and_a_sender_of_its_own_are_in_the_next_invitation(centre: Centre) -> None:
    async with centre.browser(ADMIN) as admin, centre.browser(ALICE) as alice:
        saved = await admin.post("/centre/texts", data={"language": "fr", "sms": OWN_TEXT, "mail": ""})
        assert saved.headers["location"] == "/centre?done=texts&language=fr#texts"
        await admin.post("/centre/sender", data={"sender": "SAMU 54"})
        await alice.post("/sessions", data={"address": "06 12 34 56 78"})
        message = await centre.newest(1)
    assert message["body"] == f"Bonjour, ici SAMU 54. Montrez-nous : {message['link']}"
    assert message["sender"] == "SAMU 54"
    assert policy_of(await centre.store.centre(SAMU_75.id)).sms_texts == {}
    changes = [one.detail for one in await centre.audit() if one.action == "centre.changed"]
    assert changes == ['{"parts":"texts"}', '{"parts":"sender"}']


async def test_the_preview_is_what_leaves_and_counts_as_the_carrier_does(centre: Centre) -> None:
    async with centre.browser(ADMIN) as admin:

        async def preview(text: str) -> dict[str, Any]:
            answer = await admin.post("/centre/preview", json={"language": "fr", "text": text})
            made: dict[str, Any] = answer.json()
            return made

        usual, accents = await preview(""), await preview("Prêt ? {link}")
        wide, long = (
            await preview("Смотрите, пожалуйста, здесь и сейчас {link}"),
            await preview("a" * 150 + "{link}"),
        )
        nonsense = await admin.post("/centre/preview", content=b"{")
    assert (usual["segments"], usual["narrow"]) == (1, True)
    assert usual["text"].startswith("SAMU 54 vous demande")
    assert (accents["replaced"], accents["text"][:6]) == (True, "Pret ?")
    assert (wide["narrow"], wide["segments"]) == (False, 2)
    assert (long["narrow"], long["segments"]) == (True, 2)
    assert nonsense.status_code == 422


async def test_what_cannot_be_kept_stays_on_the_page_with_its_reason(centre: Centre) -> None:
    async with centre.browser(ADMIN) as admin:
        answer = await admin.post("/centre/texts", data={"language": "fr", "sms": "sans lien", "mail": ""})
        name = await admin.post("/centre/name", data={"name": "", "phone": "03 83"})
        quota = await admin.post("/centre/quotas", data={"sms_per_user_hour": "-1"})
    assert answer.status_code == name.status_code == quota.status_code == 422
    assert "Le texte doit contenir {link}" in answer.text
    assert "sans lien" in answer.text
    assert "Un nom compte de 1 à 40" in name.text
    assert "Un quota est un nombre" in quota.text
    assert policy_of(await centre.store.centre(SAMU_54.id)).sms_texts == {}


async def test_a_trial_leaves_with_what_is_saved_and_its_link_opens_nothing(centre: Centre) -> None:
    async with centre.browser(ADMIN) as admin:
        await admin.post("/centre/texts", data={"language": "en", "sms": "{centre} {link}", "mail": ""})
        page = await admin.post("/centre/try", data={"language": "en", "address": "06 12 34 56 78"})
        message = await centre.newest(1)
        opened = await admin.post("/j/open", json={"token": message["link"].partition("#")[2]})
        wrong = await admin.post("/centre/try", data={"language": "en", "address": "12"})
        abroad = await admin.post("/centre/try", data={"language": "en", "address": "+32 470 12 34 56"})
    assert "06 12 34 56 78" in page.text
    assert message["body"] == f"SAMU 54 {message['link']}"
    assert opened.json()["state"] == "unknown"
    assert "try-wrong" in wrong.text
    assert "vers ce pays" in abroad.text


# ---------------------------------------------------------------- where to, and what with
async def test_sms_go_to_the_countries_of_the_centre_only(centre: Centre) -> None:
    async with centre.browser(ADMIN) as admin, centre.browser(ALICE) as alice:
        refused = await alice.post("/sessions", data={"address": "+32 470 12 34 56"})
        await admin.post("/centre/destinations", data={"region": "FR", "further": "be"})
        taken = await alice.post("/sessions", data={"address": "+32 470 12 34 56"})
        overseas = await alice.post("/sessions", data={"address": "0692 12 34 56"})
    assert refused.status_code == 422
    assert "vers ce pays" in refused.text
    assert taken.status_code == 303
    assert overseas.status_code == 422


async def test_what_the_centre_does_without_is_refused_by_the_server(centre: Centre) -> None:
    async with centre.browser(ADMIN) as admin, centre.browser(ALICE) as alice:
        started = await alice.post("/sessions", data={"address": "06 12 34 56 78"})
        room = started.headers["location"]
        await admin.post("/centre/functions", data={"function": ["guests", "sharing"]})
        json = {"Accept": "application/json"}
        answers = [
            await alice.post("/sessions", data={"address": "a@example.org"}),
            await alice.post("/tests", json={"to": "06 12 34 56 78"}, headers=json),
            await alice.post(f"{room}/captures", content=picture(), headers=json),
            await alice.post(f"{room}/documents", content=picture(), headers=json),
            await alice.post(f"{room}/documents?drawing=1", content=picture(), headers=json),
        ]
        await admin.post("/centre/functions", data={"function": ["documents"]})
        undrawn = await alice.post(f"{room}/documents?drawing=1", content=picture(), headers=json)
        page = await alice.get(room)
    assert undrawn.json()["code"] == "function_off"
    assert [one.status_code for one in answers] == [422, 403, 403, 403, 403]
    assert "n’envoie pas d’e-mail" in answers[0].text
    assert all(one.json()["code"] == "function_off" for one in answers[1:])
    off = set(FUNCTIONS) - {"documents"}
    assert set(re.findall(r'data-off="([\w ]+)"', page.text)[0].split()) == off


async def test_the_rooms_map_and_the_order_of_its_phrases_are_the_centres(centre: Centre) -> None:
    tiles = "https://tiles.nancy.example/{z}/{x}/{y}.png"
    async with centre.browser(ADMIN) as admin, centre.browser(ALICE) as alice:
        room = (await alice.post("/sessions", data={"address": "06 12 34 56 78"})).headers["location"]
        before = await alice.get(room)
        await admin.post("/centre/map", data={"tiles": tiles, "attribution": "Nancy"})
        await admin.post("/centre/phrases", data={"light": "1", "chest": "2"})
        after = await alice.get(room)
    assert "tiles.nancy" not in before.headers["content-security-policy"]
    assert "blob: https://tiles.nancy.example;" in after.headers["content-security-policy"]
    assert re.findall(r'data-phrase="(\w+)"', after.text)[:3] == ["light", "chest", "speaker"]


# ---------------------------------------------------------------- people
async def test_an_invited_person_chooses_a_password_and_comes_in(centre: Centre) -> None:
    async with centre.browser(ADMIN) as admin, centre.browser() as nina:
        new = {"email": "nina@example.org", "name": "Nina", "role": "regulator"}
        await admin.post("/centre/users", data=new)
        letter = await centre.newest(1)
        assert "Invitation envoyée" in (await admin.get("/centre/users")).text
        token = letter["link"].partition("#")[2]
        chosen = {"token": token, "password": "quinze le samu", "again": "quinze le samu"}
        await nina.post("/login/reset", data=chosen)
        again = await nina.post("/login/reset", data=chosen)
        entered = await sign_in(nina, "nina@example.org", chosen["password"])
        twice = await admin.post("/centre/users", data=new)
    assert letter["to"] == "nina@example.org"
    assert entered.status_code == 303
    assert again.status_code >= 400
    assert twice.status_code == 422
    assert [one.detail for one in await centre.audit() if one.action == "account.changed"] == [
        '{"change":"added","role":"regulator"}'
    ]


async def test_who_works_elsewhere_already_is_only_told(centre: Centre) -> None:
    async with centre.browser(ADMIN) as admin:
        await admin.post("/centre/users", data={"email": CHARLIE.email, "name": "Other", "role": "regulator"})
        letter = await centre.newest(1)
        [user] = [one for one in await centre.store.users(SAMU_54.id) if one.email == CHARLIE.email]
        stolen = await admin.post(f"/centre/users/{user.id}/rpps", data={"rpps": "10101010101"})
    assert letter["link"] == f"{SITE}/login"
    assert user.name == CHARLIE.name
    assert stolen.status_code == 422
    assert (await centre.store.person(user.person)).rpps is None


async def test_a_person_who_is_shut_out_is_out_and_may_come_in_again(centre: Centre) -> None:
    async with centre.browser(ADMIN) as admin, centre.browser(ALICE) as alice:
        await admin.post(f"/centre/users/{ALICE.id}/disable")
        assert (await alice.get("/")).status_code == 303
        assert (await sign_in(alice, ALICE.email)).status_code != 303
        await admin.post(f"/centre/users/{ALICE.id}/enable")
        assert (await sign_in(alice, ALICE.email)).status_code == 303
        await admin.post(f"/centre/users/{ALICE.id}/role", data={"role": "administrator"})
        assert (await alice.get("/centre")).status_code == 200
        own = await admin.post(f"/centre/users/{ADMIN.id}/disable")
        demoted = await admin.post(f"/centre/users/{ADMIN.id}/role", data={"role": "regulator"})
    assert (own.status_code, demoted.status_code) == (403, 403)


async def test_a_list_says_what_it_does_before_anything_happens(centre: Centre) -> None:
    async with centre.browser(ADMIN) as admin:
        before = await centre.store.users(SAMU_54.id)
        shown = await admin.post("/centre/users/list", files={"file": ("list.csv", ROSTER.encode("cp1252"))})
        assert await centre.store.users(SAMU_54.id) == before
        [kept] = re.findall(r'<textarea name="list" hidden>(.*?)</textarea>', shown.text, re.DOTALL)
        done = await admin.post("/centre/users/import", data={"list": kept})
        letter = await centre.newest(1)
        none = await admin.post("/centre/users/list", files={"file": ("x.bin", b"\x00\x01")})
    assert "rôle inconnu" in shown.text
    assert "Nina" in shown.text
    assert done.headers["location"] == "/centre/users?done=1"
    assert letter["to"] == "nina@example.org"
    assert {one.email for one in await centre.store.users(SAMU_54.id)} == {
        *(one.email for one in before),
        "nina@example.org",
    }
    assert none.status_code == 422


async def test_of_a_list_only_the_good_lines_are_taken_whatever_was_sent(centre: Centre) -> None:
    wrong = "a@x.fr\tA\tchef\nb@x.fr\t=1+1\tregulator\nb@x.fr\tB\tregulator\n"
    async with centre.browser(ADMIN) as admin:
        before = len(await centre.store.users(SAMU_54.id))
        done = await admin.post("/centre/users/import", data={"list": wrong})
        added = [one for one in await centre.store.users(SAMU_54.id) if one.email.endswith("@x.fr")]
    assert done.headers["location"] == "/centre/users?done=1"
    assert [(one.email, one.name) for one in added] == [("b@x.fr", "=1+1")]
    assert len(await centre.store.users(SAMU_54.id)) == before + 1
    assert [one.subject for one in await centre.audit() if one.action == "account.changed"] == [added[0].id]


async def test_who_was_added_before_an_import_stopped_gets_the_letter(
    centre: Centre, monkeypatch: pytest.MonkeyPatch
) -> None:
    add = Accounts.add_user

    async def stop_at_omar(accounts: Accounts, at: str, email: str, *others: Any) -> User:
        if email == "omar@example.org":
            raise Unavailable("the database went away")
        return await add(accounts, at, email, *others)

    monkeypatch.setattr(Accounts, "add_user", stop_at_omar)
    roster = ROSTER.replace("roi", "regulator")
    async with centre.browser(ADMIN) as admin:
        stopped = await admin.post("/centre/users/import", data={"list": roster})
        letter = await centre.newest(1)
    assert stopped.status_code == 503
    assert letter["to"] == "nina@example.org"
    assert [one.detail for one in await centre.audit() if one.action == "account.changed"] == [
        '{"change":"added","role":"regulator"}'
    ]


async def test_what_is_set_twice_at_once_loses_neither(centre: Centre) -> None:
    """Each form changes its own part of the row as it is then."""
    async with centre.browser(ADMIN) as admin:
        await admin.post("/centre/sender", data={"sender": "SAMU 54"})
        await admin.post("/centre/keep", data={"captures": "30", "photos": ""})
    kept = policy_of(await centre.store.centre(SAMU_54.id))
    assert (kept.sender, kept.keep_days) == ("SAMU 54", {"captures": 30})
    assert replace(kept, sender="", keep_days={}) == policy_of(SAMU_54)
