import { smaller } from "./documents.js";

const LARGEST = 15 * 1024 * 1024; // bytes; the server refuses more
const PATIENCE = 20_000; // ms without video and without stills, while the server is there

/** Whether nothing of the picture gets through, and has not for some time. */
export class Blockage {
  /** @param {() => void} onBlocked @param {number} [patience] ms */
  constructor(onBlocked, patience = PATIENCE) {
    this.isBlocked = false;
    this._options = { onBlocked, patience };
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this._waiting = undefined;
  }

  /** @param {Pick<import("../state.js").State, "screen" | "link" | "stills" | "socket">} state */
  look({ screen, link, stills, socket }) {
    if (screen === "live" && link !== "connected" && !stills && socket === "open") {
      this._waiting ??= setTimeout(() => {
        this.isBlocked = true;
        this._options.onBlocked();
      }, this._options.patience);
    } else {
      clearTimeout(this._waiting);
      this._waiting = undefined;
      this.isBlocked = false;
    }
  }
}

/**
 * The lowest rung: the caller takes photos with the phone's own camera. Offered when the page may not have the
 * camera, and when neither video nor stills get through.
 * @param {import("../host.js").Host} host
 */
export function install(host) {
  const part = host.part("snap");
  const thanks = host.part("snapped");
  const sending = host.part("sending");
  const chooser = /** @type {HTMLInputElement} */ (part.querySelector("input"));
  const refused = /** @type {HTMLElement} */ (document.querySelector("section[data-when=refused] footer"));
  const stage = /** @type {HTMLElement} */ (document.querySelector(".stage"));
  const main = /** @type {HTMLElement} */ (document.querySelector("main"));
  const blockage = new Blockage(() => place(host.state()));
  let isWay = false; // photos are how the picture comes: told anew to every server, which may not have been there yet
  const tellWay = () => isWay && host.tell({ type: "way", way: "photo" });

  chooser.addEventListener("change", () => {
    const file = chooser.files?.[0];
    chooser.value = ""; // the same one may be chosen again
    if (!file) return;
    thanks.hidden = false;
    isWay = true;
    tellWay();
    const blob = file.size > LARGEST ? smaller(file) : Promise.resolve(file);
    blob.then((made) => host.files?.send({ kind: "photo", blob: made })).catch(() => (thanks.hidden = true));
  });

  /** @param {import("../state.js").State} state */
  function place({ screen }) {
    const isRefused = screen === "refused";
    if (isRefused && part.parentElement !== refused) refused.prepend(part);
    if (blockage.isBlocked && part.parentElement !== stage) stage.append(part);
    part.hidden = !isRefused && !blockage.isBlocked;
    if (part.hidden) {
      thanks.hidden = true;
      isWay = false;
    }
    if (isRefused && sending.parentElement !== part) thanks.after(sending); // else it lies on the headline
    if (!isRefused && sending.parentElement !== main) main.append(sending);
  }

  host.on("welcome", tellWay);
  host.watch((state) => {
    blockage.look(state);
    place(state);
  });
}
