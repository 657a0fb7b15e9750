import assert from "node:assert/strict";
import { test } from "node:test";

import { NextPages } from "../../console/static/history/next-pages.js";

/** @param {string} search of the page that stands there */
function asked(search) {
  const addresses = /** @type {string[]} */ ([]);
  const fetch = async (/** @type {string} */ address) => (addresses.push(address), { ok: false });
  const document = { querySelector: () => ({ href: `/history${search}&before=7` }) };
  Object.assign(globalThis, { document, fetch, location: { search } });
  new NextPages(() => undefined).fetchAhead();
  return addresses;
}

test("the older page is there before it is asked for", () => {
  assert.deepEqual(asked("?q=nancy"), ["/history?q=nancy&before=7"]);
});

test("whole numbers are fetched with the page that is shown, and no other", () => {
  assert.deepEqual(asked("?q=nancy&numbers=1"), []);
});
