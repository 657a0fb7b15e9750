/** Older and newer pages of a list: fetched before the click, shown without a load, known to the back button. */

export class NextPages {
  /** @param {() => void} onShown once another page stands there */
  constructor(onShown) {
    this.onShown = onShown;
    /** @type {Map<string, Promise<Document>>} by their address */
    this.fetched = new Map();
  }

  /** The older page, once this one is at rest. */
  fetchAhead() {
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

  /** A click on a link of the pager; any other is the browser's. @param {MouseEvent} event */
  follow(event) {
    const link = event.target instanceof Element && event.target.closest(".pager a");
    if (!(link instanceof HTMLAnchorElement) || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    event.preventDefault();
    void this.show(link.href, true);
  }

  /** @param {string} address @param {boolean} isNew not one that the back button knows */
  async show(address, isNew) {
    try {
      const page = await this.fetch(address);
      this.fetched.delete(address); // rows come in: the next time it may be another page
      document.getElementById("main")?.replaceWith(document.importNode(/** @type {Element} */ (page.getElementById("main")), true));
    } catch {
      location.assign(address);
      return;
    }
    if (isNew) history.pushState(null, "", address);
    scrollTo(0, 0);
    this.onShown();
    this.fetchAhead();
  }
}

/** @param {string} address @returns {Promise<Document>} */
async function read(address) {
  const answer = await fetch(address, { headers: { Accept: "text/html" }, redirect: "error" });
  if (!answer.ok) throw new Error(`${answer.status}`);
  return new DOMParser().parseFromString(await answer.text(), "text/html");
}
