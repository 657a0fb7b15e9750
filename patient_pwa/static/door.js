import { delay } from "../../signaling/client/backoff.js";

/** @typedef {{status: number, body: {[field: string]: any}, retryAfter: number}} Reply */

const PATIENCE = 8000; // ms for one try

/** POST JSON, once. Rejects when there is no network. @param {string} path @param {object} body @returns {Promise<Reply>} */
export async function post(path, body) {
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(), PATIENCE);
  try {
    const reply = await fetch(path, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
      signal: abort.signal,
    });
    const found = reply.status === 204 ? {} : await reply.json().catch(() => ({}));
    return { status: reply.status, body: found, retryAfter: Number(reply.headers.get("retry-after")) || 30 };
  } finally {
    clearTimeout(timer);
  }
}

/**
 * POST until the server answers for good: no network, a server that restarts or asks to wait are tried again.
 * @param {string} path
 * @param {object} body
 * @param {() => void} onTrouble after each try that failed
 */
export async function insist(path, body, onTrouble) {
  for (let attempt = 1; ; attempt++) {
    const reply = await post(path, body).catch(() => undefined);
    if (reply && reply.status < 500 && reply.status !== 429) return reply;
    onTrouble();
    await new Promise((resolve) => setTimeout(resolve, delay(attempt)));
  }
}
