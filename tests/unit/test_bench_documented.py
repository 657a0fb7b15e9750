"""Every benchmark is explained where its figures stand."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.bench.registry import BENCHMARKS

PAGE = (Path(__file__).parents[2] / "docs/benchmarks.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", BENCHMARKS)
def test_a_benchmark_says_how_it_measures(name: str) -> None:
    assert f"\n## `{name}`\n" in PAGE


@pytest.mark.parametrize("name", BENCHMARKS)
def test_a_benchmark_has_its_figures_in_the_table(name: str) -> None:
    assert any(line.split("|")[1].strip() == name for line in PAGE.splitlines() if line.startswith("|"))
