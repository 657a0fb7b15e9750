import { part, setAttribute, setText, show } from "../../shared/dom.js";
import { Keeper } from "../keeper.js";

/** @typedef {import("../keeper.js").Kept} Kept */

/**
 * Assessment, dispatch file and note: saved at each click and whenever a field is left.
 *
 * @param {HTMLElement} form
 * @param {object} context
 * @param {import("../../shared/phrases.js").Say} context.say
 * @param {(wanted: import("../keeper.js").Wanted) => Promise<Kept>} context.store rejects with a Fault
 * @param {(attempt: number) => number} context.backoff
 * @param {() => void} [context.submitted] Enter was pressed in a field
 */
export function closingForm(form, { say, store, backoff, submitted }) {
  const fields = /** @type {const} */ (["reference", "note"]);
  const field = (/** @type {typeof fields[number]} */ name) =>
    /** @type {HTMLInputElement | HTMLTextAreaElement} */ (part(form, name));
  const options = /** @type {HTMLElement[]} */ ([...form.querySelectorAll("[data-assessment]")]);
  const said = part(form, "closing-said");
  const retry = part(form, "closing-retry");
  const known = { reference: field("reference").value, note: field("note").value };
  let touched = false; // by a click on an assessment
  const keeper = new Keeper({
    store,
    backoff,
    tell: (status, text) => {
      setAttribute(said, "data-status", status);
      setText(said, status === "failed" && text ? text : say(`closing.${status}`));
      show(retry, status === "failed");
    },
  });
  const settle = () => {
    for (const name of fields) {
      const { value } = field(name);
      if (value === known[name]) continue;
      known[name] = value;
      void keeper.keep({ [name]: value });
    }
    return keeper.settle();
  };
  /** @param {string} assessment */
  const press = (assessment) => {
    for (const one of options) setAttribute(one, "aria-pressed", String(one.dataset["assessment"] === assessment));
  };
  for (const option of options) {
    option.addEventListener("click", () => {
      const again = option.getAttribute("aria-pressed") === "true";
      const assessment = again ? "" : (option.dataset["assessment"] ?? "");
      touched = true;
      press(assessment);
      void keeper.keep({ assessment });
    });
  }
  for (const name of fields) field(name).addEventListener("change", () => void settle());
  retry.addEventListener("click", () => void settle());
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void settle();
    submitted?.();
  });
  addEventListener("pagehide", () => void settle());

  /** What a colleague kept meanwhile, where nobody has touched it here. @param {Kept} kept */
  const fill = (kept) => {
    if (!touched) press(kept.assessment);
    for (const name of fields) {
      if (field(name).value !== known[name]) continue;
      field(name).value = known[name] = kept[name];
    }
  };
  return { settle, fill };
}
