"""Charts: whatever the numbers, a drawing comes out, and its words and its table say the same numbers."""

from __future__ import annotations

import csv
import math
from itertools import pairwise
from typing import Final
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from console.charts import table
from console.charts.chart import Chart, Kind, Reference, Series
from console.charts.drawing import NARROW, WIDE, description, drawing
from console.charts.numbers import plain, written
from console.charts.scale import axis
from console.charts.text import width

NUMBERS: Final = st.none() | st.floats(-1e15, 1e15) | st.sampled_from([0.0, math.nan, math.inf, 1e-12])
WORDS: Final = st.text(max_size=40) | st.text(min_size=60, max_size=90)


def same(text: str) -> str:
    return text


def parsed(svg: str) -> ElementTree.Element:
    return ElementTree.fromstring(svg)  # noqa: S314 - our own


def extent(words: ElementTree.Element) -> tuple[float, float]:
    """From where to where they reach."""
    long, x = width(words.text or ""), float(words.attrib["x"])
    left = x - {"start": 0.0, "middle": 0.5, "end": 1.0}[words.attrib["text-anchor"]] * long
    return left, left + long


def chart(
    labels: tuple[str, ...], *series: tuple[float | None, ...], kind: Kind = "bars", unit: str = "share"
) -> Chart:
    named = tuple(Series(f"series {number}", values) for number, values in enumerate(series))
    return Chart(key="made", kind=kind, unit=unit, title="A title", head="Group", labels=labels, series=named)  # type: ignore[arg-type]


@st.composite
def charts(draw: st.DrawFn) -> Chart:
    labels = draw(st.lists(WORDS, max_size=12))
    values = st.lists(NUMBERS, min_size=len(labels), max_size=len(labels))
    series = draw(st.lists(st.builds(Series, WORDS, values.map(tuple)), max_size=8))
    return Chart(
        key="made",
        kind=draw(st.sampled_from(["columns", "lines", "bars", "bands"])),
        unit=draw(st.sampled_from(["count", "share", "seconds", "kilobits", "frames"])),
        title=draw(WORDS),
        note=draw(WORDS),
        head=draw(WORDS),
        labels=tuple(labels),
        series=tuple(series),
        reference=draw(st.none() | st.builds(Reference, st.floats(0, 1), WORDS)),
    )


@given(made=charts(), language=st.sampled_from(["fr", "en"]))
@settings(max_examples=40, deadline=None)
def test_any_numbers_and_any_words_are_drawn_inside_the_drawing(made: Chart, language: str) -> None:
    for wide in (WIDE, NARROW):
        svg = parsed(drawing(made, wide, language, same))
        _, _, right, bottom = map(float, svg.attrib["viewBox"].split())
        for words in svg.iter("text"):
            left, end = extent(words)
            assert left >= -1
            assert end <= right + 1
            assert 0 <= float(words.attrib["y"]) <= bottom
        for box in svg.iter("rect"):
            assert float(box.attrib["x"]) + float(box.attrib["width"]) <= right + 1
        assert "style" not in {name for shape in svg.iter() for name in shape.attrib}
    assert len(table.rows(made, language)) == len(made.labels)


@pytest.mark.parametrize("wide", [WIDE, NARROW])
@pytest.mark.parametrize("kind", ["columns", "lines", "bars", "bands"])
def test_words_never_lie_on_each_other(kind: Kind, wide: int) -> None:
    labels = tuple(f"{day} septembre" for day in range(1, 31))
    counts = tuple(float(day * 1000) for day in range(30))
    made = chart(labels, counts, tuple(number / 2 for number in counts), kind=kind, unit="count")
    svg = parsed(drawing(made, wide, "fr", same))
    lines: dict[str, list[tuple[float, float]]] = {}
    for words in svg.iter("text"):
        lines.setdefault(words.attrib["y"], []).append(extent(words))
    for line in lines.values():
        ordered = sorted(line)
        assert all(left[1] <= right[0] for left, right in pairwise(ordered)), ordered


def test_the_words_of_a_drawing_are_its_numbers() -> None:
    made = chart(("January", "February", "March"), (0.5, None, 0.825), kind="lines")
    told = description(made, "en", same)
    assert "from 50% (January) to 82.5% (March)" in told
    [svg_told] = parsed(drawing(made, WIDE, "en", same)).iter("desc")
    assert svg_told.text == told
    assert table.rows(made, "en") == [("January", "50%"), ("February", "–"), ("March", "82.5%")]
    assert table.rows(made, "fr")[2] == ("March", "82,5\u00a0%")


def test_the_file_has_the_numbers_of_the_table_and_no_formula() -> None:
    made = chart(("=cmd()", "B"), (7.25, None), (1234.5, 3.0), unit="seconds")
    rows = list(csv.reader(table.csv(made, same).removeprefix("\ufeff").splitlines()))
    assert rows == [
        ["Group", "series 0 (seconds)", "series 1 (seconds)"], ["'=cmd()", "7.2", "1234.5"], ["B", "", "3"],
    ]  # fmt: skip
    shown = [cell for row in table.rows(made, "en") for cell in row[1:]]
    assert shown == ["7.2", "1,234.5", "–", "3"]


def test_a_lone_point_and_nothing_at_all_are_told_apart() -> None:
    alone = parsed(drawing(chart(("x",), (0.5,), kind="lines"), WIDE, "en", same))
    assert [one for one in alone.iter("path") if "chart-marker" in one.attrib["class"]]
    nothing = parsed(drawing(chart(("x",), (None,), kind="lines"), WIDE, "en", same))
    assert [one.text for one in nothing.iter("text")] == ["No numbers in this period."]


def test_bars_are_as_long_as_their_numbers() -> None:
    svg = parsed(drawing(chart(("a", "b"), (10.0, 40.0), unit="count"), WIDE, "en", same))
    first, second = (float(box.attrib["width"]) for box in svg.iter("rect"))
    assert second == pytest.approx(4 * first, rel=0.01)


@pytest.mark.parametrize(
    ("values", "ticks"),
    [
        ([0.82], (0, 0.25, 0.5, 0.75, 1.0)),
        ([], (0, 0.25, 0.5, 0.75, 1.0)),
        ([7.0], (0, 2, 4, 6, 8)),
        ([1234.0], (0, 500, 1000, 1500)),
    ],
)
def test_axes_have_marks_at_round_numbers(values: list[float | None], ticks: tuple[float, ...]) -> None:
    most = 1.0 if max((value or 0 for value in values), default=0) <= 1 else 1e12
    assert axis(values, most=most).ticks == ticks


def test_counts_have_no_half_marks() -> None:
    assert axis([2.0], whole=True).ticks == (0, 1, 2)


@given(value=st.floats(0, 1e9), language=st.sampled_from(["fr", "en"]))
@settings(max_examples=50, deadline=None)
def test_a_number_is_written_with_the_separators_of_its_language(value: float, language: str) -> None:
    text = written(value, "seconds", language)
    separators = {"fr": ("\u202f", ","), "en": (",", ".")}[language]
    plainer = text.replace(separators[0], "").replace(separators[1], ".")
    assert float(plainer) == float(plain(value, "seconds"))
