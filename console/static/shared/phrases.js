/** @typedef {Record<string, string | number>} Values */
/** @typedef {((key: string, values?: Values) => string) & {has: (key: string) => boolean}} Say */

/**
 * @param {Record<string, string>} phrases key -> sentence in the user's language, with `{name}` for values
 * @returns {Say} a key without a sentence is shown as it is: a word too plain beats a dead page
 */
export function phrasebook(phrases) {
  /** @param {string} key @param {Values} [values] */
  const say = (key, values = {}) =>
    (phrases[key] ?? key).replace(/\{(\w+)\}/g, (whole, name) => String(values[name] ?? whole));
  return Object.assign(say, { has: (/** @type {string} */ key) => key in phrases });
}
