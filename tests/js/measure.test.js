import assert from "node:assert/strict";
import { test } from "node:test";

import { between, read } from "../../media/client/measure.js";

/** As Chromium tells; `local` is the candidate on our side. @param {object} local @param {object} [more] @returns {any} */
const report = (local, more = {}) =>
  new Map(
    Object.entries({
      T: { type: "transport", selectedCandidatePairId: "P" },
      P: { type: "candidate-pair", localCandidateId: "L", bytesReceived: 100, responsesReceived: 3, availableOutgoingBitrate: 300_000, currentRoundTripTime: 0.05, ...more },
      X: { type: "candidate-pair", localCandidateId: "", bytesReceived: 9999 },
      L: { type: "local-candidate", ...local },
      O: { type: "outbound-rtp", kind: "video", bytesSent: 5000, framesEncoded: 40, packetsSent: 10, frameWidth: 640, frameHeight: 360, ...more },
      R: { type: "remote-inbound-rtp", kind: "video", fractionLost: 0.125, roundTripTime: 0.2 },
    }),
  );

for (const [way, local] of /** @type {[string, object][]} */ ([
  ["udp", { candidateType: "host" }],
  ["udp", { candidateType: "prflx" }],
  ["turn_udp", { candidateType: "relay", relayProtocol: "udp" }],
  ["turn_tcp", { candidateType: "relay", relayProtocol: "tcp" }],
  ["turn_tls", { candidateType: "relay", relayProtocol: "tls" }],
  ["turn_tls", { candidateType: "relay", url: "turns:relay.test:443?transport=tcp" }],
  ["turn_tcp", { candidateType: "relay", url: "turn:relay.test:3478?transport=tcp" }],
  ["turn_udp", { candidateType: "relay", url: "turn:relay.test:3478" }],
])) {
  test(`${JSON.stringify(local)} is the way ${way}`, () => {
    assert.equal(read(report(local)).way, way);
  });
}

test("the pair in use is read, not another one", () => {
  const { heard, loss, roundTrip, carries, width, height } = read(report({ candidateType: "host" }));
  assert.deepEqual({ heard, loss, roundTrip, carries, width, height }, { heard: 103, loss: 0.125, roundTrip: 200, carries: 300_000, width: 640, height: 360 });
});

test("Firefox marks the pair itself", () => {
  const found = report({ candidateType: "host" });
  found.delete("T");
  Object.assign(found.get("P"), { selected: true });
  assert.deepEqual([read(found).way, read(found).heard], ["udp", 103]);
});

test("before a pair is chosen there is no way, and nothing is made up", () => {
  const empty = read(/** @type {any} */ (new Map()), 7);
  assert.deepEqual([empty.way, empty.roundTrip, empty.carries, empty.at], [null, null, null, 7]);
});

test("two readings give what flows between them", () => {
  const local = { candidateType: "host" };
  const before = read(report(local), 0);
  const now = read(report(local, { bytesSent: 130_000, framesEncoded: 70, packetsSent: 99, bytesReceived: 200 }), 2000);
  assert.deepEqual(between(before, now), { bitrate: 500, frames: 15, isHeard: true, isSending: true });
  assert.deepEqual(between(before, { ...before, at: 1000 }), { bitrate: 0, frames: 0, isHeard: false, isSending: false });
});
