/** @typedef {"inapp" | "safari" | "ios" | "samsung" | "firefox" | "chrome" | "other"} Browser whose menus to explain */

/** @param {string} agent as `navigator.userAgent` @param {boolean} touch iPads say that they are Macs @returns {Browser} */
export function browserOf(agent, touch = false) {
  const ios = /iPhone|iPad|iPod/.test(agent) || (agent.includes("Macintosh") && touch);
  if (inApp(agent) || (ios && !agent.includes("Safari/"))) return "inapp";
  if (ios) return /CriOS|FxiOS|EdgiOS|OPT\//.test(agent) ? "ios" : "safari";
  if (agent.includes("SamsungBrowser/")) return "samsung";
  if (agent.includes("Firefox/")) return "firefox";
  return agent.includes("Chrome/") ? "chrome" : "other";
}

/** A view inside another Android app, where the camera rarely opens and often never answers. @param {string} agent */
export function inApp(agent) {
  return /Android/.test(agent) && /; wv\)|FBAN|FBAV|Instagram|Snapchat|Line\//.test(agent);
}
