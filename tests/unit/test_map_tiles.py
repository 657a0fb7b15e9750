"""MAP_TILES ends up in a header: only what is surely the address of a tile server gets through."""

from __future__ import annotations

import pytest

from config.settings import SettingsError, read
from signaling.domain.map_tiles import tile_origin

TILES = "/{z}/{x}/{y}.png"


@pytest.mark.parametrize(
    ("template", "origin"),
    [
        ("", ""),
        (f"https://tiles.example.fr{TILES}?key=7", "https://tiles.example.fr"),
        (f"http://127.0.0.1:8080/osm{TILES}", "http://127.0.0.1:8080"),
        (f"https://{{s}}.tile.example.fr{TILES}", "https://*.tile.example.fr"),
    ],
)
def test_the_policy_names_the_host_of_the_tiles_and_nothing_else(template: str, origin: str) -> None:
    assert tile_origin(read({"MAP_TILES": template}).map_tiles) == origin


@pytest.mark.parametrize(
    "template",
    [
        "https://tiles.example.fr/",
        f"ftp://tiles.example.fr{TILES}",
        f"https://tiles.example.fr; script-src *{TILES}",
        f"https://name:word@tiles.example.fr{TILES}",
        f"//tiles.example.fr{TILES}",
        f"https://{{s}}{TILES}",
        f"https://tiles.example.fr{TILES} x",
    ],
)
def test_anything_else_stops_the_start(template: str) -> None:
    with pytest.raises(SettingsError, match="MAP_TILES"):
        read({"MAP_TILES": template})
