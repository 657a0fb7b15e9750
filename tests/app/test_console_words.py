"""The console's words: languages, the timeline, and the sentences and files that its scripts need."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, Final, get_args

import pytest
from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po

from console import phrases
from console.pages import pages
from console.timeline import timeline
from signaling.domain import facts
from signaling.domain.controls import (
    GUIDANCE,
    Capabilities,
    CommandError,
    CommandName,
    CommandValue,
    Controls,
)
from signaling.domain.facts import AnyFact, Event
from signaling.domain.ladder import NAMES
from signaling.messages.codec import decode_event, encode
from signaling.qr import qr
from tests.app.office import SITE, Office
from tests.cast import ALICE, BOB, NOW

ROOT: Final = Path(__file__).parents[2]
STANDINGS: Final = ("waiting", "joined", "live", "no_video", "stalled", "refused", "failed", "ended")
DOCUMENT_STATES: Final = ("sending", "failed", "sent", "opened", "received", "arriving")
OBSTACLES: Final = ("unsupported", "lens", "denied", "needs_tap")


# ---------------------------------------------------------------- the timeline
@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_fact_of_the_contract_has_a_sentence(language: str) -> None:
    wire = json.loads((ROOT / "tests/contract/messages/events.json").read_text())
    events = [decode_event(encode(event)) for event in wire]
    assert {type(event.fact) for event in events} == set(get_args(AnyFact))
    told = timeline(events, {}, language, pages().gettext(language))
    assert len(told) == len(events)
    assert all(entry.text and "%(" not in entry.text for entry in told)


def test_a_phone_that_says_the_same_again_is_told_once() -> None:
    def state(revision: int, **actual: Any) -> facts.PhoneState:
        return facts.PhoneState(
            participant="p",
            epoch=1,
            revision=revision,
            capabilities=Capabilities(),
            wanted=Controls(),
            actual=Controls(**actual),
        )

    said = [state(1), state(2, torch=False), state(3, torch=False), state(4, torch=True)]
    events = [Event(version, NOW, fact) for version, fact in enumerate(said, 1)]
    told = timeline(events, {}, "en", pages().gettext("en"))
    assert [entry.text for entry in told] == ["Phone: light off", "Phone: light on"]


def test_an_answer_says_what_was_done() -> None:
    sent = facts.CommandSent(command="c", participant="p", by=BOB.id, name="zoom", value=2.5)
    done = facts.CommandAnswered(command="c", participant="p")
    failed = facts.CommandAnswered(command="c", participant="p", error="failed")
    events = [Event(1, NOW, sent), Event(2, NOW, done), Event(3, NOW, failed)]
    told = timeline(events, {BOB.id: "Bob"}, "fr", pages().gettext("fr"))
    assert [entry.text.replace("\u202f", " ") for entry in told] == [
        "Bob a demandé : zoom 2,5",
        "Fait par le téléphone : zoom 2,5",
        "Non fait (zoom 2,5) : le téléphone n’y est pas parvenu",
    ]


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("guidance", "closer", "Bob a demandé : « Approchez »"),
        ("guidance", "", "Bob a demandé : rien à l’écran de l’appelant"),
        ("message", "Bonjour", "Bob a demandé : texte « Bonjour »"),
        ("profile", "motion", "Bob a demandé : image : Gestes"),
        ("metronome", "sound", "Bob a demandé : métronome RCP : Avec son"),
        ("language", "ar", "Bob a demandé : page en arabe"),
        ("language", "not a language", "Bob a demandé : page en not a language"),
        ("lens", "3f2a", "Bob a demandé : autre objectif"),
        ("pointer", (0.5, 0.25), "Bob a demandé : un point de l’image"),
        ("photo", True, "Bob a demandé : photo nette"),
        ("pause", False, "Bob a demandé : image rétablie"),
    ],
)
def test_a_command_is_told_in_words(name: CommandName, value: CommandValue, words: str) -> None:
    sent = facts.CommandSent(command="c", participant="p", by=BOB.id, name=name, value=value)
    events = [Event(1, NOW, sent)]
    [entry] = timeline(events, {BOB.id: "Bob"}, "fr", pages().gettext("fr"), whole=True)
    assert entry.text.replace("\u202f", " ") == words


def test_what_was_written_to_the_caller_is_for_those_who_may_watch() -> None:
    sent = facts.CommandSent(command="c", participant="p", by=BOB.id, name="message", value="M. Martin")
    [entry] = timeline([Event(1, NOW, sent)], {}, "fr", pages().gettext("fr"))
    assert "Martin" not in entry.text


# ---------------------------------------------------------------- languages
async def test_the_browser_chooses_the_language_until_a_person_does(office: Office) -> None:
    async with office.desk(ALICE, language="en-GB,fr;q=0.5") as browser:
        page = await browser.get("/")
        assert '<html lang="en" dir="ltr">' in page.text
        assert "Send the invitation and enter the room" in page.text
        switched = await browser.post("/language", data={"language": "fr", "next": "/history"})
        assert (switched.status_code, switched.headers["location"]) == (303, "/history")
        page = await browser.get("/")
        assert '<html lang="fr" dir="ltr">' in page.text
        assert "Lancer l’invitation et entrer dans la salle" in page.text


@pytest.mark.parametrize("target", ["//evil.test", "https://evil.test", "/\\evil.test", "evil"])
async def test_the_language_switch_leads_nowhere_else(office: Office, target: str) -> None:
    async with office.desk(ALICE) as browser:
        answer = await browser.post("/language", data={"language": "xx", "next": target})
    assert answer.headers["location"] == "/"
    assert "visio-language" not in answer.headers.get("set-cookie", "")


def _sentences() -> set[str]:
    found: set[str] = set()
    for folder, pattern, method in (
        ("console", "**/*.py", "python"),
        ("console/templates", "**/*.html", "jinja2.ext:babel_extract"),
    ):
        for path in (ROOT / folder).glob(pattern):
            found |= {str(message) for _, message, _, _ in extract_from_file(method, path)}
    return found


def test_every_sentence_is_translated_and_no_translation_is_left_over() -> None:
    with (ROOT / "console/locales/fr.po").open("rb") as file:
        catalogue = read_po(file, locale="fr", abort_invalid=True)
    translated = {str(message.id): str(message.string) for message in catalogue if message.id}
    assert set(translated) == _sentences()
    for source, target in translated.items():
        assert target, source
        assert sorted(re.findall(r"%\(\w+\)s", source)) == sorted(re.findall(r"%\(\w+\)s", target)), source


# ---------------------------------------------------------------- scripts and styles
async def test_every_style_of_every_page_is_served(office: Office) -> None:
    async with office.desk(ALICE) as browser:
        session = await office.call(browser)
        sheets: set[str] = set()
        for path in ("/", "/history", f"/history/{session}", f"/sessions/{session}", "/nothing"):
            sheets |= set(
                re.findall(r'rel="(?:stylesheet|icon)" href="([^"]+)"', (await browser.get(path)).text)
            )
        for sheet in sheets:
            assert (await browser.get(sheet)).status_code == 200, sheet


def _keys(folder: str) -> set[str]:
    """The keys that scripts name as they are; those that they put together are listed in the test."""
    text = "".join(path.read_text() for path in (ROOT / "console/static" / folder).glob("**/*.js"))
    whole = re.findall(r'say\("([\w.]+)"', text) + re.findall(
        r'(?:title|advice|key|obstacle): "([a-z_.\']+)"', text
    )
    return set(whole) | set(re.findall(r'"(can\'t\.\w+)"', text))


@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_key_that_scripts_name_has_a_sentence(language: str) -> None:
    gettext = pages().gettext(language)
    room, home = phrases.room(gettext), phrases.home(gettext)
    plain = {"unsent", "unreachable", *STANDINGS}
    assert _keys("room") - plain <= set(room)
    assert _keys("home") <= set(home)
    expected = {
        *(f"refused.{reason}{part}" for reason in get_args(facts.RefusalReason) for part in ("", ".advice")),
        *(f"error.{error}" for error in (*get_args(CommandError), "unsent")),
        *(f"control.{name}" for name in get_args(CommandName)),
        *(f"rung.{rung}.{channel}" for rung in NAMES[:3] for channel in ("sms", "email")),
        *(f"rung.{rung}.failed.{channel}" for rung in NAMES[1:3] for channel in ("sms", "email")),
        *(f"rung.{rung}" for rung in NAMES[3:]),
        *(f"wait.{rung}.{channel}" for rung in NAMES[:3] for channel in ("sms", "email")),
        *(f"wait.{rung}" for rung in NAMES[3:]),
        *(f"wait.{rung}.advice" for rung in NAMES),
        *(f"call.{state}" for state in STANDINGS),
        *(f"can't.{name}.{why}" for name in get_args(CommandName) for why in OBSTACLES),
        *(f"position.{reason}" for reason in ("denied", "unavailable", "timeout")),
        *(f"capture.{state}" for state in ("storing", "stored", "failed")),
        *(f"lost.{cause}{part}" for cause in get_args(facts.LossCause) for part in ("", ".advice")),
        *(f"way.{way}{part}" for way in ("direct", "relayed", "stills", "photo") for part in ("", ".more")),
        *(f"age.{kind}" for kind in ("stills", "photo")),
        *(f"quality.{grade}" for grade in ("good", "fair", "poor")),
        *(f"guidance.{phrase}" for phrase in GUIDANCE),
        *(f"document.{state}" for state in DOCUMENT_STATES),
        *(f"{kind}.broken" for kind in ("photo", "document")),
    }  # fmt: skip
    assert expected <= set(room)
    assert {f"running.{rung}" for rung in (*NAMES, "refused")} <= set(home)


def test_the_qr_code_draws_every_module() -> None:
    code = qr(f"{SITE}/j#{'x' * 22}")
    runs = re.findall(r"M(\d+) (\d+)h(\d+)v1h-\3z", code.path)
    assert code.path == "".join(f"M{x} {y}h{length}v1h-{length}z" for x, y, length in runs)
    dark = {(int(x) + step, int(y)) for x, y, length in runs for step in range(int(length))}
    finder = {
        (x, y) for x in range(7) for y in range(7) if {x, y} & {0, 6} or (x in {2, 3, 4} and y in {2, 3, 4})
    }
    assert {(x, y) for x, y in dark if x < 7 and y < 7} == finder
    assert max(x for x, _ in dark) == code.size - 1
