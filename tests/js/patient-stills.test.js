import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";

import { Stills } from "../../patient_pwa/static/later/stills.js";

/** @type {{number: number, size: number, side: number}[]} */
let sent = [];
let clock = 0;
let frame = 0;
let backlog = 0;
let isOpen = true;
/** @type {Stills} */
let stills;

/** JPEG of about that many bytes, for a picture of 16:9. @param {number} side */
const bytes = (side) => Math.round((side / 1280) ** 2 * 50_000);
/** @type {number[]} */
let drawn = [];
/** Bytes of a picture by its longer side. */
let weight = bytes;

async function settle() {
  for (let turn = 0; turn < 30; turn++) await Promise.resolve();
}

/** @param {number} ms */
async function pass(ms) {
  for (let left = ms; left > 0; left -= 50) {
    clock += 50;
    frame++;
    mock.timers.tick(50);
    await settle();
  }
}

/** The line takes `latency` and carries so many bytes a second. @param {number} stillsWanted @param {number} rate @param {number} latency */
async function carry(stillsWanted, rate, latency = 0) {
  for (let count = 0; count < stillsWanted; count++) {
    const before = sent.length;
    while (sent.length === before) await pass(50);
    const { number, size } = sent[sent.length - 1];
    await pass((size / rate) * 1000 + latency);
    stills.arrived(number);
  }
}

beforeEach(() => {
  mock.timers.reset();
  mock.timers.enable({ apis: ["setTimeout"] });
  sent = [];
  drawn = [];
  clock = frame = backlog = 0;
  isOpen = true;
  weight = bytes;
  stills = new Stills({
    frames: () => frame,
    draw: async (side) => {
      drawn.push(side);
      return { blob: /** @type {any} */ (new Blob([new Uint8Array(weight(side))])), width: side, height: (side * 9) / 16 };
    },
    send: (data) => {
      if (!isOpen) return false;
      const side = drawn[drawn.length - 1];
      sent.push({ number: sent.length + 1, size: data.size - 4, side });
      return true;
    },
    backlog: () => backlog,
    now: () => clock,
  });
});

test("each still carries its number before its JPEG", async () => {
  /** @type {Blob[]} */
  const blobs = [];
  const one = new Stills({ frames: () => ++frame, draw: async () => ({ blob: new Blob(["jpeg"]), width: 2, height: 1 }), send: (data) => blobs.push(data) > 0, backlog: () => 0 });
  one.start();
  mock.timers.tick(0);
  await settle();
  assert.equal(await blobs[0].text(), "\0\0\0\u0001jpeg");
});

test("none leaves before the last one has arrived", async () => {
  stills.start();
  await pass(5000);
  assert.equal(sent.length, 1);
  stills.arrived(1);
  await pass(1000);
  assert.equal(sent.length, 2);
});

test("a line of 100 kbit/s gets about one a second, as large as it carries", async () => {
  stills.start();
  await carry(12, 12_500);
  const before = clock;
  await carry(10, 12_500);
  assert.ok(clock - before < 13_000, `${clock - before} ms`);
  const { side, size } = sent[sent.length - 1];
  assert.ok(side >= 480 && side <= 800, `${side} pixels`);
  assert.ok(size <= 60_000);
});

test("a line of 10 kbit/s still gets a small one every few seconds", async () => {
  stills.start();
  await carry(6, 1_250);
  assert.deepEqual(sent.slice(-2).map(({ side }) => side), [160, 160]);
});

test("a good line with a long way gets the largest, and more than one a second", async () => {
  stills.start();
  await carry(12, 5_000_000, 100);
  assert.equal(sent[sent.length - 1].side, 1280);
  const before = clock;
  await carry(10, 5_000_000, 100);
  assert.ok(clock - before < 5000, `${clock - before} ms`);
});

test("a scene that makes a large JPEG is drawn smaller until the server takes it", async () => {
  weight = (side) => (side >= 960 ? 200_000 : bytes(side));
  stills.start();
  await carry(15, 5_000_000);
  assert.ok(sent.every(({ size }) => size <= 60_000));
});

test("a picture that stands still is not sent as a new one", async () => {
  stills.start();
  await carry(1, 100_000);
  const before = frame;
  for (let turn = 0; turn < 50; turn++) {
    frame = before;
    clock += 100;
    mock.timers.tick(100);
    await settle();
    stills.arrived(sent.length);
  }
  assert.ok(sent.length <= 2);
  const count = sent.length;
  await pass(1000);
  stills.arrived(count);
  await pass(1500);
  assert.ok(sent.length > count);
});

test("while the socket has not sent what it has, or is away, nothing is added", async () => {
  backlog = 5000;
  stills.start();
  await pass(2000);
  assert.equal(sent.length, 0);
  backlog = 0;
  isOpen = false;
  await pass(2000);
  isOpen = true;
  await pass(500);
  assert.equal(sent.length, 1);
});

test("one that is never answered is given up, and the next is smaller", async () => {
  stills.start();
  await carry(8, 50_000);
  const before = sent.length;
  const { side } = sent[before - 1];
  await pass(1000);
  await pass(10_500);
  assert.equal(sent.length, before + 2);
  assert.ok(sent[before + 1].side < side);
});

test("after a new connection the next one leaves at once, and an old answer says nothing", async () => {
  stills.start();
  await pass(500);
  stills.again();
  await pass(100);
  assert.equal(sent.length, 2);
  stills.arrived(1);
  await pass(3000);
  assert.equal(sent.length, 2);
});

test("beside video that is tried they are few and small", async () => {
  stills.start();
  await carry(10, 50_000);
  const { side } = sent[sent.length - 1];
  stills.modest = true;
  await carry(2, 50_000);
  const before = clock;
  await carry(2, 50_000);
  assert.ok(clock - before > 4000);
  assert.ok(sent[sent.length - 1].side < side);
});

test("stopped, nothing leaves any more", async () => {
  stills.start();
  await carry(2, 50_000);
  stills.stop();
  const before = sent.length;
  await pass(20_000);
  assert.equal(sent.length, before);
});
