/** The regulator looks away: no picture leaves, and everything else goes on. @param {import("../host.js").Host} host */
export function install(host) {
  const { publisher } = host;
  const note = host.part("paused");
  const status = document.querySelector(".status");
  status?.append(note);
  host.control("pause", {
    parallel: true,
    takes: (value) => typeof value === "boolean",
    able: () => true,
    apply: (value) => publisher.pause(value),
    value: () => publisher.paused,
  });
  host.watch(({ controls }) => {
    const paused = Boolean(controls?.actual["pause"]);
    note.hidden = !paused;
    status?.toggleAttribute("data-paused", paused);
  });
}
