"""Files and Debian's real clamd: what it knows is not kept, and without it nothing is kept unawares."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from structlog.testing import capture_logs

from signaling.domain.errors import Infected, Unchecked
from signaling.files.clamav import CHUNK, Scan, ScannedInspection
from signaling.files.inspection import Inspection
from tests import servers
from tests.hostile_files import pdf, picture
from tests.servers import EICAR, ClamServer


@pytest.fixture(scope="module")
def clamd() -> Iterator[ClamServer]:
    with servers.clam_server() as server:
        yield server


@pytest.mark.parametrize("way", ["unix", "tcp"])
async def test_what_the_scanner_knows_is_refused_and_what_it_does_not_know_passes(
    clamd: ClamServer, way: str
) -> None:
    scan = Scan(str(clamd.path) if way == "unix" else f"127.0.0.1:{clamd.port}")
    for size in (0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3_000_000):
        await scan(bytes(size))
    with capture_logs() as log, pytest.raises(Infected):
        await scan(bytes(3 * CHUNK - 20) + EICAR)  # across two chunks
    assert [line["event"] for line in log] == ["file_infected"]


async def test_a_virus_behind_a_picture_is_found_before_the_picture_is_opened(clamd: ClamServer) -> None:
    inspect = ScannedInspection(Scan(str(clamd.path)), Inspection())
    with pytest.raises(Infected):
        await inspect("photo", picture() + EICAR)
    assert (await inspect("document", pdf())).media_type == "application/pdf"


async def test_a_file_that_is_larger_than_the_scanner_takes_counts_as_not_scanned(clamd: ClamServer) -> None:
    with pytest.raises(Unchecked):
        await Scan(str(clamd.path))(bytes((20 << 20) + 1))


async def test_without_the_scanner_files_are_refused_unless_the_settings_let_them_pass() -> None:
    nowhere = f"127.0.0.1:{servers.free_port()}"
    with pytest.raises(Unchecked):
        await Scan(nowhere)(picture())
    with capture_logs() as log:
        await Scan(nowhere, required=False)(picture())
    [line] = log
    assert (line["event"], line["kept"]) == ("file_not_scanned", True)


async def test_a_scanner_that_hangs_is_not_waited_for_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("signaling.files.clamav.PATIENCE", 0.2)
    with servers.clam_server() as server:
        server.freeze()
        with pytest.raises(Unchecked):
            await Scan(str(server.path))(picture())
