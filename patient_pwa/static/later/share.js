/** @typedef {import("../host.js").Host} Host */

const RENEW = 14 * 60_000; // ms; the link lives for fifteen minutes

/** A QR code on this screen, by which the phone beside it becomes the camera. @param {Host} host */
export function install(host) {
  const [sheet, spin, fault] = ["share", "share-spin", "share-fault"].map((name) => host.part(name));
  const code = host.part("share-code");
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let renewal;

  const close = () => {
    clearTimeout(renewal);
    sheet.hidden = true;
  };

  const open = async () => {
    clearTimeout(renewal);
    sheet.hidden = spin.hidden = false;
    fault.hidden = true;
    code.toggleAttribute("hidden", true);
    const reply = await host.post("/j/share", {}).catch(() => null);
    spin.hidden = true;
    if (reply?.status !== 200) return void (fault.hidden = false);
    draw(code, reply.body.qr);
    code.toggleAttribute("hidden", false);
    renewal = setTimeout(() => sheet.hidden || open(), RENEW);
  };

  host.act("share", open);
  host.act("close-share", close);
  host.watch(({ screen }) => {
    if (screen !== "live" && !sheet.hidden) close();
    place();
  });
  addEventListener("resize", place);
}

/** Above the buttons, however many rows they take. */
function place() {
  const button = /** @type {HTMLElement} */ (document.querySelector(".share"));
  button.style.setProperty("--bar", `${document.querySelector(".bar")?.clientHeight ?? 0}px`);
}

/** @param {Element} svg @param {{size: number, path: string}} qr `size`: modules a side */
function draw(svg, { size, path }) {
  svg.setAttribute("viewBox", `0 0 ${size} ${size}`);
  svg.querySelector("path")?.setAttribute("d", path);
}
