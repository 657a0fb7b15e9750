import { install as browsers } from "./browsers.js";
import { install as documents } from "./documents.js";
import { install as drawings } from "./drawings.js";
import { install as files } from "./files.js";
import { install as guidance } from "./guidance.js";
import { install as handover } from "./handover.js";
import { install as ladder } from "./ladder.js";
import { install as language } from "./language.js";
import { install as lens } from "./lens.js";
import { install as metronome } from "./metronome.js";
import { install as pause } from "./pause.js";
import { install as photo } from "./photo.js";
import { install as position } from "./position.js";
import { install as profile } from "./profile.js";
import { install as refusedPhoto } from "./refused-photo.js";
import { install as share } from "./share.js";
import { install as streams } from "./streams.js";
import { install as summary } from "./summary.js";
import { install as watch } from "./watch.js";
import { install as trust } from "./trust.js";
import { install as watchers } from "./watchers.js";

/** @type {((host: import("../host.js").Host) => void)[]} */
const PARTS = [watch, ladder, browsers, language, position, guidance, metronome, summary, trust, lens, photo, profile, files, documents, refusedPhoto, handover, share, watchers, pause, streams, drawings];

/** What the page can do once the picture is on its way. @param {import("../host.js").Host} host */
export function install(host) {
  for (const part of PARTS) part(host);
}
