"""The languages of the interface: one `.po` file each, read at start.

The msgids are English, so English needs no file. Adding a language is adding its file.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from io import BytesIO
from pathlib import Path
from typing import Any, Final

from babel import Locale
from babel.core import UnknownLocaleError
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations
from jinja2 import BytecodeCache, Environment, FileSystemLoader, StrictUndefined
from jinja2.bccache import Bucket

SOURCE: Final = "en"  # the language of the msgids
_LONGEST_HEADER: Final = 500  # characters of Accept-Language that are read

Render = Callable[..., str]


class _Compiled(BytecodeCache):
    """Templates compiled once and not once a language: these differ by what `_` says at run time."""

    def __init__(self) -> None:
        self._codes: dict[tuple[str, str], bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if code := self._codes.get((bucket.key, bucket.checksum)):
            bucket.bytecode_from_string(code)

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._codes[bucket.key, bucket.checksum] = bucket.bytecode_to_string()


_COMPILED: Final = _Compiled()


def available(folder: Path) -> tuple[str, ...]:
    """English and every language with a catalogue in `folder`: a new `.po` file there is a new language."""
    return tuple(sorted({SOURCE, *(path.stem for path in folder.glob("*.po"))}))


class Catalogues:
    """The catalogues `folder/LANGUAGE.po` of some languages, ready to translate.

    `default` is for those who ask for no language, `foreign` for those who ask for languages that we lack
    (when left out: the default one). Raises FileNotFoundError when one of `languages` has no catalogue,
    ValueError when one of the two is not among them or a name is no language.
    """

    def __init__(
        self, folder: Path, languages: tuple[str, ...], default: str, foreign: str | None = None
    ) -> None:
        for name in (default, foreign or default):
            if name not in languages:
                raise ValueError(f"the default language {name!r} is not one of {', '.join(languages)}")
        self.languages = languages
        self.default = default
        self._foreign = foreign or default
        self._translations = {language: _load(folder, language) for language in languages}
        self._directions = {language: _locale(language).text_direction for language in languages}

    def negotiate(self, accept_language: str, chosen: str | None = None) -> str:
        """The best language for an `Accept-Language` header (RFC 9110, 12.5.4); `chosen` wins if we have it.

        Anything may be passed: what can't be read is as if it were not there.
        """
        if chosen in self.languages:
            return str(chosen)
        wanted = _by_preference(accept_language[:_LONGEST_HEADER])
        for name in wanted:
            if found := self._lookup(name):
                return found
        return self._foreign if set(wanted) - {"*"} else self.default

    def translations(self, language: str) -> NullTranslations:
        """An object with `gettext` and `ngettext`. A language that we don't have is the default one."""
        return self._translations.get(language, self._translations[self.default])

    def direction(self, language: str) -> str:
        """`ltr` or `rtl`, for the `dir` attribute."""
        return self._directions.get(language, self._directions[self.default])

    def name(self, language: str) -> str:
        """What its speakers call it, e.g. `Deutsch`."""
        name = _locale(language).get_language_name() or language
        return name[:1].upper() + name[1:]

    def _lookup(self, wanted: str) -> str | None:
        """RFC 4647 lookup: `fr-CA` finds `fr` when there is no `fr-CA`."""
        while wanted:
            for language in self.languages:
                if language.lower().replace("_", "-") == wanted:
                    return language
            wanted = wanted.rpartition("-")[0]
        return None


def environment(templates: Path, catalogues: Catalogues, **shared: object) -> Render:
    """`render(name, language, **context)` for the templates of a folder.

    Every template has `_`, `ngettext`, `language`, `direction`, `languages` (their own names by their codes)
    and what `shared` adds. Values are escaped; a name that is not given raises, so that a page never shows a
    hole.
    """
    environments = {
        language: _environment(templates, catalogues, language, shared) for language in catalogues.languages
    }

    def render(name: str, language: str, /, **context: Any) -> str:
        chosen = environments.get(language, environments[catalogues.default])
        return chosen.get_template(name).render(**context)

    return render


def _environment(
    templates: Path, catalogues: Catalogues, language: str, shared: Mapping[str, object]
) -> Environment:
    made = Environment(
        loader=FileSystemLoader(templates),
        bytecode_cache=_COMPILED,
        autoescape=True,
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
    )
    # Added by the extension at run time, so the types don't know them.
    made.install_gettext_translations(catalogues.translations(language), newstyle=True)  # type: ignore[attr-defined]
    made.globals.update(
        language=language,
        direction=catalogues.direction(language),
        languages={other: catalogues.name(other) for other in catalogues.languages},
        **shared,
    )
    return made


def _load(folder: Path, language: str) -> NullTranslations:
    path = folder / f"{language}.po"
    if language == SOURCE and not path.exists():
        return NullTranslations()
    with path.open("rb") as file:
        catalogue = read_po(file, locale=language, abort_invalid=True)
    compiled = BytesIO()
    write_mo(compiled, catalogue)  # leaves out what is untranslated or fuzzy: that stays in English
    compiled.seek(0)
    return Translations(compiled)


def _locale(language: str) -> Locale:
    try:
        return Locale.parse(language.replace("-", "_"))
    except UnknownLocaleError as error:
        raise ValueError(str(error)) from None


def _by_preference(header: str) -> list[str]:
    """Language ranges in lower case, best first; those with `q=0` are left out."""
    ranges = []
    for part in header.split(","):
        name, *parameters = (piece.strip() for piece in part.split(";"))
        quality = _quality(parameters)
        if name and quality > 0:
            ranges.append((quality, name.lower()))
    return [name for _, name in sorted(ranges, key=lambda item: -item[0])]


def _quality(parameters: list[str]) -> float:
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip().lower() != "q":
            continue
        try:
            quality = float(value)
        except ValueError:
            return 0.0
        return quality if 0.0 <= quality <= 1.0 else 0.0
    return 1.0
