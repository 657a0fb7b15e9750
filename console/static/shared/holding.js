/** Something that lasts while a button or key is held, and never longer. */

/**
 * Ends a hold with the first sign that nobody holds any more: the key or pointer is up, the window is hidden or no
 * longer the one that is used, in whichever of our windows the picture stands.
 *
 * @param {Window[]} windows
 * @param {() => void} end is called once
 */
export function untilReleased(windows, end) {
  const over = new AbortController();
  const release = () => {
    if (over.signal.aborted) return;
    over.abort();
    end();
  };
  for (const one of new Set(windows)) {
    for (const name of ["keyup", "pointerup", "pointercancel", "blur", "pagehide"]) {
      one.addEventListener(name, release, { signal: over.signal });
    }
    one.document.addEventListener("visibilitychange", release, { signal: over.signal });
  }
}

/**
 * @param {HTMLElement} button
 * @param {(event: Event) => void} begin
 */
export function whenHeld(button, begin) {
  button.addEventListener("pointerdown", (event) => {
    if (event.button === 0) begin(event);
  });
  button.addEventListener("keydown", (event) => {
    if (!["Enter", " "].includes(event.key)) return;
    if (event.repeat) event.preventDefault(); // Enter that stays down would click again and again
    else begin(event);
  });
  button.addEventListener("contextmenu", (event) => event.preventDefault()); // of a finger that stays
}
