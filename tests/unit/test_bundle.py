"""Modules joined into one: each keeps its scope, and what the joiner does not know is refused."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from signaling.bundle import NotJoinable, joined, joined_apart

ROOT = Path(__file__).resolve().parents[2]


def run(script: str) -> str:
    """What the joined module prints."""
    node = ROOT / ".venv/bin/node"
    done = subprocess.run(
        [node, "--input-type=module", "-"], input=script, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def write(folder: Path, **files: str) -> None:
    for name, text in files.items():
        (folder / f"{name}.js").write_text(text)


def test_equal_names_of_two_modules_do_not_meet(tmp_path: Path) -> None:
    write(
        tmp_path,
        one="""
const word = "one";
export function say() {
  return word;
}
""",
        two="""
import { say } from "./one.js";
const word = "two";
export class Talk {
  both() {
    return say() + word;
  }
}
""",
        main="""
import { say as first } from "./one.js";
import { Talk } from "./two.js";
console.log(first(), new Talk().both());
""",
    )
    assert run(joined(tmp_path, "main.js")) == "one onetwo"


def test_a_module_that_two_others_import_runs_once(tmp_path: Path) -> None:
    write(
        tmp_path,
        count="export const seen = [];\nseen.push(1);\n",
        one='import { seen } from "./count.js";\nexport const a = seen;\n',
        main="""
import { a } from "./one.js";
import { seen } from "./count.js";
console.log(a === seen, seen.length);
""",
    )
    assert run(joined(tmp_path, "main.js")) == "true 1"


def test_comments_stay_at_home_and_strings_that_look_like_them_come_along(tmp_path: Path) -> None:
    write(tmp_path, main='// secret\n/** secret */\nconsole.log("http://a", /[/*]/.test("*"), `// ${1}`);\n')
    text = joined(tmp_path, "main.js")
    assert "secret" not in text
    assert run(text) == "http://a true // 1"


def test_what_the_first_module_exports_the_joined_one_exports(tmp_path: Path) -> None:
    write(tmp_path, main="export async function install() {}\n")
    assert run(joined(tmp_path, "main.js") + "console.log(typeof install)") == "function"


@pytest.mark.parametrize(
    "text",
    ['import x from "./one.js";', 'export * from "./one.js";', "export default 1;", 'import "./one.js";'],
)
def test_a_module_of_another_kind_stops_the_start(tmp_path: Path, text: str) -> None:
    write(tmp_path, one="export const x = 1;\n", main=text + "\n")
    with pytest.raises(NotJoinable):
        joined(tmp_path, "main.js")


def test_modules_that_import_each_other_stop_the_start(tmp_path: Path) -> None:
    write(
        tmp_path,
        one='import { b } from "./two.js";\nexport const a = b;\n',
        two='import { a } from "./one.js";\nexport const b = a;\n',
    )
    with pytest.raises(NotJoinable, match="imports itself"):
        joined(tmp_path, "one.js")


def test_the_callers_page_is_one_script_that_a_browser_can_read() -> None:
    for entry in ("app", "later/main", "sw"):
        text = joined(ROOT, f"patient_pwa/static/{entry}.js")
        assert "</script" not in text
        subprocess.run(
            [ROOT / ".venv/bin/node", "--check", "--input-type=module", "-"],
            input=text,
            text=True,
            check=True,
        )


def test_a_module_imported_on_demand_is_one_of_its_own_with_what_it_imports(tmp_path: Path) -> None:
    (tmp_path / "views").mkdir()
    write(
        tmp_path,
        word='/** @type {import("./views/map.js").Word} */\nexport const word = "map";\n',
        main='void import("./views/map.js").then(({ show }) => console.log(show()));\n',
    )
    write(
        tmp_path / "views",
        map='import { word } from "../word.js";\nexport function show() {\n  return word;\n}\n',
    )
    texts = joined_apart(tmp_path, "main.js")
    assert set(texts) == {"main.js", "views-map.js"}
    (tmp_path / "package.json").write_text('{"type": "module"}')
    for name, text in texts.items():
        (tmp_path / name).write_text(text)
    node = ROOT / ".venv/bin/node"
    done = subprocess.run([node, tmp_path / "main.js"], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "map"


def test_the_callers_page_can_have_nothing_on_demand(tmp_path: Path) -> None:
    write(tmp_path, one="export const x = 1;\n", main='import("./one.js");\n')
    with pytest.raises(NotJoinable, match=r"on demand: one\.js"):
        joined(tmp_path, "main.js")
