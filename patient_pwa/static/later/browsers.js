import { inApp } from "../browser.js";

/** @typedef {"inapp" | "safari" | "ios" | "samsung" | "firefox" | "chrome" | "other"} Browser whose menus to explain */

const DOTS = /FBA[NV]|FB_IAB|Instagram|Snapchat|Line\/|musical_ly|Bytedance|MicroMessenger|LinkedInApp/; // they have a menu “⋯”
const MAIL = /GSA\/|Gmail|Outlook-iOS/; // they show Safari's tools
const LOCAL = /^(localhost|127\.|\[::1\])/;

// On an iPhone a view inside an application leaves Safari out of its name, or adds the application. First match wins.
/** @type {[Browser, RegExp][]} */
const ON_APPLE = [["inapp", DOTS], ["inapp", MAIL], ["ios", /CriOS|FxiOS|EdgiOS|OPT\/|OPiOS/], ["safari", /Safari\//], ["inapp", /./]];
/** @type {[Browser, RegExp][]} */
const ELSEWHERE = [["samsung", /SamsungBrowser\//], ["firefox", /Firefox\//], ["chrome", /Chrome\//]];

/** @param {string} agent as `navigator.userAgent` @param {boolean} touch iPads say that they are Macs @returns {Browser} */
export function browserOf(agent, touch = false) {
  if (inApp(agent)) return "inapp";
  const apple = /iPhone|iPad|iPod/.test(agent) || (agent.includes("Macintosh") && touch);
  return (apple ? ON_APPLE : ELSEWHERE).find(([, pattern]) => pattern.test(agent))?.[0] ?? "other";
}

/** How a view inside an application is left for the real browser: by its menu, or by Safari's compass. @param {string} agent */
export function wayOut(agent) {
  return DOTS.test(agent) || /Android/.test(agent) ? "dots" : "compass";
}

/** What Android opens in the phone's own browser, whatever application shows the link. @param {string} href */
export function intent(href) {
  const { protocol, host, pathname, hash } = new URL(href);
  return `intent://${host}${pathname}${hash}#Intent;scheme=${protocol.slice(0, -1)};action=android.intent.action.VIEW;category=android.intent.category.BROWSABLE;end`;
}

/** @param {string} selector */
const all = (selector) => /** @type {NodeListOf<HTMLAnchorElement>} */ (document.querySelectorAll(selector));

/** Help where the camera stays shut: what to tap here, or how to get to a browser that can. @param {import("../host.js").Host} host */
export function install(host) {
  const agent = navigator.userAgent;
  for (const part of all("[data-out]")) part.hidden = part.dataset["out"] !== wayOut(agent);
  host.emit({ type: "browser", browser: browserOf(agent, navigator.maxTouchPoints > 1) });
  host.watch(() => {
    for (const link of all("[data-open=browser]")) {
      link.hidden = !/Android/.test(agent);
      link.href = intent(location.href);
    }
    for (const link of all("[data-open=secure]")) {
      link.hidden = location.protocol === "https:" || LOCAL.test(location.host);
      link.href = location.href.replace("http:", "https:");
    }
  });
}
