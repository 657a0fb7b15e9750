const REASONS = ["", "denied", "unavailable", "timeout"]; // by GeolocationPositionError.code
const WISHES = { enableHighAccuracy: true, timeout: 10_000, maximumAge: 0 };

/** Where the phone is, for as long as a regulator asks. */
export class Position {
  /**
   * @param {object} options
   * @param {(frame: {type: string, [field: string]: unknown}) => void} options.tell
   * @param {() => void} options.onChange
   * @param {() => boolean} [options.visible]
   * @param {Geolocation | undefined} [options.geolocation]
   */
  constructor({ tell, onChange, visible = () => true, geolocation = globalThis.isSecureContext ? navigator.geolocation : undefined }) {
    this._tell = tell;
    this._onChange = onChange;
    this._visible = visible;
    this._geolocation = geolocation;
    /** @type {number | null} */
    this._watch = null;
    this._trouble = ""; // told last
    this.denied = false;
  }

  get available() {
    return Boolean(this._geolocation);
  }

  get watching() {
    return this._watch !== null;
  }

  /** @param {boolean} on when it was on already: ask anew, as after a refusal */
  set(on) {
    if (this._watch !== null) this._geolocation?.clearWatch(this._watch);
    this._watch = null;
    this._trouble = "";
    if (!on || !this._geolocation) return;
    this.denied = false;
    this._watch = this._geolocation.watchPosition(
      (position) => this._found(position),
      ({ code }) => this._failed(code),
      WISHES,
    );
  }

  /** @param {GeolocationPosition} position */
  _found({ coords: { latitude, longitude, accuracy } }) {
    this._trouble = "";
    // Never rounded: a metre can be the other side of a motorway.
    this._tell({ type: "position", latitude, longitude, accuracy });
  }

  /** @param {number} code */
  _failed(code) {
    if (!this._visible()) return; // a page that closes or hides is refused its position: nobody said no
    const reason = REASONS[code] ?? "unavailable";
    const news = reason !== this._trouble; // a cellar says "timeout" every ten seconds
    if (code === 1) this.set(false);
    this.denied = code === 1;
    this._trouble = reason;
    if (news) this._tell({ type: "position_error", reason });
    this._onChange();
  }
}

/** @param {import("../host.js").Host} host */
export function install(host) {
  const { capture } = host;
  const position = new Position({ tell: host.tell, onChange: host.changed, visible: () => capture.visible });
  const question = host.part("position");
  const answer = (/** @type {boolean} */ on) => {
    question.hidden = true;
    position.denied = false; // a tap may ask again, even where nothing else may
    if (on) host.set("position", true);
    else host.changed();
  };
  host.act("position", () => answer(true));
  host.act("no-position", () => answer(false));
  host.control("position", {
    parallel: true,
    takes: (value) => typeof value === "boolean",
    able: (value) => position.available && (value !== undefined || !position.denied),
    apply: (on) => {
      if (host.state().screen !== "live") throw new DOMException("the camera is off", "NotAllowedError");
      if (on && position.denied) {
        question.hidden = false;
        throw new DOMException("the caller said no", "NotAllowedError");
      }
      position.set(on);
    },
    value: () => (position.available ? position.watching : null),
    reason: () => (position.denied ? "denied" : "unsupported"),
    capabilities: () => ({ position: position.available }),
  });
  host.watch(({ screen }) => {
    if (screen === "live") return;
    question.hidden = true;
    if (position.watching) position.set(false);
  });
  // Phones stop looking for a hidden page, and some never begin again.
  document.addEventListener("visibilitychange", () => capture.visible && position.watching && position.set(true));
}
