/**
 * Older and newer pages of a list: fetched before the click, shown without a load, known to the back button; and
 * the same page with its numbers shown or masked.
 */

const LINKS = ".pager a, a[data-part=numbers]";

export class NextPages {
  /** @param {() => void} onShown once another page stands there */
  constructor(onShown) {
    this.onShown = onShown;
    /** @type {Map<string, Promise<Document>>} by their address */
    this.fetched = new Map();
  }

  /** The older page, once this one is at rest. Not whole numbers: the audit holds those that were shown. */
  fetchAhead() {
    if (new URLSearchParams(location.search).has("numbers")) return;
    const next = /** @type {HTMLAnchorElement | null} */ (document.querySelector(".pager a[rel=next]"));
    if (next) this.fetch(next.href).catch(() => undefined); // the click will try again, and say what is wrong
  }

  /** @param {string} address @returns {Promise<Document>} */
  fetch(address) {
    const known = this.fetched.get(address);
    if (known) return known;
    const page = read(address);
    this.fetched.set(address, page);
    page.catch(() => this.fetched.delete(address));
    return page;
  }

  /** A click on a link of ours; any other is the browser's. @param {MouseEvent} event */
  follow(event) {
    const link = event.target instanceof Element && event.target.closest(LINKS);
    if (!(link instanceof HTMLAnchorElement) || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    event.preventDefault();
    void (link.matches(".pager a") ? this.turn(link.href) : this.look(link.href));
  }

  /** To another page. @param {string} address */
  async turn(address) {
    if (!(await this.bring(address))) return;
    history.pushState(null, "", address);
    scrollTo(0, 0);
    this.fetchAhead();
  }

  /** The same page in another way: the back button leads to the page before. @param {string} address */
  async look(address) {
    const focused = document.activeElement?.closest("[data-row]")?.getAttribute("href") ?? "";
    if (!(await this.bring(address))) return;
    history.replaceState(null, "", address);
    const row = focused && document.querySelector(`[data-row][href="${focused}"]`);
    /** @type {HTMLElement} */ (row || document.querySelector("[data-part=numbers]")).focus({ preventScroll: true });
    this.fetchAhead();
  }

  /** A page that the back button knows. @param {string} address */
  async back(address) {
    if (!(await this.bring(address))) return;
    scrollTo(0, 0);
    this.fetchAhead();
  }

  /** @param {string} address @returns {Promise<boolean>} whether it stands there now */
  async bring(address) {
    try {
      const page = await this.fetch(address);
      this.fetched.delete(address); // rows come in: the next time it may be another page
      document.getElementById("main")?.replaceWith(document.importNode(/** @type {Element} */ (page.getElementById("main")), true));
    } catch {
      location.assign(address);
      return false;
    }
    this.onShown();
    return true;
  }
}

/** @param {string} address @returns {Promise<Document>} */
async function read(address) {
  const answer = await fetch(address, { headers: { Accept: "text/html" }, redirect: "error" });
  if (!answer.ok) throw new Error(`${answer.status}`);
  return new DOMParser().parseFromString(await answer.text(), "text/html");
}
