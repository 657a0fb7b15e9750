import { copyButton } from "../../shared/copying.js";
import { duration } from "../../shared/durations.js";
import { part, setAttribute, setText, show } from "../../shared/dom.js";

/** @typedef {import("../state.js").State} State */
/** @typedef {import("../../shared/phrases.js").Say} Say */

/** @param {import("../state.js").Position} place */
const point = ({ latitude, longitude }) => `${latitude}, ${longitude}`;

/** @param {ParentNode} root @param {Say} say @param {string} language @param {() => State} read */
export function positionView(root, say, language, read) {
  const copy = /** @type {HTMLButtonElement} */ (part(root, "copy-position"));
  copyButton(copy, () => copied(read()), say("copied"));
  return (/** @type {State} */ state) => {
    const { position, positionError, address } = state.call;
    show(part(root, "position"), Boolean(position || positionError));
    show(part(root, "position-error"), Boolean(positionError));
    if (positionError) setText(part(root, "position-error-text"), say(`position.${positionError.reason}`));
    show(part(root, "position-facts"), Boolean(position));
    if (!position) return;
    setText(part(root, "address"), address);
    setText(part(root, "latitude"), String(position.latitude));
    setText(part(root, "longitude"), String(position.longitude));
    setText(part(root, "accuracy"), `±\u00a0${Math.round(position.accuracy)}\u00a0m`);
    const age = duration(Math.max(0, state.now - position.at), language);
    setText(part(root, "position-age"), say("ago", { duration: age }));
    const map = new URL("https://www.google.com/maps/search/?api=1");
    map.searchParams.set("query", `${position.latitude},${position.longitude}`);
    setAttribute(part(root, "map"), "href", map.href);
  };
}

/** @param {State} state */
function copied({ call }) {
  if (!call.position) return "";
  const where = `${point(call.position)} (± ${Math.round(call.position.accuracy)} m)`;
  return call.address ? `${call.address}\n${where}` : where;
}
