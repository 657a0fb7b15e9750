import { part, setAttribute, setText, show } from "../../shared/dom.js";

/** @typedef {import("../state.js").State} State */
/** @typedef {import("../streams.js").Source} Source */
/** @typedef {import("../streams.js").Audience} Audience */
/** @typedef {import("../sharing.js").Sharing} Sharing */
/** @typedef {import("../../shared/phrases.js").Say} Say */

const AUDIENCE = "visio-audience"; // whom this workstation shared its screen with last

/**
 * A window of the screen for the caller or the guests, and our own camera: off and out of the way.
 *
 * @param {Document} root
 * @param {Say} say
 * @param {object} context
 * @param {() => Promise<Sharing>} context.load
 * @param {Storage} context.storage
 */
export function sharingView(root, say, { load, storage }) {
  const box = part(root, "sharing");
  const list = /** @type {HTMLSelectElement} */ (part(box, "audience"));
  const devices = /** @type {HTMLSelectElement} */ (part(box, "devices"));
  list.value = storage.getItem(AUDIENCE) || "caller";
  if (!list.value) list.value = "caller";
  list.addEventListener("change", () => storage.setItem(AUDIENCE, list.value));
  const doing = {
    sharing: () => void load().then((sharing) => sharing.screen(/** @type {Audience} */ (list.value))),
    ownCamera: () => void load().then((sharing) => sharing.camera(devices.value)),
  };
  part(box, "screen").addEventListener("click", doing.sharing);
  part(box, "camera").addEventListener("click", doing.ownCamera);
  devices.addEventListener("change", () => void load().then((sharing) => sharing.choose(devices.value)));

  const said = (/** @type {string} */ trouble) => (trouble ? say(trouble) : "");
  const render = (/** @type {State} */ { sharing, call, line, me, watchers }) => {
    const hasCompany = call.phone !== null || call.guests.length > 0 || watchers.length > 1;
    const trouble = sharing.screen.trouble || sharing.camera.trouble;
    show(box, !call.ended && (hasCompany || trouble !== ""));
    for (const source of /** @type {const} */ (["screen", "camera"])) {
      const { status } = sharing[source];
      const button = part(box, source);
      setAttribute(button, "aria-pressed", String(status === "on"));
      setAttribute(button, "aria-busy", String(status === "asking"));
      setText(part(button, `${source}-words`), say(`sharing.${source}.${status}`));
      /** @type {HTMLButtonElement} */ (button).disabled = line !== "open" && status === "off";
    }
    list.disabled = sharing.screen.status === "on";
    const mine = call.streams.find((one) => one.source === "screen" && call.seats[one.participant] === me);
    setAttribute(box, "data-on", String(sharing.screen.status === "on" || sharing.camera.status === "on"));
    setText(
      part(box, "sharing-said"),
      sharing.screen.status === "on"
        ? say(`sharing.with.${mine?.audience ?? list.value}`)
        : said(trouble),
    );
    show(part(box, "own"), sharing.camera.status === "on");
  };

  /** What we look like to the others, and which cameras there are. @param {MediaStreamTrack | null} track */
  async function seeOurselves(track) {
    const own = /** @type {HTMLVideoElement} */ (part(box, "own-video"));
    own.srcObject = track ? new MediaStream([track]) : null;
    if (!track) return;
    own.play().catch(() => undefined);
    const cameras = await (await load()).cameras();
    const options = cameras.map((one, index) => new Option(one.label || say("sharing.camera.number", { number: String(index + 1) }), one.deviceId));
    devices.replaceChildren(...options);
    devices.value = track.getSettings().deviceId ?? "";
    show(part(box, "devices-field"), cameras.length > 1);
  }
  return { render, doing, seeOurselves };
}
