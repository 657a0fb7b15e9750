"""Who may ask for what: every route of the product, and what it may be asked with.

A route that is not written down here fails `test_matrix.py`.
"""

from __future__ import annotations

from typing import Any, Final, Literal

import msgspec

from signaling.domain.records import Role

WATCHERS: Final[tuple[Role, ...]] = ("regulator", "supervisor")
ADMINISTRATORS: Final[tuple[Role, ...]] = ("administrator",)
REVIEWERS: Final[tuple[Role, ...]] = ("supervisor", "administrator")
EVERYBODY: Final[tuple[Role, ...]] = ("regulator", "supervisor", "administrator")


class Rule(msgspec.Struct, frozen=True):
    """`who`: users with one of these roles; or a door without a login: `open` to anybody, or `proved` by a
    cookie, token or signature of its own. `form`, `json`, `body`: what it is asked with."""

    who: tuple[Role, ...] | Literal["open", "proved"]
    form: dict[str, str] | None = None
    json: Any = None
    body: bytes = b""
    headers: dict[str, str] = {}
    is_ours: bool = True  # the object that its path names belongs to a centre
    may_refuse: bool = (
        False  # 403 for another reason than the role: a password is asked for, a visio still runs
    )
    overseen: bool = False  # who supervises several centres has it in each of them


