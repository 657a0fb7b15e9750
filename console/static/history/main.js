/** The report of a visio: what is kept of it can be written here too, and its pictures are blurred until wanted. */

import { delay } from "../../../signaling/client/backoff.js";
import { storeClosing } from "../room/server.js";
import { markSwitch } from "../room/views/closing.js";
import { closingForm } from "../room/views/closing-form.js";
import { pageData, part } from "../shared/dom.js";
import { phrasebook } from "../shared/phrases.js";
import { covers } from "./covers.js";
import { films } from "./films.js";
import { trackMap } from "./track.js";

const form = part(document, "closing");
const session = form.dataset["session"] ?? "";
const say = phrasebook(pageData("session-data").phrases);
const store = (/** @type {import("../room/keeper.js").Wanted} */ wanted) => storeClosing(session, wanted);

closingForm(form, { say, store, backoff: delay });
let marked = part(document, "mark").getAttribute("aria-pressed") === "true";
markSwitch(document, say, store, () => marked, (kept) => {
  marked = kept.debrief;
});
covers(document);
films(document);
trackMap(document, say, pageData("session-data"));
