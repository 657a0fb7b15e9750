import { part } from "../../shared/dom.js";
import { barView } from "./bar.js";
import { camerasView } from "./cameras.js";
import { choiceView } from "./choice.js";
import { cprView } from "./cpr.js";
import { documentsView } from "./documents.js";
import { helpView } from "./help.js";
import { remedyView } from "./remedy.js";
import { framingView } from "./framing.js";
import { fullscreenSwitch } from "./fullscreen.js";
import { handoversView } from "./handovers.js";
import { pointingView } from "./pointing.js";
import { qualityView } from "./quality.js";
import { watchersView } from "./watchers.js";
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
 * @param {{users: Record<string, string>, started_at: number, other_provider: boolean, host: string, map: import("./map.js").MapSource | null}} context.page
 * @param {import("../intents.js").Intents} context.intents
 * @param {import("../documents.js").Documents} context.documents
 * @param {import("../places.js").Places} context.places
 * @param {(participant: string, video: HTMLVideoElement) => () => void} context.watch a second camera
 * @param {() => State} context.state
 */
export function roomView(root, { say, language, page, intents, documents, places, watch, state }) {
  const stage = part(root, "stage");
  const fullscreen = fullscreenSwitch(root);
  const pointing = pointingView(root, intents, state);
  const framing = framingView(root, intents, state, say, language);
  const papers = documentsView(root, say, language, documents);
  const position = positionView(root, { say, language, state, places, source: page.map });
  const cpr = cprView(root, say, intents, language, state);
  const help = helpView(root, say, localStorage);
  const views = [
    layersView(root, say, language),
    framing.render,
    pointing.render,
    stageView(root, say, language),
    remedyView(root, say, intents, page),
    lineView(root, say),
    endedView(root, say, language, page.users),
    barView(root, say, intents),
    zoomView(root, say, intents, language, stage),
    qualityView(root, say, language),
    choiceView(root, "profile", say, intents),
    wordsView(root, say, intents),
    handoversView(root, say, intents),
    watchersView(root, say, intents),
    camerasView(root, say, watch),
    papers.render,
    cpr.render,
    callView(root, say, language, page.started_at),
    ladderView(root, say, language),
    invitationView(root, say, state),
    resendView(root, say, (to, other) => void intents.resend(to, other)),
    position.render,
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
    ...framing.doing,
    writing: () => reveal(root, "words", "message"),
    language: () => reveal(root, "words", "language"),
    document: papers.choose,
    ...position.doing,
    move: () => decide("move"),
    add: () => decide("add"),
    refuse: () => decide("refuse"),
    hand: () => intents.hand(),
    help: help.toggle,
    pressing: cpr.toggle,
    ending: () => part(root, "end").focus(),
  };
  return { doing, keysOn: help.keysOn, render: (/** @type {State} */ now) => views.forEach((view) => view(now)) };
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
