/**
 * One submit is one visio: Enter pressed twice, or a double click, must not send two messages.
 *
 * @param {HTMLFormElement} form
 */
export function submitOnce(form) {
  const button = form.querySelector("button");
  let sent = false;
  const mark = (/** @type {boolean} */ busy) => {
    sent = busy;
    button?.setAttribute("aria-busy", String(busy));
  };
  form.addEventListener("submit", (event) => {
    if (sent) event.preventDefault();
    else mark(true);
  });
  // Back from the room: the page may come out of the browser's memory as it was left.
  addEventListener("pageshow", () => mark(false));
}
