/** A picture of each tile that is in sight, every few seconds, and never two of one at once. */

const EVERY = 4_000; // ms

/** @param {Element} list of tiles @returns {() => void} to be called for new tiles */
export function stills(list) {
  /** @type {Set<Element>} */
  const seen = new Set();
  const sight = new IntersectionObserver((entries) => {
    for (const { target, isIntersecting } of entries) {
      if (isIntersecting) seen.add(target);
      else seen.delete(target);
    }
  });
  setInterval(() => {
    for (const item of seen) {
      if (!item.isConnected) seen.delete(item);
      else if (document.visibilityState === "visible") refresh(item);
    }
  }, EVERY);
  return () => {
    for (const item of list.children) {
      if (item.hasAttribute("data-watched")) continue;
      item.setAttribute("data-watched", "");
      sight.observe(item);
      refresh(item);
    }
  };
}

/** @param {Element} item */
function refresh(item) {
  const image = /** @type {HTMLImageElement | null} */ (item.querySelector("[data-part=still]"));
  const shows = ["live", "stills", "stalled"].includes(item.getAttribute("data-state") ?? "");
  if (!image || image.dataset["busy"] || !shows) return;
  image.dataset["busy"] = "1";
  const next = new Image();
  const done = (/** @type {boolean} */ came) => {
    delete image.dataset["busy"];
    if (came) image.src = next.src;
    image.hidden = image.hidden && !came;
    item.classList.toggle("seen", !image.hidden);
  };
  next.addEventListener("load", () => done(true));
  next.addEventListener("error", () => done(false));
  next.src = `${image.dataset["src"]}?at=${Date.now()}`;
}
