"""A regulator's click to the phone's answer on the console, through the whole product."""

from __future__ import annotations

from typing import Final

from tests.bench.report import Report, Row, Sample
from tests.bench.rooms import rooms
from tests.e2e.desk import until_ready

STEPS: Final = 60  # closer, and as many wider: two commands each
GOAL: Final = 50.0  # ms

# Takes down each command as it leaves and each answer as it comes, by the command's id.
_LISTEN = """
(() => {
  window.answered = new Map();
  window.commandId = "";
  const native = WebSocket.prototype.send;
  const heard = new WeakSet();
  const hear = ({ data }) => {
    const frame = JSON.parse(data);
    for (const { fact } of frame.events ?? []) {
      if (fact.type === "command.answered") window.answered.set(fact.command, [performance.now(), fact.error ?? ""]);
    }
  };
  WebSocket.prototype.send = function (data) {
    const frame = JSON.parse(data);
    if (frame.type === "command") window.commandId = frame.id;
    if (!heard.has(this)) this.addEventListener("message", hear);
    heard.add(this);
    native.call(this, data);
  };
})();
"""

# Clicks once the answer before has come and was painted; gives milliseconds, or says what the phone refused.
_DRIVE = """
async ([part, times]) => {
  const button = document.querySelector(`[data-control=zoom] [data-part=${part}]`);
  const durations = [];
  for (let at = 0; at < times; at++) {
    await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
    const before = window.commandId;
    const clicked = performance.now();
    button.click();
    if (window.commandId === before) throw new Error(`click ${at} on ${part} sent nothing`);
    while (!window.answered.has(window.commandId)) await new Promise((resolve) => setTimeout(resolve));
    const [at_, error] = window.answered.get(window.commandId);
    if (error) throw new Error(error);
    durations.push(at_ - clicked);
  }
  return durations;
}
"""
