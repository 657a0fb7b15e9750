import { part } from "../../shared/dom.js";
import { barView } from "./bar.js";
import { camerasView } from "./cameras.js";
import { choiceView } from "./choice.js";
import { documentsView } from "./documents.js";
import { handoversView } from "./handovers.js";
import { pointingView } from "./pointing.js";
import { qualityView } from "./quality.js";
import { wordsView } from "./words.js";
import { zoomView } from "./zoom.js";
import { callView, ladderView } from "./call.js";
import { capturesView } from "./captures.js";
import { invitationView, resendView } from "./invitation.js";
import { leavingView } from "./leaving.js";
import { positionView } from "./position.js";
import { endedView, layersView, lineView, stageView } from "./stage.js";

/** @typedef {import("../state.js").State} State */

/** What keys do that is the view's own. @typedef {Record<import("../keys.js").ViewIntent, () => void>} Doing */

/**
 * @param {Document} root
 * @param {object} context
 * @param {import("../../shared/phrases.js").Say} context.say
 * @param {string} context.language
 * @param {{users: Record<string, string>, started_at: number}} context.page
 * @param {import("../intents.js").Intents} context.intents
 * @param {import("../documents.js").Documents} context.documents
 * @param {(participant: string, video: HTMLVideoElement) => () => void} context.watch a second camera
 * @param {() => State} context.state
 */
export function roomView(root, { say, language, page, intents, documents, watch, state }) {
  const stage = part(root, "stage");
  const fullscreen = () => {
    if (document.fullscreenElement) void document.exitFullscreen();
    else void stage.requestFullscreen().catch(() => undefined); // refused outside a tap: the picture stays as it is
  };
  root.querySelector('[data-control="fullscreen"] button')?.addEventListener("click", fullscreen);
  const pointing = pointingView(root, intents, state);
  const papers = documentsView(root, say, language, documents);
  const views = [
    layersView(root, say, language),
    pointing.render,
    stageView(root, say, language),
    lineView(root, say),
    endedView(root, say, language, page.users),
    barView(root, say, intents),
    zoomView(root, say, intents, language, stage),
    qualityView(root, say, language),
    choiceView(root, "profile", say, intents),
    wordsView(root, say, intents),
    handoversView(root, say, intents),
    camerasView(root, say, watch),
    papers.render,
    callView(root, say, language, page.started_at),
    ladderView(root, say, language),
    invitationView(root, say, state),
    resendView(root, say, (to, other) => void intents.resend(to, other)),
    positionView(root, say, language, state),
    capturesView(root, say, language, intents),
    leavingView(root, say, () => void intents.end()),
    flashView(part(root, "flash")),
  ];
  const decide = (/** @type {import("./handovers.js").Decision} */ decision) => {
    const asked = state().call.handovers[0];
    if (asked) void intents.decide(asked.id, decision);
  };
  /** @type {Doing} */
  const doing = {
    fullscreen,
    pointing: pointing.toggle,
    writing: () => reveal(root, "words", "message"),
    language: () => reveal(root, "words", "language"),
    document: papers.choose,
    move: () => decide("move"),
    add: () => decide("add"),
    refuse: () => decide("refuse"),
  };
  return { doing, render: (/** @type {State} */ now) => views.forEach((view) => view(now)) };
}

/** To a field that may be folded away. @param {ParentNode} root @param {string} fold @param {string} field */
function reveal(root, fold, field) {
  /** @type {HTMLDetailsElement} */ (part(root, fold)).open = true;
  part(root, field).focus();
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
