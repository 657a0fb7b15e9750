import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";

import { Viewer } from "../../media/client/viewer.js";

/** @type {FakeConnection[]} */
let connections = [];
/** @type {string[]} */
let offers = [];
/** @type {unknown[]} */
let sizes = [];
/** @type {any} */
let video;
/** @type {Viewer} */
let viewer;
let refuse = false;
let decoded = 0;

class FakeConnection {
  /** @param {any} configuration */
  constructor(configuration) {
    this.configuration = configuration;
    this.connectionState = "new";
    this.signalingState = "stable";
    this.iceGatheringState = "new";
    /** @type {any} */
    this.localDescription = null;
    /** @type {any} */
    this.remoteDescription = null;
    /** @type {any[]} */
    this.transceivers = [];
    this.closed = false;
    /** @type {number | undefined} frames of this one, if not those of all */
    this.decoded = undefined;
    /** @type {any} */
    this.ontrack = null;
    /** @type {any} */
    this.onconnectionstatechange = null;
    /** @type {any} */
    this.track = { onunmute: /** @type {any} */ (null) };
    connections.push(this);
  }

  /** @param {string} kind @param {any} options */
  addTransceiver(kind, options) {
    this.transceivers.push([kind, options.direction]);
  }

  async createOffer() {
    return { type: "offer", sdp: `offer ${connections.length}` };
  }

  /** @param {any} description */
  async setLocalDescription(description) {
    this.localDescription = description;
  }

  /** @param {any} description */
  async setRemoteDescription(description) {
    this.remoteDescription = description;
    this.ontrack({ track: this.track });
  }

  async getStats() {
    const framesDecoded = this.decoded ?? decoded;
    return new Map([["in", { type: "inbound-rtp", kind: "video", framesDecoded }]]);
  }

  close() {
    this.closed = true;
    this.signalingState = "closed";
  }

  /** @param {string} state */
  become(state) {
    this.connectionState = state;
    this.onconnectionstatechange();
  }
}

/** Promises run on, then time passes. @param {number} milliseconds */
async function pass(milliseconds) {
  for (let turn = 0; turn < 12; turn++) await Promise.resolve();
  mock.timers.tick(milliseconds);
  for (let turn = 0; turn < 12; turn++) await Promise.resolve();
}

/** @param {number} index */
const connection = (index) => /** @type {FakeConnection} */ (connections[index]);

beforeEach(() => {
  mock.timers.enable({ apis: ["setTimeout", "setInterval"] });
  let now = 0;
  mock.method(performance, "now", () => (now += 0));
  const tick = mock.timers.tick.bind(mock.timers);
  mock.method(mock.timers, "tick", (/** @type {number} */ milliseconds) => {
    now += milliseconds;
    tick(milliseconds);
  });
  Object.assign(globalThis, {
    RTCPeerConnection: FakeConnection,
    MediaStream: class {
      /** @param {any[]} tracks */
      constructor(tracks) {
        this.tracks = tracks;
      }
    },
  });
  connections = [];
  offers = [];
  sizes = [];
  refuse = false;
  decoded = 0;
  video = { videoWidth: 1280, videoHeight: 720, srcObject: null, play: async () => undefined };
  viewer = new Viewer({
    video,
    negotiate: async (sdp) => {
      offers.push(sdp);
      return refuse ? Promise.reject({ code: "relay_unavailable", permanent: false }) : "answer";
    },
    onFrame: (size) => sizes.push(size),
    backoff: (attempt) => 1000 * (attempt + 1),
  });
});

afterEach(() => {
  viewer.close();
  mock.timers.reset();
  mock.restoreAll();
});

/** Opened, answered, connected. */
async function connected() {
  viewer.open([]);
  await pass(500);
  connection(connections.length - 1).become("connected");
}

/** Connected, and a picture is shown. */
async function watching() {
  await connected();
  connection(0).decoded = 30;
  await pass(500);
}

test("it offers to receive one video at once, with the servers that it was given", async () => {
  viewer.open([{ urls: "stun:127.0.0.1" }]);
  await pass(500);
  assert.deepEqual(connection(0).transceivers, [["video", "recvonly"]]);
  assert.deepEqual(connection(0).configuration.iceServers, [{ urls: "stun:127.0.0.1" }]);
  assert.deepEqual(connection(0).remoteDescription, { type: "answer", sdp: "answer" });
  assert.equal(video.srcObject.tracks[0], connection(0).track);
});

test("a later connection uses the newest TURN credentials, and the present one is left in peace", async () => {
  await connected();
  viewer.renew([{ urls: "turn:relay.test", username: "2:new" }]);
  await pass(500);
  assert.equal(connections.length, 1);
  connection(0).become("failed");
  await pass(2000);
  assert.equal(connection(1).configuration.iceServers[0].username, "2:new");
});

