"""The technical test page in real browsers: the picture that comes back, and each thing that hinders it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect

from tests.e2e.browsers import chromium, console_page, phone_page
from tests.e2e.closed_network import closed_network
from tests.e2e.desk import log_in
from tests.e2e.firefox import firefox
from tests.e2e.picture import COLOURED, GREEN, shows, until_live, until_seen
from tests.e2e.stage import Product, product
from tests.servers import TurnServer, free_port

pytestmark = pytest.mark.timeout(180)

WITHIN = 60_000  # ms; a whole test takes about fifteen seconds
NO_UDP_AND_NO_TURN = """
window.RTCPeerConnection = class extends RTCPeerConnection {
  constructor(configuration) {
    super({ ...configuration, iceTransportPolicy: "relay" });
  }
};
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """One for all tests that leave it as it was, on addresses that Firefox uses, too: not the loopback."""
    with product(tmp_path_factory.mktemp("site"), {"MEDIA_ADDRESSES": ""}) as made:
        yield made


async def start(phone: Page, address: str) -> None:
    await phone.goto(address)
    await phone.locator("[data-act=test]").tap()


async def verdict(phone: Page) -> str:
    """The one that is shown, once it is."""
    await expect(phone.locator(".verdict")).to_be_visible(timeout=WITHIN)
    shown = await phone.locator("[data-verdict]:visible").get_attribute("data-verdict")
    return str(shown)


async def steps(phone: Page) -> dict[str, str]:
    """How each step ended that was there to take."""
    found: dict[str, str] = await phone.evaluate(
        """() => Object.fromEntries([...document.querySelectorAll("[data-step]:not([hidden])")]
          .map(({ dataset }) => [dataset.step, dataset.state]))"""
    )
    return found


async def test_a_good_phone_sees_its_own_picture_come_back_and_its_sender_sees_the_result(
    scaled: Product, browser: Browser
) -> None:
    desk = await console_page(browser)
    await log_in(desk, scaled)
    await desk.fill("#test-address", "06 12 34 56 78")
    await desk.keyboard.press("Enter")
    link = scaled.message()["link"]
    phone = await phone_page(browser)
    await start(phone, link)
    await until_seen(phone, GREEN)
    await until_live(phone)
    assert await verdict(phone) == "ready"
    ticked = await steps(phone)
    assert set(ticked) == {"camera", "permission", "browser", "socket", "udp", "echo"}
    assert set(ticked.values()) == {"passed"}
    await expect(phone.locator("video")).to_be_hidden()
    code = await phone.locator(".code b").inner_text()
    row = desk.locator("[data-part=tests-list] li")
    await expect(row).to_contain_text("Prêt")
    await expect(row).to_contain_text(code)
    await desk.fill("#test-code", code.lower())
    await desk.keyboard.press("Enter")
    await expect(desk.locator("[data-part=tests-result]")).to_contain_text("1280 × 720")
    assert "relay_event" not in scaled.log()  # no session heard of it


async def test_a_camera_that_is_refused_is_named_with_the_way_out_and_the_network_is_tested_all_the_same(
    site: Product, browser: Browser
) -> None:
    phone = await phone_page(browser, camera=False)
    await start(phone, f"{site.origin}/test")
    assert await verdict(phone) == "camera"
    await expect(phone.locator("[data-camera=denied]")).to_be_visible()
    expected = {"camera": "passed", "permission": "failed", "browser": "passed", "socket": "passed"}
    assert await steps(phone) == {**expected, "udp": "passed", "echo": "skipped"}
    await phone.context.grant_permissions(["camera"])
    await phone.locator("[data-act=test]").tap()
    await until_seen(phone, GREEN)


async def test_a_machine_without_a_camera_is_told_to_use_a_phone(site: Product) -> None:
    async with chromium(cameras=0) as browser:
        phone = await phone_page(browser)
        await start(phone, f"{site.origin}/test")
        assert await verdict(phone) == "no_camera"
        assert (await steps(phone))["camera"] == "failed"


async def test_where_udp_is_blocked_the_video_comes_back_by_turn(
    tmp_path: Path, turn_server: TurnServer
) -> None:
    settings = {"TURN_URLS": ",".join(turn_server.urls.values()), "TURN_SECRET": turn_server.secret}
    with product(tmp_path, settings) as made:
        async with (
            closed_network(tmp_path, made.port, turn_server.port, turn_server.tls_port) as executable,
            chromium("--ignore-certificate-errors", executable=executable) as browser,
        ):
            phone = await phone_page(browser)
            await start(phone, f"{made.origin}/test")
            await until_seen(phone, GREEN)
            assert await verdict(phone) == "ready"
            found = await steps(phone)
    network = {name: state for name, state in found.items() if name.startswith(("udp", "turn", "echo"))}
    expected = {"udp": "failed", "turn_udp": "failed", "turn_tcp": "passed", "turn_tls": "passed"}
    assert network == {**expected, "echo": "passed"}


async def test_a_network_that_no_video_passes_is_good_for_still_pictures(
    site: Product, browser: Browser
) -> None:
    phone = await phone_page(browser)
    await phone.context.add_init_script(NO_UDP_AND_NO_TURN)
    await start(phone, f"{site.origin}/test")
    assert await verdict(phone) == "stills"
    found = await steps(phone)
    assert (found["socket"], found["udp"], found["echo"]) == ("passed", "failed", "failed")


async def test_a_relay_that_is_full_ends_the_test_and_says_that_calls_come_first(
    tmp_path: Path, browser: Browser
) -> None:
    port = free_port()
    with product(tmp_path, {"MEDIA_PORTS": f"{port}-{port}"}) as made:  # room for one connection, not for two
        phone = await phone_page(browser)
        await start(phone, f"{made.origin}/test")
        assert await verdict(phone) == "busy"
        found = await steps(phone)
        assert (found["permission"], found["echo"]) == ("passed", "skipped")


async def test_without_a_network_the_page_says_so_and_gives_no_code(site: Product, browser: Browser) -> None:
    phone = await phone_page(browser)
    await phone.goto(f"{site.origin}/test")
    await phone.context.set_offline(True)
    await phone.locator("[data-act=test]").tap()
    assert await verdict(phone) == "offline"
    await expect(phone.locator(".code")).to_be_hidden()


async def test_firefox_passes_the_test(site: Product) -> None:
    async with firefox() as fox:
        phone = await fox.page()
        await phone.goto(f"{site.origin}/test")
        await phone.click("[data-act=test]")
        await phone.until(shows(COLOURED))
        await phone.until("!document.querySelector('.verdict').hidden")
        shown = await phone.evaluate("document.querySelector('[data-verdict]:not([hidden])').dataset.verdict")
        assert shown in {"ready", "slow"}  # a busy machine encodes few frames
        await fox.close_pages()
