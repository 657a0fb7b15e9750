/** How many of the centre watch, below what says that they do. @param {import("../host.js").Host} host */
export function install(host) {
  const note = host.part("watchers");
  const count = /** @type {HTMLElement} */ (note.querySelector("b"));
  document.querySelector(".status")?.append(note);
  host.on("watchers", ({ count: now }) => {
    count.textContent = String(now);
    note.hidden = !(now > 0);
  });
}
