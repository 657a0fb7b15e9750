import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";

import { Camera, refusal, rest } from "../../media/client/camera.js";

/** @type {any[]} */
let asked = [];
/** @type {any[]} */
let tracks = [];
/** @type {string[]} */
let heard = [];
/** @type {(video: any) => any} what a phone opens: a track, or an error to throw */
let phone;

class Track {
  /** @param {string | undefined} facingMode @param {object} abilities */
  constructor(facingMode = undefined, abilities = {}) {
    this.readyState = "live";
    this.applied = /** @type {any[]} */ ([]);
    this.settings = /** @type {any} */ ({ facingMode });
    this.abilities = abilities;
    this.onended = this.onunmute = /** @type {any} */ (null);
    tracks.push(this);
  }

  stop() {
    this.readyState = "ended";
  }

  getSettings() {
    return this.settings;
  }

  getCapabilities() {
    return this.abilities;
  }

  /** @param {{advanced?: object[]}} constraints */
  async applyConstraints(constraints) {
    const { advanced: [values] = [constraints] } = constraints;
    this.applied.push(values);
    if (constraints.advanced) Object.assign(this.settings, values);
  }
}

const error = (/** @type {string} */ name, message = "") => Object.assign(new Error(message), { name });
const live = () => tracks.filter(({ readyState }) => readyState === "live").length;

function camera(names = ["Back Camera", "Front Camera"], agent = "Chrome/140") {
  const cameras = names.map((label) => ({ kind: "videoinput", label, deviceId: label }));
  return new Camera({
    onTrack: () => heard.push("track"),
    onChange: () => {},
    onLost: () => heard.push("lost"),
    devices: /** @type {any} */ ({
      enumerateDevices: async () => [{ kind: "audioinput", label: "" }, ...cameras],
      getUserMedia: async (/** @type {any} */ { video, audio }) => {
        asked.push(video);
        assert.equal(audio, undefined, "never the microphone: a call is running");
        assert.equal(live(), 0, "never two cameras at once");
        const found = await phone(video);
        if (found instanceof Error) throw found;
        return { getVideoTracks: () => [found] };
      },
    }),
    agent,
  });
}

beforeEach(() => {
  mock.timers.reset();
  asked = [];
  tracks = [];
  heard = [];
  phone = ({ facingMode, deviceId }) => {
    const track = new Track(facingMode?.exact ?? facingMode?.ideal ?? "environment");
    track.settings.deviceId = deviceId?.exact;
    return track;
  };
});

test("the back camera comes first, at 720p and 30 frames a second", async () => {
  const made = camera();
  await made.start();
  assert.deepEqual(asked[0].facingMode, { exact: "environment" });
  assert.deepEqual([asked[0].width, asked[0].height, asked[0].frameRate.ideal], [{ ideal: 1280 }, { ideal: 720 }, 30]);
  assert.equal(made.values().camera, "environment");
  assert.equal(tracks[0].contentHint, "motion");
});

test("the camera is asked for in the tap itself, before anything else is waited for", () => {
  camera().start();
  assert.equal(asked.length, 1);
});

test("a phone that has no such camera is asked for an ideal one, then for any", async () => {
  phone = (video) => (video === true ? new Track() : error(video.facingMode.exact ? "OverconstrainedError" : "NotFoundError"));
  await camera().start();
  assert.deepEqual(asked.map((video) => video.facingMode ?? video), [{ exact: "environment" }, { ideal: "environment" }, true]);
});

test("a refusal is not asked twice", async () => {
  phone = () => error("NotAllowedError");
  await assert.rejects(camera().start(), { name: "NotAllowedError" });
  assert.equal(asked.length, 1);
});

test("facingMode: a browser that opens the wrong camera is asked for the right one by name", async () => {
  phone = (video) => new Track(video.deviceId ? "environment" : "user");
  const made = camera(["Caméra avant", "Caméra arrière"]);
  await made.start();
  assert.deepEqual(asked[1].deviceId, { exact: "Caméra arrière" });
  assert.equal(made.values().camera, "environment");
});

test("two cameras on iOS: a switch stops the old one before it opens the new one", async () => {
  const made = camera();
  await made.start();
  await made.flip("user");
  assert.deepEqual(tracks.map(({ readyState }) => readyState), ["ended", "live"]);
  assert.equal(made.values().camera, "user");
});

test("a switch that fails brings the old camera back", async () => {
  const made = camera();
  await made.start();
  const before = phone;
  phone = (video) => (video.facingMode?.exact === "environment" ? before(video) : error("NotReadableError"));
  await assert.rejects(made.flip("user"), { name: "NotReadableError" });
  assert.equal(made.values().camera, "environment");
  assert.equal(live(), 1);
});

