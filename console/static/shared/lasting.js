/** A line to the server that lasts as long as its page is looked at. */

/** @param {import("../../../signaling/client/socket.js").Socket} socket it is opened */
export function lasting(socket) {
  addEventListener("online", () => socket.wake());
  addEventListener("pagehide", () => socket.close());
  addEventListener("pageshow", (event) => event.persisted && socket.open());
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && socket.wake());
  socket.open();
}
