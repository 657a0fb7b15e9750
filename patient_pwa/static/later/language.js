/** The page in another language, in place: nothing is loaded anew, and the camera goes on. */

const HOLE = "\uFFFC"; // around the mark of a child element, in the words of its parent
const SILENT = new Set(["script", "style"]);
const OWN = new Set(["lang", "dir", "data-parts"]); // set by hand

/**
 * What to write instead of what: found by laying the same documents in two languages beside each other. What
 * differs between them is what the language makes; names, numbers and texts of people are in neither.
 */
export class Dictionary {
  constructor() {
    /** @type {Map<string, string>} */
    this._words = new Map();
  }

  /** @param {ParentNode} from @param {ParentNode} to the same template; throws when it is another one */
  add(from, to) {
    const [old, young] = [elements(from), elements(to)];
    if (old.length !== young.length) throw new Error("two versions of the page");
    old.forEach((element, index) => this._compare(element, young[index]));
  }

  /** @param {ParentNode} root */
  translate(root) {
    for (const element of elements(root)) {
      const old = words(element);
      const young = this._find(element, "", old);
      if (young !== undefined && young !== old) write(element, young);
      for (const { name, value } of element.attributes) {
        const other = OWN.has(name) ? value : this._find(element, name, value);
        if (other !== undefined && other !== value) element.setAttribute(name, other);
      }
    }
  }

  /** @param {Element} old @param {Element} young */
  _compare(old, young) {
    if (old.localName !== young.localName) throw new Error(`${old.localName} is not ${young.localName}`);
    this._note(old, "", words(old), words(young));
    for (const { name, value } of old.attributes) this._note(old, name, value, young.getAttribute(name) ?? value);
  }

  /** @param {Element} element @param {string} name of the attribute, "" for its words @param {string} old @param {string} young */
  _note(element, name, old, young) {
    for (const key of keys(element, name, old)) if (!this._words.has(key)) this._words.set(key, young);
  }

  /** @param {Element} element @param {string} name @param {string} old */
  _find(element, name, old) {
    return old && keys(element, name, old).map((key) => this._words.get(key)).find((young) => young !== undefined);
  }
}

/** First by its place, since one word of a language may be two of another. @param {Element} element @param {string} name @param {string} value */
function keys(element, name, value) {
  const near = element.closest("[data-when], [data-act], [data-part], [id]");
  const { when, act, part } = /** @type {DOMStringMap} */ (near instanceof HTMLElement ? near.dataset : {});
  return [`${when ?? act ?? part ?? near?.id}|${name}|${value}`, `|${name}|${value}`];
}

/** @param {ParentNode} root @returns {Element[]} also those that wait in templates */
function elements(root) {
  return [...root.querySelectorAll("*")].flatMap((element) =>
    element instanceof HTMLTemplateElement ? [element, ...elements(element.content)] : element,
  );
}

/** An element's own text, with the places of its children; "" when it has none. @param {Element} element */
function words(element) {
  if (SILENT.has(element.localName)) return "";
  const parts = [...element.childNodes].map((node) => (node instanceof Element ? HOLE + mark(node) + HOLE : (node.nodeValue ?? "")));
  return parts.some((part) => !part.startsWith(HOLE) && part.trim()) ? parts.join("").replace(/[ \n]+/g, " ").trim() : "";
}

/** @param {Element} element */
function mark(element) {
  return [element.localName, ...element.getAttributeNames().filter((name) => name.startsWith("data-"))].join(" ");
}

/** Children keep their state: they are moved, if another order of words wants it, and never made anew. @param {Element} element @param {string} text */
function write(element, text) {
  const children = [...element.children];
  const parts = text.split(HOLE).map((part, index) => {
    if (index % 2 === 0) return part;
    const [child] = children.splice(children.findIndex((one) => mark(one) === part), 1);
    return child;
  });
  element.replaceChildren(...parts.filter((part) => part));
}

/** @param {string} address @returns {Promise<Document>} */
async function read(address) {
  const reply = await fetch(address);
  // The server is newer than this page, and its words are others: half of ours would stay as they are.
  if (!reply.ok || reply.headers.get("cache-control") === "no-store") throw new Error(`no ${address}`);
  return new DOMParser().parseFromString(await reply.text(), "text/html");
}

/** @param {string} name @param {string} language */
const address = (name, language) => String(document.body.dataset["parts"]).replace(/[^/]*$/, `${name}.${language}.html`);

/** Rejects, with nothing changed, when the words can't be had. @param {string} to */
async function speak(to) {
  const from = document.documentElement.lang;
  if (from === to) return;
  const dictionary = new Dictionary();
  const [first, later, other, rest] = await Promise.all(
    [from, to].flatMap((language) => [read(address("first", language)), read(address("later", language))]),
  );
  dictionary.add(first, other);
  dictionary.add(later, rest);
  dictionary.translate(document);
  Object.assign(document.documentElement, { lang: to, dir: other.documentElement.dir });
  document.body.dataset["parts"] = address("later", to);
  remember(to).catch(() => {}); // a reload would be in the earlier language
}

/** So that a reload is in this language, also without a network. @param {string} language */
async function remember(language) {
  const page = await fetch(`/j?lang=${language}`); // the server's answer carries the cookie
  const kept = `visio-caller?${document.body.dataset["version"]}`;
  if (!page.ok || !(await globalThis.caches?.has(kept))) return;
  const cache = await caches.open(kept);
  await Promise.all([cache.put("/j", page), cache.add(address("later", language))]);
}

/** @param {import("../host.js").Host} host */
export function install(host) {
  const list = /** @type {HTMLDialogElement} */ (host.part("languages"));
  const choices = /** @type {NodeListOf<HTMLElement>} */ (list.querySelectorAll("[data-language]"));
  const known = [...choices].map(({ dataset }) => dataset["language"]);
  let turn = Promise.resolve(); // one after the other: each begins where the last one ended
  host.control("language", {
    parallel: true,
    takes: (value) => known.includes(value),
    able: () => true,
    apply: (value) => {
      const done = turn.then(() => speak(value)).then(host.changed);
      turn = done.catch(() => {});
      return done;
    },
    value: () => document.documentElement.lang,
  });
  host.act("languages", () => (list.showModal ? list.showModal() : list.setAttribute("open", "")));
  list.addEventListener("click", ({ target }) => {
    const chosen = /** @type {Element} */ (target).closest("[data-language]");
    if (chosen instanceof HTMLElement) host.set("language", String(chosen.dataset["language"]));
    if (chosen || target === list) list.close ? list.close() : list.removeAttribute("open");
  });
}
