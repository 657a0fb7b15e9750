"""An SVG that is being drawn. Colours are classes (`console/static/css/figures.css`), shapes are attributes:
the pages' content policy knows no inline style."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from xml.etree.ElementTree import Element, SubElement, tostring

from console.charts import text

COLOURS: Final = 6
_PATTERNS: Final = ("", "M0 6L6 0", "M0 3H6", "M0 0L6 6", "M3 0V6", "M0 3H6M3 0V6", "M3 2.6V3.4")


class Canvas:
    """`name`: unique on a page. `width`, `height` in its own units, one CSS pixel at its natural size."""

    def __init__(self, name: str, width: float, title: str, description: str) -> None:
        self.width = width
        self._name = name
        self._svg = Element("svg", {"role": "img", "aria-labelledby": f"{name}-title {name}-desc"})
        self._svg.set("class", "chart-drawing")
        SubElement(self._svg, "title", {"id": f"{name}-title"}).text = _tidy(title)
        SubElement(self._svg, "desc", {"id": f"{name}-desc"}).text = _tidy(description)
        self._patterns = SubElement(self._svg, "defs")
        self._drawn: set[int] = set()

    def markup(self, height: float) -> str:
        self._svg.set("viewBox", f"0 0 {_number(self.width)} {_number(height)}")
        return tostring(self._svg, encoding="unicode")

    def words(self, x: float, y: float, words: str, kind: str = "", anchor: str = "start") -> None:
        """`y`: of the line that letters stand on."""
        element = self._add("text", f"chart-words {kind}".strip(), x=x, y=y)
        element.set("text-anchor", anchor)
        element.set("font-size", str(text.SIZE))
        element.text = _tidy(words)

    def line(self, x1: float, y1: float, x2: float, y2: float, kind: str) -> None:
        self._add("line", kind, x1=x1, y1=y1, x2=x2, y2=y2)

    def box(self, x: float, y: float, width: float, height: float, series: int, told: str = "") -> None:
        """In the colour and the pattern of a series. `told`: what a pointer reads."""
        place = {"x": x, "y": y, "width": max(width, 0.0), "height": max(height, 0.0)}
        self._tell(self._add("rect", f"chart-fill-{series % COLOURS}", **place), told)
        if pattern := self._pattern(series):
            self._tell(self._add("rect", "chart-pattern", **place), told).set("fill", f"url(#{pattern})")

    def ground(self, x: float, y: float, width: float, height: float, kind: str, told: str = "") -> None:
        """A plain stretch that the lines lie on."""
        self._tell(self._add("rect", kind, x=x, y=y, width=max(width, 1.0), height=height), told)

    def disc(self, x: float, y: float, radius: float, kind: str, told: str = "") -> None:
        self._tell(self._add("circle", kind, cx=x, cy=y, r=radius), told)

    def path(self, points: Sequence[tuple[float, float]], series: int) -> None:
        drawn = "L".join(f"{_number(x)} {_number(y)}" for x, y in points)
        self._add("path", f"chart-line chart-stroke-{series % COLOURS}").set("d", f"M{drawn}")

    def marker(self, x: float, y: float, series: int, told: str = "") -> None:
        """A shape for each series: what tells them apart is not their colour alone."""
        shapes = (
            f"M{_number(x - 4)} {_number(y)}a4 4 0 1 0 8 0a4 4 0 1 0 -8 0",
            f"M{_number(x - 3.5)} {_number(y - 3.5)}h7v7h-7z",
            f"M{_number(x)} {_number(y - 4.5)}l4.5 8h-9z",
            f"M{_number(x)} {_number(y - 5)}l5 5l-5 5l-5 -5z",
        )
        element = self._add("path", f"chart-marker chart-fill-{series % COLOURS}")
        element.set("d", shapes[series % len(shapes)])
        self._tell(element, told)

    def _add(self, kind: str, classes: str, **numbers: float) -> Element:
        attributes = {name: _number(value) for name, value in numbers.items()}
        return SubElement(self._svg, kind, {"class": classes, **attributes})

    def _tell(self, element: Element, told: str) -> Element:
        if told:
            SubElement(element, "title").text = _tidy(told)
        return element

    def _pattern(self, series: int) -> str:
        """Its id, or "" for a series of plain colour."""
        number = series % len(_PATTERNS)
        if not _PATTERNS[number]:
            return ""
        name = f"{self._name}-pattern-{number}"
        if number not in self._drawn:
            self._drawn.add(number)
            size = {"width": "6", "height": "6", "patternUnits": "userSpaceOnUse"}
            pattern = SubElement(self._patterns, "pattern", {"id": name, **size})
            SubElement(pattern, "path", {"class": "chart-hatch", "d": _PATTERNS[number]})
        return name


def _number(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


def _tidy(words: str) -> str:
    """XML has no way to write what can't be printed."""
    return "".join(sign if sign.isprintable() else " " for sign in words)
