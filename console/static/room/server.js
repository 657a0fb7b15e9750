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

/** @param {string} session @returns {Promise<import("./state.js").Link | null>} null when no link can be taken */
export async function readLink(session) {
  return (await answer(`/sessions/${session}/link.json`, {})).link;
}

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
