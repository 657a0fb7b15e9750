/** @typedef {import("../../../media/client/measure.js").Rate} Rate */
/** @typedef {import("../../../media/client/measure.js").Reading} Reading */

export const FIRST = 5000; // ms without any connection before stills begin
const GONE = 2500; // ms without a connection that stood before
const BAD = 4; // looks in a row: two seconds may be one lost keyframe
const DEAF = 2; // looks in a row at a line from which nothing comes back
const GOOD = 2; // looks in a row
const TRIAL = 8; // looks that video gets to prove itself
const SHORTEST = 5; // looks from one trial to the next, doubled up to the longest
const LONGEST = 40;
const PROVED = 30; // looks after which video begins anew with the shortest

const FEWEST = 2; // frames a second: less is worse than stills
const ENOUGH = 5; // frames a second: more than stills would bring
const NARROW = 50_000; // bit/s
const MOST_LOST = 0.4;
const FEW_LOST = 0.2;

/**
 * Decides, look by look (one a second), whether the picture leaves as video or as stills. Pure.
 *
 * `isStills`: stills flow. `isTrying`: video is tried beside them, so they leave it most of the line. `isDeaf`: nothing
 * comes back; once something does, video is tried at once.
 */
export class Rungs {
  constructor() {
    this.isStills = false;
    this.isTrying = false;
    this.isDeaf = false;
    this._stood = false;
    this._wasLinked = false;
    this._bad = 0;
    this._deaf = 0;
    this._good = 0;
    this._looks = 0; // since the trial began or ended, or video has the line again
    this._wait = SHORTEST;
  }

  /**
   * @param {object} seen
   * @param {boolean} seen.isLinked a connection stands
   * @param {number} seen.away ms without one
   * @param {boolean} seen.isCamera the camera gave frames since the last look: what it does not give is no fault of the line
   * @param {Rate | null} seen.rate since the last look at the same connection
   * @param {Reading | null} seen.reading
   */
  look({ isLinked, away, isCamera, rate, reading }) {
    if (!isLinked) return this._away(away);
    const isNew = !this._wasLinked;
    this._wasLinked = this._stood = true;
    if (this.isStills) this._climb(isNew, rate, reading);
    else this._stay(isCamera ? rate : null, reading);
  }

  /** @param {number} away ms */
  _away(away) {
    this._wasLinked = this.isTrying = this.isDeaf = false;
    if (away >= (this._stood ? GONE : FIRST)) this.isStills = true;
  }

  /** @param {Rate | null} rate @param {Reading | null} reading */
  _stay(rate, reading) {
    if (!rate || !reading) return;
    if (++this._looks > PROVED) this._wait = SHORTEST;
    this._bad = isBad(rate, reading) ? this._bad + 1 : 0;
    this._hear(rate);
    this.isStills = this.isDeaf || this._bad >= BAD;
    if (!this.isStills) return;
    if (!this.isDeaf) this._rest();
    this._bad = this._deaf = 0;
  }

  /** @param {Rate} rate */
  _hear(rate) {
    this._deaf = rate.isSending && !rate.isHeard ? this._deaf + 1 : 0;
    this.isDeaf = this._deaf >= DEAF;
  }

  /** @param {boolean} isNew @param {Rate | null} rate @param {Reading | null} reading */
  _climb(isNew, rate, reading) {
    this._looks++;
    if (isNew || this._isDue(rate)) return this._try();
    if (!this.isTrying || !rate || !reading) return;
    this._hear(rate);
    // A line that is cut says nothing of how good it is: it is no trial, and none is put off for it.
    if (this.isDeaf) this.isTrying = false;
    else this._judge(isGood(rate, reading));
  }

  /** @param {Rate | null} rate whether it is time to try video */
  _isDue(rate) {
    return this.isDeaf ? Boolean(rate?.isHeard) : !this.isTrying && this._looks >= this._wait;
  }

  /** @param {boolean} isGoodNow */
  _judge(isGoodNow) {
    this._good = isGoodNow ? this._good + 1 : 0;
    if (this._good >= GOOD) {
      this.isStills = this.isTrying = false;
      this._bad = this._deaf = this._looks = 0;
    } else if (this._looks >= TRIAL) {
      this._rest();
    }
  }

  _try() {
    this.isTrying = true;
    this.isDeaf = false;
    this._looks = this._good = this._deaf = 0;
  }

  /** Video was not good enough: it is tried again later, and later. */
  _rest() {
    this.isTrying = false;
    this._looks = 0;
    this._wait = Math.min(LONGEST, this._wait * 2);
  }
}

/** @param {Rate} rate @param {Reading} reading whether stills would show more */
function isBad(rate, { loss, carries }) {
  return rate.frames < FEWEST || loss > MOST_LOST || (carries !== null && carries < NARROW);
}

/** @param {Rate} rate @param {Reading} reading whether frames leave and arrive */
function isGood(rate, { loss, carries }) {
  return rate.frames >= ENOUGH && rate.isHeard && loss <= FEW_LOST && (carries === null || carries >= NARROW);
}