test("a camera that opens after it was stopped is closed at once", async () => {
  const made = camera();
  const opening = made.start();
  made.stop();
  await opening;
  assert.equal(live(), 0);
  assert.deepEqual(heard, []);
});

test("a switch that was under way when the caller hung up opens nothing", async () => {
  const made = camera();
  await made.start();
  const flipping = made.flip("user");
  made.stop();
  await flipping;
  assert.equal(live(), 0);
  assert.equal(asked.length, 1);
});

test("torch lost on iOS: it is lit again with each zoom", async () => {
  phone = () => new Track("environment", { torch: true, zoom: { min: 1, max: 4, step: 0.1 } });
  const made = camera();
  await made.start();
  await made.zoom(2);
  await made.torch(true);
  await made.zoom(3);
  assert.deepEqual(tracks[0].applied, [{ zoom: 2 }, { zoom: 2, torch: true }, { zoom: 3, torch: true }]);
  assert.deepEqual(made.values(), { camera: "environment", torch: true, zoom: 3 });
});

test("torch lost on iOS: it is lit again after another size, and not when nothing changes", async () => {
  phone = () => new Track("environment", { torch: true });
  const made = camera();
  await made.start();
  await made.torch(true);
  await made.tune("motion", {});
  assert.equal(tracks[0].applied.length, 1);
  await made.tune("detail", { width: { ideal: 1920 } });
  assert.deepEqual(tracks[0].applied.slice(1), [{ width: { ideal: 1920 }, height: { ideal: 720 }, frameRate: { ideal: 30, max: 30 } }, { torch: true }]);
  assert.equal(tracks[0].contentHint, "detail");
});

test("a fresh camera has the torch, the zoom, the size and the hint of the one that died", async () => {
  phone = () => new Track("environment", { torch: true, zoom: { min: 1, max: 4, step: 0.1 } });
  const made = camera();
  await made.start();
  await made.tune("detail", { width: { ideal: 1920 } });
  await made.torch(true);
  await made.zoom(2);
  await made.start();
  assert.equal(live(), 1);
  assert.deepEqual(tracks[1].applied, [{ zoom: 2, torch: true }]);
  assert.deepEqual([asked[1].width, tracks[1].contentHint], [{ ideal: 1920 }, "detail"]);
});

test("the torch is lit again on the way back from a camera that has none, the zoom is not", async () => {
  phone = ({ facingMode: { exact } }) => new Track(exact, exact === "user" ? {} : { torch: true, zoom: { min: 1, max: 4 } });
  const made = camera();
  await made.start();
  await made.torch(true);
  await made.zoom(2);
  await made.flip("user");
  assert.deepEqual([made.values().torch, tracks[1].applied], [null, []]);
  await made.flip("environment");
  assert.deepEqual(tracks[2].applied, [{ torch: true }]);
});

test("torch on Android: it appears 500 ms late, and is lit then", async () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  phone = () => new Track("environment", { torch: true });
  const made = camera();
  await made.start();
  await made.torch(true);
  phone = () => new Track("environment", {});
  const again = made.start();
  assert.equal(asked.length, 1, "a dead camera rests as well before the next one opens");
  mock.timers.tick(20);
  await again;
  assert.equal(made.abilities().torch, false);
  tracks[1].abilities = { torch: true };
  mock.timers.tick(500);
  assert.equal(tracks[1].settings.torch, true);
});

test("a caller who stopped the video and starts it again starts in the dark", async () => {
  phone = () => new Track("environment", { torch: true });
  const made = camera();
  await made.start();
  await made.torch(true);
  made.stop();
  await made.start();
  assert.deepEqual(tracks[1].applied, []);
});

test("several lenses on Android: one is opened by its id, and kept when the camera is opened afresh", async () => {
  const made = camera(["camera2 0, facing back", "camera2 1, facing front", "camera2 2, facing back"]);
  await made.start();
  assert.deepEqual(made.lenses.map(({ facing }) => facing), ["environment", "user", "environment"]);
  await made.choose("camera2 2, facing back");
  await made.start();
  assert.deepEqual(asked.slice(1).map(({ deviceId }) => deviceId), Array(2).fill({ exact: "camera2 2, facing back" }));
  await made.flip("user");
  assert.deepEqual(asked[3].facingMode, { exact: "user" });
});

