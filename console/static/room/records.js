/**
 * @template {object} T
 * @param {T} record
 * @param {string[]} names
 * @returns {T} without those entries
 */
export function without(record, names) {
  return /** @type {T} */ (Object.fromEntries(Object.entries(record).filter(([name]) => !names.includes(name))));
}
