/** What the regulator says without a sound: a phrase, a text, a ring on the picture. */

const PHRASES = ["speaker", "closer", "back", "face", "chest", "still", "prop", "light", "turn", "coming"];
const LONGEST = 300; // characters
const BUZZ = [250, 120, 250]; // ms: shaken, still, shaken; felt through a pocket
const TOUCH = 120; // ms

/** @param {number | number[]} pattern ms; iPhones have no vibration for pages */
export function vibrate(pattern) {
  navigator.vibrate?.(pattern);
}

/** @param {import("../host.js").Host} host */
export function install(host) {
  const words = new Words(host.part("words"));
  const ring = new Ring(host.part("ring"), /** @type {HTMLVideoElement} */ (document.querySelector("video")));
  for (const name of /** @type {const} */ (["guidance", "message"])) {
    host.control(name, {
      parallel: true,
      takes: (value) => (name === "guidance" ? ["", ...PHRASES].includes(value) : typeof value === "string" && value.length <= LONGEST),
      able: () => true,
      apply: (value) => words.say(name, value),
      value: () => words.said(name),
    });
  }
  host.control("pointer", {
    parallel: true,
    takes: (value) => Array.isArray(value) && value.length === 2 && value.every((part) => part >= 0 && part <= 1),
    able: () => true,
    apply: ([x, y]) => ring.show(x, y),
  });
  host.act("understood", () => {
    words.clear();
    host.changed();
  });
  host.watch(({ screen }) => {
    if (screen === "live") return;
    words.clear();
    ring.hide();
  });
}

/** One thing is said at a time: the newest. */
class Words {
  /** @param {HTMLElement} sheet */
  constructor(sheet) {
    this._sheet = sheet;
    this._kind = "";
    this._value = "";
  }

  /** @param {"guidance" | "message"} kind @param {string} value "" takes back what this kind said */
  say(kind, value) {
    if (!value && kind !== this._kind) return;
    this._kind = kind;
    this._value = value;
    this._render();
    if (value) vibrate(BUZZ);
  }

  /** @param {string} kind */
  said(kind) {
    return kind === this._kind ? this._value : "";
  }

  clear() {
    this._value = "";
    this._render();
  }

  _render() {
    const shown = this._kind === "message" ? "message" : this._value;
    for (const part of /** @type {NodeListOf<HTMLElement>} */ (this._sheet.querySelectorAll("[data-phrase]"))) {
      part.hidden = part.dataset["phrase"] !== shown;
    }
    const text = /** @type {HTMLElement} */ (this._sheet.querySelector("[data-phrase=message] b"));
    text.textContent = this._kind === "message" ? this._value : "";
    this._sheet.style.setProperty("--bar", `${document.querySelector(".bar")?.clientHeight ?? 0}px`);
    this._sheet.hidden = !this._value;
  }
}

/** Where the regulator points. */
class Ring {
  /** @param {HTMLElement} ring @param {HTMLVideoElement} video one's own picture, letterboxed, and mirrored for the front camera */
  constructor(ring, video) {
    this._ring = ring;
    this._video = video;
    ring.addEventListener("animationend", () => this.hide());
  }

  /** @param {number} x share of the picture from its left, as the regulator sees it @param {number} y from its top */
  show(x, y) {
    const box = this._video.getBoundingClientRect();
    const { left, top } = place([this._video.classList.contains("mirror") ? 1 - x : x, y], box, [this._video.videoWidth, this._video.videoHeight]);
    this.hide();
    this._ring.style.left = `${left}px`;
    this._ring.style.top = `${top}px`;
    void this._ring.offsetWidth; // so that the animation begins anew
    this._ring.hidden = false;
    vibrate(TOUCH);
  }

  hide() {
    this._ring.hidden = true;
  }
}

/**
 * Where a point of the picture lies on the screen.
 * @param {[number, number]} point shares of the picture
 * @param {{left: number, top: number, width: number, height: number}} box of the element that holds it
 * @param {[number, number]} size of the picture; 0 while unknown
 */
export function place([x, y], { left, top, width, height }, [across, down]) {
  const scale = Math.min(width / (across || width), height / (down || height));
  const [w, h] = [(across || width) * scale, (down || height) * scale];
  return { left: left + (width - w) / 2 + x * w, top: top + (height - h) / 2 + y * h };
}