test("the offer leaves before any candidate is there", async () => {
  viewer.open([]);
  await pass(0);
  assert.deepEqual(offers, ["offer 1"]);
});

test("a failed connection is made anew, later each time, and at once after a success", async () => {
  await connected();
  connection(0).become("failed");
  await pass(999);
  assert.equal(connections.length, 1);
  await pass(1);
  assert.equal(connections.length, 2);
  await pass(500);
  connection(1).become("failed");
  await pass(1999);
  assert.equal(connections.length, 2);
  await pass(1);
  assert.equal(connections.length, 3);
  await pass(500);
  connection(2).become("connected");
  connection(2).become("failed");
  await pass(1000);
  assert.equal(connections.length, 4);
});

test("an offer that the server refuses is made again", async () => {
  refuse = true;
  viewer.open([]);
  await pass(500);
  refuse = false;
  await pass(1000);
  await pass(500);
  assert.equal(offers.length, 2);
  assert.equal(connection(1).remoteDescription.sdp, "answer");
});

test("a connection that comes to nothing is given up after ten seconds", async () => {
  viewer.open([]);
  await pass(500);
  await pass(9500);
  await pass(1000);
  assert.equal(connections.length, 2);
});

test("the last picture stays until the new connection has decoded one", async () => {
  await watching();
  connection(0).become("failed");
  await pass(1000);
  await pass(500);
  connection(1).track.onunmute();
  await pass(500);
  assert.equal(video.srcObject.tracks[0], connection(0).track, "packets are no picture yet");
  assert.equal(connection(0).closed, false);
  connection(1).decoded = 1;
  await pass(100);
  assert.equal(video.srcObject.tracks[0], connection(1).track);
  assert.equal(connection(0).closed, true);
});

test("a relay that goes is left only once the next one shows the picture", async () => {
  await watching();
  viewer.move();
  await pass(0);
  assert.deepEqual(offers, ["offer 1", "offer 2"]);
  connection(1).become("connected");
  connection(0).become("failed");
  await pass(2000);
  assert.equal(connections.length, 2, "the connection that is left may fail");
  assert.equal(video.srcObject.tracks[0], connection(0).track);
  connection(1).track.onunmute();
  connection(1).decoded = 1;
  await pass(100);
  assert.equal(video.srcObject.tracks[0], connection(1).track);
});

test("a connection without a picture gives way at once", async () => {
  await connected();
  viewer.move();
  await pass(0);
  assert.equal(connection(0).closed, true);
});

test("an offer that waits for its answer needs no other when the relay goes", async () => {
  await watching();
  viewer.move();
  viewer.move();
  await pass(0);
  assert.equal(connections.length, 2);
  viewer.move();
  assert.equal(connections.length, 3, "that answer may have come from the relay that is gone");
});

test("a relay that goes while the next try waits for its time is a reason to try now", async () => {
  await connected();
  connection(0).become("failed");
  viewer.move();
  assert.equal(connections.length, 2);
});

test("what mends by itself within moments is left alone", async () => {
  await connected();
  connection(0).become("disconnected");
  await pass(2000);
  connection(0).become("connected");
  await pass(5000);
  assert.equal(connections.length, 1);
});

test("what stays cut is made anew", async () => {
  await connected();
  connection(0).become("disconnected");
  await pass(2500);
  await pass(1000);
  assert.equal(connections.length, 2);
});

test("a network that comes back is used at once", async () => {
  await connected();
  connection(0).become("disconnected");
  viewer.wake();
  assert.equal(connections.length, 2);
});

test("frames are counted by the decoder, so that a hidden tab sees them, too", async () => {
  await connected();
  decoded = 30;
  await pass(1000);
  assert.deepEqual(sizes, [{ width: 1280, height: 720 }]);
  await pass(1000);
  assert.equal(sizes.length, 1, "no frame came since");
});

test("a picture that freezes while the phone sends gets a new connection", async () => {
  await connected();
  viewer.expect(true);
  await pass(4000);
  assert.equal(connections.length, 1);
  await pass(500);
  await pass(1000);
  assert.equal(connections.length, 2);
});

test("no picture is no fault while no phone sends", async () => {
  await connected();
  viewer.expect(false);
  await pass(30_000);
  assert.equal(connections.length, 1);
});

test("a second welcome offers again and keeps the picture", async () => {
  await watching();
  viewer.open([]);
  await pass(500);
  assert.equal(connections.length, 2);
  assert.equal(connection(0).closed, false);
});

test("closing ends everything for good", async () => {
  await connected();
  connection(0).become("failed");
  viewer.close();
  await pass(60_000);
  assert.equal(connections.length, 1);
  assert.equal(connection(0).closed, true);
});
