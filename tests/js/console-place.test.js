import assert from "node:assert/strict";
import { test } from "node:test";

import { compass, copied, decimal, distanceText, links, metresBetween, news } from "../../console/static/room/place.js";
import { Places } from "../../console/static/room/places.js";
import { NOW, after, at, emptyRoom, happen } from "./console-room.js";

const HERE = { latitude: 48.6936, longitude: 6.1832, accuracy: 10 };
const NOTATIONS = { minutes: "48° 41.616′ N, 6° 10.992′ E", mgrs: "32U KU 92721 97224", plus_code: "8FW8M5VM+C7" };
const REMOTE = { address: "Nancy", latitude: 48.69, longitude: 6.18, way: { metres: 460, bearing: 210 } };
const fix = (/** @type {string} */ position, change = {}) => ({ type: "position.fixed", position, ...HERE, ...change });

/** A room whose server answers as told. @param {Partial<ConstructorParameters<typeof Places>[0]>} [answers] */
function desk(answers = {}) {
  let state = happen(emptyRoom(), fix("f1"));
  /** @type {(() => void)[]} */
  const later = [];
  /** @type {string[]} */
  const asked = [];
  const places = new Places({
    state: () => state,
    dispatch: (message) => (state = after(state, message)),
    readNotations: async ({ id }) => (asked.push(id), NOTATIONS),
    readDistance: async ({ id }, to) => (asked.push(`${id} ${to}`), REMOTE),
    after: (work) => later.push(work),
    ...answers,
  });
  const moved = (/** @type {string} */ id) => (state = happen(state, fix(id)));
  return { places, asked, later, moved, state: () => state };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

test("the first position is news for a while, and so is one that the accuracy can't explain", () => {
  const sent = happen(emptyRoom(), fix("f1"));
  assert.equal(news(sent.call, NOW + 1_000), "place.sent");
  assert.equal(news(sent.call, NOW + 60_000), "");
  const still = happen(at(sent, 60_000), fix("f2", { latitude: 48.69365 }));
  assert.equal(still.call.told?.id, "f1");
  const moved = happen(still, fix("f3", { latitude: 48.6939 }));
  assert.equal(news(moved.call, moved.call.told?.at ?? 0), "place.moved");
  const vague = happen(still, fix("f3", { latitude: 48.6939, accuracy: 900 }));
  assert.equal(vague.call.told?.id, "f1");
});

test("a slow walk is told too: what counts is the place that was told last", () => {
  const steps = [1, 2, 3, 4].map((step) => fix(`s${step}`, { latitude: HERE.latitude + step * 0.00003 }));
  assert.equal(happen(emptyRoom(), fix("f1"), ...steps).call.told?.id, "s3"); // 10.007 m
});

test("the track keeps the newest fixes, and no more than it can draw", () => {
  const fixes = Array.from({ length: 600 }, (_, index) => fix(`f${index}`));
  const { track } = happen(emptyRoom(), ...fixes).call;
  assert.equal(track.length, 500);
  assert.equal(track[499]?.id, "f599");
});

test("distances and directions are said as people say them", () => {
  assert.equal(Math.round(metresBetween(HERE, { latitude: 48.8584, longitude: 2.2945 }) / 1000), 286);
  assert.equal(metresBetween(HERE, HERE), 0);
  assert.deepEqual([0, 44, 359, 337, 181].map(compass), [0, 1, 0, 7, 4]);
  assert.deepEqual(
    [12.4, 463, 1540, 286_123].map((metres) => distanceText(metres, "fr")),
    ["12\u00a0m", "460\u00a0m", "1,5\u00a0km", "286\u00a0km"],
  );
});

test("one key copies the address, the coordinates with their accuracy, and the Plus Code of that very position", () => {
  const { call } = happen(emptyRoom(), fix("f1"), { type: "position.addressed", address: "1 Place Stanislas" });
  const place = { of: "f1", notations: NOTATIONS, remote: null, seeking: /** @type {const} */ ("idle"), text: "" };
  assert.equal(copied(call, place), "1 Place Stanislas\n48.693600, 6.183200 (± 10 m)\n8FW8M5VM+C7");
  assert.equal(copied(call, { ...place, of: "f0" }), "1 Place Stanislas\n48.693600, 6.183200 (± 10 m)");
  assert.equal(copied(emptyRoom().call, place), "");
});

test("both public maps open at the caller", () => {
  const { google, osm } = links(/** @type {any} */ (HERE));
  assert.equal(google, "https://www.google.com/maps/search/?api=1&query=48.6936%2C6.1832");
  assert.equal(osm, "https://www.openstreetmap.org/?mlat=48.6936&mlon=6.1832#map=17/48.6936/6.1832");
});

test("a phone that moves all the time is asked about once a pause", async () => {
  const { places, asked, later, moved, state } = desk();
  places.follow();
  for (const id of ["f2", "f3"]) {
    moved(id);
    places.follow();
  }
  await settled();
  assert.deepEqual(asked, ["f1"]);
  assert.deepEqual(state().place.notations, NOTATIONS);
  later.shift()?.();
  await settled();
  assert.deepEqual(asked, ["f1", "f3"]);
});

test("the distance follows the caller without looking the address up again", async () => {
  const { places, asked, later, moved, state } = desk();
  places.follow();
  await places.seek("Nancy");
  assert.equal(state().place.remote?.way.metres, 460);
  moved("f2");
  later.shift()?.();
  await settled();
  assert.deepEqual(asked, ["f1", "f1 Nancy", "f2", `f2 ${decimal(REMOTE)}`]);
});

test("a geocoder that is down leaves its sentence, and a place that is taken away leaves none", async () => {
  const message = "The address service doesn't answer.";
  const { places, state } = desk({ readDistance: () => Promise.reject({ message, permanent: false }) });
  await places.seek("Nancy");
  assert.deepEqual([state().place.seeking, state().place.text], ["failed", message]);
  await places.seek(" ");
  assert.deepEqual([state().place.seeking, state().place.text], ["idle", ""]);
});

test("the notations are asked for again after a server that did not answer", async () => {
  let calls = 0;
  const { places, later, state } = desk({
    readNotations: () => (++calls === 1 ? Promise.reject({ message: "" }) : Promise.resolve(NOTATIONS)),
  });
  places.follow();
  await settled();
  assert.equal(state().place.notations, null);
  later.shift()?.();
  await settled();
  assert.deepEqual(state().place.notations, NOTATIONS);
});
