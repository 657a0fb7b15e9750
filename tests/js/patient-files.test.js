import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";

import { Files, Refused } from "../../patient_pwa/static/later/files.js";
import { Blockage } from "../../patient_pwa/static/later/refused-photo.js";

/** A channel to a server that keeps what comes, and may be cut. */
class Channel {
  constructor(/** @type {Server} */ server, /** @type {string} */ label, /** @type {string} */ protocol) {
    this.server = server;
    this.label = label;
    this.at = Number(protocol);
    this.readyState = "open";
    this.bufferedAmount = 0;
    this.onopen = this.onclose = this.onbufferedamountlow = /** @type {(() => void) | null} */ (null);
  }

  send(/** @type {ArrayBuffer} */ data) {
    assert.equal(this.readyState, "open");
    this.server.largest = Math.max(this.server.largest, data.byteLength);
    const from = this.at;
    this.at += data.byteLength;
    this.server.ahead = Math.max(this.server.ahead, this.at - this.server.kept.length);
    queueMicrotask(() => this.readyState === "open" && this.server.take(from, data));
  }

  cut() {
    this.readyState = "closed";
    this.onclose?.();
  }

  close() {
    this.readyState = "closed";
  }
}

class Server {
  constructor() {
    this.kept = Buffer.alloc(0);
    this.frames = /** @type {any[]} */ ([]);
    this.channels = /** @type {Channel[]} */ ([]);
    this.posts = 0;
    this.ahead = this.largest = 0;
    this.isReachable = true;
    this.hasChannels = true;
    this.error = "";
    this.cutAt = Infinity;
    this.progress = /** @type {any[]} */ ([]);
    this.files = new Files({
      tell: (frame) => this.hear(frame),
      open: (label, protocol) => this.open(label, protocol),
      onProgress: (file) => this.progress.push({ ...file }),
      isOver: () => false,
      request: /** @type {any} */ ((/** @type {string} */ path, /** @type {any} */ init) => this.post(path, init)),
      wait: () => new Promise((resolve) => setImmediate(resolve)),
    });
  }

  get last() {
    return this.frames[this.frames.length - 1];
  }

  hear(/** @type {any} */ frame) {
    if (!this.isReachable) return false;
    this.frames.push(frame);
    if (this.frames[this.frames.length - 2]?.id !== frame.id) this.kept = Buffer.alloc(0);
    const { kept, error } = this;
    queueMicrotask(() => {
      if (error) return this.files.done({ id: frame.id, error });
      this.files.at({ id: frame.id, offset: kept.length });
      this.finish();
    });
    return true;
  }

  open(/** @type {string} */ label, /** @type {string} */ protocol) {
    if (!this.hasChannels) return null;
    const channel = new Channel(this, label, protocol);
    this.channels.push(channel);
    return /** @type {any} */ (channel);
  }

  take(/** @type {number} */ from, /** @type {ArrayBuffer} */ data) {
    if (from === this.kept.length) this.kept = Buffer.concat([this.kept, Buffer.from(data)]);
    if (this.kept.length >= this.cutAt) {
      this.cutAt = Infinity;
      return this.channels[this.channels.length - 1]?.cut();
    }
    this.files.at({ id: this.last.id, offset: this.kept.length });
    this.finish();
  }

  async post(/** @type {string} */ path, /** @type {any} */ { headers, body }) {
    this.posts++;
    assert.equal(path, `/j/files/${this.last.id}`);
    assert.ok(body.byteLength <= 60_000);
    if (Number(headers["upload-offset"]) === this.kept.length) this.kept = Buffer.concat([this.kept, Buffer.from(body)]);
    queueMicrotask(() => this.finish());
    return { ok: true, json: async () => ({ offset: this.kept.length }) };
  }

  finish() {
    const { id, size } = this.last;
    if (this.kept.length === size) this.files.done({ id });
  }
}

const data = Buffer.from(Array.from({ length: 200_000 }, (_, index) => index % 251));
const photo = () => ({ kind: /** @type {const} */ ("photo"), blob: new Blob([data], { type: "image/jpeg" }) });

