import { Camera, refusal } from "../../../media/client/camera.js";
import { post } from "../door.js";
import { Echo } from "./echo.js";
import { missing, NEEDED } from "./features.js";
import { Line } from "./line.js";
import { answers, reaches, turnServers } from "./network.js";

/** @typedef {import("./echo.js").Measured} Measured */
/** @typedef {{transport: string, answered: boolean}} TurnCheck */
/** @typedef {{cameras: number, camera: string, missing: string[], socket: string, udp: boolean | null, turn: TurnCheck[], echo: Measured | null}} Report as signaling/domain/phone_test.py */

const ANSWER_WITHIN = 45_000; // ms in which a person answers the question for the camera
const TRIES = 3; // to hand in the result

/** One test, from the tap to the verdict: each step stands on the screen as soon as it is known. */
export class Bench {
  /** @param {import("./page.js").Page} page */
  constructor(page) {
    this._page = page;
    this._camera = new Camera({ onTrack: (track) => (this._track = track), onChange: () => undefined, onLost: () => undefined });
    /** @type {MediaStreamTrack | null} */
    this._track = null;
    /** @type {Report} */
    this._report = { cameras: 0, camera: "other", missing: missing(), socket: "blocked", udp: null, turn: [], echo: null };
  }

  /** @param {string} token of the link, "" without one */
  async run(token) {
    await this._open(); // first, while the tap still counts
    this._browse();
    if (!this._lacks("webrtc", "websocket")) await this._reach();
    this._camera.stop();
    this._page.picture(false);
    this._skip();
    await this._conclude(token);
  }

  async _open() {
    const { _page: page, _report: report } = this;
    page.step("camera", "running");
    page.step("permission", "running");
    report.camera = await Promise.race([
      this._camera.start("environment").then(() => "granted", (error) => refusal(error)),
      new Promise((resolve) => setTimeout(resolve, ANSWER_WITHIN, "timeout")),
    ]);
    if (report.camera !== "granted") this._camera.stop(); // whenever it answers
    const devices = await navigator.mediaDevices?.enumerateDevices().catch(() => []);
    report.cameras = Math.min(100, devices?.filter(({ kind }) => kind === "videoinput").length ?? 0);
    const granted = report.camera === "granted";
    page.step("camera", granted || (report.cameras > 0 && report.camera !== "absent") ? "passed" : "failed");
    page.step("permission", granted ? "passed" : report.camera === "absent" ? "skipped" : "failed");
  }

  _browse() {
    this._page.lacks(this._report.missing);
    this._page.step("browser", this._lacks(...NEEDED) ? "failed" : "passed");
  }

  /** @param {string[]} features */
  _lacks(...features) {
    return this._report.missing.some((feature) => features.includes(feature));
  }

  /** The network: the service, the ways to it, and the video there and back. */
  async _reach() {
    const { _page: page, _report: report } = this;
    page.step("socket", "running");
    const line = new Line();
    const found = await line.begin();
    report.socket = found.state;
    if (found.state !== "blocked") page.step("socket", found.state === "busy" ? "skipped" : "passed");
    if (found.state === "open") {
      await this._ways(line, found.iceServers);
      const open = report.udp || report.turn.some(({ answered }) => answered); // else a picture has no way
      if (this._track && open && !line.isBusy) await this._echo(line, found.iceServers, this._track);
    }
    if (line.isBusy) report.socket = "busy";
    else if (line.isLost && !report.echo) report.socket = "blocked";
    if (report.socket === "blocked") page.step("socket", "failed");
    line.close();
  }

  /** @param {Line} line @param {RTCIceServer[]} iceServers */
  async _ways(line, iceServers) {
    const { _page: page, _report: report } = this;
    const turn = turnServers(iceServers);
    page.step("udp", "running");
    for (const { transport } of turn) page.step(`turn_${transport}`, "running");
    const direct = reaches((sdp) => line.offer("receive", sdp)).then((open) => {
      if (line.isBusy) return;
      report.udp = open;
      page.step("udp", open ? "passed" : "failed");
    });
    const relayed = turn.map(async ({ transport, servers }) => {
      const answered = await answers(servers);
      report.turn.push({ transport, answered });
      page.step(`turn_${transport}`, answered ? "passed" : "failed");
    });
    await Promise.all([direct, ...relayed]);
  }

  /** @param {Line} line @param {RTCIceServer[]} iceServers @param {MediaStreamTrack} track */
  async _echo(line, iceServers, track) {
    const { _page: page, _report: report } = this;
    page.step("echo", "running");
    const echo = new Echo({ line, iceServers, video: page.video, onNumbers: (numbers) => page.step("echo", "running", numbers) });
    const found = await echo.run(track, () => page.picture(true));
    report.echo = found;
    if (found) page.step("echo", "passed");
  }

  /** What could not be tried is told from what failed. */
  _skip() {
    if (this._report.udp === null) this._page.step("udp", "skipped");
    if (!this._report.echo) this._page.step("echo", this._track && this._report.socket === "open" ? "failed" : "skipped");
  }

  /** @param {string} token */
  async _conclude(token) {
    for (let left = TRIES; left > 0; left--) {
      const reply = await post("/test/result", { token: token.slice(0, 200), report: this._report }).catch(() => undefined);
      if (reply?.status === 429) return this._page.verdict("throttled", this._report.camera, "");
      if (reply?.status === 200) return this._page.verdict(reply.body["verdict"], this._report.camera, reply.body["code"]);
    }
    this._page.verdict("offline", this._report.camera, "");
  }
}
