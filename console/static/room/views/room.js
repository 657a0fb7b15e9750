import { part } from "../../shared/dom.js";
import { assistanceView } from "./assistance.js";
import { barView } from "./bar.js";
import { camerasView } from "./cameras.js";
import { choiceView } from "./choice.js";
import { cprView } from "./cpr.js";
import { documentsView } from "./documents.js";
import { drawingFold } from "./drawing-fold.js";
import { guestsFold } from "./guests-fold.js";
import { helpView } from "./help.js";
import { remedyView } from "./remedy.js";
import { framingView } from "./framing.js";
import { fullscreenSwitch } from "./fullscreen.js";
import { handoversView } from "./handovers.js";
import { pointingView } from "./pointing.js";
import { qualityView } from "./quality.js";
import { sharingView } from "./sharing.js";
import { tapingView } from "./taping.js";
import { watchersView } from "./watchers.js";
import { wordsView } from "./words.js";
import { zoomView } from "./zoom.js";
import { callView, ladderView } from "./call.js";
import { capturesView } from "./captures.js";
import { invitationView, resendView } from "./invitation.js";
import { leavingView } from "./leaving.js";
import { positionView } from "./position.js";
import { endedView, markView } from "./closing.js";
import { eyesView } from "./eyes.js";
import { layersView, lineView, stageView } from "./stage.js";

/** @typedef {import("../state.js").State} State */

/** What keys do that is the view's own. @typedef {Record<import("../keys.js").ViewIntent, () => void>} Doing */

/**
 * @param {Document} root
 * @param {object} context
 * @param {import("../../shared/phrases.js").Say} context.say
 * @param {string} context.language
 * @param {{session: string, blurred: boolean, users: Record<string, string>, started_at: number, other_provider: boolean, host: string, map: import("./map.js").MapSource | null}} context.page
 * @param {import("../intents.js").Intents} context.intents
 * @param {import("../documents.js").Documents} context.documents
 * @param {import("../places.js").Places} context.places
 * @param {(name: string, video: HTMLVideoElement) => () => void} context.watch a picture beside the caller's
 * @param {(name: string) => void} context.enlarge such a picture, "" for the caller's
 * @param {() => Promise<import("../sharing.js").Sharing>} context.loadSharing
 * @param {() => State} context.state
 */
export function roomView(root, { say, language, page, intents, documents, places, watch, enlarge, loadSharing, state }) {
  const fullscreen = fullscreenSwitch(root);
  const pointing = pointingView(root, intents, state);
  const framing = framingView(root, intents, state, say, language);
  const papers = documentsView(root, say, language, documents);
  const position = positionView(root, { say, language, state, places, source: page.map });
  const cpr = cprView(root, say, intents, language, state);
  const eyes = eyesView(root, say, page, sessionStorage);
  const mark = markView(root, say, page.session, state);
  const guests = guestsFold(root, say, intents, state);
  const cameras = camerasView(root, say, { state, enlarge, watch });
  const sharing = sharingView(root, say, { load: loadSharing, storage: localStorage });
  const drawing = drawingFold(root, { say, state, intents, documents });
  const help = helpView(root, say, localStorage);
  const assistance = assistanceView(root, say, intents, state);
  const views = [
    layersView(root, say, language),
    framing.render,
    pointing.render,
    stageView(root, say, language),
    remedyView(root, say, intents, page),
    lineView(root, say),
    eyes.render,
    mark.render,
    barView(root, say, intents),
    zoomView(root, say, intents, language, part(root, "stage")),
    choiceView(root, "profile", say, intents),
    wordsView(root, say, intents),
    handoversView(root, say, intents),
    watchersView(root, say, intents),
    cameras.render,
    sharing.render,
    drawing.render,
    papers.render,
    guests.render,
    cpr.render,
    assistance.render,
    ...panelViews(root, { say, language, page, intents, state }),
    position.render,
  ];
  /** @type {Doing} */
  const doing = {
    fullscreen,
    pointing: pointing.toggle,
    ...framing.doing,
    ...words(root),
    document: papers.choose,
    ...position.doing,
    ...decisions(root, intents, state),
    guest: guests.invite,
    help: help.toggle,
    assistance: assistance.toggle,
    pressing: cpr.toggle,
    reveal: eyes.hold,
    mark: mark.toggle,
    ...sharing.doing,
    ...drawing.doing,
    ...cameras.doing,
  };
  return { doing, keysOn: help.keysOn, seeOurselves: sharing.seeOurselves, render: (/** @type {State} */ now) => views.forEach((view) => view(now)) };
}

/**
 * The call, its network, its way to the picture, its captures, its end.
 *
 * @param {Document} root
 * @param {Pick<Parameters<typeof roomView>[1], "say" | "language" | "page" | "intents" | "state">} context
 */
function panelViews(root, { say, language, page, intents, state }) {
  return [
    callView(root, say, language, page.started_at),
    qualityView(root, say, language),
    ladderView(root, say, language),
    invitationView(root, say, state),
    resendView(root, say, (to, other) => void intents.resend(to, other)),
    capturesView(root, say, language, intents),
    tapingView(root, say, intents),
    leavingView(root, say, () => void intents.end()),
    endedView(root, say, language, page),
    flashView(part(root, "flash")),
  ];
}

/**
 * On the second phone that asked first, on who drives, on the end.
 *
 * @param {ParentNode} root @param {import("../intents.js").Intents} intents @param {() => State} state
 */
function decisions(root, intents, state) {
  const decide = (/** @type {import("./handovers.js").Decision} */ decision) => {
    const asked = state().call.handovers[0];
    if (asked) void intents.decide(asked.id, decision);
  };
  return {
    move: () => decide("move"),
    add: () => decide("add"),
    refuse: () => decide("refuse"),
    hand: () => intents.hand(),
    ending: () => part(root, "end").focus(),
  };
}

/** @param {ParentNode} root */
const words = (root) => ({
  writing: () => reveal(root, "words", "message"),
  language: () => reveal(root, "words", "language"),
});

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
