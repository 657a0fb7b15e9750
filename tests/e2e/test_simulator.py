"""Simulated callers of the whole product: one click away for a regulator, or by the command for many."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from tests.e2e.browsers import console_page
from tests.e2e.conftest import ADDRESS
from tests.e2e.desk import control, end, invite, log_in, rung, until_ready
from tests.e2e.picture import until_live, until_seen
from tests.e2e.stage import PASSWORD, ROOT, Product

pytestmark = pytest.mark.timeout(180)

CORNER = (0.02, 0.9, 0.1, 0.98)  # the floor, by the back camera; zoomed in, the rug
DARK_FLOOR = "mean[0] > mean[2] + 20 && mean[0] < 120"
BRIGHT_FLOOR = "mean[0] > mean[2] + 20 && mean[0] > 130"
RUG = "Math.abs(mean[0] - mean[2]) < 20"
BLUE = "mean[2] > mean[0] + 20"


async def test_a_click_brings_a_caller_who_shows_their_picture_and_obeys(
    embedded: Product, browser: Browser
) -> None:
    console = await console_page(browser)
    await log_in(console, embedded)
    await console.click("text=Démarrer un appel de démonstration")
    await expect(console).to_have_url(re.compile(r"/sessions/[0-9a-f]{32}$"))
    await until_seen(console, DARK_FLOOR, CORNER)
    await until_live(console)
    await rung(console, "picture")
    assert [message["to"][:9] for message in embedded.outbox()] == ["+26263998"]

    await until_ready(console, "torch")
    await control(console, "torch").click()
    await until_seen(console, BRIGHT_FLOOR, CORNER)
    await control(console, "torch").click()
    await until_seen(console, DARK_FLOOR, CORNER)

    slider = console.locator("[data-control=zoom] [data-part=slider]")
    await slider.fill("4")
    await until_seen(console, RUG, CORNER)
    await slider.fill("1")
    await until_seen(console, DARK_FLOOR, CORNER)

    await control(console, "camera").click()
    await until_seen(console, BLUE, CORNER)
    await expect(control(console, "torch")).to_have_attribute("aria-disabled", "true")

    await control(console, "position").click()
    await expect(console.locator("[data-part=address]")).to_have_text(re.compile(re.escape(ADDRESS)))
    await end(console)
    embedded.until("the simulator is gone", lambda: not simulators(embedded))


async def test_simulated_callers_die_with_the_product(embedded: Product, browser: Browser) -> None:
    console = await console_page(browser)
    await log_in(console, embedded)
    await console.click("text=Démarrer un appel de démonstration")
    await until_seen(console, DARK_FLOOR, CORNER)
    assert len(simulators(embedded)) == 1
    embedded.kill()
    embedded.until("they are gone", lambda: not simulators(embedded))


async def test_a_link_is_taken_by_one_caller_who_survives_the_servers_death(
    embedded: Product, browser: Browser
) -> None:
    console = await console_page(browser)
    await log_in(console, embedded)
    link = (await invite(console, embedded))["link"]
    with command(embedded, link) as caller:
        await until_seen(console, DARK_FLOOR, CORNER)
        with command(embedded, link) as other:
            assert embedded.until("it is refused", lambda: other.process.poll() is not None)
            assert other.process.returncode == 3
            assert "claimed" in other.said()
        embedded.kill()
        embedded.start()
        embedded.until("it is back", lambda: caller.said().count("connected") == 2)
        await until_live(console)
        await end(console)
        assert embedded.until("it has left", lambda: caller.process.poll() is not None)
        assert caller.process.returncode == 0


def test_the_command_starts_visios_by_itself_and_its_callers_hang_up(embedded: Product) -> None:
    many = ("--count", "3", "--login", "regulateur@demo.test", "--reconnect", "60")
    with command(embedded, embedded.origin, *many) as callers:
        embedded.until("all show their picture", lambda: callers.said().count("connected") == 3)
        assert len(embedded.outbox()) == 3
        callers.process.terminate()
        assert callers.process.wait(20) == 0
        assert callers.said().count("hung up") == 3


@pytest.mark.parametrize(
    "arguments",
    [
        ["https://visio.test/room"],
        ["https://visio.test"],
        ["https://visio.test/j#token", "--count", "2"],
        ["https://visio.test/j#token", "--loss", "120"],
        ["https://visio.test/j#token", "--silence", "-1"],
        ["https://visio.test/j#token", "--server", "https://visio.test/j"],
        ["https://visio.test/j#token", "--video", __file__],
    ],
)
def test_wrong_arguments_are_refused(arguments: list[str]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "media.simulator", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


class Command:
    """`python -m media.simulator` as a person starts it."""

    def __init__(self, product: Product, log: Path, *arguments: str) -> None:
        self._log = log
        environ = os.environ | {"DATA_DIR": str(product.data), "SIMULATOR_PASSWORD": PASSWORD}
        with log.open("wb") as file:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "media.simulator", *arguments], cwd=ROOT, env=environ, stderr=file
            )

    def said(self) -> str:
        return self._log.read_text(encoding="utf-8")


@contextmanager
def command(product: Product, *arguments: str) -> Iterator[Command]:
    log = product.data / f"simulator-{len(list(product.data.glob('simulator-*.log')))}.log"
    made = Command(product, log, *arguments)
    try:
        yield made
    finally:
        made.process.kill()
        made.process.wait()


def simulators(product: Product) -> list[str]:
    """The processes that play callers of this product."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # gone in the meantime
            ours = f"DATA_DIR={product.data}".encode() in (folder / "environ").read_bytes().split(b"\0")
            if ours and b"media.simulator" in (folder / "cmdline").read_bytes():
                found.append(folder.name)
    return found
