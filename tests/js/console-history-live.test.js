import assert from "node:assert/strict";
import { test } from "node:test";

import { LiveList, shownOf } from "../../console/static/history/live-list.js";

const session = (/** @type {string} */ id, outcome = "waiting") => ({ id, outcome });

/** @param {string} search @param {{hover?: boolean}} list */
function page(search, { hover = false } = {}) {
  const news = { hidden: true, toggleAttribute: (/** @type {string} */ _, /** @type {boolean} */ on) => (news.hidden = on), setAttribute: () => (news.hidden = true) };
  const list = { matches: () => hover, contains: () => false, replaceWith: () => undefined };
  const document = { activeElement: null, importNode: (/** @type {unknown} */ one) => one, querySelector: (/** @type {string} */ what) => (what.includes("news") ? news : list) };
  const asked = /** @type {string[]} */ ([]);
  const fetch = async (/** @type {string} */ address) => (asked.push(address), { ok: false });
  Object.assign(globalThis, { document, fetch, location: { search, href: `/history${search}` } });
  return { asked, news, live: new LiveList("", () => undefined) };
}

test("a list shows which sessions run and how they stand, in no order", () => {
  assert.equal(shownOf([session("b"), session("a")]), shownOf([session("a"), session("b")]));
  assert.notEqual(shownOf([session("a")]), shownOf([session("a", "picture")]));
});

test("only a change is asked for, and the first frame is none", async () => {
  const { asked, live } = page("");
  live.heard([session("a")]);
  live.heard([session("a")]);
  assert.deepEqual(asked, []);
  live.heard([session("a", "picture")]);
  assert.deepEqual(asked, ["/history"]);
});

test("an older page stays what it was", () => {
  const { asked, live } = page("?before=12");
  live.heard([]);
  live.heard([session("a")]);
  assert.deepEqual(asked, []);
});

test("what somebody points at does not move: a line offers the change", () => {
  const { asked, news, live } = page("?q=nancy", { hover: true });
  live.heard([]);
  live.heard([session("a")]);
  assert.deepEqual(asked, []);
  assert.equal(news.hidden, false);
});
