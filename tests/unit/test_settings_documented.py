"""docs/settings.md and the struct name the same settings, with the same defaults."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Final, get_args, get_type_hints

import msgspec
import pytest

from config.settings import SECRETS, Settings

PAGE: Final = Path(__file__).parents[2] / "docs" / "settings.md"
ROW: Final = re.compile(r"^\| `([A-Z_0-9]+)`( 🔑)? \| (.+?) \| (.+) \|$", re.MULTILINE)
DOCUMENTED: Final = {match[1].lower(): match for match in ROW.finditer(PAGE.read_text(encoding="utf-8"))}
FIELDS: Final = {field.name: field for field in msgspec.structs.fields(Settings)}
# Their default depends on other settings
COMPUTED: Final = {"public_url", "secret_key", "master_key", "database_url"}


def test_every_setting_is_documented_once() -> None:
    assert sorted(match[1].lower() for match in ROW.finditer(PAGE.read_text(encoding="utf-8"))) == sorted(
        FIELDS
    )


def test_exactly_the_secrets_are_marked_as_such() -> None:
    assert {name for name, row in DOCUMENTED.items() if row[2]} == set(SECRETS)


@pytest.mark.parametrize("name", sorted(FIELDS.keys() - COMPUTED))
def test_the_documented_default_is_the_default(name: str) -> None:
    default = FIELDS[name].default
    shown = DOCUMENTED[name][3].strip("`")
    if default in ("", ()):
        assert shown in {
            "none",
            "any",
            "random",
            "Twilio's",
            "Amazon's",
            "OVHcloud's European one",
            "all but the loopback",
        }
    elif isinstance(default, tuple):
        assert shown == ",".join(default)
    else:
        assert shown == str(int(default) if isinstance(default, bool) else default)


@pytest.mark.parametrize("name", sorted(FIELDS))
def test_every_value_that_a_setting_may_have_is_documented(name: str) -> None:
    kind: Any = get_type_hints(Settings)[name]
    choices = [choice for choice in get_args(kind) if isinstance(choice, str)]
    row = DOCUMENTED[name][3] + DOCUMENTED[name][4]
    assert [choice for choice in choices if f"`{choice}`" not in row] == []
