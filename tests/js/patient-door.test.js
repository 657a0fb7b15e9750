import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";

import { insist, post } from "../../patient_pwa/static/door.js";

/** @type {any[][]} */
let asked = [];
/** @type {(() => Response | Error)[]} what the server does at each try */
let answers = [];

beforeEach(() => {
  mock.restoreAll();
  asked = [];
  mock.method(globalThis, "fetch", async (/** @type {any[]} */ ...request) => {
    asked.push(request);
    const answer = (answers.shift() ?? (() => new Error("no more")))();
    if (answer instanceof Error) throw answer;
    return answer;
  });
});

test("a POST carries JSON and brings the answer back", async () => {
  answers = [() => Response.json({ state: "ready" })];
  const reply = await post("/j/open", { token: "t" });
  assert.deepEqual([reply.status, reply.body], [200, { state: "ready" }]);
  const [path, { method, body, headers }] = asked[0];
  assert.deepEqual([path, method, body, headers], ["/j/open", "POST", '{"token":"t"}', { "content-type": "application/json" }]);
});

test("an empty or broken body is an empty answer", async () => {
  answers = [() => new Response(null, { status: 204 }), () => new Response("<html>", { status: 200 })];
  assert.deepEqual((await post("/j/claim", {})).body, {});
  assert.deepEqual((await post("/j/claim", {})).body, {});
});

test("a server that asks to wait says how long", async () => {
  answers = [() => Response.json({}, { status: 429, headers: { "retry-after": "13" } })];
  assert.equal((await post("/j/code", {})).retryAfter, 13);
});

test("no network, a server that restarts and one that is busy are tried again until it answers", async () => {
  mock.method(globalThis, "setTimeout", (/** @type {() => void} */ work) => queueMicrotask(work));
  answers = [
    () => new TypeError("Failed to fetch"),
    () => new Response("", { status: 502 }),
    () => new Response("", { status: 429 }),
    () => Response.json({ state: "claimed" }, { status: 409 }),
  ];
  let troubles = 0;
  const reply = await insist("/j/claim", {}, () => troubles++);
  assert.deepEqual([reply.status, reply.body.state, troubles], [409, "claimed", 3]);
});
