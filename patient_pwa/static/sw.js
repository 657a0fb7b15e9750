// Keeps the page's shell, so that a reload on a dying network shows our page and not the browser's error.
// It touches nothing else: no POST, no socket, no picture. A phone without it loses only that.
const worker = /** @type {ServiceWorkerGlobalScope} */ (/** @type {unknown} */ (self));
const SHELL = "visio-caller";
const PAGE = "/j";
const PATIENCE = 3000; // ms for the network, then the kept page

worker.addEventListener("install", (event) => {
  event.waitUntil(keep().then(() => worker.skipWaiting()));
});

worker.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== worker.location.origin) return;
  if (pathname === PAGE) event.respondWith(page(request));
  else if (pathname.startsWith("/j/static/")) event.respondWith(kept(request));
});

/** The page and what it names: every address under /j/static/ carries a hash, so it never changes. */
async function keep() {
  const found = await worker.fetch(PAGE);
  if (!found.ok) return;
  const files = [...(await found.clone().text()).matchAll(/"(\/j\/static\/[^"]+)"/g)].map(([, path]) => path);
  await worker.caches.delete(SHELL);
  const cache = await worker.caches.open(SHELL);
  await Promise.all([cache.put(PAGE, found), cache.addAll(files)]);
}

/** @param {Request} request */
async function page(request) {
  const network = worker.fetch(request);
  const late = new Promise((resolve) => setTimeout(resolve, PATIENCE));
  const found = await Promise.race([network, late]).catch(() => undefined);
  return found instanceof Response ? found : ((await worker.caches.match(PAGE)) ?? network);
}

/** @param {Request} request */
async function kept(request) {
  return (await worker.caches.match(request)) ?? worker.fetch(request);
}
