import assert from "node:assert/strict";
import { mock, test } from "node:test";

import { UNTUNED, connected, links, open, other, peers, publisher, settle, track } from "./publisher-peer.js";

test("VP8 is sent in temporal layers, and the limit of its bitrate stays", async () => {
  other({ codec: "video/VP8" });
  await connected();
  assert.deepEqual(peers[0].encodings, [{ ...UNTUNED, scalabilityMode: "L1T3" }]);
});

test("H.264 is sent as the phone's hardware makes it", async () => {
  await connected();
  assert.deepEqual(peers[0].encodings, [UNTUNED]);
});

test("a browser that knows no layers is connected all the same", async () => {
  other({ codec: "video/VP8" });
  other({ refusesLayers: true });
  await connected();
  assert.deepEqual(links, ["connecting", "connected"]);
  assert.deepEqual(peers[0].encodings, [UNTUNED]);
});

test("what the picture is for shapes this connection and the next ones, until it is for something else", async () => {
  const made = await connected();
  await made.tune({ maxBitrate: 150_000, maxFramerate: 8, scaleResolutionDownBy: 4, degradationPreference: "maintain-framerate" });
  assert.deepEqual(peers[0].encodings, [{ maxBitrate: 150_000, maxFramerate: 8, scaleResolutionDownBy: 4, active: true }]);
  assert.equal(peers[0].preference, "maintain-framerate");
  made.move();
  await settle();
  assert.equal(peers[1].encodings[0].maxBitrate, 150_000);
  assert.equal(peers[1].preference, "maintain-framerate");
  await made.tune({});
  assert.deepEqual(peers[1].encodings, [UNTUNED]);
  assert.equal(peers[1].preference, undefined);
});

test("a silent connection encodes nothing, nor does the next one, and the camera is judged by another count", async () => {
  const made = await connected();
  await made.silence(() => 77);
  assert.equal(peers[0].encodings[0].active, false);
  assert.equal(await made.frames(), 77);
  made.move();
  await settle();
  assert.equal(peers[1].encodings[0].active, false);
  await made.silence(null);
  assert.deepEqual([peers[0].encodings[0].active, peers[1].encodings[0].active], [true, true]);
  assert.equal(await made.frames(), 12);
});

const TURN = [{ urls: ["turn:relay.test:3478", "turn:relay.test:3478?transport=tcp", "turns:relay.test:443?transport=tcp"], username: "u", credential: "c" }];

async function offered() {
  const made = publisher();
  made.prepare(TURN);
  made.send(track);
  await settle();
  mock.timers.tick(4999);
  assert.equal(peers.length, 1);
  mock.timers.tick(1);
  await settle();
  return made;
}

test("5 s without a connection, TCP and TLS to the relay are tried beside it", async () => {
  await offered();
  assert.equal(open(), 2);
  const [{ urls }] = /** @type {any} */ (peers[1].configuration.iceServers);
  assert.deepEqual(urls, TURN[0].urls.slice(1));
  assert.equal(peers[1].configuration.iceTransportPolicy, "relay");
  assert.equal(peers[1].track, track);
  peers[1].become("connected");
  assert.equal(open(), 1);
  assert.equal(peers[1].connectionState, "connected");
  assert.deepEqual(links, ["connecting", "connected"]);
});

test("the detour is left when the straight way comes first", async () => {
  await offered();
  peers[0].become("connected");
  assert.equal(open(), 1);
  assert.equal(peers[0].connectionState, "connected");
});

test("the detour is tried once, and when it fails the straight way goes on trying", async () => {
  await offered();
  mock.timers.tick(5000);
  await settle();
  assert.equal(peers.length, 2);
  peers[1].become("failed");
  mock.timers.tick(4000);
  await settle();
  assert.deepEqual([peers.length, open(), peers[0].connectionState], [2, 1, "new"]);
});

test("a new connection that leads nowhere is replaced by the detour, while the old one is kept", async () => {
  const made = publisher();
  made.prepare(TURN);
  made.send(track);
  await settle();
  peers[0].become("connected");
  made.move();
  await settle();
  mock.timers.tick(5000);
  await settle();
  assert.equal(peers.length, 3);
  assert.equal(peers[2].configuration.iceTransportPolicy, "relay");
  assert.deepEqual([peers[0].connectionState, open()], ["connected", 2]);
});

test("there is no detour without a TURN server that speaks TCP", async () => {
  publisher().send(track);
  await settle();
  mock.timers.tick(14_999);
  await settle();
  assert.equal(peers.length, 1);
});
