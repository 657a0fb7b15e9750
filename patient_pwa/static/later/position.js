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
    if (!on || !this._geolocation) return;
    this.denied = false;
    this._watch = this._geolocation.watchPosition(
      // Never rounded: a metre can be the other side of a motorway.
      ({ coords: { latitude, longitude, accuracy } }) => this._tell({ type: "position", latitude, longitude, accuracy }),
      ({ code }) => this._failed(code),
      WISHES,
    );
  }

  /** @param {number} code */
  _failed(code) {
    if (!this._visible()) return; // a page that closes or hides is refused its position: nobody said no
    this.denied = code === 1;
    if (this.denied) this.set(false);
    this._tell({ type: "position_error", reason: REASONS[code] ?? "unavailable" });
    this._onChange();
  }
}

/** @param {import("../host.js").Host} host */
export function install(host) {
  let visible = true;
  document.addEventListener("visibilitychange", () => (visible = document.visibilityState === "visible"));
  const position = new Position({ tell: host.tell, onChange: host.changed, visible: () => visible });
  host.control("position", {
    parallel: true,
    takes: (value) => typeof value === "boolean",
    able: (value) => position.available && (value !== undefined || !position.denied),
    apply: (on) => {
      if (host.state().screen !== "live") throw new DOMException("the camera is off", "NotAllowedError");
      position.set(on);
    },
    value: () => (position.available ? position.watching : null),
    reason: () => (position.denied ? "denied" : "unsupported"),
    capabilities: () => ({ position: position.available }),
  });
  host.watch(({ screen }) => screen !== "live" && position.watching && position.set(false));
}
