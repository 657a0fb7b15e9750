import assert from "node:assert/strict";
import { mock, test } from "node:test";

import { connected, heard, links, open, other, peers, publisher, settle, track } from "./publisher-peer.js";

test("it offers one video that only goes out, and the channel control before it", async () => {
  await connected();
  const [{ transceiver, channel, track: sent, remoteDescription }] = peers;
  assert.deepEqual([transceiver.kind, transceiver.direction, channel.label], ["video", "sendonly", "control"]);
  assert.equal(sent, track);
  assert.deepEqual(remoteDescription, { type: "answer", sdp: "answer 0" });
  assert.deepEqual(links, ["connecting", "connected"]);
});

test("what was prepared before the camera came is used", async () => {
  const made = publisher();
  made.prepare([{ urls: "turn:relay.test" }]);
  assert.deepEqual(peers[0].configuration.iceServers, [{ urls: "turn:relay.test" }]);
  assert.ok(!peers[0].localDescription);
  made.send(track);
  await settle();
  assert.equal(peers.length, 1);
});

test("newer TURN credentials reach the connection that waits for the camera, and the next ones", async () => {
  const made = publisher();
  made.prepare([{ urls: "turn:relay.test", username: "1:old" }]);
  made.prepare([{ urls: "turn:relay.test", username: "2:new" }]);
  assert.equal(peers.length, 1);
  assert.equal(peers[0].configuration.iceServers?.[0].username, "2:new");
  assert.equal(peers[0].configuration.bundlePolicy, "max-bundle");
  made.send(track);
  await settle();
  peers[0].become("connected");
  made.prepare([{ urls: "turn:relay.test", username: "3:newest" }]);
  peers[0].become("failed");
  mock.timers.tick(1000);
  await settle();
  assert.equal(peers[1].configuration.iceServers?.[0].username, "3:newest");
});

test("another camera takes the place of the first in the same connection", async () => {
  const made = await connected();
  const front = /** @type {any} */ ({ name: "front" });
  await made.send(front);
  assert.equal(peers.length, 1);
  assert.equal(peers[0].track, front);
});

test("the offer leaves before any candidate is there", async () => {
  const made = publisher();
  made.prepare([]);
  peers[0].iceGatheringState = "gathering";
  made.send(track);
  await settle();
  assert.equal(peers[0].remoteDescription.sdp, "answer 0");
});

test("a connection that fails is replaced at once, and there is never more than one", async () => {
  await connected();
  peers[0].become("failed");
  mock.timers.tick(0);
  await settle();
  assert.equal(peers.length, 2);
  assert.equal(open(), 1);
  assert.deepEqual(links, ["connecting", "connected", "lost", "connecting"]);
});

test("a short break heals by itself", async () => {
  await connected();
  peers[0].become("disconnected");
  mock.timers.tick(2499);
  peers[0].become("connected");
  mock.timers.tick(60_000);
  assert.equal(peers.length, 1);
});

test("a break of 2.5 s is a new connection", async () => {
  await connected();
  peers[0].become("disconnected");
  mock.timers.tick(2500);
  mock.timers.tick(0);
  assert.equal(peers.length, 2);
});

test("a relay that hangs up is noticed by its channel", async () => {
  await connected();
  peers[0].channel.onclose();
  mock.timers.tick(0);
  assert.equal(peers.length, 2);
});

test("a connection that does not come within 15 s is built anew", async () => {
  publisher().send(track);
  await settle();
  mock.timers.tick(15_000);
  mock.timers.tick(0);
  await settle();
  assert.equal(peers.length, 2);
  assert.equal(open(), 1);
});

test("an offer that nobody answers is made again, later and later, for ever", async () => {
  other({ negotiate: () => Promise.reject(new Error("lost")) });
  publisher().send(track);
  await settle();
  for (const wait of [0, 1000, 2000, 3000]) {
    const before = peers.length;
    mock.timers.tick(wait);
    await settle();
    assert.equal(peers.length, before + 1);
  }
});

test("an answer for a connection that is gone is ignored", async () => {
  /** @type {(sdp: string) => void} */
  let late = () => {};
  other({ negotiate: () => new Promise((resolve) => (late = resolve)) });
  const made = publisher();
  made.send(track);
  await settle();
  made.stop();
  late("answer");
  await settle();
  assert.ok(!peers[0].remoteDescription);
  mock.timers.tick(60_000);
  assert.equal(peers.length, 1);
});

test("stopping is for good, until there is a track again", async () => {
  const made = await connected();
  made.stop();
  assert.equal(open(), 0);
  made.wake();
  mock.timers.tick(60_000);
  assert.equal(peers.length, 1);
  made.send(track);
  await settle();
  assert.equal(peers.length, 2);
});

test("waking skips the wait", async () => {
  other({ negotiate: () => Promise.reject(new Error("lost")) });
  const made = publisher();
  made.send(track);
  await settle();
  mock.timers.tick(0);
  await settle();
  assert.equal(peers.length, 2);
  made.wake();
  mock.timers.tick(0);
  assert.equal(peers.length, 3);
});

test("waking skips the wait for a new connection beside one that says nothing", async () => {
  const made = await connected();
  other({ negotiate: () => Promise.reject(new Error("lost")) });
  made.move();
  await settle();
  mock.timers.tick(0);
  await settle();
  const before = peers.length;
  made.wake();
  assert.equal(peers.length, before + 1);
});

