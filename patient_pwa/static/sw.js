// Keeps the page and what comes after it: the next visit needs no byte of them, and a reload on a dying network
// shows our page and not the browser's error. It touches nothing else: no POST, no socket, no picture. A phone
// without it loses only that. Each version of the page registers a worker of its own; a kept page that is older
// than the server learns it from the server's first answer, and leaves.
const worker = /** @type {ServiceWorkerGlobalScope} */ (/** @type {unknown} */ (self));
const SHELL = `visio-caller${worker.location.search}`;
const PAGE = "/j";

worker.addEventListener("install", (event) => {
  event.waitUntil(keep().then(() => worker.skipWaiting()));
});

worker.addEventListener("activate", (event) => {
  event.waitUntil(forget());
});

worker.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== worker.location.origin) return;
  if (pathname === PAGE || pathname.startsWith("/j/static/")) event.respondWith(kept(request));
});

/** The page and what it names: every address under /j/static/ carries a hash, so it never changes. */
async function keep() {
  const found = await worker.fetch(PAGE);
  if (!found.ok) return;
  const files = [...(await found.clone().text()).matchAll(/"(\/j\/static\/[^"]+)"/g)].map(([, path]) => path);
  const cache = await worker.caches.open(SHELL);
  await Promise.all([cache.put(PAGE, found), cache.addAll(files)]);
}

/** What other versions kept. */
async function forget() {
  for (const name of await worker.caches.keys()) if (name !== SHELL) await worker.caches.delete(name);
}

/** @param {Request} request */
async function kept(request) {
  return (await worker.caches.match(request, { ignoreVary: true })) ?? worker.fetch(request);
}
