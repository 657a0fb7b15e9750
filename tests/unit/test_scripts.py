"""The scripts are the front door: each is explained, can be started and parses."""

import os
import re
import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SCRIPTS = sorted(path for path in (ROOT / "scripts").iterdir() if path.is_file())
DOCUMENTED = (ROOT / "docs/development.md").read_text()

every_script = pytest.mark.parametrize(
    "script", [*SCRIPTS, ROOT / ".ci/run"], ids=lambda path: str(path.relative_to(ROOT))
)


@every_script
def test_a_script_is_documented(script: Path) -> None:
    assert re.search(rf"`{re.escape(str(script.relative_to(ROOT)))}[` ]", DOCUMENTED)


@every_script
def test_a_script_can_be_started_directly(script: Path) -> None:
    assert os.access(script, os.X_OK)
    assert script.read_text().startswith("#!/usr/bin/env bash\n")


@every_script
def test_a_script_parses(script: Path) -> None:
    parsed = subprocess.run(["bash", "-n", script], capture_output=True, text=True, check=False)
    assert (parsed.returncode, parsed.stderr) == (0, "")


def test_a_documented_script_exists() -> None:
    named = set(re.findall(r"`scripts/([\w-]+)", DOCUMENTED))
    assert named == {script.name for script in SCRIPTS}


def test_every_dependency_has_its_reason_on_the_decision_page() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    declared = [*project["project"]["dependencies"], *project["dependency-groups"]["dev"]]
    page = (ROOT / "docs/decisions/0002-dependencies.md").read_text()
    rows = re.findall(r"^\| ([\w, -]+) \| \w", page, flags=re.MULTILINE)
    explained = {name for row in rows for name in row.split(", ")} - {"package"}
    assert {re.split(r"[\[>]", requirement)[0] for requirement in declared} == explained


@pytest.mark.parametrize("script", ["scripts/setup-system", "scripts/apt-install chromium"])
def test_where_nothing_may_be_installed_the_missing_packages_are_named(script: str, tmp_path: Path) -> None:
    """With neither root nor sudo nor apt-get on the PATH, only bash itself and two tools of the system."""
    for tool in ("bash", "id", "dirname", "ls"):
        (tmp_path / tool).symlink_to(Path("/usr/bin") / tool)
    command = [str(tmp_path / "bash"), *script.split()]
    tried = subprocess.run(
        command, cwd=ROOT, env={"PATH": str(tmp_path)}, capture_output=True, text=True, check=False
    )
    assert tried.returncode == 1
    assert re.search(r"apt-get install --no-install-recommends .*chromium", tried.stderr)
