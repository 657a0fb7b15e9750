import assert from "node:assert/strict";
import { mock, test } from "node:test";

import { connected, peers, settle, track } from "./publisher-peer.js";

test("while it is paused no picture leaves, and then the same one goes on in the same connection", async () => {
  const made = await connected();
  await made.pause(true);
  assert.deepEqual([peers[0].track, peers[0].encodings[0].active], [null, false]);
  await made.pause(false);
  assert.deepEqual([peers[0].track, peers[0].encodings[0].active, peers.length], [track, true, 1]);
});

test("a camera that is turned meanwhile sends nothing before the pause is over", async () => {
  const made = await connected();
  const front = /** @type {any} */ ({ name: "front" });
  await made.pause(true);
  await made.send(front);
  assert.equal(peers[0].track, null);
  await made.pause(false);
  assert.equal(peers[0].track, front);
});

test("the pause outlives the connection, and the end of stills", async () => {
  const made = await connected();
  await made.pause(true);
  peers[0].become("failed");
  mock.timers.tick(1000);
  await settle();
  await made.silence(null);
  assert.deepEqual([peers.length, peers[1].track, peers[1].encodings[0].active], [2, null, false]);
});
