/** The page's requests over HTTP: what the link is worth, taking it, and the photo of the scene. */

/** @typedef {import("./state.js").Look} Look */

/** @param {string} token @returns {Promise<Look>} rejects when the server can't be reached */
export async function look(token) {
  const response = await post("/g/open", token);
  if (response.status === 422) return { state: "unknown", centre: "", name: "", role: "" };
  if (!response.ok) throw new Error(`look: ${response.status}`);
  return response.json();
}

/** @param {string} token @returns {Promise<string>} why it can't be taken, "" when it is; rejects when the server can't be reached */
export async function claim(token) {
  const response = await post("/g/claim", token);
  if (response.status === 204) return "";
  if (response.status === 409) return (await response.json()).state;
  throw new Error(`claim: ${response.status}`);
}

/** @param {string} photo that the scene names @returns {Promise<Blob>} rejects when it can't be had now */
export async function readPhoto(photo) {
  const response = await fetch(`/g/photos/${photo}`);
  if (!response.ok) throw new Error(`photo: ${response.status}`);
  return response.blob();
}

/** @param {string} url @param {string} token */
const post = (url, token) =>
  fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json", accept: "application/json" },
    body: JSON.stringify({ token }),
  });

/**
 * Until it works: an invitation is opened where the network is bad, too.
 *
 * @template T
 * @param {() => Promise<T>} work
 * @param {(attempt: number) => number} backoff
 * @param {() => void} onFailure
 * @returns {Promise<T>}
 */
export async function again(work, backoff, onFailure) {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch {
      onFailure();
      await new Promise((resolve) => setTimeout(resolve, backoff(attempt)));
    }
  }
}
