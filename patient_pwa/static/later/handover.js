import { insist } from "../door.js";

/** @typedef {import("../host.js").Host} Host */

const EVERY = 2000; // ms between two questions whether the regulator has decided
const STEPS = ["ask", "wait", "no"];

/**
 * The camera passes to another phone: this one asks for a link that another holds, or another took this one's
 * place.
 * @param {Host} host
 */
export function install(host) {
  let asking = false;
  const ask = async (/** @type {"agreed" | "declined"} */ recording) => {
    if (asking) return;
    asking = true;
    host.answer(recording);
    show(host, "wait");
    const state = await decision(host);
    asking = false;
    if (state === "ready") location.reload();
    else if (state === "refused") show(host, "no");
    else host.emit(looked(host, state));
  };
  host.act("handover", () => ask("agreed"));
  host.act("handover-unrecorded", () => ask("declined"));
  host.on("replaced", () => {
    host.capture.leave(looked(host, "replaced"));
  });
  host.act("stay", async () => {
    const { status } = await insist("/j/stay", {}, () => host.emit({ type: "trouble" }));
    if (status === 204) location.reload();
    else host.emit(looked(host, "ended"));
  });
  host.act("leave", () => {
    host.part("replaced-buttons").hidden = true;
    host.part("replaced-close").hidden = false;
  });
}

/** Once there is one. A network that comes and goes is no answer. @param {Host} host @returns {Promise<string>} */
async function decision(host) {
  const token = /[\w-]+/.exec(location.hash)?.[0] ?? "";
  for (;;) {
    const { status, body } = await insist("/j/handover", { token }, () => host.emit({ type: "trouble" }));
    if (body.state !== "waiting") return status === 400 ? "unknown" : body.state;
    await new Promise((resolve) => setTimeout(resolve, EVERY));
  }
}

/** @param {Host} host @param {string} state of the link, as the server's door says */
function looked(host, state) {
  const { centre, phone, word } = host.state();
  return { type: "looked", state, centre, phone, word };
}

/** @param {Host} host @param {string} step */
function show(host, step) {
  for (const part of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-part^=handover-]"))) {
    const name = String(part.dataset.part).split("-")[1];
    if (STEPS.includes(name)) part.hidden = name !== step;
  }
  host.part(`handover-${step}`).focus();
}
