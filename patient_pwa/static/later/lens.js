/** @typedef {Pick<import("../../../media/client/camera.js").Camera, "lenses" | "track" | "open" | "choose">} Camera */
/** @typedef {import("../control.js").Lens} Lens */

const LONGEST = 60; // characters of a name; phones give "camera2 0, facing back" and worse

/** The lenses that no constraint tells apart: the regulator chooses by what they see. */
export class Lenses {
  /** @param {Camera} camera */
  constructor(camera) {
    this._camera = camera;
    /** @type {string[]} deviceIds; their place names them, since they would name the phone to others */
    this._known = [];
  }

  /** Those that look the same way as another one. @returns {Lens[]} */
  list() {
    if (!this._camera.open) return [];
    return this._several().map(({ deviceId, label, facing }) => {
      return { id: this._name(deviceId), label: label.slice(0, LONGEST), ...(facing && { facing }) };
    });
  }

  /** The one in use, null when there is nothing to choose. @returns {string | null} */
  current() {
    const id = this._camera.track?.getSettings().deviceId;
    return this._several().some(({ deviceId }) => deviceId === id) ? this._name(String(id)) : null;
  }

  /** @param {string} id one of `list` */
  async choose(id) {
    await this._camera.choose(this._known[Number(id.slice(1)) - 1]);
  }

  _several() {
    const { lenses } = this._camera;
    return lenses.filter(({ facing }) => facing && lenses.filter((other) => other.facing === facing).length > 1);
  }

  /** @param {string} deviceId */
  _name(deviceId) {
    if (!this._known.includes(deviceId)) this._known.push(deviceId);
    return `l${this._known.indexOf(deviceId) + 1}`;
  }
}

/** @param {import("../host.js").Host} host */
export function install({ control, camera, capture }) {
  const lenses = new Lenses(camera);
  control("lens", {
    takes: (value) => typeof value === "string" && (!camera.open || lenses.list().some(({ id }) => id === value)),
    able: () => lenses.list().length > 0,
    apply: (id) => lenses.choose(id),
    value: () => lenses.current(),
    reason: () => (capture.wanted && camera.open ? "unsupported" : "needs_tap"),
    capabilities: () => ({ lenses: lenses.list() }),
  });
}
