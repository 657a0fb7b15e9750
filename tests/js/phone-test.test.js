/** The technical test page: what it asks of the browser, and what its numbers mean. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { Line } from "../../patient_pwa/static/test/line.js";
import { missing } from "../../patient_pwa/static/test/features.js";
import { measured, numbers, sample } from "../../patient_pwa/static/test/measure.js";
import { turnServers } from "../../patient_pwa/static/test/network.js";

const SAMPLE = { at: 0, bytes: 0, frames: 0, received: 0, lost: 0, upLoss: 0, roundTrip: 0, way: "udp", width: 0, height: 0 };

/** @param {object[]} entries @returns {any} a connection with these statistics */
const saying = (entries) => ({ getStats: async () => new Map(entries.map((entry, index) => [index, entry])) });

test("the TURN servers are told apart by the transport to them, as RFC 7065 writes it", () => {
  const account = { username: "u", credential: "c" };
  const found = turnServers([
    { urls: ["stun:turn.example.fr"] },
    { urls: ["turn:a", "turn:b?transport=udp", "turn:a?transport=tcp", "turns:a:443?transport=tcp"], ...account },
    { urls: "turns:b", ...account },
  ]);
  assert.deepEqual(
    found.map(({ transport, servers }) => [transport, servers.map(({ urls }) => urls)]),
    [
      ["udp", ["turn:a", "turn:b?transport=udp"]],
      ["tcp", ["turn:a?transport=tcp"]],
      ["tls", ["turns:a:443?transport=tcp", "turns:b"]],
    ],
  );
  assert.equal(found[0]?.servers[0]?.credential, "c");
  assert.deepEqual(turnServers([]), []);
});

test("bitrate and frames count what came back, loss is that of the worse direction", () => {
  const last = { ...SAMPLE, at: 10_000, bytes: 1_250_000, frames: 290, received: 990, lost: 10, width: 1280, height: 720 };
  const found = measured(SAMPLE, last, { ...SAMPLE, upLoss: 0.004, roundTrip: 0.0417, way: "turn_tls" });
  const expected = { way: "turn_tls", bitrate: 1000, loss: 1, round_trip: 42, frames: 290, width: 1280, height: 720 };
  assert.deepEqual(found, expected);
  assert.equal(measured(SAMPLE, last, { ...SAMPLE, upLoss: 0.25 }).loss, 25);
  assert.equal(numbers(found, 10), "1280×720 · 29 fps · 1000 kbit/s · 1 % · 42 ms");
});

test("a browser that fills in little, or counts backwards, still gives numbers in their bounds", async () => {
  const nothing = await sample(saying([]));
  assert.deepEqual({ ...nothing, at: 0 }, SAMPLE);
  const odd = measured({ ...nothing, lost: 5 }, { ...nothing, lost: 2 }, { ...nothing, upLoss: 3, roundTrip: 1e9 });
  assert.deepEqual([odd.loss, odd.round_trip, odd.bitrate], [100, 60_000, 0]);
});

test("the way is that of the pair in use, by whichever field a browser names it", async () => {
  const pairs = [
    { id: "p1", type: "candidate-pair", nominated: false, state: "succeeded", localCandidateId: "host" },
    { id: "p2", type: "candidate-pair", nominated: true, state: "succeeded", localCandidateId: "relay", currentRoundTripTime: 0.03 },
    { id: "host", type: "local-candidate", candidateType: "host" },
    { id: "relay", type: "local-candidate", candidateType: "relay", relayProtocol: "tcp" },
  ];
  assert.equal((await sample(saying(pairs))).way, "turn_tcp");
  assert.equal((await sample(saying(pairs))).roundTrip, 0.03);
  const transport = { type: "transport", selectedCandidatePairId: "p1" };
  assert.equal((await sample(saying([...pairs, transport]))).way, "udp");
});

test("a browser is told what it lacks, the needed and the merely helpful", () => {
  /** @type {any} */
  const bare = { navigator: {} };
  assert.deepEqual(missing(bare), ["webrtc", "get_user_media", "websocket", "video_codec", "wake_lock", "vibration", "position"]);
  const getCapabilities = () => ({ codecs: [{ mimeType: "video/VP8" }] });
  const navigator = { mediaDevices: { getUserMedia() {} }, wakeLock: {}, vibrate() {}, geolocation: {} };
  /** @type {any} */
  const whole = { navigator, WebSocket: {}, RTCPeerConnection: {}, RTCRtpSender: { getCapabilities } };
  assert.deepEqual(missing(whole), []);
  /** @type {any} */
  const foreign = { ...whole, RTCRtpSender: { getCapabilities: () => ({ codecs: [{ mimeType: "video/H265" }] }) } };
  assert.deepEqual(missing(foreign), ["video_codec"]);
  /** @type {any} */
  const silent = { ...whole, RTCRtpSender: {} };
  assert.deepEqual(missing(silent), []);
});

/** @type {any[]} the sockets that a line opened, newest last; what they are sent is kept in `sent` */
const sockets = [];

/** A line that has begun with this answer of the server. @param {object} answer */
async function begun(answer) {
  class FakeSocket {
    constructor() {
      this.readyState = 1;
      /** @type {any[]} */
      this.sent = [];
      sockets.push(this);
    }
    /** @param {string} text */
    send(text) {
      this.sent.push(JSON.parse(text));
    }
    close() {}
  }
  Object.assign(globalThis, { WebSocket: FakeSocket, location: { origin: "https://visio.test" } });
  const line = new Line();
  const beginning = line.begin();
  const socket = sockets[sockets.length - 1];
  socket.onopen();
  assert.deepEqual(socket.sent, [{ type: "begin" }]);
  socket.onmessage({ data: JSON.stringify(answer) });
  return { line, socket, found: await beginning };
}

test("a line that is let in has the ICE servers, and carries offers", async () => {
  const { line, socket, found } = await begun({ type: "welcome", ice_servers: [{ urls: "turn:a" }] });
  assert.deepEqual(found, { state: "open", iceServers: [{ urls: "turn:a" }] });
  const answered = line.offer("send", "offer");
  socket.onmessage({ data: JSON.stringify({ type: "answer", ref: socket.sent.at(-1).ref, sdp: "answer" }) });
  assert.equal(await answered, "answer");
  line.close();
});

for (const code of ["relay_full", "throttled"]) {
  test(`a line that is sent away as ${code} says that the service is busy`, async () => {
    const { line, found } = await begun({ type: "error", code, message: "", permanent: false });
    assert.deepEqual([found.state, line.isBusy], ["busy", true]);
    line.close();
  });
}

test("an offer that a full relay refuses ends the test as busy", async () => {
  const { line, socket } = await begun({ type: "welcome", ice_servers: [] });
  const refused = line.offer("send", "offer");
  const { ref } = socket.sent.at(-1);
  socket.onmessage({ data: JSON.stringify({ type: "error", code: "relay_full", message: "", permanent: false, ref }) });
  await assert.rejects(refused);
  assert.ok(line.isBusy);
  line.close();
});

test("a line that breaks in a test does not come back: another place would be another test", async ({ mock }) => {
  mock.timers.enable({ apis: ["setTimeout", "setInterval"] });
  const { line, socket } = await begun({ type: "welcome", ice_servers: [] });
  const many = sockets.length;
  const lost = line.offer("receive", "offer");
  socket.onclose({ code: 1006 });
  await assert.rejects(lost);
  mock.timers.tick(60_000);
  assert.ok(line.isLost);
  assert.ok(!line.isBusy);
  assert.equal(sockets.length, many);
});