TABLE: Final[dict[str, Rule]] = {
    # --- doors
    "GET /healthz": Rule("open"),
    "GET /readyz": Rule("open"),
    "GET /metrics": Rule("proved"),
    "GET /login": Rule("open"),
    "POST /login": Rule("open", form={"email": "nobody@example.org", "password": "wrong"}),
    "POST /logout": Rule("open"),
    "POST /language": Rule("open", form={"language": "en"}),
    "GET /login/forgotten": Rule("open"),
    "POST /login/forgotten": Rule("open", form={"email": "nobody@example.org"}),
    "GET /login/reset": Rule("open"),
    "POST /login/reset": Rule("proved", form={"token": "0" * 43, "password": "quinze le samu bonjour"}),
    "POST /login/passkey": Rule("proved", json={}),
    "POST /login/passkey/options": Rule("open", json={}),
    "POST /login/psc": Rule("open", form={"next": "/"}),
    "GET /login/psc/callback": Rule("proved"),
    # --- steps of a login that is not whole: for nobody whose login is
    "GET /login/factor": Rule("proved"),
    "POST /login/factor": Rule("proved", form={"code": "000000"}),
    "POST /login/factor/app": Rule("proved", form={"code": "000000"}),
    "POST /login/factor/code": Rule("proved", form={"channel": "email"}),
    "POST /login/factor/passkey": Rule("proved", json={}),
    "POST /login/factor/passkey/options": Rule("proved", json={}),
    "GET /login/centre": Rule("proved"),
    "POST /login/centre": Rule("proved", form={"user": "0" * 32}),
    "GET /login/terms": Rule("proved"),
    "POST /login/terms": Rule("proved", form={"version": "0"}),
    # --- one's own account
    "GET /account": Rule(EVERYBODY),
    "POST /account/name": Rule(EVERYBODY, form={"name": ""}),
    "POST /account/password": Rule(
        EVERYBODY, form={"current": "wrong", "password": "x", "again": "x"}, may_refuse=True
    ),
    "POST /account/phone": Rule(EVERYBODY, form={"current": "wrong", "phone": "x"}, may_refuse=True),
    "POST /account/app": Rule(EVERYBODY, form={"current": "wrong"}, may_refuse=True),
    "POST /account/app/confirm": Rule(EVERYBODY, form={"code": "000000"}, may_refuse=True),
    "POST /account/app/remove": Rule(EVERYBODY, form={"current": "wrong"}, may_refuse=True),
    "POST /account/recovery": Rule(EVERYBODY, form={"current": "wrong"}, may_refuse=True),
    "POST /account/passkeys": Rule(EVERYBODY, json={}, may_refuse=True),
    "POST /account/passkeys/options": Rule(EVERYBODY, json={"current": "wrong"}, may_refuse=True),
    "POST /account/passkeys/{passkey:str}/remove": Rule(
        EVERYBODY, form={"current": "wrong"}, is_ours=False, may_refuse=True
    ),
    "POST /account/logins/{login:str}/end": Rule(EVERYBODY, is_ours=False),
    "POST /account/logins/others": Rule(EVERYBODY),
    # --- home and test page
    "GET /": Rule(EVERYBODY),
    "POST /sessions": Rule(WATCHERS, form={"address": "06 12 34 56 78"}),
    "POST /demonstrations": Rule(()),  # in the demonstration's centre alone
    "GET /tests": Rule(WATCHERS),
    "POST /tests": Rule(WATCHERS, form={"address": "06 12 34 56 78"}),
    "GET /tests/{code}": Rule(WATCHERS, is_ours=False),
    "POST /preferences": Rule(WATCHERS, json={"blurred": True}),
    # --- the room
    "GET /sessions/{session}": Rule(WATCHERS, overseen=True),
    "GET /sessions/{session}/link.json": Rule(WATCHERS, overseen=True),
    "POST /sessions/{session}/place.json": Rule(
        WATCHERS, json={"latitude": 48.69, "longitude": 6.18}, overseen=True
    ),
    "POST /sessions/{session}/distance.json": Rule(
        WATCHERS, json={"latitude": 48.69, "longitude": 6.18, "to": "48.70, 6.20"}, overseen=True
    ),
    "POST /sessions/{session}/captures": Rule(WATCHERS, body=b"picture", overseen=True),
    "GET /captures/{capture}": Rule(WATCHERS, overseen=True),
    "POST /sessions/{session}/documents": Rule(
        WATCHERS, body=b"picture", headers={"X-File-Name": "a.png"}, overseen=True
    ),
    "GET /sessions/{session}/documents.json": Rule(WATCHERS, overseen=True),
    "GET /documents/{document}": Rule(WATCHERS, overseen=True),
    "GET /recordings/{recording}": Rule(WATCHERS, overseen=True),
    "GET /sessions/{session}/closing": Rule(WATCHERS, overseen=True),
    "POST /sessions/{session}/closing": Rule(WATCHERS, json={"assessment": "same"}, overseen=True),
    "GET /sessions/{session}/still.jpg": Rule(WATCHERS, overseen=True),
    # --- the wall
    "GET /wall": Rule(WATCHERS),
    "GET /wall/{centre}/{session}/still.jpg": Rule(WATCHERS, overseen=True),
    # --- history; an administrator reads no number there and no name of a caller
    "GET /history": Rule(EVERYBODY),
    "GET /history/{session}": Rule(EVERYBODY, overseen=True),
    "GET /history/{session}/report.pdf": Rule(WATCHERS, overseen=True),
    "GET /history/export.csv": Rule(WATCHERS),
    "GET /history/export.xlsx": Rule(WATCHERS),
    "GET /history/export.pdf": Rule(WATCHERS),
    # --- figures; whose groups are shown is the page's own affair
    "GET /figures": Rule(EVERYBODY),
    "GET /figures/{chart}.csv": Rule(EVERYBODY, is_ours=False),
    "POST /history/{session}/hold": Rule(REVIEWERS, form={"held": "1", "reason": "inquiry"}, overseen=True),
    "POST /history/{session}/erase": Rule(REVIEWERS, form={"sure": "yes"}, may_refuse=True, overseen=True),
    "GET /callers": Rule(REVIEWERS),
    "POST /callers": Rule(REVIEWERS, form={"address": "+33611111111"}),
    "POST /callers/export": Rule(REVIEWERS, form={"address": "+33611111111"}),
    "POST /callers/erase": Rule(REVIEWERS, form={"address": "+33611111111", "sure": "yes"}),
    "GET /centre": Rule(ADMINISTRATORS),
    "POST /centre/name": Rule(ADMINISTRATORS, form={"name": "", "phone": ""}),
    "POST /centre/preview": Rule(ADMINISTRATORS, json={"language": "fr", "text": "{link}"}),
    "POST /centre/try": Rule(ADMINISTRATORS, form={"address": "x", "language": "fr"}),
    "POST /centre/sender": Rule(ADMINISTRATORS, form={"sender": "SAMU 54"}),
    "POST /centre/texts": Rule(ADMINISTRATORS, form={"language": "fr", "sms": "{link}", "mail": ""}),
    "POST /centre/destinations": Rule(ADMINISTRATORS, form={"region": "FR", "further": ""}),
    "POST /centre/quotas": Rule(ADMINISTRATORS, form={"sms_per_user_hour": "60"}),
    "POST /centre/keep": Rule(ADMINISTRATORS, form={"captures": "30"}),
    "POST /centre/security": Rule(ADMINISTRATORS, form={"second_factor": "none", "code": "1"}),
    "POST /centre/history": Rule(ADMINISTRATORS, form={"history": "centre", "clear": "1"}),
    "POST /centre/functions": Rule(ADMINISTRATORS, form={"function": "guests"}),
    "POST /centre/phrases": Rule(ADMINISTRATORS, form={"closer": "1"}),
    "POST /centre/map": Rule(ADMINISTRATORS, form={"tiles": "", "attribution": ""}),
    "GET /centre/users": Rule(ADMINISTRATORS),
    "POST /centre/users": Rule(ADMINISTRATORS, form={"email": "x", "name": "x", "role": "regulator"}),
    "POST /centre/users/list": Rule(ADMINISTRATORS, form={"file": ""}),
    "POST /centre/users/import": Rule(ADMINISTRATORS, form={"list": "x"}),
    "POST /centre/users/{user}/invite": Rule(ADMINISTRATORS, form={"sure": ""}),
    "POST /centre/users/{user}/role": Rule(ADMINISTRATORS, form={"role": "regulator"}),
    "POST /centre/users/{user}/disable": Rule(ADMINISTRATORS, form={"sure": ""}),
    "POST /centre/users/{user}/enable": Rule(ADMINISTRATORS, form={"sure": ""}),
    "POST /centre/users/{user}/rpps": Rule(ADMINISTRATORS, form={"rpps": ""}),
    "GET /audit": Rule(ADMINISTRATORS),
    "GET /audit/export.csv": Rule(ADMINISTRATORS),
    "POST /audit/verify": Rule(ADMINISTRATORS),
    # --- what is the same for all
    "GET /console/assets/{version}/{name}": Rule("open"),
    "GET /j/static/{version}/{path:path}": Rule("open"),
    "GET /g/static/{version}/{name}": Rule("open"),
    "GET /j": Rule("open"),
    "GET /j/sw.js": Rule("open"),
    "GET /g": Rule("open"),
    "GET /test": Rule("open"),
    # --- a caller's phone
    "POST /j/open": Rule("proved", json={"token": "0" * 43}),
    "POST /j/code": Rule("proved", json={"code": "000000"}),
    "POST /j/claim": Rule("proved", json={"token": "0" * 43}),
    "POST /j/handover": Rule("proved", json={"token": "0" * 43}),
    "POST /j/share": Rule("proved", json={}),
    "POST /j/stay": Rule("proved", json={}),
    "POST /j/files/{file}": Rule("proved"),
    "GET /j/documents/{document}": Rule("proved"),
    "POST /j/summary": Rule("proved", json={}),
    "GET /j/summary.html": Rule("proved"),
    # --- a guest's browser
    "POST /g/open": Rule("proved", json={"token": "0" * 43}),
    "POST /g/claim": Rule("proved", json={"token": "0" * 43}),
    "GET /g/photos/{photo}": Rule("proved"),
    "GET /g/documents/{document}": Rule("proved"),
    # --- others
    "POST /test/result": Rule("proved", json={"token": "0" * 43, "report": {}}),
    "POST /hooks/twilio/{message}": Rule("proved", form={"MessageStatus": "delivered"}),
}
SOCKETS: Final = ("/ws/console", "/ws/caller", "/ws/guest", "/ws/test")
FOLDERS: Final = ("/console/static", "/media/client", "/signaling/client")  # files that are the same for all
