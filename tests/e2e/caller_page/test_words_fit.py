"""The words of each language on the narrowest phone: whole on their buttons, and within the screen."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.async_api import expect

from patient_pwa.language import catalogues
from tests.e2e.caller_page.conftest import NewPhone, on_screen, tap
from tests.e2e.caller_page.server import Server

NARROW: dict[str, Any] = {"viewport": {"width": 360, "height": 640}}
LONGEST_BUTTON = 2  # lines

# Each part of the page is shown with all that it can say at once, and its words are measured.
MEASURE = """() => {
  const faults = [];
  const texts = (element) => {
    const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
    const found = [];
    while (walker.nextNode()) if (walker.currentNode.data.trim()) found.push(walker.currentNode);
    return found;
  };
  const boxes = (text) => {
    const range = document.createRange();
    range.selectNodeContents(text);
    return [...range.getClientRects()].filter(({ width }) => width > 1);
  };
  const lines = (text) => new Set(boxes(text).map(({ bottom }) => Math.round(bottom))).size;
  const parts = [...document.querySelectorAll("main > :not(noscript), header")];
  const hidden = [...document.querySelectorAll("[hidden]")].filter(({ localName }) => localName !== "svg");
  const within = (part) => [part, ...part.querySelectorAll("*")];
  for (const part of parts) {
    for (const other of parts) other.hidden = true;
    for (const one of within(part)) if (hidden.includes(one) || one === part) one.hidden = false;
    const seen = within(part).filter((one) => one.matches("button, .big") && one.checkVisibility());
    for (const button of seen) {
      const box = button.getBoundingClientRect();
      const name = `${button.dataset.act ?? button.className}: ${button.textContent.trim()}`;
      const count = Math.max(...texts(button).map(lines), 0);
      if (count > LINES) faults.push(`${count} lines: ${name}`);
      const out = ({ left, right }) => left < box.left - 1 || right > box.right + 1;
      if (texts(button).flatMap(boxes).some(out)) faults.push(`cut: ${name}`);
      if (box.left < 0 || box.right > innerWidth + 0.5) faults.push(`off the screen: ${name}`);
    }
    if (part.scrollWidth > innerWidth + 1) faults.push(`too wide: ${part.outerHTML.slice(0, 60)}`);
    for (const one of within(part)) if (hidden.includes(one)) one.hidden = true;
  }
  return faults;
}""".replace("LINES", str(LONGEST_BUTTON))


WORD_IS_SEEN = """() => {
  const bottom = document.querySelector("[data-word]").getBoundingClientRect().bottom;
  return bottom <= document.querySelector("[data-when=ready] footer").getBoundingClientRect().top;
}"""


@pytest.mark.parametrize("language", catalogues().languages)
async def test_no_word_is_too_long_for_its_button_or_for_the_screen(
    new_phone: NewPhone, server: Server, language: str
) -> None:
    phone = await new_phone(**NARROW)
    await phone.goto(f"{server.link('good').replace('#', f'?lang={language}#')}")
    await on_screen(phone, "ready")
    assert await phone.evaluate(WORD_IS_SEEN), "the button covers the word of the day"
    await tap(phone, "languages")
    await expect(phone.locator("[data-part=languages]")).to_be_visible()
    await phone.locator(f"[data-language={language}]").tap()
    assert await phone.evaluate(MEASURE) == []


async def test_a_button_with_too_many_words_would_be_found(new_phone: NewPhone, server: Server) -> None:
    phone = await new_phone(**NARROW)
    await phone.goto(server.link("good"))
    await tap(phone, "languages")
    await expect(phone.locator("[data-part=languages]")).to_be_visible()
    await phone.evaluate("""() => {
      document.querySelector("[data-part=languages]").close();
      document.querySelector("[data-act=start]").lastChild.data = "Donaudampfschifffahrtsgesellschaft";
      document.querySelector("[data-act=hangup]").lastChild.data = "Einen Moment bitte und dann noch einmal";
    }""")
    faults = await phone.evaluate(MEASURE)
    assert any(fault.startswith("cut: start") for fault in faults), faults
    assert any("lines: hangup" in fault for fault in faults), faults
