"""Drawings of the pages for what is typeset: there nothing but its own style reaches into an SVG."""

from __future__ import annotations

from typing import Final

_STYLE: Final = (
    ".chart-words{fill:#13202c;font-family:'Noto Sans','Liberation Sans',sans-serif}"
    ".chart-soft{fill:#4b5c6c}.chart-label{font-weight:600}"
    ".chart-grid{stroke:#d3dce5;stroke-width:1}.chart-base,.track-rule{stroke:#7d8e9e;stroke-width:1}"
    ".chart-line{fill:none;stroke-width:2;stroke-linejoin:round}.chart-marker{stroke:#fff;stroke-width:1}"
    ".chart-stroke-0{stroke:#0b5fa5}.chart-stroke-1{stroke:#b45309}.chart-stroke-2{stroke:#0f766e}"
    ".chart-stroke-3{stroke:#9d2b6b}.chart-stroke-4{stroke:#5b5fc7}.chart-stroke-5{stroke:#6b7280}"
    ".chart-fill-0{fill:#0b5fa5}.chart-fill-1{fill:#b45309}.chart-fill-2{fill:#0f766e}"
    ".chart-fill-3{fill:#9d2b6b}.chart-fill-4{fill:#5b5fc7}.chart-fill-5{fill:#6b7280}"
    ".quality-stalled{fill:#b01e1e;fill-opacity:0.18}"
    ".track-ground{fill:#f3f6f9}.track-spot{fill:#0b5fa5}"
    ".track-accuracy{fill:#0b5fa5;fill-opacity:0.1;stroke:#0b5fa5;stroke-width:1}"
)


def on_paper(svg: str) -> str:
    start, rest = svg.split(">", 1)
    return f"{start}><style>{_STYLE}</style>{rest}"
