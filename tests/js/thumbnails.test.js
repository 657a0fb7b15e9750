import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";

import { Thumbnails } from "../../media/client/thumbnails.js";

/** @type {[string, boolean][]} */
let asked = [];
/** @type {Thumbnails} */
let thumbnails;
const native = globalThis.RTCPeerConnection;

class Peer extends EventTarget {
  localDescription = { sdp: "offer" };
  signalingState = "stable";
  connectionState = "new";
  addTransceiver() {}
  async createOffer() {}
  async setLocalDescription() {}
  async setRemoteDescription() {}
  async getStats() {
    return new Map();
  }
  close() {
    this.signalingState = "closed";
  }
}

const settle = () => new Promise((resolve) => setImmediate(resolve));
const video = () => /** @type {any} */ ({ play: async () => {} });
/** @type {(() => void)[]} */
let leave = [];

beforeEach(() => {
  globalThis.RTCPeerConnection = /** @type {any} */ (Peer);
  asked = [];
  thumbnails = new Thumbnails({
    negotiate: async (_, name, large) => {
      asked.push([name, large]);
      return "answer";
    },
    backoff: () => 1000,
  });
  leave = ["one", "two"].map((name) => thumbnails.watch(name, video()));
});

afterEach(() => {
  for (const go of leave) go();
  globalThis.RTCPeerConnection = native;
});

test("pictures beside the main one are asked for small", async () => {
  await settle();
  assert.deepEqual(asked, [["one", false], ["two", false]]);
});

test("the one that is shown large is asked for whole, and the one before it small again", async () => {
  await settle();
  asked = [];
  thumbnails.enlarge("one");
  await settle();
  assert.deepEqual(asked, [["one", true]]);
  thumbnails.enlarge("two");
  await settle();
  assert.deepEqual(asked.slice(1), [["one", false], ["two", true]]);
});

test("what is large stays large on a new connection, and is asked for once", async () => {
  thumbnails.enlarge("one");
  thumbnails.enlarge("one");
  await settle();
  asked = [];
  thumbnails.open([]);
  await settle();
  assert.deepEqual(asked, [["one", true], ["two", false]]);
});
