"""Every HTTP route, asked with what schemathesis invents: values of the right shape, and of any other."""

from __future__ import annotations

from typing import Any, Final

import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from schemathesis import Case, GenerationMode
from schemathesis.core.errors import InvalidSchema

from tests.app.matrix import TABLE, Rule
from tests.e2e.stage import PASSWORD
from tests.fuzz.counts import Counts, memory
from tests.fuzz.stage import ROLES, Visio

WHO: Final = ("regulator", "supervisor", "administrator", "caller")
# Asked once, everything after it would be refused at the door
ENDS_LOGINS: Final = frozenset({"POST /logout", "POST /account/logins/others"})
WITHIN: Final = 30.0  # seconds for one answer
ANEW: Final = 200  # requests, after which everybody signs in again
TRACE: Final = "Traceback"
_TYPES: Final = {bool: "boolean", int: "integer", float: "number", str: "string"}
_BUSY: Final = ("no_picture",)  # codes of a 503 that are no fault: nothing is broken


def document(session: str) -> dict[str, Any]:
    """The routes of the matrix as OpenAPI 3.1; `session` is one that runs."""
    paths: dict[str, Any] = {}
    for route, rule in TABLE.items():
        if route in ENDS_LOGINS:
            continue
        method, _, path = route.partition(" ")
        path = path.replace(":path", "")
        paths.setdefault(path, {})[method.lower()] = _operation(path, rule, session)
    return {"openapi": "3.1.0", "info": {"title": "VisioRegul", "version": "1"}, "paths": paths}


def fuzz(visio: Visio, cases: int, mark: int = 0) -> Counts:
    """So many requests; `mark` begins the invention."""
    counts = Counts(memory=(memory(visio.product.pid), 0.0))
    schema = schemathesis.openapi.from_dict(document(visio.session))
    with requests.Session() as line:
        for number, mode in enumerate((GenerationMode.POSITIVE, GenerationMode.NEGATIVE)):

            @seed(mark + number)
            @settings(
                max_examples=cases // 2,
                database=None,
                deadline=None,
                phases=[Phase.generate],
                suppress_health_check=list(HealthCheck),
            )
            @given(case=schema.as_strategy(generation_mode=mode))
            def ask(case: Case[Any]) -> None:
                who = WHO[counts.sent % len(WHO)]
                if counts.sent % ANEW == ANEW - 1:
                    _sign_in_anew(visio)
                _judge(case, _answer(case, line, visio, who), counts)

            ask()
    counts.memory = (counts.memory[0], memory(visio.product.pid))
    if TRACE in visio.product.log():
        counts.blame("a trace in the log")
    return counts


def _sign_in_anew(visio: Visio) -> None:
    """Some inventions end the login that they come with."""
    for role, email in ROLES.items():
        answer = requests.post(
            f"{visio.product.origin}/login",
            data={"email": email, "password": PASSWORD},
            headers={"Origin": visio.product.origin},
            timeout=WITHIN,
            allow_redirects=False,
        )
        if answer.cookies:
            visio.cookies[role] = "; ".join(f"{one.name}={one.value}" for one in answer.cookies)


def _answer(case: Case[Any], line: requests.Session, visio: Visio, who: str) -> requests.Response | None:
    """None where no request can be made of it."""
    try:
        headers = visio.headers(who)
        answer = case.call(
            base_url=visio.product.origin,
            session=line,
            headers=headers,
            timeout=WITHIN,
            allow_redirects=False,
        )
    except (requests.exceptions.InvalidHeader, requests.exceptions.InvalidURL, UnicodeError):
        return None
    except InvalidSchema:  # an invention without the part of the path that it needs
        return None
    return answer  # type: ignore[return-value]


def _judge(case: Case[Any], answer: Any, counts: Counts) -> None:
    if answer is None:
        counts.note("not sent")
        return
    counts.note(str(answer.status_code))
    text = answer.content.decode("utf-8", "replace")
    if answer.status_code >= 500 and not any(word in text for word in _BUSY):
        counts.blame(f"{answer.status_code}: {case.as_curl_command()[:500]}")
    if TRACE in text:
        counts.blame(f"a trace: {case.as_curl_command()[:500]}")


def _operation(path: str, rule: Rule, session: str) -> dict[str, Any]:
    names = [part[1:-1] for part in path.split("/") if part.startswith("{")]
    made: dict[str, Any] = {
        "parameters": [_parameter(name, session) for name in names],
        "responses": {"default": {"description": "any"}},
    }
    if body := _body(rule):
        made["requestBody"] = {"content": body}
    if not names:
        made["parameters"].append({"name": "before", "in": "query", "schema": {"type": "string"}})
    return made


def _parameter(name: str, session: str) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": "string", "minLength": 1}
    if name == "session":
        schema = {"anyOf": [{"enum": [session]}, schema]}
    return {"name": name, "in": "path", "required": True, "schema": schema}


def _body(rule: Rule) -> dict[str, Any]:
    if rule.json is not None:
        return {"application/json": {"schema": _shape(rule.json)}}
    if rule.form is not None:
        return {"application/x-www-form-urlencoded": {"schema": _shape(rule.form)}}
    if rule.body:
        return {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}
    return {}


def _shape(example: Any) -> dict[str, Any]:
    if isinstance(example, dict):
        fields = {name: _shape(value) for name, value in example.items()}
        return {"type": "object", "properties": fields}
    if isinstance(example, list):
        return {"type": "array", "items": _shape(example[0]) if example else {}}
    return {"anyOf": [{"type": _TYPES[type(example)]}, {"const": example}]}
