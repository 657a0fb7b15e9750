import { copyButton } from "../../shared/copying.js";
import { isOverdue } from "../situation.js";
import { part, setAttribute, setText, show } from "../../shared/dom.js";

/** @typedef {import("../state.js").State} State */
/** @typedef {import("../../shared/phrases.js").Say} Say */

/** @param {ParentNode} root @param {Say} say @param {() => State} read */
export function invitationView(root, say, read) {
  const fold = /** @type {HTMLDetailsElement} */ (part(root, "invitation"));
  const code = part(root, "code");
  const qr = part(root, "qr");
  copyButton(/** @type {HTMLButtonElement} */ (part(root, "copy-link")), () => read().link?.url ?? "", say("copied"));
  let wanted = false;
  return (/** @type {State} */ state) => {
    const { link, call } = state;
    show(fold, !call.ended);
    show(part(root, "link"), link !== null && !call.phone);
    show(part(root, "taken"), call.phone !== null);
    if (link) {
      setText(code, link.code_spaced);
      setAttribute(code, "aria-label", say("code.label", { code: link.code_spaced }));
      setAttribute(qr, "viewBox", `0 0 ${link.qr.size} ${link.qr.size}`);
      setAttribute(/** @type {Element} */ (qr.firstElementChild), "d", link.qr.path);
    }
    // Opened when it becomes the caller's way in, folded when it is no more; in between it is the regulator's.
    if (wanted !== isWanted(state)) {
      wanted = !wanted;
      fold.open = wanted;
    }
  };
}

/** @param {State} state */
function isWanted(state) {
  const { call } = state;
  if (isOverdue(state)) return true;
  if (call.phone || call.ended) return false;
  return call.message?.provider === "outbox" || call.message?.state === "failed" || call.invitation?.line === "fixed";
}

/** @param {ParentNode} root @param {Say} say @param {(to: string, other?: boolean) => void} resend */
export function resendView(root, say, resend) {
  const field = /** @type {HTMLInputElement} */ (part(root, "resend-to"));
  const said = part(root, "resend-said");
  const button = part(root, "resend-button");
  let before = "idle";
  part(root, "resend").addEventListener("submit", (event) => {
    event.preventDefault();
    resend(field.value.trim());
  });
  const other = root.querySelector('[data-part="resend-other"]'); // where the server has a second provider
  other?.addEventListener("click", () => resend("", true));
  return (/** @type {State} */ { resend: { status, text } }) => {
    if (other) setAttribute(other, "aria-busy", String(status === "busy"));
    setAttribute(button, "aria-busy", String(status === "busy"));
    setAttribute(field, "aria-invalid", String(status === "failed"));
    said.classList.toggle("wrong", status === "failed");
    setText(said, status === "failed" ? text || say("resend.failed") : status === "done" ? say("resend.done") : "");
    if (before === "busy" && status === "done") field.value = "";
    before = status;
  };
}
