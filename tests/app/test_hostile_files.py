"""Some hundred hostile files against the inspector: nothing crashes it, and nothing harmful is kept."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path

import msgspec
import pikepdf
import pytest

from tests.hostile_batch import Outcome
from tests.hostile_corpus import TRACES, corpus
from tests.hostile_files import CLEANED, REFUSED_FILES, SCRIPT, SECRET
from tests.servers import EICAR

ROOT = Path(__file__).parents[2]
MEMORY = 400  # MB, with the files themselves and all libraries
BEGINNINGS = {"image/jpeg": b"\xff\xd8\xff", "image/png": b"\x89PNG", "application/pdf": b"%PDF-"}


@pytest.fixture(scope="module")
def outcomes() -> Mapping[str, Outcome]:
    files = msgspec.msgpack.encode(list(corpus()))
    command = [sys.executable, "-m", "tests.hostile_batch"]
    done = subprocess.run(command, input=files, capture_output=True, cwd=ROOT, env={}, check=False)
    assert done.returncode == 0, done.stderr.decode()
    found = [msgspec.json.decode(line, type=Outcome) for line in done.stdout.splitlines()]
    return {one.name: one for one in found}


def test_two_hundred_hostile_files_crash_nothing_and_memory_stays_bounded(
    outcomes: Mapping[str, Outcome],
) -> None:
    assert len(outcomes) == len(list(corpus())) >= 200
    assert [one.crash for one in outcomes.values() if one.crash] == []
    assert max(one.memory for one in outcomes.values()) < MEMORY


def test_what_is_kept_is_a_picture_or_a_document_written_by_us(outcomes: Mapping[str, Outcome]) -> None:
    kept = [one for one in outcomes.values() if not one.finding.error]
    assert {one.name for one in kept} & set(REFUSED_FILES) == set()
    assert {one.name for one in kept} >= set(CLEANED)
    for one in kept:
        assert one.data.startswith(BEGINNINGS[one.finding.media_type]), one.name
        assert not any(hidden in one.data for hidden in (SCRIPT, SECRET, EICAR)), one.name


def test_no_document_keeps_anything_that_acts_or_hides(outcomes: Mapping[str, Outcome]) -> None:
    documents = [one for one in outcomes.values() if one.finding.media_type == "application/pdf"]
    assert len(documents) >= 30
    for one in documents:
        plain = _without_pictures(one.data)
        assert [trace for trace in TRACES if trace in plain] == [], one.name


def _without_pictures(document: bytes) -> bytes:
    """Their noise spells any three letters sooner or later."""
    with pikepdf.open(BytesIO(document)) as pdf:
        for one in pdf.objects:
            if isinstance(one, pikepdf.Stream) and one.get("/Subtype") == "/Image":
                one.write(b"")
        out = BytesIO()
        pdf.save(out, compress_streams=False, object_stream_mode=pikepdf.ObjectStreamMode.disable)
    return out.getvalue()
