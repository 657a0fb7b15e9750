// The waits of livekit's client, which many phones on bad networks have proved; in an emergency we never give up.
const WAITS = [0, 300, 1200, 2700, 4800];
const LONGEST = 7000;

/**
 * How long to wait before a try.
 * @param {number} attempt 0 for the first try after a loss
 * @param {() => number} random as `Math.random`
 * @returns {number} milliseconds; from the third try on up to 1 s more, so that phones don't come back in step
 */
export function delay(attempt, random = Math.random) {
  const wait = WAITS[attempt] ?? LONGEST;
  return attempt < 2 ? wait : wait + random() * 1000;
}
