/** Buttons that copy a text say for a moment that they did. */

const SAID_FOR = 2000; // ms

/** @param {HTMLButtonElement} button @param {() => string} text @param {string} done what the button then says */
export function copyButton(button, text, done) {
  const label = button.querySelector("span") ?? button;
  const asked = label.textContent ?? "";
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(text());
    } catch {
      return; // no permission: the text is on the screen, to be selected by hand
    }
    label.textContent = done;
    clearTimeout(timer);
    timer = setTimeout(() => (label.textContent = asked), SAID_FOR);
  });
}
