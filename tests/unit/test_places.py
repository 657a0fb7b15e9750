"""Places as they are written, read back and measured."""

from __future__ import annotations

import pytest

from signaling.domain.places import Notations, Point, is_on_earth, notations, read, way

STANISLAS = Point(48.6936, 6.1832)
EIFFEL = Point(48.8584, 2.2945)


def test_a_point_is_written_in_minutes_on_the_military_grid_and_as_a_plus_code() -> None:
    assert notations(STANISLAS) == Notations(
        "48° 41.616′ N, 6° 10.992′ E", "32U KU 92721 97224", "8FW8M5VM+C7"
    )


def test_south_and_west_are_letters_and_sixty_minutes_are_a_degree() -> None:
    assert notations(Point(-0.5, -1.9999999)).minutes == "0° 30.000′ S, 2° 0.000′ W"


@pytest.mark.parametrize("point", [Point(90, 0), Point(-90, 180), Point(0, -180)])
def test_the_ends_of_the_earth_have_names_too(point: Point) -> None:
    assert all((notations(point).mgrs, notations(point).plus_code))


@pytest.mark.parametrize("typed", [
    "48.6936, 6.1832", " 48.6936  6.1832 ", "48.6936;6.1832", "48,6936 6,1832", "48,6936, 6,1832",
    "48° 41.616′ N, 6° 10.992′ E", "48°41,616' n 6°10,992' e", "32U KU 92721 97224", "32uku9272197224",
    "8FW8M5VM+C7", "8fw8m5vm+c7",
])  # fmt: skip
def test_whatever_a_point_is_written_in_it_is_read_back(typed: str) -> None:
    point = read(typed)
    assert point
    assert way(point, STANISLAS).metres < 15


@pytest.mark.parametrize("typed", [
    "", "54000", "54000 Nancy", "12 rue Stanislas", "91.5, 3", "48.1, 300", "nan, nan", "48.6936", "32U",
    "0U KU 11", "32UAA1234512345", "99X KU 92721 97224", "1 2 3", "9" * 400,
])  # fmt: skip
def test_what_is_no_point_is_not_taken_for_one(typed: str) -> None:
    assert read(typed) is None


def test_a_way_has_its_length_and_its_direction() -> None:
    found = way(STANISLAS, EIFFEL)
    assert 285_000 < found.metres < 287_000
    assert 270 < found.bearing < 280
    assert way(STANISLAS, STANISLAS).metres == 0


@pytest.mark.parametrize("point", [Point(91, 0), Point(0, 181), Point(float("nan"), 0)])
def test_nothing_beyond_the_earth_is_on_it(point: Point) -> None:
    assert not is_on_earth(point)
