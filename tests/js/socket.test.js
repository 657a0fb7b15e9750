import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";

import { Socket, parse } from "../../signaling/client/socket.js";

/** @type {FakeLine[]} */
let lines = [];

class FakeLine {
  /** @param {string} url */
  constructor(url) {
    this.url = url;
    this.readyState = 0;
    this.binaryType = "blob";
    /** @type {any[]} */
    this.sent = [];
    /** @type {any} */
    this.onopen = null;
    /** @type {any} */
    this.onmessage = null;
    /** @type {any} */
    this.onclose = null;
    lines.push(this);
  }

  /** @param {string | ArrayBuffer} data */
  send(data) {
    this.sent.push(typeof data === "string" ? JSON.parse(data) : data);
  }

  close() {
    this.readyState = 3;
  }

  accept() {
    this.readyState = 1;
    this.onopen?.();
  }

  /** @param {unknown} frame */
  say(frame) {
    this.onmessage?.({ data: typeof frame === "string" ? frame : JSON.stringify(frame) });
  }

  /** @param {number} code */
  end(code) {
    this.readyState = 3;
    this.onclose?.({ code });
  }
}

/** @type {import("../../signaling/client/socket.js").Frame[]} */
let frames = [];
/** @type {unknown[][]} */
let states = [];
/** @type {ArrayBuffer[]} */
let pictures = [];
let first = { type: "join", since: 0 };

/** @template T @param {T[]} list */
const last = (list) => list[list.length - 1];

function connect() {
  const socket = new Socket({
    url: "ws://test/ws",
    first: () => first,
    onFrame: (frame) => frames.push(frame),
    onBinary: (data) => pictures.push(data),
    onState: (...state) => states.push(state),
    backoff: (attempt) => (attempt + 1) * 1000,
    WebSocketClass: /** @type {any} */ (FakeLine),
  });
  socket.open();
  return socket;
}

beforeEach(() => {
  mock.timers.reset();
  mock.timers.enable({ apis: ["setTimeout", "setInterval"] });
  lines = [];
  frames = [];
  pictures = [];
  states = [];
  first = { type: "join", since: 0 };
});

test("each connection begins with the first frame as it is then", () => {
  connect();
  lines[0].accept();
  first = { type: "join", since: 7 };
  lines[0].say({ type: "welcome" });
  lines[0].end(1006);
  mock.timers.tick(1000);
  lines[1].accept();
  assert.deepEqual(lines.map((line) => line.sent[0]), [{ type: "join", since: 0 }, { type: "join", since: 7 }]);
  assert.deepEqual(states.flat(), ["connecting", "open", "lost", "connecting", "open"]);
});

test("a frame is handed on, a pong and what is no frame are not", () => {
  connect();
  lines[0].accept();
  for (const frame of [{ type: "events" }, { type: "pong" }, "{", "[]", "null", '{"type":1}']) lines[0].say(frame);
  assert.deepEqual(frames, [{ type: "events" }]);
  assert.equal(parse("rubbish"), undefined);
});

test("a request is answered by the frame with its ref", async () => {
  const socket = connect();
  lines[0].accept();
  const one = socket.request({ type: "offer", sdp: "a" });
  const two = socket.request({ type: "end" });
  assert.deepEqual(lines[0].sent.slice(1), [{ type: "offer", sdp: "a", ref: 1 }, { type: "end", ref: 2 }]);
  lines[0].say({ type: "ok", ref: 2 });
  lines[0].say({ type: "answer", ref: 1, sdp: "b" });
  assert.equal((await one).sdp, "b");
  assert.equal((await two).type, "ok");
  assert.deepEqual(frames, []);
});

test("a request that is refused says why, and whether trying again can help", async () => {
  const socket = connect();
  lines[0].accept();
  const asked = socket.request({ type: "offer" });
  lines[0].say({ type: "error", ref: 1, code: "bad_offer", message: "no", permanent: true });
  await assert.rejects(asked, { code: "bad_offer", message: "no", permanent: true });
});

test("an error without a ref of ours is handed on", () => {
  connect();
  lines[0].accept();
  lines[0].say({ type: "error", code: "bad_message", message: "no", permanent: true });
  assert.equal(frames[0].code, "bad_message");
});

test("a request without a connection, without an answer, or cut off is rejected", async () => {
  const socket = connect();
  await assert.rejects(socket.request({ type: "end" }), { code: "lost", permanent: false });
  lines[0].accept();
  const silent = socket.request({ type: "end" }, 5000);
  mock.timers.tick(5000);
  await assert.rejects(silent, { code: "timeout", permanent: false });
  const cut = socket.request({ type: "end" });
  lines[0].end(1006);
  await assert.rejects(cut, { code: "lost", permanent: false });
});

