/** The room's requests over HTTP. */

/** @typedef {{message: string, permanent: boolean}} Fault a sentence for the regulator; "" when nobody wrote one */

/** @param {string} session @param {Blob} blob @returns {Promise<{id: string}>} rejects with a Fault */
export async function storeCapture(session, blob) {
  return answer(`/sessions/${session}/captures`, {
    method: "POST",
    headers: { "content-type": blob.type },
    body: blob,
  });
}

/** @param {string} capture @returns {Promise<Blob>} rejects when it can't be had now */
export async function readCapture(capture) {
  const response = await fetch(`/captures/${capture}`);
  if (!response.ok) throw new Error(`capture: ${response.status}`);
  return response.blob();
}

/** @param {string} session @param {File} file @param {boolean} drawing @returns {Promise<{id: string}>} rejects with a Fault */
export async function storeDocument(session, file, drawing) {
  return answer(`/sessions/${session}/documents${drawing ? "?drawing=1" : ""}`, {
    method: "POST",
    headers: { "content-type": file.type, "x-file-name": encodeURIComponent(file.name) },
    body: file,
  });
}

/** @param {string} session @returns {Promise<Record<string, string>>} their names by their ids */
export async function readDocumentNames(session) {
  const { documents } = await answer(`/sessions/${session}/documents.json`, {});
  return Object.fromEntries(documents.map((/** @type {{id: string, name: string}} */ one) => [one.id, one.name]));
}

/** @param {string} session @returns {Promise<import("./state.js").Link | null>} null when no link can be taken */
export async function readLink(session) {
  return (await answer(`/sessions/${session}/link.json`, {})).link;
}

/** @typedef {{latitude: number, longitude: number}} Point */

/** @param {string} session @param {Point} point @returns {Promise<import("./place.js").Notations>} rejects with a Fault */
export async function readNotations(session, { latitude, longitude }) {
  return answer(`/sessions/${session}/place.json`, posted({ latitude, longitude }));
}

/** @param {string} session @param {Point} from @param {string} to as it was typed @returns {Promise<import("./place.js").Remote>} rejects with a Fault */
export async function readDistance(session, { latitude, longitude }, to) {
  return answer(`/sessions/${session}/distance.json`, posted({ latitude, longitude, to }));
}

/** @param {string} session @returns {Promise<import("./keeper.js").Kept>} rejects with a Fault */
export async function readClosing(session) {
  return answer(`/sessions/${session}/closing`, {});
}

/** Outlives the page. @param {string} session @param {import("./keeper.js").Wanted} wanted @returns {Promise<import("./keeper.js").Kept>} rejects with a Fault */
export async function storeClosing(session, wanted) {
  return answer(`/sessions/${session}/closing`, { ...posted(wanted), keepalive: true });
}

/** Of who is signed in; outlives the page. @param {{blurred: boolean}} wanted @returns {Promise<unknown>} rejects with a Fault */
export async function storePreference(wanted) {
  return answer("/preferences", { ...posted(wanted), keepalive: true });
}

/** @param {object} body */
const posted = (body) => ({
  method: "POST",
  headers: { "content-type": "application/json" },
  body: JSON.stringify(body),
});

/** @param {string} url @param {RequestInit} options */
async function answer(url, options) {
  /** @type {Fault} */
  let fault = { message: "", permanent: false };
  try {
    const response = await fetch(url, { ...options, headers: { accept: "application/json", ...options.headers } });
    if (response.ok) return await response.json();
    fault = { message: "", permanent: response.status < 500, ...(await response.json()) };
  } catch {
    // No network, or an answer of somebody on the way: worth another try.
  }
  throw fault;
}
