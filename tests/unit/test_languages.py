"""Catalogues: which language a header asks for, and what a catalogue says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from babel.messages.pofile import PoFileError, read_po
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import Environment, UndefinedError

from signaling.languages import Catalogues, available, environment

ROOT = Path(__file__).parents[2]
FRENCH = """
msgid ""
msgstr ""
"Plural-Forms: nplurals=2; plural=(n > 1);\\n"

msgid "Continue"
msgstr "Continuer"

msgid "Not yet"
msgstr ""

#, fuzzy
msgid "Perhaps"
msgstr "Demain"

msgid "%(num)s call"
msgid_plural "%(num)s calls"
msgstr[0] "%(num)s appel"
msgstr[1] "%(num)s appels"

msgid "Hello %(name)s"
msgstr "Bonjour %(name)s"
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "fr.po").write_text(FRENCH, encoding="utf-8")
    (tmp_path / "ar.po").write_text('msgid ""\nmsgstr ""\n', encoding="utf-8")
    (tmp_path / "pt_BR.po").write_text('msgid ""\nmsgstr ""\n', encoding="utf-8")
    return tmp_path


@pytest.fixture
def catalogues(folder: Path) -> Catalogues:
    return Catalogues(folder, available(folder), "fr")


def test_a_new_file_is_a_new_language(folder: Path) -> None:
    assert available(folder) == ("ar", "en", "fr", "pt_BR")


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", "fr"),
        ("en", "en"),
        ("EN-gb", "en"),
        ("fr-CA,en;q=0.8", "fr"),
        ("de, en;q=0.5, fr;q=0.7", "fr"),
        ("de,it;q=0.9", "fr"),
        ("de,*;q=0.5", "fr"),
        ("en;q=0, ar", "ar"),
        ("en;q=0", "fr"),
        ("pt-br", "pt_BR"),
        ("pt", "fr"),
        ("en ; q=0.9 , fr ; q=0.8", "en"),
        ("en;q=2", "fr"),
        ("en;q=nan", "fr"),
        ("en;q=-1", "fr"),
        ("en;q=lots", "fr"),
        (";q=1,,;", "fr"),
        ("en;level=1;q=0.1,ar;q=0.2", "ar"),
        ("*", "fr"),
        ("\x00\ud800", "fr"),
    ],
)
def test_the_language_is_the_best_of_those_the_browser_accepts(
    catalogues: Catalogues, header: str, language: str
) -> None:
    assert catalogues.negotiate(header) == language


def test_a_choice_of_the_person_wins_over_the_browser(catalogues: Catalogues) -> None:
    assert catalogues.negotiate("fr", "en") == "en"
    assert catalogues.negotiate("en", "klingon") == "en"
    assert catalogues.negotiate("en", "../../etc") == "en"


@given(header=st.text(), chosen=st.none() | st.text())
def test_any_header_gives_a_language_that_we_have(header: str, chosen: str | None) -> None:
    catalogues = Catalogues(ROOT / "patient_pwa/locales", ("en", "fr"), "fr")
    assert catalogues.negotiate(header, chosen) in {"en", "fr"}


def test_a_message_is_translated(catalogues: Catalogues) -> None:
    assert catalogues.translations("fr").gettext("Continue") == "Continuer"
    assert catalogues.translations("en").gettext("Continue") == "Continue"


def test_a_plural_follows_the_rule_of_its_language(catalogues: Catalogues) -> None:
    french, english = catalogues.translations("fr"), catalogues.translations("en")
    forms = ("%(num)s call", "%(num)s calls")
    assert [french.ngettext(*forms, n) for n in (0, 1, 2)] == [
        "%(num)s appel",
        "%(num)s appel",
        "%(num)s appels",
    ]
    assert [english.ngettext(*forms, n) for n in (0, 1, 2)] == [forms[1], forms[0], forms[1]]


def test_what_is_untranslated_or_doubtful_stays_in_english(catalogues: Catalogues) -> None:
    assert catalogues.translations("fr").gettext("Not yet") == "Not yet"
    assert catalogues.translations("fr").gettext("Perhaps") == "Perhaps"


