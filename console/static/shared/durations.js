const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/**
 * A duration as people read it, the same in French and English but for the decimal sign.
 *
 * @param {number} milliseconds
 * @param {string} language
 * @param {boolean} [fine] tenths below ten seconds
 */
export function duration(milliseconds, language, fine = false) {
  if (fine && milliseconds < 10 * SECOND) {
    const tenths = new Intl.NumberFormat(language, { minimumFractionDigits: 1, maximumFractionDigits: 1 });
    return `${tenths.format(milliseconds / SECOND)}\u00a0s`;
  }
  if (milliseconds < MINUTE) return `${Math.floor(milliseconds / SECOND)}\u00a0s`;
  if (milliseconds < HOUR) return pair(milliseconds, MINUTE, "min", SECOND, "s");
  return pair(milliseconds, HOUR, "h", MINUTE, "min");
}

/** @param {number} ms @param {number} big @param {string} bigUnit @param {number} small @param {string} smallUnit */
function pair(ms, big, bigUnit, small, smallUnit) {
  const rest = String(Math.floor((ms % big) / small)).padStart(2, "0");
  return `${Math.floor(ms / big)}\u00a0${bigUnit}\u00a0${rest}\u00a0${smallUnit}`;
}
