/** What is on its way: captures and documents to the server, files from the phone. Pure. */

/** @typedef {import("./state.js").State} State */
/** @typedef {import("./state.js").Still} Still */
/** @typedef {import("./state.js").Progress} Progress */

const FILE_SILENCE = 30_000; // ms without a further byte: the phone has given up, or will announce it again

/** @param {State} state @param {import("./reduce.js").RoomMessage} message @returns {State} */
export function reduceUploads(state, message) {
  switch (message.type) {
    case "still.taken":
      return { ...state, stills: [...state.stills, newStill(message, state.now)] };
    case "still.storing":
      return still(state, message.key, { status: "storing", text: "" });
    case "still.stored":
      return still(state, message.key, { status: "stored", capture: message.capture });
    case "still.failed":
      return still(state, message.key, { status: "failed", text: message.text });
    case "parcel.sending":
      return parcel(state, message.key, { name: message.name, size: message.size, status: "sending", text: "" });
    case "parcel.sent":
      return { ...state, parcels: state.parcels.filter((one) => one.key !== message.key) };
    case "parcel.failed":
      return parcel(state, message.key, { status: "failed", text: message.text });
    case "names":
      return { ...state, names: message.names };
    case "file.progress":
      return progress(state, message.progress);
    default:
      return state;
  }
}

/** What was stored or refused is on its way no more. @param {Progress[]} files @param {import("./state.js").Event} event */
export function arrived(files, { fact }) {
  if (fact.type === "file.failed") return files.filter((one) => one.file !== fact.file);
  const kind = fact.type === "photo.stored" ? "photo" : fact.type === "document.stored" && !fact.by && "document";
  // The last progress that was told may be short of the whole, and the event names no file: the furthest one it is.
  const [whole] = files
    .filter((one) => one.kind === kind && one.participant === fact.participant)
    .sort((one, other) => other.at / other.size - one.at / one.size);
  return whole ? files.filter((one) => one !== whole) : files;
}

/** @param {State} state @param {Omit<Progress, "heardAt">} told @returns {State} */
function progress(state, told) {
  const others = state.files.filter((one) => one.file !== told.file);
  return { ...state, files: [...others, { ...told, heardAt: state.now }] };
}

/** @param {State} state @returns {State} */
export function forgetSilent(state) {
  const files = state.files.filter((one) => state.now - one.heardAt < FILE_SILENCE);
  return files.length === state.files.length ? state : { ...state, files };
}

/** @param {State} state @param {string} key @param {Partial<import("./state.js").Parcel>} change @returns {State} */
function parcel(state, key, change) {
  const before = state.parcels.find((one) => one.key === key);
  const { name = "", size = 0, status = "sending", text = "" } = { ...before, ...change };
  const now = { key, name, size, status, text };
  if (!before) return { ...state, parcels: [...state.parcels, now] };
  return { ...state, parcels: state.parcels.map((one) => (one === before ? now : one)) };
}

/** @param {{key: string, width: number, height: number}} message @param {number} at @returns {Still} */
function newStill({ key, width, height }, at) {
  return { key, at, width, height, status: "storing", capture: null, text: "" };
}

/** @param {State} state @param {string} key @param {Partial<Still>} change @returns {State} */
function still(state, key, change) {
  return { ...state, stills: state.stills.map((one) => (one.key === key ? { ...one, ...change } : one)) };
}