def test_a_language_that_we_lack_is_the_default_one(catalogues: Catalogues) -> None:
    assert catalogues.translations("xx").gettext("Continue") == "Continuer"


def test_arabic_runs_from_right_to_left(catalogues: Catalogues) -> None:
    assert [catalogues.direction(language) for language in ("ar", "fr", "xx")] == ["rtl", "ltr", "ltr"]


def test_a_missing_catalogue_stops_the_start(folder: Path) -> None:
    with pytest.raises(FileNotFoundError):
        Catalogues(folder, ("de", "fr"), "fr")


def test_a_broken_catalogue_stops_the_start(folder: Path) -> None:
    (folder / "fr.po").write_text('msgid "a"\nmsgid "b"\nmsgstr 5\n', encoding="utf-8")
    with pytest.raises(PoFileError):
        Catalogues(folder, ("fr",), "fr")


def test_a_name_that_is_no_language_stops_the_start(folder: Path) -> None:
    (folder / "zz_top.po").write_text('msgid ""\nmsgstr ""\n', encoding="utf-8")
    with pytest.raises(ValueError, match="zz"):
        Catalogues(folder, ("zz_top", "fr"), "fr")


def test_those_who_ask_for_what_we_lack_are_spoken_to_in_the_language_of_foreigners(folder: Path) -> None:
    catalogues = Catalogues(folder, ("ar", "en", "fr"), "fr", "en")
    headers = ["", "*", "sw", "sw,*;q=0.1", "sw, ar;q=0.1", "ar;q=0"]
    assert [catalogues.negotiate(header) for header in headers] == ["fr", "fr", "en", "en", "ar", "fr"]


def test_a_language_is_called_by_its_own_name(catalogues: Catalogues) -> None:
    assert [catalogues.name(one) for one in ("ar", "fr", "en")] == ["العربية", "Français", "English"]


@pytest.mark.parametrize("names", [("de", None), ("fr", "de")])
def test_a_default_that_we_lack_stops_the_start(folder: Path, names: tuple[str, str | None]) -> None:
    with pytest.raises(ValueError, match="default"):
        Catalogues(folder, ("fr",), *names)


@pytest.fixture
def templates(tmp_path: Path) -> Path:
    made = tmp_path / "templates"
    made.mkdir()
    return made


def test_a_template_speaks_the_language_and_knows_its_direction(
    catalogues: Catalogues, templates: Path
) -> None:
    page = '<p lang="{{ language }}" dir="{{ direction }}">{{ _("Continue") }} {{ shared }}</p>'
    (templates / "page").write_text(page, encoding="utf-8")
    render = environment(templates, catalogues, shared="!")
    assert render("page", "fr") == '<p lang="fr" dir="ltr">Continuer !</p>'
    assert render("page", "ar") == '<p lang="ar" dir="rtl">Continue !</p>'
    assert render("page", "xx") == render("page", "fr")


def test_a_value_never_becomes_markup(catalogues: Catalogues, templates: Path) -> None:
    (templates / "page").write_text('{{ _("Hello %(name)s", name=name) }}', encoding="utf-8")
    render = environment(templates, catalogues)
    assert render("page", "fr", name="<script>") == "Bonjour &lt;script&gt;"


def test_a_forgotten_value_is_an_error_and_no_hole(catalogues: Catalogues, templates: Path) -> None:
    (templates / "page").write_text("{{ centre }}", encoding="utf-8")
    with pytest.raises(UndefinedError):
        environment(templates, catalogues)("page", "fr")


@pytest.mark.parametrize("edge", ["patient_pwa", "console"])
def test_every_string_of_the_pages_is_translated_in_every_catalogue(edge: str) -> None:
    catalogues = sorted((ROOT / edge / "locales").glob("*.po"))
    assert catalogues
    for path in catalogues:
        with path.open("rb") as file:
            catalogue = read_po(file, locale=path.stem, abort_invalid=True)
        done = {message.id for message in catalogue if message.id and _is_done(message.string, message.fuzzy)}
        assert {str(message.id) for message in catalogue if message.id and message.id not in done} == set()
        assert _used(edge) - {one if isinstance(one, str) else one[0] for one in done} == set(), path.name


