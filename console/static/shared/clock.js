/** Times of day on the clock of the room where the page is read: the server may stand in another zone. */

/** @type {Record<string, Intl.DateTimeFormatOptions>} */
const FORMS = {
  time: { hour: "2-digit", minute: "2-digit", hourCycle: "h23" },
  seconds: { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" },
  day: { weekday: "short", day: "numeric", month: "short", year: "numeric" },
};
/** @type {Record<string, string>} our English is Europe's: the day before the month */
const LOCALES = { en: "en-GB" };

/** @param {number | string} at ms since the epoch, or an ISO date @param {string} form @param {string} language */
export function clockTime(at, form, language) {
  return new Intl.DateTimeFormat(LOCALES[language] ?? language, FORMS[form] ?? FORMS["time"]).format(new Date(at));
}

/** Rewrites every `<time data-form>` of the page, which the server wrote in UTC. @param {Document} page */
export function localise(page) {
  for (const time of page.querySelectorAll("time[data-form]")) {
    const { dateTime, dataset } = /** @type {HTMLTimeElement} */ (time);
    time.textContent = clockTime(dateTime, dataset["form"] ?? "time", page.documentElement.lang);
    time.classList.add("local");
  }
}