test("a late answer to a request that timed out is nobody's", () => {
  const socket = connect();
  lines[0].accept();
  socket.request({ type: "end" }, 100).catch(() => {});
  mock.timers.tick(100);
  lines[0].say({ type: "ok", ref: 1 });
  assert.deepEqual(frames, [{ type: "ok", ref: 1 }]);
});

test("it comes back for ever, more and more slowly while nobody speaks", () => {
  connect();
  for (const wait of [1000, 2000, 3000, 4000, 5000]) {
    last(lines).accept();
    last(lines).end(1006);
    const before = lines.length;
    mock.timers.tick(wait - 1);
    assert.equal(lines.length, before);
    mock.timers.tick(1);
    assert.equal(lines.length, before + 1);
  }
});

test("a server that spoke is tried again as after a first loss", () => {
  connect();
  last(lines).end(1006);
  mock.timers.tick(1000);
  last(lines).accept();
  last(lines).say({ type: "welcome" });
  last(lines).end(1012);
  mock.timers.tick(1000);
  assert.equal(lines.length, 3);
});

for (const code of [4401, 4404, 4410]) {
  test(`it does not come back after ${code}`, () => {
    connect();
    lines[0].accept();
    lines[0].end(code);
    mock.timers.tick(60_000);
    assert.equal(lines.length, 1);
    assert.deepEqual(last(states), ["refused", code]);
  });
}

test("a line without any frame for 25 s is dead, whatever the browser says", () => {
  connect();
  lines[0].accept();
  mock.timers.tick(10_000);
  assert.deepEqual(last(lines[0].sent), { type: "ping" });
  lines[0].say({ type: "pong" });
  mock.timers.tick(24_999);
  assert.equal(last(states)?.[0], "open");
  mock.timers.tick(1);
  assert.equal(last(states)?.[0], "lost");
  assert.equal(lines[0].readyState, 3);
});

test("a connection that never opens is given up", () => {
  connect();
  mock.timers.tick(10_000);
  assert.deepEqual(states.flat(), ["connecting", "lost"]);
});

test("waking skips the wait and forgets the earlier failures", () => {
  const socket = connect();
  last(lines).end(1006);
  mock.timers.tick(1000);
  last(lines).end(1006);
  socket.wake();
  assert.equal(lines.length, 3);
  last(lines).end(1006);
  mock.timers.tick(1000);
  assert.equal(lines.length, 4);
});

test("waking makes an open line prove within 5 s that it lives", () => {
  const socket = connect();
  lines[0].accept();
  socket.wake();
  assert.deepEqual(last(lines[0].sent), { type: "ping" });
  lines[0].say({ type: "pong" });
  mock.timers.tick(5000);
  assert.equal(last(states)?.[0], "open");
  socket.wake();
  mock.timers.tick(5000);
  assert.equal(last(states)?.[0], "lost");
});

test("a closed socket stays closed", () => {
  const socket = connect();
  lines[0].accept();
  socket.close();
  socket.wake();
  mock.timers.tick(60_000);
  assert.equal(lines.length, 1);
  assert.equal(socket.send({ type: "ping" }), false);
});

test("opening an open socket changes nothing", () => {
  const socket = connect();
  lines[0].accept();
  socket.open();
  assert.equal(lines.length, 1);
});

test("binary frames go both ways beside the others, and prove that the line lives", () => {
  const socket = connect();
  const picture = new Uint8Array([255, 216]).buffer;
  assert.equal(socket.sendBinary(picture), false);
  lines[0].accept();
  assert.equal(lines[0].binaryType, "arraybuffer");
  assert.equal(socket.sendBinary(picture), true);
  assert.equal(last(lines[0].sent), picture);
  mock.timers.tick(20_000);
  lines[0].onmessage({ data: picture });
  mock.timers.tick(20_000);
  assert.deepEqual(pictures, [picture]);
  assert.deepEqual(frames, []);
  assert.equal(last(states)?.[0], "open");
});

test("asked again and again, a line gets no more time to prove that it lives", () => {
  const socket = connect();
  lines[0].accept();
  socket.wake(1000);
  mock.timers.tick(600);
  socket.wake(1000);
  mock.timers.tick(600);
  assert.equal(last(states)?.[0], "lost");
});

test("it tells what has not left yet, and how long nothing came", () => {
  const socket = connect();
  assert.equal(socket.backlog, 0);
  lines[0].accept();
  Object.assign(lines[0], { bufferedAmount: 700 });
  assert.equal(socket.backlog, 700);
  lines[0].say({ type: "pong" });
  assert.ok(socket.quiet < 1000);
});