@pytest.mark.parametrize("edge", ["patient_pwa", "console"])
def test_a_translation_keeps_the_places_of_its_values(edge: str) -> None:
    for path in (ROOT / edge / "locales").glob("*.po"):
        with path.open("rb") as file:
            catalogue = read_po(file, locale=path.stem)
        for message in catalogue:
            if message.id:
                assert list(message.check()) == [], message.id
            if isinstance(message.id, str) and isinstance(message.string, str):
                assert _places(message.string) == _places(message.id), message.id


CALLERS = sorted((ROOT / "patient_pwa/locales").glob("*.po"))
callers_catalogue = pytest.mark.parametrize("path", CALLERS, ids=lambda path: path.stem)
# Letters that every text of a language has, as long as it has words at all
LETTERS = {
    "ar": r"[\u0600-\u06ff]",
    "ru": r"[\u0400-\u04ff]",
    "uk": r"[\u0400-\u04ff]",
    "zh": r"[\u4e00-\u9fff]",
}
EVERYWHERE = {"SAMU", "OK", "Zoom"}
OF_THE_BROWSER = {"Camera"}  # a word of its menus, which may differ from ours


def test_the_callers_page_speaks_fourteen_languages() -> None:
    spoken = available(ROOT / "patient_pwa/locales")
    assert spoken == ("ar", "de", "en", "es", "fr", "it", "nl", "pl", "pt", "ro", "ru", "tr", "uk", "zh")


@callers_catalogue
def test_a_callers_catalogue_holds_nothing_that_the_page_no_longer_says(path: Path) -> None:
    assert set(_texts(path)) - _used("patient_pwa") == set()


@callers_catalogue
def test_no_sentence_is_left_in_english(path: Path) -> None:
    left = [text for text, said in _texts(path).items() if said == text and len(text.split()) > 2]
    assert left == []


@callers_catalogue
def test_no_text_is_left_in_the_letters_of_another_language(path: Path) -> None:
    letters = LETTERS.get(path.stem, r"[A-Za-z]")
    foreign = [said for text, said in _texts(path).items() if not re.search(letters, said)]
    assert set(foreign) <= EVERYWHERE


@callers_catalogue
def test_a_button_that_a_sentence_names_has_that_name(path: Path) -> None:
    texts = _texts(path)
    ours = set(texts) - OF_THE_BROWSER
    named = [(text, button) for text in texts for button in re.findall("“(.+?)”", text) if button in ours]
    assert named
    for text, button in named:
        assert texts[button] in texts[text], text


@callers_catalogue
def test_a_text_is_not_much_longer_than_its_original(path: Path) -> None:
    """On a small screen the words before a button may not push it away."""
    longer = [said for text, said in _texts(path).items() if len(said) > 1.6 * len(text) + 25]
    assert longer == []


def _texts(path: Path) -> dict[str, str]:
    with path.open("rb") as file:
        catalogue = read_po(file, locale=path.stem)
    return {str(message.id): str(message.string) for message in catalogue if message.id}


def _is_done(string: object, fuzzy: bool) -> bool:
    return not fuzzy and (all(string) if isinstance(string, (tuple, list)) else bool(string))


def _places(text: str) -> list[str]:
    return sorted(part.partition(")")[0] for part in text.split("%(")[1:])


def _used(edge: str) -> set[str]:
    """The msgids of an edge's templates."""
    made = Environment(extensions=["jinja2.ext.i18n"], autoescape=True)
    found: set[str] = set()
    for path in (ROOT / edge / "templates").rglob("*"):
        if not path.is_file():
            continue
        for _, _, message in made.extract_translations(path.read_text(encoding="utf-8")):  # type: ignore[attr-defined]
            found.add(message if isinstance(message, str) else message[0])
    return found
