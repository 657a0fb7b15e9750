import { part } from "../../shared/dom.js";
import { barView, zoomView } from "./bar.js";
import { callView, ladderView } from "./call.js";
import { capturesView } from "./captures.js";
import { invitationView, resendView } from "./invitation.js";
import { leavingView } from "./leaving.js";
import { positionView } from "./position.js";
import { endedView, lineView, stageView } from "./stage.js";

/** @typedef {import("../state.js").State} State */

/**
 * @param {ParentNode} root
 * @param {object} context
 * @param {import("../../shared/phrases.js").Say} context.say
 * @param {string} context.language
 * @param {{users: Record<string, string>, started_at: number}} context.page
 * @param {import("../intents.js").Intents} context.intents
 * @param {() => State} context.state
 */
export function roomView(root, { say, language, page, intents, state }) {
  const stage = part(root, "stage");
  const fullscreen = () => {
    if (document.fullscreenElement) void document.exitFullscreen();
    else void stage.requestFullscreen().catch(() => undefined); // refused outside a tap: the picture stays as it is
  };
  root.querySelector('[data-control="fullscreen"] button')?.addEventListener("click", fullscreen);
  const views = [
    stageView(root, say, language),
    lineView(root, say),
    endedView(root, say, language, page.users),
    barView(root, say, intents),
    zoomView(root, say, intents, language, stage),
    callView(root, say, language, page.started_at),
    ladderView(root, say, language),
    invitationView(root, say, state),
    resendView(root, say, (to) => void intents.resend(to)),
    positionView(root, say, language, state),
    capturesView(root, say, language, intents),
    leavingView(root, say, () => void intents.end()),
    flashView(part(root, "flash")),
  ];
  return { fullscreen, render: (/** @type {State} */ now) => views.forEach((view) => view(now)) };
}

/** The blink of a shutter: a click that was heard. @param {HTMLElement} flash */
function flashView(flash) {
  let count = 0;
  flash.addEventListener("animationend", () => flash.classList.remove("now"));
  return (/** @type {State} */ { stills }) => {
    if (stills.length > count) flash.classList.add("now");
    count = stills.length;
  };
}
