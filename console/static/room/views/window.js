import { part, setAttribute, setText, show } from "../../shared/dom.js";
import { hadPicture, shown } from "../picture.js";
import { situation } from "../situation.js";
import { ageWords } from "./stage.js";
import { tool } from "./tool.js";

/** @typedef {import("../state.js").State} State */
/** @typedef {import("../../shared/phrases.js").Say} Say */

const SIZE = { width: 960, height: 720 }; // px

/**
 * The picture in its own window: the layers themselves move there and come back, with all that draws on them.
 *
 * @param {Document} root @param {Say} say @param {string} language
 */
export function windowView(root, say, language) {
  const stage = part(root, "stage");
  const layers = part(root, "layers");
  const video = /** @type {HTMLVideoElement} */ (part(layers, "picture"));
  const note = part(root, "window-note");
  const button = tool(root, "window");
  /** @type {{made: Window, news: HTMLElement} | null} */
  let away = null;

  /** @param {Window | null} made */
  function moveTo(made) {
    setText(part(root, "window-words"), say(made ? "window.away" : "window.refused"));
    show(part(root, "window-back"), made !== null);
    show(note, true);
    if (!made) return;
    const news = dressed(made.document, root);
    away = { made, news };
    made.document.body.append(layers, news);
    resume();
    made.addEventListener("pagehide", comeBack);
    made.addEventListener("keydown", (event) => answer(made, event));
    made.document.addEventListener("dblclick", () => fill(made));
    setAttribute(button, "aria-pressed", "true");
  }

  function comeBack() {
    if (!away) return;
    const { made } = away;
    away = null;
    stage.prepend(layers);
    resume();
    made.close();
    show(note, false);
    setAttribute(button, "aria-pressed", "false");
  }

  const resume = () => void video.play().catch(() => undefined); // without a stream yet

  const toggle = () => (away ? comeBack() : void openWindow().then(moveTo));

  /** A window that floats can't fill a screen; one that can takes its place. @param {Window} made */
  function fill(made) {
    if (made.document.fullscreenElement) return void made.document.exitFullscreen();
    made.document.documentElement.requestFullscreen().catch(() => {
      if (!isFloating(made)) return;
      comeBack();
      moveTo(popUp());
    });
  }

  /** The room's keys work there too. @param {Window} made @param {KeyboardEvent} event */
  function answer(made, event) {
    const { key, code, shiftKey, ctrlKey, metaKey, altKey, repeat } = event;
    if (key.toLowerCase() === "f" && !ctrlKey && !metaKey && !altKey) return fill(made);
    if (root.activeElement instanceof HTMLElement) root.activeElement.blur(); // nobody types there now
    const told = { key, code, shiftKey, ctrlKey, metaKey, altKey, repeat, cancelable: true };
    if (!root.dispatchEvent(new KeyboardEvent("keydown", told))) event.preventDefault();
  }

  button.addEventListener("click", toggle);
  part(root, "window-back").addEventListener("click", comeBack);
  part(root, "window-close").addEventListener("click", () => show(note, false));
  addEventListener("pagehide", comeBack);
  const render = (/** @type {State} */ state) => {
    if (state.call.ended) return comeBack();
    if (away) setText(away.news, newsOf(state, say, language));
  };
  return { render, toggle };
}

/** What is the matter, or how old a picture is that is no video. @param {State} state @param {Say} say @param {string} language */
function newsOf(state, say, language) {
  const now = situation(state);
  if (now) return `${say(now.title)} ${say(now.advice)}`;
  if (state.frozen) return say("window.frozen");
  return hadPicture(state) && shown(state) === "jpeg" ? ageWords(state, say, language) : "";
}

/** @returns {Promise<Window | null>} null when the browser lets none open */
async function openWindow() {
  const floating = /** @type {any} */ (window).documentPictureInPicture;
  if (!floating) return popUp();
  return floating.requestWindow(SIZE).catch(() => popUp());
}

/** @returns {Window | null} */
const popUp = () => window.open("", "", `popup,width=${SIZE.width},height=${SIZE.height}`);

/** @param {Window} made */
const isFloating = (made) => /** @type {any} */ (window).documentPictureInPicture?.window === made;

/** An empty page in the room's clothes. @param {Document} made @param {Document} like @returns {HTMLElement} its line of news */
function dressed(made, like) {
  made.title = like.title;
  made.documentElement.lang = like.documentElement.lang;
  made.documentElement.dir = like.documentElement.dir;
  for (const sheet of /** @type {NodeListOf<HTMLLinkElement>} */ (like.querySelectorAll("link[rel=stylesheet]"))) {
    const link = made.createElement("link");
    Object.assign(link, { rel: "stylesheet", href: sheet.href });
    made.head.append(link);
  }
  made.body.className = "picture-window";
  const news = made.createElement("p");
  news.className = "window-news";
  news.setAttribute("role", "status");
  return news;
}