test("rule 9: a file goes in chunks of 15,000 bytes, few ahead of what is acknowledged, with its hash", async () => {
  const server = new Server();
  await server.files.send({ ...photo(), command: "shot-1" });
  assert.deepEqual(server.kept, data);
  const { id, ...announced } = server.frames[0];
  assert.match(id, /^[0-9a-f]{32}$/);
  assert.deepEqual(announced, {
    type: "file",
    kind: "photo",
    media_type: "image/jpeg",
    size: data.length,
    sha256: createHash("sha256").update(data).digest("hex"),
    name: "",
    command: "shot-1",
  });
  assert.equal(server.channels[0]?.label, `file:${id}`);
  assert.equal(server.largest, 15_000);
  assert.ok(server.ahead <= 60_000, `${server.ahead} bytes ahead`);
  assert.deepEqual([server.channels.length, server.posts], [1, 0]);
});

test("rule 9: after a cut a file goes on where it was", async () => {
  const server = new Server();
  server.cutAt = 90_000;
  await server.files.send(photo());
  assert.deepEqual(server.kept, data);
  assert.ok(server.posts > 0, "a channel that closes leaves the rest to POST");
});

test("while no channel opens a file is posted", async () => {
  const server = new Server();
  server.hasChannels = false;
  await server.files.send(photo());
  assert.deepEqual(server.kept, data);
  assert.equal(server.posts, 4);
});

test("a server that is away is told again and again, until it is back", async () => {
  const server = new Server();
  server.isReachable = false;
  const sent = server.files.send(photo());
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
  assert.equal(server.frames.length, 0);
  server.isReachable = true;
  await sent;
  assert.deepEqual(server.kept, data);
});

test("a new connection is asked where to go on", async () => {
  const server = new Server();
  const sent = server.files.send(photo());
  while (server.kept.length < 45_000) await new Promise((resolve) => setImmediate(resolve));
  server.files.again();
  await sent;
  assert.deepEqual(server.kept, data);
  assert.equal(server.frames.length, 2);
  assert.equal(server.frames[0].id, server.frames[1].id);
});

test("files leave one after the other", async () => {
  const server = new Server();
  await Promise.all([server.files.send(photo()), server.files.send(photo())]);
  assert.equal(server.frames.length, 2);
  assert.notEqual(server.frames[0].id, server.frames[1].id);
});

test("a refusal is told, and the next file leaves", async () => {
  const server = new Server();
  server.error = "too_large";
  const first = server.files.send(photo());
  await assert.rejects(first, (error) => error instanceof Refused && error.code === "too_large");
  server.error = "";
  await server.files.send(photo());
  assert.deepEqual(server.progress.filter(({ ended }) => ended).map(({ error }) => error), ["too_large", ""]);
});

test("answers about other files change nothing", async () => {
  const server = new Server();
  const sent = server.files.send(photo());
  while (!server.frames.length) await new Promise((resolve) => setImmediate(resolve));
  server.files.done({ id: "f".repeat(32), error: "bad_file" });
  server.files.at({ id: "f".repeat(32), offset: 5 });
  await sent;
  assert.deepEqual(server.kept, data);
});

/** @param {Partial<{screen: any, link: string, stills: boolean, socket: string}>} fields */
const seen = (fields = {}) => ({ screen: /** @type {const} */ ("live"), link: "connecting", stills: false, socket: "open", ...fields });

test("photos are offered once neither video nor stills get through", async () => {
  await /** @type {Promise<void>} */ (
    new Promise((resolve) => {
      const blockage = new Blockage(resolve, 1);
      blockage.look(seen());
      assert.equal(blockage.isBlocked, false);
    })
  );
});

for (const fields of [{ link: "connected" }, { stills: true }, { socket: "lost" }, { screen: "hungup" }]) {
  test(`photos are not asked for while ${JSON.stringify(fields)}`, async () => {
    let times = 0;
    const blockage = new Blockage(() => times++, 1);
    blockage.look(seen());
    blockage.look(seen(fields));
    await new Promise((resolve) => setTimeout(resolve, 5));
    assert.deepEqual([times, blockage.isBlocked], [0, false]);
  });
}