test("a server that is back while the next try waits for its time is a reason to try now", async () => {
  const made = await connected();
  other({ negotiate: () => Promise.reject(new Error("lost")) });
  peers[0].become("failed");
  for (const wait of [0, 1000]) {
    mock.timers.tick(wait);
    await settle();
  }
  other({ negotiate: async () => "answer" });
  made.prepare([]);
  made.wake();
  await settle();
  mock.timers.tick(0);
  await settle();
  assert.equal(peers[peers.length - 1].remoteDescription?.sdp, "answer");
});

test("waking leaves a connection alone that is being made", async () => {
  const made = publisher();
  made.send(track);
  await settle();
  peers[0].become("connecting");
  made.wake();
  mock.timers.tick(100);
  assert.equal(peers.length, 1);
});

test("a connection that gets nothing from the relay after waking is replaced", async () => {
  const made = await connected();
  made.wake();
  await settle();
  mock.timers.tick(2000);
  await settle();
  mock.timers.tick(0);
  assert.equal(peers.length, 2);
});

test("a connection that still hears the relay after waking is kept", async () => {
  const made = await connected();
  made.wake();
  await settle();
  peers[0].bytes += 80;
  mock.timers.tick(2000);
  await settle();
  mock.timers.tick(60_000);
  assert.equal(peers.length, 1);
});

test("a relay that goes is sent to until the next one stands", async () => {
  const made = await connected();
  made.move();
  await settle();
  assert.equal(open(), 2);
  assert.deepEqual([peers[0].track, peers[1].track], [track, track]);
  assert.deepEqual(peers[1].remoteDescription, { type: "answer", sdp: "answer 1" });
  peers[1].become("connected");
  assert.equal(peers[0].connectionState, "closed");
  assert.ok(!links.includes("lost"));
});

test("another camera goes by both connections while one takes over from the other", async () => {
  const made = await connected();
  made.move();
  await settle();
  const front = /** @type {any} */ ({ name: "front" });
  await made.send(front);
  assert.deepEqual([peers[0].track, peers[1].track], [front, front]);
});

test("what is said at the opening of the new channel goes by that one", async () => {
  const made = await connected();
  made.move();
  await settle();
  peers[1].channel.readyState = "open";
  peers[1].channel.onopen();
  made.say("hello");
  assert.deepEqual(peers[1].channel.sent, ["hello"]);
});

test("a new connection that fails is tried again while the present one goes on", async () => {
  const made = await connected();
  other({ negotiate: () => Promise.reject(new Error("no node is alive")) });
  made.move();
  await settle();
  assert.equal(peers[0].connectionState, "connected");
  mock.timers.tick(0);
  await settle();
  assert.equal(peers.length, 3);
  other({ negotiate: async () => "answer" });
  mock.timers.tick(1000);
  await settle();
  peers[3].become("connected");
  assert.equal(open(), 1);
  assert.ok(!links.includes("lost"));
});

test("when the relay ends before the next one stands, that one is waited for", async () => {
  const made = await connected();
  made.move();
  await settle();
  peers[0].channel.onclose();
  assert.equal(open(), 1);
  peers[1].become("connected");
  mock.timers.tick(60_000);
  assert.equal(peers.length, 2);
  assert.deepEqual(links, ["connecting", "connected", "connecting", "connected"]);
});

test("an offer that waits for its answer needs no other when the relay goes", async () => {
  const made = publisher();
  made.send(track);
  made.move();
  await settle();
  assert.equal(peers.length, 1);
  peers[0].become("connected");
  made.move();
  made.move();
  await settle();
  assert.equal(peers.length, 2);
});

test("a relay that goes while the next try waits for its time is a reason to try now", async () => {
  const made = await connected();
  other({ negotiate: () => Promise.reject(new Error("lost")) });
  peers[0].become("failed");
  for (const wait of [0, 1000]) {
    mock.timers.tick(wait);
    await settle();
  }
  const before = peers.length;
  made.move();
  mock.timers.tick(0);
  assert.equal(peers.length, before + 1);
});

test("a relay that takes all and says nothing is left for another", async () => {
  await connected();
  for (let second = 0; second < 3; second++) {
    peers[0].sent += 100;
    await settle();
    mock.timers.tick(1000);
    await settle();
  }
  assert.equal(peers.length, 2);
  assert.equal(open(), 2);
});

test("silence is no reason to leave while nothing is sent, or when the relay speaks", async () => {
  await connected();
  for (let second = 0; second < 20; second++) {
    if (second > 10) [peers[0].sent, peers[0].bytes] = [peers[0].sent + 100, peers[0].bytes + 1];
    await settle();
    mock.timers.tick(1000);
    await settle();
  }
  assert.equal(peers.length, 1);
});

test("the control channel is told apart from a closed one", async () => {
  const made = await connected();
  assert.equal(made.say("hello"), false);
  peers[0].channel.readyState = "open";
  peers[0].channel.onopen();
  peers[0].channel.onmessage({ data: "command" });
  assert.equal(made.say("hello"), true);
  assert.deepEqual(peers[0].channel.sent, ["hello"]);
  assert.deepEqual(heard, ["open", "command"]);
});

test("a dead camera shows in the frames that are encoded", async () => {
  assert.equal(await (await connected()).frames(), 12);
  assert.equal(await publisher().frames(), 0);
});
