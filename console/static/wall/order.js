/** What the wall shows of its tiles. Pure. */

/** @typedef {{centre: string, id: string, address: string, regulator: string, started_at: number, rung: string, rung_at: number, state: string, since: number, alerts: string[], helped?: boolean}} Tile */
/** @typedef {{name: string, health: "good" | "slow" | "bad" | "unknown", sent?: number, delivered?: number, failed?: number, waiting?: number, sessions?: number, packets?: number, cpu?: number, load?: number}} Part */

/** What a viewer took note of: it is quiet until the alerts of the tile change. */
export class Noted {
  constructor() {
    /** @type {Map<string, string>} */
    this._noted = new Map();
  }

  /** @param {Tile} tile */
  note(tile) {
    this._noted.set(tile.id, alertsOf(tile));
  }

  /** @param {Tile} tile whether its alerts are those that were noted */
  has(tile) {
    return tile.alerts.length > 0 && this._noted.get(tile.id) === alertsOf(tile);
  }

  /** @param {Tile[]} tiles those that are gone are forgotten */
  keep(tiles) {
    const ids = new Set(tiles.map((tile) => tile.id));
    for (const id of this._noted.keys()) if (!ids.has(id)) this._noted.delete(id);
  }
}

/** @param {Tile} tile */
const alertsOf = (tile) => tile.alerts.join(" ");

/** Those that need somebody first, then the longest. @param {Tile[]} tiles @param {Noted} noted */
export function ordered(tiles, noted) {
  const calm = (/** @type {Tile} */ tile) => Number(tile.alerts.length === 0 || noted.has(tile));
  return [...tiles].sort((one, other) => calm(one) - calm(other) || one.started_at - other.started_at);
}

/** Alerts that were not there before. @param {Tile[]} before @param {Tile[]} now */
export function fresh(before, now) {
  const known = new Map(before.map((tile) => [tile.id, tile.alerts]));
  return now.some((tile) => tile.alerts.some((alert) => !(known.get(tile.id) ?? []).includes(alert)));
}

/** The tile that an arrow leads to. @param {number} at @param {string} key @param {number} columns @param {number} count */
export function beside(at, key, columns, count) {
  /** @type {Record<string, number>} */
  const steps = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns, ArrowDown: columns };
  const to = at + (steps[key] ?? 0);
  return to >= 0 && to < count ? to : at;
}
