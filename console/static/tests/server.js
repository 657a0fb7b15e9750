/**
 * One question, as JSON.
 * @param {string} path
 * @param {object} [body] to be sent; without one something is read
 * @returns {Promise<{status: number, body: any}>} status 0 without an answer
 */
export async function ask(path, body) {
  try {
    const init = body && { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
    const reply = await fetch(path, init);
    return { status: reply.status, body: await reply.json().catch(() => undefined) };
  } catch {
    return { status: 0, body: undefined };
  }
}