test("a lens that is not there any more fails, and the picture goes on with another one", async () => {
  const made = camera(["camera2 0, facing back", "camera2 2, facing back"]);
  await made.start();
  const before = phone;
  phone = (video) => (video.deviceId ? error("OverconstrainedError") : before(video));
  await assert.rejects(made.choose("camera2 2, facing back"), { name: "OverconstrainedError" });
  assert.equal(live(), 1);
});

test("a phone whose cameras all look the same way offers no other way", async () => {
  const made = camera(["camera2 0, facing back", "camera2 2, facing back"]);
  await made.start();
  assert.deepEqual(made.abilities().facing, ["environment"]);
});

test("torch and zoom on Firefox are absent, whatever it says", async () => {
  phone = () => new Track("environment", { torch: true, zoom: { min: 1, max: 4, step: 0.1 } });
  const made = camera(["Back", "Front"], "Mozilla/5.0 (Android 14; Mobile) Firefox/140.0");
  await made.start();
  assert.deepEqual([made.abilities().torch, made.abilities().zoom, made.values().torch], [false, null, null]);
});

test("an answer that comes after somebody asked anew is nobody's failure", async () => {
  /** @type {(found: any) => void} */
  let answer = () => {};
  phone = () => new Promise((resolve) => (answer = resolve));
  const made = camera();
  const first = made.start();
  const late = answer;
  phone = () => new Track("environment");
  await made.start();
  late(error("NotAllowedError"));
  await first;
  assert.equal(live(), 1);
});

test("torch lost on iOS: it is lit again after a mute", async () => {
  phone = () => new Track("environment", { torch: true });
  const made = camera();
  await made.start();
  await made.torch(true);
  tracks[0].onunmute();
  assert.deepEqual(tracks[0].applied, [{ torch: true }, { torch: true }]);
});

test("abilities are those of the lens in use, and none while the camera is off", async () => {
  phone = () => new Track("environment", { torch: true, zoom: { min: 0.5, max: 10 } });
  const made = camera();
  assert.deepEqual(made.abilities(), { facing: [], torch: false, zoom: null });
  await made.start();
  assert.deepEqual(made.abilities(), { facing: ["environment", "user"], torch: true, zoom: [0.5, 10, 0.1] });
  made.stop();
  assert.deepEqual(made.abilities(), { facing: [], torch: false, zoom: null });
});

test("a zoom without a range, and a phone with one camera, offer no choice", async () => {
  phone = () => new Track("environment", { zoom: { min: 1, max: 1, step: 0 } });
  const made = camera(["Back Camera"]);
  await made.start();
  assert.deepEqual(made.abilities(), { facing: ["environment"], torch: false, zoom: null });
});

test("a zoom that the phone rounds past its own range is told within it", async () => {
  phone = () => new Track("environment", { zoom: { min: 1, max: 4, step: 0.1 } });
  const made = camera();
  await made.start();
  tracks[0].settings.zoom = 4.00001;
  assert.equal(made.values().zoom, 4);
});

test("a camera that the system takes away is told", async () => {
  const made = camera();
  await made.start();
  tracks[0].onended();
  assert.deepEqual(heard, ["track", "lost"]);
});

test("outside of a secure context there is no camera, and that is said", async () => {
  const made = new Camera({ onTrack() {}, onChange() {}, onLost() {}, devices: undefined, agent: "" });
  const why = await made.start().catch((fault) => refusal(fault, ""));
  assert.equal(why, "insecure");
});

test("each refusal has its name on the wire", () => {
  assert.equal(refusal(error("NotAllowedError", "Permission denied"), ""), "denied");
  assert.equal(refusal(error("NotAllowedError", "Permission denied by system"), ""), "system");
  assert.equal(refusal(error("NotAllowedError", "Permission dismissed"), ""), "dismissed");
  assert.equal(refusal(error("NotFoundError"), ""), "absent");
  assert.equal(refusal(error("NotFoundError"), "Mozilla/5.0 (Android 14; Mobile) Firefox/140.0"), "system");
  assert.equal(refusal(error("NotReadableError"), ""), "busy");
  assert.equal(refusal(error("SecurityError"), ""), "insecure");
  assert.equal(refusal(error("SomethingNew"), ""), "other");
  assert.equal(refusal(undefined, ""), "other");
});

test("a camera rests between stop and start as long as its browser needs", () => {
  assert.equal(rest("Mozilla/5.0 Chrome/140.0.0.0 Mobile"), 20);
  assert.equal(rest("Mozilla/5.0 Chrome/100.0.0.0 Mobile"), 100);
  assert.equal(rest("Mozilla/5.0 (Android 14) Gecko/140.0 Firefox/140.0"), 500);
  assert.equal(rest("Mozilla/5.0 (iPhone) Version/18.5 Safari/604.1"), 100);
});
